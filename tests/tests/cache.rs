//! What the command keeps of packages: it changes no answer, and whatever becomes of it does no harm.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use wasm_import_guard_tests::{Output, Scratch, guard};

const TARGET: &str = "wasm32-wasip1";

/// Names an import of fastly-sys that has the name of a libc function.
const NAMES_CLOSE: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn run() {\n    let _ = unsafe { \
                           fastly_sys::fastly_http_body::close(1) };\n}\n";

/// A project whose dependency lies in a directory of its own, where a test can change it.
struct Project {
    scratch: Scratch,
    cache: TempDir,
}

impl Project {
    fn new() -> Self {
        let scratch = Scratch::library("app", &[("fastly-sys", "\"=0.13.2\"")], NAMES_CLOSE);
        scratch.fetch();
        let vendor = wasm_import_guard_tests::cargo_for_host(scratch.root())
            .args(["vendor", "--quiet", "--offline", "vendor"])
            .output()
            .expect("cargo can be started");
        assert!(vendor.status.success(), "{}", String::from_utf8_lossy(&vendor.stderr));
        let replaced = "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \
                        \"vendor\"\n";
        scratch.write(".cargo/config.toml", replaced);
        Self { scratch, cache: TempDir::new().expect("a directory can be made") }
    }

    /// The imports as the command lists them, with `value` as the cache.
    fn imports(&self, value: &Path) -> Vec<serde_json::Value> {
        let output = self.run(value, &["imports"]);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        let listing: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
        listing["imports"].as_array().expect("a list").clone()
    }

    fn run(&self, value: &Path, arguments: &[&str]) -> Output {
        let mut command = guard(self.scratch.root());
        command.env("WASM_IMPORT_GUARD_CACHE", value).args(arguments);
        Output::of(command.args(["--target", TARGET, "--offline", "--locked", "--format", "json"]))
    }

    fn kept(&self) -> &Path {
        self.cache.path()
    }

    fn entries(&self) -> Vec<PathBuf> {
        files(&self.kept().join("entries"))
    }

    /// Takes the declarations out of the dependency, and leaves its manifest as it is.
    fn empty_the_dependency(&self) {
        for file in files(&self.scratch.path("vendor/fastly-sys/src")) {
            fs::write(file, "").expect("the vendored sources can be written");
        }
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let (mut files, mut pending) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { pending.push(path) } else { files.push(path) }
        }
    }
    files
}

const OFF: &str = "off";

#[test]
fn answers_are_the_same_from_the_cache_and_it_is_what_they_are_from() {
    let project = Project::new();
    let without = project.imports(OFF.as_ref());
    assert!(without.len() > 100, "fastly-sys declares more than {} imports", without.len());
    assert_eq!(project.imports(project.kept()), without, "written");
    assert_eq!(project.imports(project.kept()), without, "read");

    let findings = |value: &Path| project.run(value, &["check", "--rustc-version", "1.91.0"]);
    let denied = findings(OFF.as_ref());
    assert_eq!(denied.status, Some(1), "{}", denied.stderr);
    for round in ["written", "read"] {
        let again = findings(project.kept());
        assert_eq!((again.status, again.stdout), (denied.status, denied.stdout.clone()), "{round}");
    }

    // The sources are not looked at again where the package says it is the same.
    project.empty_the_dependency();
    assert!(project.imports(OFF.as_ref()).is_empty());
    assert_eq!(project.imports(project.kept()), without);
    // Its manifest says that it is another: the package is read anew.
    let manifest = project.scratch.path("vendor/fastly-sys/Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("it is there");
    fs::write(&manifest, text + "\n# Changed.\n").expect("it can be written");
    assert!(project.imports(project.kept()).is_empty());
}

#[test]
fn the_projects_own_sources_are_read_each_time() {
    let project = Project::new();
    let before = project.imports(project.kept());
    let block =
        "#[link(wasm_import_module = \"host\")]\nunsafe extern \"C\" {\n    pub fn mine();\n}\n";
    project.scratch.write("src/lib.rs", &format!("{NAMES_CLOSE}{block}"));
    let after = project.imports(project.kept());
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.iter().any(|import| import["module"] == "host" && import["name"] == "mine"));
}

