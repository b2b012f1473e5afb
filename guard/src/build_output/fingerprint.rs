//! cargo's notes on the units of a build, its fingerprints, and what they refer to.
//!
//! The file `KIND-TARGET` of a unit's fingerprint directory has its hash, `KIND-TARGET.json` the parts:
//! among them rustc (as a number), the features, and the hashes of what the unit depends on. While a
//! unit is at work, and after it failed, the hash is empty.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::layout::{Profile, Tree, Unit};
use crate::json::Json;
use crate::toolchain::Rustc;

/// The start of a library's metadata that is read: magic, version, the place of the root, and the name of
/// the rustc that wrote it.
const METADATA_BYTES: u64 = 256;

/// The notes on a run of a build script.
#[derive(Debug)]
pub(super) struct RunNotes {
    /// Whether it came to its end.
    pub(super) is_complete: bool,
    /// The variables that it wants to be run again for, with the values they had.
    pub(super) watched_variables: Vec<(String, Option<String>)>,
    dependencies: Vec<u64>,
}

/// A build script that was compiled.
#[derive(Debug)]
pub(super) struct CompiledScript {
    pub(super) features: BTreeSet<String>,
    /// The rustc that compiled it, as cargo counts them.
    pub(super) rustc: u64,
    /// As dep-info writes them.
    files: Vec<PathBuf>,
}

impl RunNotes {
    /// The notes in `unit`, if it is a run.
    pub(super) fn read(tree: &Tree, unit: &Unit) -> Option<Self> {
        let Notes { hash, parts, .. } = notes(tree, unit, "run-build-script-")?;
        let local = parts.get("local").map_or(&[][..], Json::elements);
        let watched_variables = local
            .iter()
            .filter_map(|watched| {
                let watched = watched.get("RerunIfEnvChanged")?;
                let value = watched.get("val").and_then(Json::as_str);
                Some((watched.get("var")?.as_str()?.to_owned(), value.map(str::to_owned)))
            })
            .collect();
        let dependencies = parts
            .get("deps")?
            .elements()
            .iter()
            .filter_map(|dependency| dependency.elements().get(3)?.as_number())
            .collect();
        Some(Self { is_complete: hash.is_some(), watched_variables, dependencies })
    }
}

impl CompiledScript {
    /// The program in `unit`, if it is the one that `run` was a run of.
    pub(super) fn read(tree: &Tree, unit: &Unit, run: &RunNotes) -> Option<Self> {
        let Notes { hash, parts, .. } = notes(tree, unit, "build-script-")?;
        if !hash.is_some_and(|hash| run.dependencies.contains(&hash)) {
            return None;
        }
        let features = Json::parse(parts.get("features")?.as_str()?)?;
        let features = features.elements().iter().filter_map(Json::as_str).map(str::to_owned);
        let mut names = tree.names(&unit.program).into_iter();
        let ending = format!("{}.d", unit.hash);
        let dep_info = names.find(|name| name.ends_with(&ending))?;
        Some(Self {
            features: features.collect(),
            rustc: parts.get("rustc")?.as_number()?,
            files: files_of(&tree.text(&unit.program.join(dep_info))?),
        })
    }

    /// The files it was compiled from. rustc gets those of workspace members relative to the
    /// workspace's root.
    pub(super) fn sources(&self, workspace_root: &Path) -> Vec<PathBuf> {
        self.files.iter().map(|file| workspace_root.join(file)).collect()
    }

    /// Whether the file `script` is its crate root, which rustc lists first.
    pub(super) fn is_compiled_from(&self, script: &Path, workspace_root: &Path) -> bool {
        let root = self.files.first().map(|file| workspace_root.join(file));
        root.and_then(|root| root.canonicalize().ok()).is_some_and(|root| root == script)
    }
}

/// A fingerprint.
struct Notes {
    /// The target's name, as its manifest has it.
    target: String,
    /// `None` while the unit is at work, and after it failed.
    hash: Option<u64>,
    parts: Json,
}

/// The fingerprint in `unit` of the kind that `prefix` names.
fn notes(tree: &Tree, unit: &Unit, prefix: &str) -> Option<Notes> {
    let names = tree.names(&unit.fingerprint);
    let name = names
        .iter()
        .filter_map(|name| name.strip_suffix(".json"))
        .find(|name| name.starts_with(prefix))?;
    let parts = Json::parse(&tree.text(&unit.fingerprint.join(format!("{name}.json")))?)?;
    let hash = tree.text(&unit.fingerprint.join(name)).and_then(|text| hash(&text));
    let target = name.strip_prefix(prefix)?.to_owned();
    Some(Notes { target, hash, parts })
}

/// The number that cargo writes as its bytes, the lowest first, in hexadecimal.
fn hash(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.len() != 16 || !text.is_ascii() {
        return None;
    }
    u64::from_str_radix(text, 16).ok().map(u64::swap_bytes)
}

