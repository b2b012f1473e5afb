//! `affected-toolchain` in a repository whose package lies in a subdirectory, in every format.

use std::process::Command;

use serde_json::Value;
use wasm_import_guard_tests::{Output, Scratch, guard};

const RULE: &str = "affected-toolchain";
const WORKFLOW: &str = "on: push\njobs:\n  wasm:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        \
    rust: [\"1.90.0\", 1.91.0]\n    steps:\n      - uses: dtolnay/rust-toolchain@master\n        with:\n          \
    toolchain: ${{ matrix.rust }}\n";
const SYS: &str = "#[link(wasm_import_module = \"host\")]\nunsafe extern \"C\" {\n    pub fn close(handle: u32) -> \
    u32;\n    pub fn time() -> u64;\n}\n";

fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
}

/// A git repository with the packages `wasm/app` and `wasm/sys`.
fn repository() -> Scratch {
    let scratch = Scratch::new();
    scratch
        .write(".github/workflows/ci.yml", WORKFLOW)
        .write("rust-toolchain.toml", "[toolchain]\ntargets = []\nchannel = \"1.91.0\" # for now\n")
        .write("wasm/app/rust-toolchain", "nightly-2025-10-01\n")
        .write("wasm/sys/Cargo.toml", &package("sys", ""))
        .write("wasm/sys/src/lib.rs", SYS)
        .write(
            "wasm/app/Cargo.toml",
            &package(
                "app",
                "rust-version = \"1.85\"\n[dependencies]\nsys = { path = \"../sys\" }\n",
            ),
        )
        .write("wasm/app/src/lib.rs", "pub fn run() { unsafe { sys::close(1); sys::time() }; }\n");
    let mut git = Command::new("git");
    git.args(["init", "--quiet"]).current_dir(scratch.root());
    git.env("GIT_CONFIG_GLOBAL", "").env("GIT_CONFIG_NOSYSTEM", "1");
    assert!(git.status().expect("git runs").success());
    scratch
}

fn check(scratch: &Scratch, arguments: &[&str]) -> Output {
    let mut command = guard(&scratch.path("wasm/app"));
    command.args(["check", "--offline", "--target", "wasm32-wasip1"]).args(arguments);
    command.env_remove("GITHUB_WORKSPACE").env_remove("GITHUB_ACTIONS");
    Output::of(&mut command)
}

fn report(scratch: &Scratch, rustc: &str) -> (Output, Vec<Value>) {
    let output = check(scratch, &["--format", "json", "--rustc-version", rustc]);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("an array");
    let own = findings.iter().filter(|finding| finding["rule"] == RULE).cloned().collect();
    (output, own)
}

/// Level, file, line, column and text of a finding.
fn place(finding: &Value) -> (&str, &str, u64, u64, &str) {
    let text = |key: &str| finding[key].as_str().expect("a string");
    let number = |key: &str| finding[key].as_u64().expect("a number");
    (text("level"), text("file"), number("line"), number("column"), text("name"))
}

#[test]
fn each_place_is_named_from_the_package_whatever_rustc_is_considered() {
    let scratch = repository();
    for rustc in ["1.96.0", "1.91.0"] {
        let (output, findings) = report(&scratch, rustc);
        assert_eq!(output.status, Some(1), "{}", output.stderr);
        let places: Vec<_> = findings.iter().map(place).collect();
        assert_eq!(
            places,
            [
                ("deny", "../../.github/workflows/ci.yml", 7, 26, "1.91.0"),
                ("deny", "../../rust-toolchain.toml", 3, 12, "1.91.0"),
                ("deny", "rust-toolchain", 1, 1, "nightly-2025-10-01"),
                ("note", "Cargo.toml", 5, 17, "1.85"),
            ]
        );
        let workflow = &findings[0];
        assert_eq!(
            workflow["message"],
            "the workflow selects rustc 1.91.0, which does harm to 2 imports, above all to `close` of \
             module `host`"
        );
        let outcomes = serde_json::json!({ "1.91.0": ["link-error", "misbound", "trap"] });
        assert_eq!(workflow["outcomes"], outcomes);
        assert_eq!(workflow["help"], serde_json::json!(["write `1.91.1` or a later release"]));
        let nightly = findings[2]["help"][0].as_str().expect("a help");
        assert!(nightly.starts_with("write `nightly-2025-12-01`"), "{nightly}");
    }
}

