//! What was read of packages that do not change, kept for the next run.
//!
//! An entry holds what it was made from, and counts only where that is the same again: nothing is ever
//! brought up to date. So the whole directory may be deleted at any time, two runs may write into it at
//! once, and what a full disk or a killed process left half-written is found out and read anew. A cache that
//! cannot be read or written is none.
//!
//! Entries are believed. The command keeps them where the user's other caches are, never where a project's
//! own files lie; a build script beside what cargo itself keeps of the build.

mod bytes;
mod key;
mod place;
mod sweep;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use bytes::{Input, Stored, stored_enum, stored_struct};
pub(crate) use key::{Digest, Key};
pub use place::CacheChoice;

/// The first bytes of an entry.
const MAGIC: &[u8; 8] = b"wig-kept";

/// The largest entry that is written or read. The largest of published crates is a tenth of it.
const MAX_ENTRY_BYTES: u64 = 32 * 1024 * 1024;

/// A directory of entries, or none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cache {
    directory: Option<PathBuf>,
}

impl Cache {
    /// None: nothing is kept.
    pub(crate) fn off() -> Self {
        Self::default()
    }

    /// Entries in `directory`, which is made when the first is written.
    pub(crate) fn at(directory: PathBuf) -> Self {
        Self { directory: Some(directory) }
    }

    /// Whether nothing is kept.
    pub(crate) fn is_off(&self) -> bool {
        self.directory.is_none()
    }

    /// Removes what was not written for long, once a day.
    pub(crate) fn sweep(&self) {
        if let Some(directory) = &self.directory {
            sweep::sweep(directory);
        }
    }

    /// What is kept for `key`.
    pub(crate) fn get<T: Stored>(&self, key: &Key) -> Option<T> {
        let (kept, value) = self.entry(key.digest())?;
        (kept == *key).then_some(value)
    }

    /// The entry of this digest, with the key that it is kept for.
    pub(crate) fn entry<T: Stored>(&self, digest: Digest) -> Option<(Key, T)> {
        let content = read(&self.file(digest)?)?;
        let content = content.strip_prefix(MAGIC)?;
        let (sum, content) = content.split_first_chunk()?;
        if Digest::of(content).to_bytes() != *sum {
            return None;
        }
        let mut input = Input::new(content);
        let entry = <(Key, T)>::restore(&mut input)?;
        input.is_empty().then_some(entry)
    }

    /// Keeps `value` for `key`; where that fails, nothing is kept.
    pub(crate) fn put<T: Stored>(&self, key: &Key, value: &T) {
        let Some(file) = self.file(key.digest()) else { return };
        let mut content = Vec::new();
        key.store(&mut content);
        value.store(&mut content);
        let sum = Digest::of(&content).to_bytes();
        if content.len() as u64 <= MAX_ENTRY_BYTES {
            let _ = write(&file, &[MAGIC, &sum, &content]);
        }
    }

    fn file(&self, digest: Digest) -> Option<PathBuf> {
        let name = digest.to_string();
        Some(self.directory.as_ref()?.join("entries").join(&name[..2]).join(&name[2..]))
    }
}

/// The content of a regular file of at most [`MAX_ENTRY_BYTES`].
fn read(file: &Path) -> Option<Vec<u8>> {
    let opened = fs::File::open(file).ok()?;
    let metadata = opened.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > MAX_ENTRY_BYTES {
        return None;
    }
    let mut content = Vec::with_capacity(usize::try_from(metadata.len()).ok()?);
    opened.take(MAX_ENTRY_BYTES + 1).read_to_end(&mut content).ok()?;
    Some(content)
}

/// Writes to a name that nobody else has, and then puts the file in its place.
fn write(file: &Path, parts: &[&[u8]]) -> io::Result<()> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let directory = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(directory)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let unfinished = directory.join(format!("{}-{count}.new", std::process::id()));
    let written = fs::File::options()
        .write(true)
        .create_new(true)
        .open(&unfinished)
        .and_then(|mut to| parts.iter().try_for_each(|part| to.write_all(part)));
    let placed = written.and_then(|()| fs::rename(&unfinished, file));
    if placed.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    placed
}

#[cfg(test)]
mod tests;
