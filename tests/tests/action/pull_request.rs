//! action.yml, run for a pull request from the workflow to its annotations.

use crate::act::{ACTION, Checkout};

const MANIFEST: &str = r#"[package]
name = "edge"
version = "0.1.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[dependencies]
# Exactly this one: what it declares is what this test expects.
fastly-sys = "=0.13.2"
"#;
/// The line of `MANIFEST` that brings in `fastly-sys`.
const LINE: &str = "11";
/// As cargo made it for `MANIFEST`.
const LOCK_FILE: &str = include_str!("edge/Cargo.lock");
const SOURCE: &str = r#"#[no_mangle]
pub extern "C" fn run(handle: u32) {
    unsafe { fastly_sys::fastly_http_body::close(handle) };
}
"#;
const CONFIGURATION: &str = "[build]\ntarget = \"wasm32-wasip1\"\n";

/// A directory whose name would end a property, and a line.
const HOSTILE_DIRECTORY: &str = "s,%0Aline=1:y";
const HOSTILE_WORKSPACE: &str =
    "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"s,%0Aline=1:y\"]\n";
const HOSTILE_APP: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
    [dependencies]\nhostile-sys = { path = \"../s,%0Aline=1:y\" }\n";
const HOSTILE_APP_SOURCE: &str = "pub fn run() { unsafe { hostile_sys::close(1) }; }\n";
const HOSTILE_SYS: &str =
    "[package]\nname = \"hostile-sys\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
/// An import module that would be two commands, a masked secret, HTML, a mention and a table's end.
const HOSTILE_SYS_SOURCE: &str = r#"
#[link(wasm_import_module = "m\n::error title=forged::forged\r\n##[error]forged|`<b>@octocat</b>`%25")]
extern "C" {
    pub fn close(descriptor: i32) -> i32;
}
"#;
const HOSTILE_LOCK_FILE: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n\
    dependencies = [\n \"hostile-sys\",\n]\n\n[[package]]\nname = \"hostile-sys\"\nversion = \
    \"0.1.0\"\n";

/// A workflow for pull requests with these steps behind the checkout.
fn workflow(steps: &str) -> String {
    let head = "name: imports\non: pull_request\npermissions:\n  contents: read\njobs:\n  \
        imports:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n";
    head.to_owned() + &steps.replace("ACTION", ACTION)
}

fn checkout(steps: &str) -> Checkout {
    let hostile = |file: &str| format!("hostile/{HOSTILE_DIRECTORY}/{file}");
    Checkout::new(&[
        (".github/workflows/imports.yml", &workflow(steps)),
        (".cargo/config.toml", CONFIGURATION),
        ("Cargo.toml", MANIFEST),
        ("Cargo.lock", LOCK_FILE),
        ("src/lib.rs", SOURCE),
        ("hostile/Cargo.toml", HOSTILE_WORKSPACE),
        ("hostile/Cargo.lock", HOSTILE_LOCK_FILE),
        ("hostile/app/Cargo.toml", HOSTILE_APP),
        ("hostile/app/src/lib.rs", HOSTILE_APP_SOURCE),
        (&hostile("Cargo.toml"), HOSTILE_SYS),
        (&hostile("src/lib.rs"), HOSTILE_SYS_SOURCE),
    ])
}

#[test]
fn a_hazard_of_a_dependency_fails_the_step_at_the_line_that_brings_it_in() {
    let run = checkout(
        r#"
      - id: mistaken
        continue-on-error: true
        uses: ACTION
        with:
          fail-on: sometimes
      - id: hostile
        uses: ACTION
        with:
          manifest-path: hostile/app/Cargo.toml
          targets: wasm32-wasip1
          rustc-versions: 1.91.0
          fail-on: never
      - id: guard
        uses: ACTION
        with:
          rustc-versions: 1.91.0
      - if: always()
        shell: bash
        env:
          FINDINGS: ${{ steps.guard.outputs.findings }}
          CONCLUSION: ${{ steps.guard.outputs.conclusion }}
        run: echo "findings is $FINDINGS, conclusion is $CONCLUSION"
"#,
    )
    .pull_request();
    assert!(!run.passed, "the last use of the action fails, and with it the job");

    let guard = run.step("guard");
    assert_eq!(guard.code, 1);
    assert_eq!(MANIFEST.lines().nth(10), Some("fastly-sys = \"=0.13.2\""));
    let [annotation] = guard.annotations.as_slice() else { panic!("{:?}", guard.annotations) };
    assert_eq!(annotation.name, "error");
    let property = |name: &str| annotation.properties.get(name).map(String::as_str);
    assert_eq!(property("file"), Some("Cargo.toml"));
    assert_eq!((property("line"), property("endLine")), (Some(LINE), Some(LINE)));
    assert_eq!((property("col"), property("endColumn")), (Some("1"), Some("11")));
    assert_eq!(property("title"), Some("libc-clash: close of fastly_http_body"));
    for said in ["`close`", "edge 0.1.0 → fastly-sys 0.13.2", "rustc 1.91.0", "\nhelp: "] {
        assert!(annotation.data.contains(said), "{said} is not in {:?}", annotation.data);
    }
    let summary = &guard.summary;
    let rows: Vec<&str> = summary.lines().filter(|line| line.starts_with("| deny |")).collect();
    assert_eq!(rows.len(), 1, "{summary}");
    assert!(rows[0].contains("`Cargo.toml:11`") && rows[0].contains("`fastly_http_body`"));
    assert!(summary.contains("- `wasm32-wasip1`, rustc 1.91.0: **1 denied**, 0 warnings, "));
    assert_eq!(
        (guard.outputs["findings"].as_str(), guard.outputs["conclusion"].as_str()),
        ("1", "failure")
    );
    let printed = run.printed();
    assert!(printed.contains("findings is 1, conclusion is failure\n"), "{printed}");

    let hostile = run.step("hostile");
    assert_eq!(hostile.code, 0, "fail-on: never");
    let [annotation] = hostile.annotations.as_slice() else { panic!("{:?}", hostile.annotations) };
    assert_eq!(annotation.properties["file"], format!("hostile/{HOSTILE_DIRECTORY}/src/lib.rs"));
    let line = HOSTILE_SYS_SOURCE.lines().position(|line| line.contains("fn close")).unwrap() + 1;
    assert_eq!(annotation.properties["line"], line.to_string());
    let module =
        "m\\u{a}::error title=forged::forged\\u{d}\\u{a}##[error]forged|`<b>@octocat</b>`%25";
    assert_eq!(annotation.properties["title"], format!("libc-clash: close of {module}"));
    assert!(annotation.data.contains(module), "{:?}", annotation.data);
    let summary = &hostile.summary;
    assert!(summary.contains("forged\\u{7c}`\\<b\\>@&#8203;octocat\\</b\\>`%25`"), "{summary}");
    assert_eq!(hostile.summary.lines().filter(|line| line.starts_with("| deny |")).count(), 1);
    assert_eq!(hostile.outputs["conclusion"], "neutral");

    let mistaken = run.step("mistaken");
    assert_eq!(mistaken.code, 2);
    assert_eq!(mistaken.annotations.len(), 1);
    assert_eq!(
        mistaken.annotations[0].data,
        "the input `fail-on` is `sometimes`\nhelp: give one of `deny`, `warn`, `never`"
    );
    assert_eq!(mistaken.outputs["conclusion"], "error");
    assert!(mistaken.summary.contains("**nothing was analysed**: the input `fail-on` is"));
    assert!(!printed.contains("forged"), "{printed}");
}

#[test]
fn the_current_rustc_passes_without_a_word() {
    let run = checkout("      - id: guard\n        uses: ACTION\n").pull_request();
    let guard = run.step("guard");
    assert_eq!(guard.annotations, []);
    assert_eq!(guard.code, 0);
    assert_eq!(
        (guard.outputs["findings"].as_str(), guard.outputs["conclusion"].as_str()),
        ("0", "success")
    );
    assert!(guard.summary.contains(": 0 denied, 0 warnings, "), "{}", guard.summary);
    assert!(!guard.summary.contains('|'), "{}", guard.summary);
    // A checkout has one commit by default. That is said, and is no annotation.
    assert!(guard.summary.contains("- not compared with the base: `origin/main` is no revision"));
    assert_eq!(guard.outputs["new-findings"], "");
    assert!(run.passed);
}

const WITHOUT_FASTLY: &str = "[package]\nname = \"edge\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
    [lib]\ncrate-type = [\"cdylib\"]\n";
const LOCK_WITHOUT_FASTLY: &str =
    "version = 4\n\n[[package]]\nname = \"edge\"\nversion = \"0.1.0\"\n";

/// The base has no dependency; the pull request brings it in, and its imports.
#[test]
fn what_the_base_does_not_have_is_in_the_summary() {
    let steps = r#"
      - id: guard
        uses: ACTION
        with:
          rustc-versions: 1.91.0
          sarif-file: out/imports.sarif
          html-file: out/imports.html
      - if: always()
        shell: bash
        env:
          REPORT: ${{ steps.guard.outputs.report-json }}
          SARIF: ${{ steps.guard.outputs.sarif-file }}
          MAP: ${{ steps.guard.outputs.html-file }}
        run: |
          printf 'report\n%s\nsarif\n%s\nend\n' "$(cat "$REPORT")" "$(cat "$SARIF")"
          head -c 15 "$MAP"
"#;
    let workflow = workflow(steps);
    let base = [
        (".github/workflows/imports.yml", workflow.as_str()),
        (".cargo/config.toml", CONFIGURATION),
        ("Cargo.toml", WITHOUT_FASTLY),
        ("Cargo.lock", LOCK_WITHOUT_FASTLY),
        ("src/lib.rs", ""),
    ];
    let change = [("Cargo.toml", MANIFEST), ("Cargo.lock", LOCK_FILE), ("src/lib.rs", SOURCE)];
    let run = Checkout::on_base(&base, &change).pull_request();

    let guard = run.step("guard");
    assert_eq!(guard.code, 1);
    let output = |name: &str| guard.outputs[name].as_str();
    assert_eq!((output("findings"), output("new-findings")), ("1", "1"));
    let summary = &guard.summary;
    assert!(summary.contains("**Imports** for `wasm32-wasip1` since `origin/main ("), "{summary}");
    assert!(
        summary.contains("| new | `fastly_http_body.close` | `fastly-sys 0.13.2`<br>"),
        "{summary}"
    );

    // A file in the checkout, and one in the runner's temporary directory.
    assert_eq!(output("sarif-file"), "out/imports.sarif");
    assert_eq!(output("html-file"), "out/imports.html");
    let printed = run.printed();
    assert!(printed.contains("<!doctype html>"), "{printed}");
    let between = |from: &str, to: &str| -> serde_json::Value {
        let (_, rest) = printed.split_once(from).unwrap();
        serde_json::from_str(rest.split_once(to).unwrap().0).unwrap()
    };
    let sarif = between("\nsarif\n", "\nend\n");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "libc-clash");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "Cargo.toml");
    assert_eq!(place["region"]["startLine"].to_string(), LINE);
    let report = between("report\n", "\nsarif\n");
    assert_eq!(report["schema"], "wasm-import-guard/report/1");
    assert_eq!(report["summary"]["deny"], 1);
}

/// The base has the hazard already; the pull request adds an import.
#[test]
fn with_new_only_what_the_base_has_too_does_not_fail_the_step() {
    let steps = r"
      - id: guard
        uses: ACTION
        with:
          rustc-versions: 1.91.0
          base-ref: origin/main
          new-only: true
      - id: nowhere
        continue-on-error: true
        uses: ACTION
        with:
          base-ref: nowhere
";
    let workflow = workflow(steps);
    let base = [
        (".github/workflows/imports.yml", workflow.as_str()),
        (".cargo/config.toml", CONFIGURATION),
        ("Cargo.toml", MANIFEST),
        ("Cargo.lock", LOCK_FILE),
        ("src/lib.rs", SOURCE),
    ];
    let added =
        format!("{SOURCE}#[link(wasm_import_module = \"added\")]\nextern \"C\" {{ fn more(); }}\n");
    let run = Checkout::on_base(&base, &[("src/lib.rs", &added)]).pull_request();

    let guard = run.step("guard");
    assert_eq!((guard.code, guard.annotations.len()), (0, 0), "{:?}", guard.annotations);
    let output = |name: &str| guard.outputs[name].as_str();
    assert_eq!((output("findings"), output("new-findings")), ("1", "0"));
    assert_eq!(output("conclusion"), "success");
    assert!(guard.summary.contains("| new | `added.more` | `edge 0.1.0`<br>"), "{}", guard.summary);
    assert!(!guard.summary.contains("| deny |"), "{}", guard.summary);

    // What the workflow asks for by name must be there.
    let nowhere = run.step("nowhere");
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.annotations[0].data.contains("`nowhere` is no revision of this clone"));
    assert_eq!(nowhere.outputs["conclusion"], "error");
}
