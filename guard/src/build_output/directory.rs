//! Where cargo builds.

use std::path::{Path, PathBuf};

use crate::graph::Selection;
use crate::json::Json;
use crate::process;
use crate::toolchain::Toolchain;

/// Where cargo puts what it builds for a target on the way to the final artefacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BuildDirectory {
    pub(crate) root: PathBuf,
    pub(super) target: String,
    /// The profile that is being built; `None` where every one counts.
    pub(super) profile: Option<String>,
}

impl BuildDirectory {
    /// What cargo itself says of the selected workspace: it knows `CARGO_TARGET_DIR`,
    /// `build.target-dir` and `build.build-dir`. A `--target-dir` that somebody once gave cannot be
    /// known. `None` where cargo does not answer; then nothing is read.
    pub(crate) fn ask(toolchain: &Toolchain, selection: &Selection, target: &str) -> Option<Self> {
        let mut command = toolchain.cargo_command(&selection.directory);
        command.args(["metadata", "--no-deps", "--format-version=1"]);
        if let Some(path) = &selection.manifest_path {
            let mut argument = std::ffi::OsString::from("--manifest-path=");
            argument.push(path);
            command.arg(argument);
        }
        let output = process::run(&mut command, process::LOCAL_TIME_LIMIT).ok()?;
        let metadata = Json::parse(std::str::from_utf8(&output.stdout).ok()?)?;
        // A cargo before 1.91 has but one directory.
        let root = metadata.get("build_directory").or(metadata.get("target_directory"))?;
        let root = PathBuf::from(root.as_str()?);
        Some(Self { root, target: target.to_owned(), profile: None })
    }

    /// The one that a build script's `OUT_DIR` lies in: `ROOT/TARGET/PROFILE/build/…`.
    pub(crate) fn around(out_directory: &Path, target: &str) -> Option<Self> {
        let mut below = None;
        for directory in out_directory.ancestors() {
            let name = directory.file_name()?;
            if name == target {
                let profile = below?;
                let root = directory.parent()?.to_owned();
                return Some(Self { root, target: target.to_owned(), profile: Some(profile) });
            }
            below = Some(name.to_str()?.to_owned());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_script_finds_the_directory_around_it() {
        let expected = BuildDirectory {
            root: PathBuf::from("/p/target"),
            target: "wasm32-wasip1".to_owned(),
            profile: Some("release".to_owned()),
        };
        for out in ["app-0123456789abcdef/out", "app/0123456789abcdef/out"] {
            let out = format!("/p/target/wasm32-wasip1/release/build/{out}");
            assert_eq!(
                BuildDirectory::around(Path::new(&out), "wasm32-wasip1").as_ref(),
                Some(&expected)
            );
        }
        let host = Path::new("/p/target/debug/build/app-0123456789abcdef/out");
        assert_eq!(BuildDirectory::around(host, "wasm32-wasip1"), None);
    }
}