/// The files behind the colon of dep-info's first rule.
fn files_of(dep_info: &str) -> Vec<PathBuf> {
    let Some((_, rule)) = dep_info.lines().next().and_then(|line| line.split_once(": ")) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    let mut file = String::new();
    let mut chars = rule.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // A blank inside a path has a backslash before it.
            '\\' if chars.peek() == Some(&' ') => file.extend(chars.next()),
            ' ' => files.push(std::mem::take(&mut file)),
            c => file.push(c),
        }
    }
    files.push(file);
    files.into_iter().filter(|file| !file.is_empty()).map(PathBuf::from).collect()
}

/// Whether the rustc that cargo's fingerprints count as `number` is `rustc`.
///
/// The number is a hash. Which rustc it stands for is written in the metadata of any library that it
/// compiled. A project of one package leaves none: then cargo's own note on the rustc it used last
/// tells, for the programs that bear the only number there is.
pub(super) fn is_rustc(tree: &Tree, profile: &Profile, number: u64, rustc: &Rustc) -> bool {
    let mut is_only_one = true;
    for directory in profile.directories() {
        for unit in tree.all_units(directory) {
            if let Some(program) = notes(tree, &unit, "build-script-") {
                is_only_one &= program.parts.get("rustc").and_then(Json::as_number) == Some(number);
            }
            let Some(library) = notes(tree, &unit, "lib-") else { continue };
            if library.parts.get("rustc").and_then(Json::as_number) != Some(number) {
                is_only_one = false;
                continue;
            }
            if let Some(name) = metadata_of(tree, &unit, &library.target) {
                return is_called(&name, rustc);
            }
        }
    }
    is_only_one && tree.rustc_info().is_some_and(|info| was_used_last(&info, rustc))
}

/// The name of the rustc that wrote the metadata of the library `target` that `unit` made:
/// `rustc 1.95.0 (59807616e 2026-04-14)`.
fn metadata_of(tree: &Tree, unit: &Unit, target: &str) -> Option<String> {
    let name = format!("lib{}-{}.rmeta", target.replace('-', "_"), unit.hash);
    let bytes = tree.beginning(&unit.libraries.join(name), METADATA_BYTES)?;
    // Before the name is its length, in one byte: all names are shorter than 128.
    let at = bytes.windows(6).position(|window| window == b"rustc ")?;
    let length = usize::from(*bytes.get(at.checked_sub(1)?)?);
    let name = bytes.get(at..at + length)?;
    String::from_utf8(name.to_vec()).ok()
}

/// Whether `name` is what `rustc -V` says of `rustc`.
fn is_called(name: &str, rustc: &Rustc) -> bool {
    let Some(rest) = name.strip_prefix("rustc ") else { return false };
    let (release, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let commit = rest.strip_prefix('(').and_then(|rest| rest.split_whitespace().next());
    release == rustc.release
        && match (&rustc.commit_hash, commit) {
            (Some(known), Some(commit)) => known.starts_with(commit),
            // A build that does not say has nothing better.
            _ => true,
        }
}

/// Whether cargo's note on what rustc answered is about `rustc`.
fn was_used_last(info: &str, rustc: &Rustc) -> bool {
    let Some(Json::Object(outputs)) = Json::parse(info).and_then(|it| it.get("outputs").cloned())
    else {
        return false;
    };
    let answers = outputs.iter().filter_map(|(_, output)| output.get("stdout")?.as_str());
    let mut versions = answers.filter(|answer| answer.starts_with("rustc "));
    versions.any(|answer| {
        let line = |key: &str| answer.lines().find_map(|line| line.strip_prefix(key));
        line("release: ") == Some(&rustc.release)
            && (rustc.commit_hash.is_none()
                || line("commit-hash: ") == rustc.commit_hash.as_deref())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_written_from_the_lowest_byte() {
        assert_eq!(hash("0100000000000080"), Some(0x8000_0000_0000_0001));
        assert_eq!(hash(""), None);
        assert_eq!(hash("0100000000000zzz"), None);
    }

    #[test]
    fn dep_info_lists_files_whose_blanks_are_escaped() {
        let files = files_of("/t/a.d: build.rs /with\\ blank/x.rs\n\n/t/a: build.rs\n");
        assert_eq!(files, [Path::new("build.rs"), Path::new("/with blank/x.rs")]);
        assert!(files_of("").is_empty());
    }

    #[test]
    fn a_rustc_is_known_by_release_and_commit() {
        let rustc = Rustc {
            commit_hash: Some("59807616e1fa2540724bfbac14d7976d7e4a3860".to_owned()),
            ..Rustc::from_release("1.95.0").expect("a release")
        };
        assert!(is_called("rustc 1.95.0 (59807616e 2026-04-14)", &rustc));
        assert!(!is_called("rustc 1.95.0 (69807616e 2026-04-14)", &rustc));
        assert!(!is_called("rustc 1.96.0 (59807616e 2026-04-14)", &rustc));
        let info = |release: &str| {
            format!(
                "{{\"outputs\":{{\"1\":{{\"stdout\":\"rustc x\\ncommit-hash: \
                 59807616e1fa2540724bfbac14d7976d7e4a3860\\nrelease: {release}\\n\"}}}}}}"
            )
        };
        assert!(was_used_last(&info("1.95.0"), &rustc));
        assert!(!was_used_last(&info("1.95.0-nightly"), &rustc));
    }
}
