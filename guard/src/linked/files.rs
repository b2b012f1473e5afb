//! Which files of the paths that are given are read.
//!
//! A target directory holds more than one build: other profiles, crates of former versions, the
//! leavings of former toolchains. Read are, of every wasm target in it and every profile of that,
//! the rlibs and objects in `deps`, of each crate's source only the newest, and the linked modules
//! beside `deps`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::document::read_regular;
use crate::error::{Error, Problem};

/// The most entries of one directory that are looked at.
pub const MAX_ENTRIES: usize = 100_000;
/// The largest list of dependencies (`.d`) that is read, in bytes.
const MAX_DEP_INFO_BYTES: u64 = 4 * 1024 * 1024;

/// The wasm targets, former ones too, that a directory can be named after.
const TRIPLES: [&str; 10] = [
    "wasm32-unknown-emscripten",
    "wasm32-unknown-unknown",
    "wasm32-wali-linux-musl",
    "wasm32-wasi",
    "wasm32-wasip1",
    "wasm32-wasip1-threads",
    "wasm32-wasip2",
    "wasm32-wasip3",
    "wasm32v1-none",
    "wasm64-unknown-unknown",
];

/// A file to read, and what its path tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// The target it was built for; `None` when its path does not say.
    pub target: Option<String>,
    /// The crate that it is the library of.
    pub crate_name: Option<String>,
}

impl Input {
    /// A file whose path alone tells what it is.
    pub fn new(path: &Path) -> Self {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let directories = absolute.parent().into_iter().flat_map(Path::components);
        let target = directories
            .filter_map(|component| component.as_os_str().to_str())
            .rfind(|name| is_triple(name))
            .map(str::to_owned);
        Self { path: path.to_owned(), target, crate_name: crate_of_file(path) }
    }
}

/// The files of `paths`, each a file or a directory, in the order given; those of a directory sorted.
/// What a directory does not give is in `problems`.
///
/// # Errors
/// When a path does not exist.
pub fn gather(paths: &[PathBuf], problems: &mut Vec<Problem>) -> Result<Vec<Input>, Error> {
    let mut inputs = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path)
            .map_err(|error| Error::new(format!("cannot read `{}`: {error}", path.display())))?;
        if !metadata.is_dir() {
            inputs.push(Input::new(path));
            continue;
        }
        let before = inputs.len();
        for profile in profiles(path, problems) {
            of_profile(&profile, problems, &mut inputs);
        }
        if inputs.len() == before {
            let files = entries(path, problems).into_iter().filter(|entry| {
                !entry.is_dir && has_extension(&entry.path, &["rlib", "a", "o", "wasm"])
            });
            inputs.extend(newest(files.collect()));
        }
        if inputs.len() == before {
            let message = "it holds no wasm target's build, and no rlib, archive, object or module";
            problems.push(problem(path, message));
        }
    }
    Ok(inputs)
}

struct Entry {
    path: PathBuf,
    is_dir: bool,
    modified: Option<SystemTime>,
}

/// The directories at or below `path` that cargo builds a wasm target's profile in.
fn profiles(path: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    if path.join("deps").is_dir() {
        return vec![path.to_owned()];
    }
    let is_target = path.file_name().is_some_and(|name| is_triple(&name.to_string_lossy()));
    let targets = if is_target {
        vec![path.to_owned()]
    } else {
        directories(path, problems)
            .into_iter()
            .filter(|it| it.file_name().is_some_and(|name| is_triple(&name.to_string_lossy())))
            .collect()
    };
    let mut found = Vec::new();
    for target in targets {
        let below = directories(&target, problems);
        found.extend(below.into_iter().filter(|it| it.join("deps").is_dir()));
    }
    found
}

fn directories(path: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let all = entries(path, problems).into_iter();
    all.filter(|entry| entry.is_dir).map(|entry| entry.path).collect()
}

fn of_profile(profile: &Path, problems: &mut Vec<Problem>, inputs: &mut Vec<Input>) {
    let deps = entries(&profile.join("deps"), problems).into_iter();
    inputs.extend(newest(
        deps.filter(|entry| !entry.is_dir && has_extension(&entry.path, &["rlib", "o"])).collect(),
    ));
    let beside = entries(profile, problems).into_iter();
    let modules = beside.filter(|entry| !entry.is_dir && has_extension(&entry.path, &["wasm"]));
    inputs.extend(modules.map(|entry| Input::new(&entry.path)));
}

/// Of several rlibs from one source only the newest; every other file.
fn newest(files: Vec<Entry>) -> Vec<Input> {
    let mut newest: BTreeMap<(String, PathBuf), Entry> = BTreeMap::new();
    let mut inputs = Vec::new();
    for entry in files {
        let key = has_extension(&entry.path, &["rlib"])
            .then(|| Some((crate_of_file(&entry.path)?, source_of(&entry.path)?)))
            .flatten();
        let Some(key) = key else {
            inputs.push(Input::new(&entry.path));
            continue;
        };
        match newest.get(&key) {
            Some(known) if known.modified >= entry.modified => {}
            _ => {
                newest.insert(key, entry);
            }
        }
    }
    inputs.extend(newest.into_values().map(|entry| Input::new(&entry.path)));
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    inputs
}