#[test]
fn a_fingerprint_outlives_a_line_and_tells_equal_names_apart() {
    let scratch = repository();
    let prints = |scratch: &Scratch| -> Vec<(u64, String)> {
        let (_, findings) = report(scratch, "1.96.0");
        let of_workflow = findings.iter().filter(|finding| finding["file"] != "rust-toolchain");
        of_workflow
            .filter(|finding| finding["file"].as_str().expect("a file").ends_with("ci.yml"))
            .map(|it| (place(it).2, it["fingerprint"].as_str().expect("a string").to_owned()))
            .collect()
    };
    let before = prints(&scratch);
    let more = format!("# moved\n{WORKFLOW}      - run: cargo +1.91.0 build\n");
    scratch.write(".github/workflows/ci.yml", &more);
    let after = prints(&scratch);
    assert_eq!((before.len(), after.len()), (1, 2));
    assert_eq!((before[0].0, after[0].0), (7, 8));
    assert_eq!(before[0].1, after[0].1);
    assert_ne!(after[0].1, after[1].1);
}

#[test]
fn an_annotation_is_on_the_line_of_the_workflow() {
    let output = check(&repository(), &["--format", "github"]);
    let line = "::error title=affected-toolchain%3A 1.91.0,file=.github/workflows/ci.yml,line=7,endLine=7,";
    let annotation = output.stdout.lines().find(|it| it.starts_with(line));
    let annotation = annotation.unwrap_or_else(|| panic!("{}", output.stdout));
    assert!(annotation.contains("col=26,endColumn=32"), "{annotation}");
}

#[test]
fn a_person_sees_the_line_of_the_workflow() {
    let output = check(&repository(), &[]);
    let parts = [
        "error[affected-toolchain]: the workflow selects rustc 1.91.0",
        "../../.github/workflows/ci.yml:7:26",
        "rust: [\"1.90.0\", 1.91.0]",
        "^^^^^^ selects rustc 1.91.0",
        "sys/src/lib.rs:3:12",
        "with rustc 1.91.0: either the link fails",
    ];
    for part in parts {
        assert!(output.stdout.contains(part), "{part} is not in\n{}", output.stdout);
    }
}

#[test]
fn a_workflow_that_does_not_parse_is_said_and_hides_nothing() {
    let scratch = repository();
    scratch.write(".github/workflows/broken.yml", "jobs: [\n");
    let output = check(&scratch, &["--format", "json", "--require-complete", "-v"]);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(report["complete"], true);
    let notes = output.stderr.lines().filter(|line| line.starts_with("note: the workflow "));
    let [note] = notes.collect::<Vec<_>>()[..] else { panic!("{}", output.stderr) };
    assert!(note.contains("broken.yml is not searched for toolchains: "), "{note}");
    let quiet = check(&scratch, &["--format", "json", "-q"]);
    assert!(!quiet.stderr.contains("broken.yml"), "{}", quiet.stderr);
}

#[test]
fn what_lies_outside_the_repository_is_not_read() {
    let scratch = repository();
    let outside = Scratch::new();
    outside.write("ci.yml", WORKFLOW);
    let link = scratch.path(".github/workflows/link.yml");
    std::os::unix::fs::symlink(outside.path("ci.yml"), link).expect("a link can be made");
    let (output, findings) = report(&scratch, "1.96.0");
    assert!(findings.iter().all(|finding| !place(finding).1.contains("link.yml")));
    assert!(output.stderr.contains("link.yml is not searched"), "{}", output.stderr);
}
