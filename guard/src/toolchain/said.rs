//! What a rustc says of itself, kept as long as its program is the same file.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::cache::{Cache, Key};
use crate::sorted;

/// The answers to `-vV` and `--print sysroot`.
pub(super) type Said = (String, String);

/// What is known of one rustc.
#[derive(Debug)]
pub(super) struct Notes<'a> {
    cache: &'a Cache,
    key: Option<Key>,
}

impl<'a> Notes<'a> {
    /// For the program `rustc`. cargo keeps such notes for any program; here a script, which can say
    /// something else tomorrow, and a proxy of rustup's, which stands for many, are asked each time.
    pub(super) fn on(rustc: &Path, cache: &'a Cache) -> Self {
        let key = (!cache.is_off()).then(|| key(rustc)).flatten();
        Self { cache, key }
    }

    pub(super) fn get(&self) -> Option<Said> {
        self.cache.get(self.key.as_ref()?)
    }

    pub(super) fn put(&self, said: &Said) {
        if let Some(key) = &self.key {
            self.cache.put(key, said);
        }
    }
}

fn key(rustc: &Path) -> Option<Key> {
    let real = rustc.canonicalize().ok()?;
    let mut start = [0; 2];
    std::fs::File::open(&real).ok()?.read_exact(&mut start).ok()?;
    if start == *b"#!" {
        return None;
    }
    let libraries: PathBuf = real.parent()?.parent()?.join("lib");
    // The program that rustup and the distributions install is a small one: it is its library that
    // changes, beside it.
    let mut key = Key::new("rustc").with(real.as_os_str().as_encoded_bytes()).with(stamp(&real)?);
    let mut drivers: Vec<PathBuf> = std::fs::read_dir(libraries)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.contains("rustc_driver-")
        })
        .collect();
    sorted::sort(&mut drivers);
    if drivers.is_empty() {
        return None;
    }
    for driver in drivers {
        key = key.with(driver.as_os_str().as_encoded_bytes()).with(stamp(&driver)?);
    }
    Some(key)
}

/// Size and time of a file.
fn stamp(file: &Path) -> Option<String> {
    let metadata = std::fs::metadata(file).ok()?;
    let written = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(format!("{} {}", metadata.len(), written.as_nanos()))
}
