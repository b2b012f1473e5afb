//! Where cargo puts things in its build directory, in the layout of today and in the one that cargo
//! has as `-Zbuild-dir-new-layout`.
//!
//! | | today | new |
//! |---|---|---|
//! | a unit | `build/NAME-HASH`, `.fingerprint/NAME-HASH` | `build/NAME/HASH` |
//! | what a build script printed | `output` | `run/stdout` |
//! | its `OUT_DIR` | `out` | `out` |
//! | the `OUT_DIR` at that time | `root-output` | `run/root-output` |
//!
//! Runs lie below `TRIPLE/PROFILE`, the programs that were run, being the host's, below `PROFILE`.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::document::read_regular;
use crate::sorted;

/// The most entries of directories that are looked at, in all. The largest build directories of projects
/// with a thousand packages and many toolchains have some ten thousand units, with five files each.
const MAX_ENTRIES: usize = 1_000_000;

/// The most files whose age is looked at, in all.
pub(super) const MAX_WATCHED_FILES: usize = 200_000;

/// The most profiles that are looked at.
const MAX_PROFILES: usize = 64;

/// The largest of cargo's notes, or of what a build script printed, that is read.
const MAX_TEXT_BYTES: u64 = 16 * 1024 * 1024;

/// How much of such text is read in all.
const MAX_ALL_TEXT_BYTES: usize = 512 * 1024 * 1024;

/// A build directory, out of which nothing leads.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    entries_left: Cell<usize>,
    bytes_left: Cell<usize>,
    /// How many more files' age may be looked at.
    pub(super) watched_left: Cell<usize>,
}

/// What builds of one profile left.
#[derive(Debug, Default)]
pub(super) struct Profile {
    /// The units for the target.
    runs: HashMap<String, Vec<Unit>>,
    /// The units for the host, build scripts among them.
    programs: HashMap<String, Vec<Unit>>,
    /// The directories, of target and host, that all units lie in.
    directories: [PathBuf; 2],
}

/// The directories of one unit of a build.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) hash: String,
    pub(super) fingerprint: PathBuf,
    /// Where rustc put what it made, or the build script its files.
    pub(super) out: PathBuf,
    pub(super) output: PathBuf,
    pub(super) root_output: PathBuf,
    /// Where the dep-info of a build script is.
    pub(super) program: PathBuf,
    /// Where the metadata of a library is.
    pub(super) libraries: PathBuf,
}

impl Tree {
    /// Opens the directory `root`, if it is there.
    pub(super) fn open(root: &Path) -> Option<Self> {
        let root = root.canonicalize().ok().filter(|root| root.is_dir())?;
        Some(Self {
            root,
            entries_left: Cell::new(MAX_ENTRIES),
            bytes_left: Cell::new(MAX_ALL_TEXT_BYTES),
            watched_left: Cell::new(MAX_WATCHED_FILES),
        })
    }

    /// `path` with all links followed, if it is inside.
    pub(super) fn inside(&self, path: &Path) -> Option<PathBuf> {
        path.canonicalize().ok().filter(|real| real.starts_with(&self.root))
    }

