//! A project's policy in the metadata of its manifests: levels, exceptions, and what is wrong with a table.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fs;

use serde_json::Value;
use wasm_import_guard_tests::{Output, Scratch, run};

/// An import that rustc 1.91.0 misbinds, in a crate that others may use.
const CLASH: &str = "#[link(wasm_import_module = \"host\")]\nunsafe extern \"C\" {\n    pub fn close(handle: u32) -> u32;\n}\n";

fn project(policy: &str) -> Scratch {
    let project = Scratch::library("app", &[], CLASH);
    let manifest = fs::read_to_string(project.path("Cargo.toml")).expect("it is there");
    project.write("Cargo.toml", &format!("{manifest}\n{policy}"));
    project
}

fn check(project: &Scratch, arguments: &[&str]) -> Output {
    let fixed = ["check", "--offline", "--target", "wasm32-wasip1", "--rustc-version", "1.91.0"];
    run(project.root(), &[&fixed[..], arguments].concat())
}

/// The level of each finding of libc-clash, and how many findings are excepted.
fn levels(project: &Scratch, arguments: &[&str]) -> (Vec<String>, usize) {
    let output = check(project, &[&["--format", "json"], arguments].concat());
    let report: Value = serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", output.stdout, output.stderr));
    let findings = report["findings"].as_array().expect("an array").iter();
    let of_rule = findings.filter(|finding| finding["rule"] == "libc-clash");
    let levels = of_rule.map(|finding| finding["level"].as_str().expect("a level").to_owned());
    (levels.collect(), report["excepted"].as_array().expect("an array").len())
}

#[test]
fn levels_of_the_package_go_before_those_of_the_workspace_and_the_command_line_before_all() {
    let workspace = "[workspace.metadata.wasm-import-guard]\nlevels = { libc-clash = \"warn\" }\n";
    let package = "[package.metadata.wasm-import-guard.levels]\nlibc-clash = \"note\"\n";
    for (policy, arguments, expected, status) in [
        (String::new(), &[][..], &["deny"][..], 1),
        (workspace.to_owned(), &[], &["warn"], 0),
        (format!("{workspace}{package}"), &[], &["note"], 0),
        (format!("{workspace}{package}"), &["--level", "libc-clash=deny"], &["note"], 0),
        (workspace.to_owned(), &["--level", "libc-clash=allow"], &[], 0),
        (
            workspace.to_owned(),
            &["--level=libc-clash=note", "--level=libc-clash=deny"],
            &["deny"],
            1,
        ),
        (workspace.to_owned(), &["--level", "undeclared-module=deny"], &["warn"], 0),
    ] {
        let project = project(&format!("[workspace]\n{policy}"));
        // The levels that the rule itself gave count, not those of another table.
        let expected: &[&str] =
            if arguments == ["--level", "libc-clash=deny"] { &["deny"] } else { expected };
        let status = if expected == ["deny"] { 1 } else { status };
        assert_eq!(levels(&project, arguments).0, expected, "{policy}{arguments:?}");
        assert_eq!(check(&project, arguments).status, Some(status), "{policy}{arguments:?}");
    }
}

#[test]
fn a_level_makes_no_alarm_of_a_harmless_import() {
    let project =
        project("[package.metadata.wasm-import-guard]\nlevels = { libc-clash = \"deny\" }\n");
    let fixed = ["check", "--offline", "--target", "wasm32-wasip1", "--rustc-version", "1.95.0"];
    assert_eq!(run(project.root(), &fixed).status, Some(0));
}

#[test]
fn an_exception_accepts_what_it_names_until_it_expires() {
    let exception = |keys: &str| {
        format!(
            "[[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\"\nreason = \"we \
                 pin 1.91.1\"\n{keys}\n"
        )
    };
    for (keys, accepted) in [
        ("", true),
        ("name = \"close\"", true),
        ("name = \"cl*\"\nmodule = \"host\"\ncrate = \"app\"", true),
        ("name = \"open\"", false),
        ("module = \"env\"", false),
        ("crate = \"another\"", false),
        ("expires = 9999-12-31", true),
        ("expires = \"9999-12-31\"", true),
        ("expires = 2001-01-01", false),
    ] {
        let project = project(&exception(keys));
        let output = check(&project, &[]);
        assert_eq!(output.status, Some(i32::from(!accepted)), "{keys}: {}", output.stdout);
        assert_eq!(levels(&project, &[]).1, usize::from(accepted), "{keys}");
        let expired = output.stderr.contains("expired on 2001-01-01");
        assert_eq!(expired, keys.contains("2001"), "{keys}: {}", output.stderr);
        let unused = output.stderr.contains("matches no finding: it can be removed");
        assert_eq!(unused, !accepted && !expired, "{keys}: {}", output.stderr);
        let told = check(&project, &["-v"]).stdout.contains("reason: we pin 1.91.1");
        assert_eq!(told, accepted, "{keys}");
        if accepted {
            assert!(output.stdout.contains("1 excepted (-v shows them)"), "{}", output.stdout);
        }
        if expired {
            assert!(output.stdout.contains("its reason was: we pin 1.91.1"), "{}", output.stdout);
        }
    }
    // It is used where the rustc that is judged makes a note of the finding.
    let project = project(&exception(""));
    let fixed = ["check", "--offline", "--target", "wasm32-wasip1", "--rustc-version", "1.95.0"];
    let output = run(project.root(), &fixed);
    assert!(!output.stderr.contains("matches no finding"), "{}", output.stderr);
}