/// The root file of the source of `lib<crate>-<hash>.rlib`, after rustc's list beside it.
fn source_of(rlib: &Path) -> Option<PathBuf> {
    let stem = rlib.file_stem()?.to_str()?.strip_prefix("lib")?;
    let list = read_regular(&rlib.with_file_name(format!("{stem}.d")), MAX_DEP_INFO_BYTES).ok()?;
    let text = String::from_utf8_lossy(&list);
    let (_, sources) = text.lines().next()?.split_once(": ")?;
    // A blank in a path is written `\ `; a path cut short there still tells sources apart.
    sources.split_whitespace().next().map(PathBuf::from)
}

/// What is in a directory, sorted; symbolic links are left out, for they may lead anywhere.
fn entries(path: &Path, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let listing = match fs::read_dir(path) {
        Ok(listing) => listing,
        Err(error) => {
            problems.push(problem(path, &format!("it cannot be listed: {error}")));
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for entry in listing.flatten() {
        if found.len() >= MAX_ENTRIES {
            let message = format!("it has more than {MAX_ENTRIES} entries: not all were read");
            problems.push(problem(path, &message));
            break;
        }
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_symlink() {
            continue;
        }
        let modified = entry.metadata().ok().and_then(|metadata| metadata.modified().ok());
        found.push(Entry { path: entry.path(), is_dir: kind.is_dir(), modified });
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn problem(path: &Path, message: &str) -> Problem {
    Problem { package: None, path: Some(path.to_owned()), message: message.to_owned() }
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().and_then(|it| it.to_str()).is_some_and(|it| extensions.contains(&it))
}

/// Whether a directory's name is that of a wasm target.
fn is_triple(name: &str) -> bool {
    TRIPLES.contains(&name)
}

/// `fastly_sys` of `libfastly_sys-52de54ee61f8a7d6.rlib`.
pub(super) fn crate_of_file(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?;
    let name = match path.extension()?.to_str()? {
        "rlib" => stem.strip_prefix("lib")?,
        "o" => return crate_of_member(stem),
        _ => return None,
    };
    Some(without_hash(name).to_owned())
}

/// The same of rustc's name for an object, `fastly_sys-52de54ee61f8a7d6.…-cgu.0.rcgu`.
pub(super) fn crate_of_member(name: &str) -> Option<String> {
    // A thin archive's members have paths.
    let name = name.rsplit(['/', '\\']).next()?;
    if !name.contains(".rcgu") && !name.contains("-cgu.") {
        return None;
    }
    let (first, _) = name.split_once('.')?;
    Some(without_hash(first).to_owned())
}

fn without_hash(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            name
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_target_and_crate() {
        let input = Input::new(Path::new(
            "/x/target/wasm32-wasip1/debug/deps/libfastly_sys-52de54ee61f8a7d6.rlib",
        ));
        assert_eq!(input.target.as_deref(), Some("wasm32-wasip1"));
        assert_eq!(input.crate_name.as_deref(), Some("fastly_sys"));
        let plain = Input::new(Path::new("/x/app.wasm"));
        assert_eq!((plain.target, plain.crate_name), (None, None));
        assert_eq!(
            crate_of_member("app-9bfb1757abe23d06.app.1f2e-cgu.0.rcgu.o").as_deref(),
            Some("app")
        );
        assert_eq!(crate_of_member("deps/app.1f2e.rcgu.o").as_deref(), Some("app"));
        assert_eq!(crate_of_member("close.o"), None);
    }

    #[test]
    fn a_target_directory_gives_the_newest_of_each_source() {
        let root =
            std::env::temp_dir().join(format!("wasm-import-guard-files-{}", std::process::id()));
        let deps = root.join("wasm32-wasip1/debug/deps");
        fs::create_dir_all(&deps).expect("a directory can be made");
        fs::create_dir_all(root.join("debug/deps")).expect("a directory can be made");
        let write = |path: PathBuf, text: &str, age: u64| {
            fs::write(&path, text).expect("a file can be written");
            let time = SystemTime::now() - std::time::Duration::from_secs(age);
            fs::File::options()
                .write(true)
                .open(&path)
                .expect("there")
                .set_modified(time)
                .expect("mine");
        };
        for (hash, source, age) in [
            ("aaaaaaaaaaaaaaaa", "/r/a-1/src/lib.rs", 9),
            ("bbbbbbbbbbbbbbbb", "/r/a-1/src/lib.rs", 5),
            ("cccccccccccccccc", "/r/a-2/src/lib.rs", 9),
        ] {
            write(deps.join(format!("liba-{hash}.rlib")), "", age);
            write(deps.join(format!("a-{hash}.d")), &format!("x.rlib: {source} other.rs\n"), age);
        }
        write(root.join("wasm32-wasip1/debug/app.wasm"), "", 0);
        write(root.join("debug/deps/libhost-aaaaaaaaaaaaaaaa.rlib"), "", 0);
        let mut problems = Vec::new();
        let inputs = gather(std::slice::from_ref(&root), &mut problems).expect("it is there");
        let names: Vec<_> = inputs
            .iter()
            .map(|it| it.path.file_name().expect("a file").to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["liba-bbbbbbbbbbbbbbbb.rlib", "liba-cccccccccccccccc.rlib", "app.wasm"]);
        assert_eq!(problems, []);
        assert!(inputs.iter().all(|it| it.target.as_deref() == Some("wasm32-wasip1")));
        assert!(gather(&[root.join("nowhere")], &mut problems).is_err());
        fs::remove_dir_all(&root).expect("it can be removed");
    }
}