#[test]
fn an_entry_that_is_damaged_is_replaced() {
    let project = Project::new();
    let whole = project.imports(project.kept());
    let entries = project.entries();
    assert!(!entries.is_empty());
    for (damage, harm) in [
        ("cut", (|content| content.truncate(content.len() / 2)) as fn(&mut Vec<u8>)),
        ("emptied", Vec::clear),
        ("changed", |content| {
            let middle = content.len() / 2;
            content[middle] ^= 0xff;
        }),
    ] {
        for entry in &entries {
            let mut content = fs::read(entry).expect("it is there");
            harm(&mut content);
            fs::write(entry, content).expect("it can be written");
        }
        assert_eq!(project.imports(project.kept()), whole, "{damage}");
    }
    // What was written anew serves again.
    project.empty_the_dependency();
    assert_eq!(project.imports(project.kept()), whole);
}

#[test]
fn it_can_be_deleted_at_any_time_and_what_a_killed_process_left_is_no_entry() {
    let project = Project::new();
    let whole = project.imports(project.kept());
    for entry in project.entries() {
        let left = entry.with_file_name("4711-0.new");
        fs::write(left, "wig-kept, and then nothing").expect("it can be written");
    }
    assert_eq!(project.imports(project.kept()), whole);
    fs::remove_dir_all(project.kept().join("entries")).expect("it is there");
    assert_eq!(project.imports(project.kept()), whole);
    assert!(!project.entries().is_empty());
}

#[test]
fn two_at_once_give_the_same_and_leave_whole_entries() {
    let project = Project::new();
    let whole = project.imports(OFF.as_ref());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(project.imports(project.kept()), whole));
        }
    });
    let is_unfinished = |path: &PathBuf| path.extension().is_some_and(|it| it == "new");
    assert!(!project.entries().iter().any(is_unfinished));
    project.empty_the_dependency();
    assert_eq!(project.imports(project.kept()), whole);
}

#[test]
fn where_it_cannot_be_the_answers_are_the_same() {
    let project = Project::new();
    let whole = project.imports(OFF.as_ref());
    assert!(project.entries().is_empty(), "`off` writes nothing");
    // A file where the directory would be; a directory that cannot be made: nobody, root included, can.
    let file = project.scratch.path("file");
    fs::write(&file, "").expect("it can be written");
    assert_eq!(project.imports(&file), whole);
    assert_eq!(project.imports(Path::new("/proc/no-such-directory")), whole);
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "");
}

#[test]
fn another_selection_is_another_entry() {
    let features = "[features]\nmore = []\n\n[dependencies]\n";
    let lib = "#[cfg(feature = \"more\")]\nmod more {\n    #[link(wasm_import_module = \"host\")]\n    unsafe \
               extern \"C\" {\n        pub fn more();\n    }\n}\n";
    let project = Project::new();
    project.scratch.write("vendor/fastly-sys/src/lib.rs", lib);
    let manifest = project.scratch.path("vendor/fastly-sys/Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("it is there");
    fs::write(
        &manifest,
        text.replacen("[dependencies", &features.replace("[dependencies]\n", "[dependencies"), 1),
    )
    .expect("it can be written");
    let own = fs::read_to_string(project.scratch.path("Cargo.toml")).expect("it is there");
    let plain = own.clone();
    let with = own.replace("\"=0.13.2\"", "{ version = \"=0.13.2\", features = [\"more\"] }");
    assert_ne!(plain, with);
    for _ in 0..2 {
        for (manifest, count) in [(&plain, 0), (&with, 1)] {
            project.scratch.write("Cargo.toml", manifest);
            assert_eq!(project.imports(project.kept()).len(), count);
        }
    }
}

#[test]
fn a_value_that_is_no_place_is_refused() {
    let project = Project::new();
    let output = project.run(Path::new("cache"), &["check"]);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    for word in ["WASM_IMPORT_GUARD_CACHE", "`cache`", "`off`", "absolute path"] {
        assert!(output.stderr.contains(word), "{word} in {}", output.stderr);
    }
}
