//! What the guard adds to a build: the time of `check()` in build scripts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tools;
use crate::environment::{cargo, clean_command, repository};
use crate::toolchain::toolchain;

const TARGET: &str = "wasm32-wasip1";

/// What a member of the workspace depends on: a real edge platform, or nothing.
const EDGE: &str = "fastly = \"=0.13.2\"\n";
const NOTHING: &str = "";

/// The build script's own time, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// In a build for the machine itself: the median of the runs.
    pub other_target: f64,
    /// How often a build that changes nothing ran the script again.
    pub runs_again: usize,
    /// In the first build for a wasm target, of a small application.
    pub first: f64,
    /// In the same build after a change of the application's own source.
    pub changed: f64,
}

/// A workspace whose members all call the guard, each an application on its own.
#[derive(Debug, Clone, Copy)]
pub struct Members {
    /// How many there are.
    pub members: usize,
    /// The first build script's own time, in seconds: it finds nothing kept.
    pub first: f64,
    /// The mean of the others, in seconds.
    pub others: f64,
    /// The mean where nothing is kept, in seconds.
    pub without_cache: f64,
}

/// How many members show what one costs where nothing is kept.
const MEMBERS_WITHOUT_CACHE: usize = 20;

/// Measures `check()` in the build script of one package.
pub fn script(tools: &Tools, rounds: usize) -> Script {
    let (other_target, runs_again) = for_other_target(tools, rounds);
    let application = Workspace::new(tools, 1, EDGE);
    application.build_for_wasm(None);
    application.append("m0/src/lib.rs", "\n/// Nothing new.\npub fn other() {}\n");
    application.build_for_wasm(None);
    let times = application.times();
    assert_eq!(times.len(), 2, "a changed source runs the script again");
    Script { other_target, runs_again, first: times[0], changed: times[1] }
}

/// The time in a build for the machine itself, and how often a build that changes nothing runs the script
/// again.
pub fn for_other_target(tools: &Tools, rounds: usize) -> (f64, usize) {
    let plain = Workspace::new(tools, 1, NOTHING);
    for round in 0..rounds {
        plain.append("m0/build.rs", &format!("// Round {round}.\n"));
        plain.build_for_host();
    }
    let mut others = plain.times();
    plain.build_for_host();
    let runs_again = plain.times().len() - others.len();
    others.sort_by(f64::total_cmp);
    (others[others.len() / 2], runs_again)
}

/// Measures `check()` in the build scripts of `members` packages of one workspace.
pub fn members(tools: &Tools, members: usize) -> Members {
    let times = |members: usize, cache: Option<&str>| {
        let workspace = Workspace::new(tools, members, EDGE);
        workspace.build_for_wasm(cache);
        let times = workspace.times();
        assert_eq!(times.len(), members, "each member's script ran once");
        times
    };
    let mut kept = times(members, None);
    let alone = times(members.min(MEMBERS_WITHOUT_CACHE), Some("off"));
    // Scripts run two at a time: the slowest is one that found nothing kept.
    kept.sort_by(f64::total_cmp);
    let first = kept.pop().unwrap_or_default();
    let others = mean(&kept);
    Members { members, first, others, without_cache: mean(&alone) }
}

fn mean(times: &[f64]) -> f64 {
    times.iter().sum::<f64>() / count(times)
}

#[allow(clippy::cast_precision_loss, reason = "hundreds")]
fn count(times: &[f64]) -> f64 {
    times.len() as f64
}

/// A workspace of libraries, whose build scripts note how long the guard took.
struct Workspace {
    directory: tempfile::TempDir,
    target: PathBuf,
}

impl Workspace {
    /// All workspaces build into one directory, so that std and dependencies are built once; what the guard
    /// kept there is removed.
    fn new(tools: &Tools, members: usize, dependencies: &str) -> Self {
        let directory = tempfile::tempdir_in(&tools.scratch).expect("the directory can be written");
        let target = tools.scratch.join("builds");
        let kept = target.join("wasm-import-guard");
        if kept.exists() {
            fs::remove_dir_all(kept).expect("it is ours");
        }
        let workspace = Self { directory, target };
        let names = (0..members).map(|at| format!("\"m{at}\"")).collect::<Vec<_>>().join(", ");
        let root = format!("[workspace]\nresolver = \"3\"\nmembers = [{names}]\n");
        workspace.write("Cargo.toml", &root);
        let guard = repository().join("guard");
        let script = format!(
            "use std::io::Write;\n\nfn main() {{\n    let begin = std::time::Instant::now();\n    \
             wasm_import_guard::check();\n    let time = begin.elapsed();\n    let mut log = \
             std::fs::OpenOptions::new().create(true).append(true).open(r#\"{}\"#).unwrap();\n    \
             writeln!(log, \"{{}}\", time.as_nanos()).unwrap();\n}}\n",
            workspace.log().display()
        );
        for at in 0..members {
            let manifest = format!(
                "[package]\nname = \"m{at}\"\nversion = \"0.1.0\"\nedition = \
                 \"2021\"\n\n[dependencies]\n{dependencies}\n[build-dependencies]\nwasm-import-guard = \
                 {{ path = '{}' }}\n",
                guard.display()
            );
            workspace.write(&format!("m{at}/Cargo.toml"), &manifest);
            workspace.write(&format!("m{at}/build.rs"), &script);
            workspace.write(&format!("m{at}/src/lib.rs"), "//! Nothing much.\n");
        }
        succeed(clean_command(&cargo(), workspace.root()).args(["generate-lockfile", "--quiet"]));
        workspace
    }

    fn build_for_host(&self) {
        let mut cargo = clean_command(&cargo(), self.root());
        cargo.env("CARGO_TARGET_DIR", &self.target);
        succeed(cargo.args(["check", "--quiet", "--workspace"]));
    }

    /// Builds for a wasm target; with `cache`, as `WASM_IMPORT_GUARD_CACHE` says.
    fn build_for_wasm(&self, cache: Option<&str>) {
        let mut cargo = toolchain().cargo(self.root());
        cargo.env("CARGO_TARGET_DIR", &self.target);
        cargo.args(["check", "--quiet", "--workspace"]).args(toolchain().target_arguments(TARGET));
        cargo.envs(cache.map(|cache| ("WASM_IMPORT_GUARD_CACHE", cache)));
        succeed(&mut cargo);
    }

    /// What each run of a build script took, in the order of their ends.
    fn times(&self) -> Vec<f64> {
        let log = fs::read_to_string(self.log()).expect("a build script wrote it");
        log.lines().map(|line| line.parse::<f64>().expect("a time") / 1e9).collect()
    }

    fn root(&self) -> &Path {
        self.directory.path()
    }

    fn log(&self) -> PathBuf {
        self.root().join("times")
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("writable");
        fs::write(path, text).expect("the scratch directory can be written");
    }

    fn append(&self, file: &str, text: &str) {
        let before = fs::read_to_string(self.root().join(file)).expect("the file is there");
        // cargo compares times of files in seconds on some file systems.
        self.write(file, &(before + text));
    }
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("cargo can be started");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{stderr}");
}