    /// The text of a file inside.
    pub(super) fn text(&self, path: &Path) -> Option<String> {
        let bytes = read_regular(&self.inside(path)?, MAX_TEXT_BYTES).ok()?;
        self.bytes_left.set(self.bytes_left.get().saturating_sub(bytes.len()));
        (self.bytes_left.get() > 0).then(|| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What of this directory is more than will be read, if anything is: to know a part of it could make
    /// look certain what another part disagrees with.
    pub(super) fn excess(&self) -> Option<String> {
        let excess = if self.entries_left.get() == 0 {
            format!("{MAX_ENTRIES} entries")
        } else if self.bytes_left.get() == 0 {
            format!("{MAX_ALL_TEXT_BYTES} bytes of cargo's notes")
        } else {
            return None;
        };
        Some(format!("the build directory {} has more than {excess}", self.root.display()))
    }

    /// The first bytes of a file inside.
    pub(super) fn beginning(&self, path: &Path, bytes: u64) -> Option<Vec<u8>> {
        use std::io::Read as _;
        let path = self.inside(path).filter(|path| path.is_file())?;
        let mut beginning = Vec::new();
        fs::File::open(path).ok()?.take(bytes).read_to_end(&mut beginning).ok()?;
        Some(beginning)
    }

    /// `.rustc_info.json`: what cargo asked a rustc last.
    pub(super) fn rustc_info(&self) -> Option<String> {
        self.text(&self.root.join(".rustc_info.json"))
    }

    /// The names in a directory inside, in order; none where there is no such directory.
    pub(super) fn names(&self, directory: &Path) -> Vec<String> {
        let Some(directory) = self.inside(directory) else { return Vec::new() };
        let Ok(entries) = fs::read_dir(&directory) else { return Vec::new() };
        let mut names = Vec::new();
        for entry in entries.flatten() {
            let left = self.entries_left.get();
            if left == 0 {
                break;
            }
            self.entries_left.set(left - 1);
            names.extend(entry.file_name().into_string().ok());
        }
        sorted::sort(&mut names);
        names
    }

    /// The profiles that were built for `target`, or the one called `only`, with the units of packages
    /// called by one of `names`.
    ///
    /// # Errors
    /// When there are too many profiles.
    pub(super) fn profiles(
        &self,
        target: &str,
        only: Option<&str>,
        names: &HashSet<&str>,
    ) -> Result<Vec<Profile>, String> {
        let of_target = self.root.join(target);
        let profiles = match only {
            Some(profile) => vec![profile.to_owned()],
            None => self.names(&of_target),
        };
        if profiles.len() > MAX_PROFILES {
            return Err(format!("builds of more than {MAX_PROFILES} profiles are left"));
        }
        let mut found = Vec::new();
        for profile in profiles {
            let directories = [of_target.join(&profile), self.root.join(&profile)];
            let runs = self.units(&directories[0], names);
            if !runs.is_empty() {
                let programs = self.units(&directories[1], names);
                found.push(Profile { runs, programs, directories });
            }
        }
        Ok(found)
    }

    /// The units in a profile's directory of packages called by one of `wanted`.
    fn units(&self, profile: &Path, wanted: &HashSet<&str>) -> HashMap<String, Vec<Unit>> {
        let build = profile.join("build");
        let mut units: HashMap<String, Vec<Unit>> = HashMap::new();
        for name in self.names(&build) {
            if let Some((package, hash)) = split(&name).filter(|(it, _)| wanted.contains(it)) {
                let unit = Unit::of_today(profile, &name, hash);
                units.entry(package.to_owned()).or_default().push(unit);
            }
            // A package may itself be called like a unit of today's layout.
            if wanted.contains(&*name) {
                for hash in self.names(&build.join(&name)).iter().filter(|hash| is_hash(hash)) {
                    let unit = Unit::new_layout(&build.join(&name), hash);
                    units.entry(name.clone()).or_default().push(unit);
                }
            }
        }
        units
    }

    /// Every unit of a profile's directory, in either layout, build scripts or not.
    pub(super) fn all_units(&self, profile: &Path) -> Vec<Unit> {
        let today = self.names(&profile.join(".fingerprint"));
        let mut units: Vec<Unit> = today
            .iter()
            .filter_map(|name| Some(Unit::of_today(profile, name, split(name)?.1)))
            .collect();
        let build = profile.join("build");
        for name in self.names(&build) {
            let directory = build.join(&name);
            let hashes = self.names(&directory);
            let hashes = hashes.iter().filter(|hash| is_hash(hash));
            units.extend(hashes.map(|hash| Unit::new_layout(&directory, hash)));
        }
        units
    }
}

impl Profile {
    /// The units for the target of packages called `package`.
    pub(super) fn runs_of(&self, package: &str) -> &[Unit] {
        self.runs.get(package).map_or(&[], Vec::as_slice)
    }

    /// The units for the host of packages called `package`.
    pub(super) fn programs_of(&self, package: &str) -> &[Unit] {
        self.programs.get(package).map_or(&[], Vec::as_slice)
    }

    /// The directories that all units lie in.
    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.directories.iter().map(PathBuf::as_path)
    }
}

impl Unit {
    fn of_today(profile: &Path, name: &str, hash: &str) -> Self {
        let unit = profile.join("build").join(name);
        Self {
            hash: hash.to_owned(),
            fingerprint: profile.join(".fingerprint").join(name),
            out: unit.join("out"),
            output: unit.join("output"),
            root_output: unit.join("root-output"),
            libraries: profile.join("deps"),
            program: unit,
        }
    }

    fn new_layout(package: &Path, hash: &str) -> Self {
        let unit = package.join(hash);
        let out = unit.join("out");
        Self {
            hash: hash.to_owned(),
            fingerprint: unit.join("fingerprint"),
            output: unit.join("run").join("stdout"),
            root_output: unit.join("run").join("root-output"),
            program: out.clone(),
            libraries: out.clone(),
            out,
        }
    }
}

/// `NAME-HASH`
fn split(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once('-').filter(|(_, hash)| is_hash(hash))
}

/// Whether it is 16 hexadecimal digits.
fn is_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