/// What is wrong, where (`^` marks the line), and what the message must say.
const WRONG: &[(&str, &[&str])] = &[
    (
        "[package.metadata.wasm-import-guard]\nlvels = {} #^",
        &[
            "package.metadata.wasm-import-guard.lvels",
            "is no key of a policy",
            "did you mean `levels`?",
        ],
    ),
    (
        "[package.metadata.wasm-import-guard]\nlevels = \"deny\" #^",
        &["guard.levels", "must be a table", "levels = { libc-clash = \"warn\" }"],
    ),
    (
        "[package.metadata.wasm-import-guard.levels]\nlibc-clah = \"deny\" #^",
        &["guard.levels.libc-clah", "is no rule", "did you mean `libc-clash`?"],
    ),
    (
        "[package.metadata.wasm-import-guard.levels]\nlibc-clash = \"error\" #^",
        &[
            "guard.levels.libc-clash",
            "`error`, which is no level",
            "`allow`, `note`, `warn`, `deny`",
        ],
    ),
    (
        "[package.metadata.wasm-import-guard.levels]\nlibc-clash = 1 #^",
        &["guard.levels.libc-clash", "must be a text"],
    ),
    (
        "[[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\" #^",
        &["guard.exceptions.reason", "is missing", "say why"],
    ),
    (
        "[[package.metadata.wasm-import-guard.exceptions]]\nreason = \"because\" #^",
        &["guard.exceptions.rule", "is missing", "name the rule"],
    ),
    (
        "[[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\"\nreason = \" \" #^",
        &["guard.exceptions.reason", "not empty"],
    ),
    (
        "[[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\"\nreason = \"r\"\nexpires = \"in May\" #^",
        &["guard.exceptions.expires", "is no day", "2027-01-31"],
    ),
    (
        "[[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\"\nreason = \"r\"\nexpires = \"2026-02-29\" #^",
        &["no day", "2027-01-31"],
    ),
    (
        "[[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\"\nreason = \"r\"\npackage = \"a\" #^",
        &["guard.exceptions.package", "is no key of a policy", "`crate`"],
    ),
    (
        "[package.metadata.wasm-import-guard.exceptions] #^\nrule = \"libc-clash\"",
        &[
            "guard.exceptions",
            "must be an array of tables",
            "[[package.metadata.wasm-import-guard.exceptions]]",
        ],
    ),
    (
        "[package.metadata.wasm-import-guard.contract]\nenv = \"*\" #^",
        &["guard.contract.env", "must be an array of texts", "db_*"],
    ),
    (
        "[package.metadata.wasm-import-guard]\ncontract-presets = [\"wasi_snapshot_preview2\"] #^",
        &["guard.contract-presets", "is no preset", "did you mean `wasi_snapshot_preview1`?"],
    ),
    (
        "[workspace.metadata]\nwasm-import-guard = true #^",
        &["workspace.metadata.wasm-import-guard", "must be a table"],
    ),
];

#[test]
fn a_wrong_table_is_refused_with_key_place_and_way_out() {
    for (policy, parts) in WRONG {
        let project = project(&format!("[workspace]\n{policy}\n"));
        let manifest = fs::read_to_string(project.path("Cargo.toml")).expect("it is there");
        let line =
            manifest.lines().position(|line| line.ends_with("#^")).expect("one is marked") + 1;
        for command in ["check", "imports"] {
            let arguments = [command, "--offline", "--target", "wasm32-wasip1"];
            let output = run(project.root(), &arguments);
            assert_eq!(output.status, Some(2), "{policy}: {}", output.stderr);
            assert!(output.stdout.is_empty(), "{policy}: {}", output.stdout);
            let place = format!("Cargo.toml:{line}: ");
            for part in parts.iter().copied().chain([&*place]) {
                assert!(output.stderr.contains(part), "{part} is not in:\n{}", output.stderr);
            }
        }
    }
}

#[test]
fn a_wrong_level_on_the_command_line_is_refused() {
    for (level, parts) in [
        ("libc-clah=warn", ["there is no rule `libc-clah`", "did you mean `libc-clash`?"]),
        ("libc-clash=wrn", ["there is no level `wrn`", "did you mean `warn`?"]),
        ("libc-clash", ["is no `rule=level`", "libc-clash=warn"]),
    ] {
        let output = check(&project(""), &["--level", level]);
        assert_eq!(output.status, Some(2));
        for part in parts {
            assert!(output.stderr.contains(part), "{part} is not in:\n{}", output.stderr);
        }
    }
}

#[test]
fn a_mistake_is_said_once_for_several_targets() {
    let project = project("[package.metadata.wasm-import-guard]\nlevel = {}\n");
    let arguments =
        ["check", "--offline", "--target=wasm32-wasip1", "--target=wasm32-unknown-unknown"];
    let output = run(project.root(), &arguments);
    assert_eq!(output.status, Some(2));
    assert_eq!(output.stderr.matches("is no key of a policy").count(), 1, "{}", output.stderr);
}
