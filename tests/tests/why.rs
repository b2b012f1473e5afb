//! `why` on graphs of published crates: who declares an import, and what brought it in.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

use serde_json::{Value, json};
use wasm_import_guard_tests::{Output, Scratch, run};

const TARGET: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

fn why(project: &Scratch, arguments: &[&str]) -> Output {
    run(project.root(), &[&["why"], arguments, &TARGET].concat())
}

fn json(project: &Scratch, arguments: &[&str]) -> Value {
    let output = why(project, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

/// The line, from 1, that begins so.
fn line_of(text: &str, start: &str) -> usize {
    text.lines().position(|line| line.starts_with(start)).unwrap() + 1
}

/// As somebody met it: `parking_lot` brings in instant, which declares `now` without a module.
fn parking_lot() -> Scratch {
    let dependencies = [("cfg-if", "\"1\""), ("parking_lot", "\"=0.11.2\"")];
    let source = "pub fn lock() -> u32 { *parking_lot::Mutex::new(1).lock() }\n";
    Scratch::library("app", &dependencies, source)
}

#[test]
fn env_now_comes_from_instant() {
    let project = parking_lot();
    let output = why(&project, &["env", "now"]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let manifest = std::fs::read_to_string(project.path("Cargo.toml")).unwrap();
    let line = line_of(&manifest, "parking_lot");
    for said in [
        "asks the host for `now` without an import module, which linkers call `env`",
        "/src/wasm.rs:151:16",
        "pub fn now() -> f64;",
        "note: brought in by app 0.1.0 → parking_lot 0.11.2 → instant 0.1.13\n",
        "note: brought in by app 0.1.0 → parking_lot 0.11.2 → parking_lot_core 0.8.6 → instant",
        &format!(
            "help: it would be gone without the dependency `parking_lot 0.11.2` at Cargo.toml:{line}\n"
        ),
    ] {
        assert!(output.stdout.contains(said), "no {said:?} in\n{}", output.stdout);
    }
    assert!(!output.stdout.contains("cfg-if"), "{}", output.stdout);
    let answer = json(&project, &["env", "now"]);
    assert_eq!(answer["schema"], "wasm-import-guard/why/1");
    let package = &answer["packages"][0];
    assert_eq!(package["package"], "instant");
    assert_eq!(package["paths"].as_array().unwrap().len(), 2);
    assert_eq!(package["more_paths"], 0);
    let declared = &package["declarations"][0];
    assert_eq!((&declared["file"], &declared["line"]), (&json!("src/wasm.rs"), &json!(151)));
    assert_eq!(declared["exposure"], "exposed");
    let removed_by = &package["removed_by"][0];
    assert_eq!((&removed_by["file"], &removed_by["line"]), (&json!("Cargo.toml"), &json!(line)));
}

#[test]
fn a_rustc_that_refuses_the_import_is_told() {
    let project = parking_lot();
    let output = why(&project, &["-", "now", "--rustc-version", "1.96.0"]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(
        output
            .stdout
            .contains("note: with rustc 1.96.0: the link fails with an undefined symbol\n"),
        "{}",
        output.stdout
    );
}

#[test]
fn what_nobody_declares_is_not_found() {
    let project = parking_lot();
    let output = why(&project, &["env", "nwo"]);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stdout.starts_with("no crate of the graph declares `nwo` of module `env` for"));
    assert!(output.stdout.contains("help: there is `now` without an import module\n"));
    let answer = json(&project, &["env", "nwo"]);
    assert_eq!((&answer["found"], &answer["complete"]), (&json!(false), &json!(true)));
    assert_eq!(answer["similar"], json!([{"module": null, "name": "now"}]));
}

#[test]
fn the_feature_that_brings_it_in_is_named() {
    let project = Scratch::new();
    project.write(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[features]\ndefault = \
         [\"clock\"]\nclock = [\"timer/wasm\"]\n\n[dependencies]\ntimer = { path = \"timer\" }\n",
    );
    project.write("src/lib.rs", "pub fn now() -> f64 { timer::now() }\n");
    project.write(
        "timer/Cargo.toml",
        "[package]\nname = \"timer\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[features]\nwasm = \
         [\"dep:instant\"]\n\n[dependencies]\ninstant = { version = \"=0.1.13\", features = [\"now\"], \
         optional = true }\n",
    );
    project.write("timer/src/lib.rs", "pub fn now() -> f64 { instant::now() }\n");
    let output = why(&project, &["env"]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    for said in [
        "note: timer 0.1.0 has the optional dependency instant 0.1.13 because of the feature `wasm`, \
         turned on by app 0.1.0 (`wasm`)\n",
        "help: it would be gone without the dependency `timer 0.1.0` at Cargo.toml:11\n",
        "help: or keep the dependency, and turn off the feature `wasm` of timer 0.1.0, which brings in \
         instant 0.1.13\n",
    ] {
        assert!(output.stdout.contains(said), "no {said:?} in\n{}", output.stdout);
    }
    // Turned off, it is gone: the advice is true.
    let output = why(&project, &["env", "--no-default-features"]);
    assert_eq!(output.status, Some(1), "{}", output.stdout);
}

#[test]
fn a_macro_that_could_hide_the_import_is_named() {
    let source = "use wasm_bindgen::prelude::*;\n\n#[wasm_bindgen]\nextern \"C\" {\n    fn alert(text: \
        &str);\n}\n";
    let project = Scratch::library("app", &[("wasm-bindgen", "\"0.2\"")], source);
    let output = why(&project, &["__wbindgen_placeholder__", "__wbg_alert_0123456789abcdef"]);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    let said = "note: app 0.1.0 may declare it at src/lib.rs:4, which cannot be read: ";
    assert!(output.stdout.contains(said), "{}", output.stdout);
    let answer = json(&project, &["__wbindgen_placeholder__", "__wbg_alert_0123456789abcdef"]);
    let own: Vec<&Value> =
        answer["opaque"].as_array().unwrap().iter().filter(|one| one["package"] == "app").collect();
    assert_eq!((own.len(), &own[0]["line"]), (1, &json!(4)));
    // wasm-bindgen's own are in plain source.
    let output = why(&project, &["__wbindgen_placeholder__", "__wbindgen_describe"]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(output.stdout.contains("brought in by app 0.1.0 → wasm-bindgen 0.2."));
}

#[test]
fn what_could_not_be_read_is_no_answer() {
    let project = parking_lot();
    let output = why(&project, &["env", "nwo", "--target", "wasm32-none"]);
    assert_eq!(output.status, Some(3), "{}", output.stderr);
    assert!(output.stderr.contains("not analysed: wasm32-none"), "{}", output.stderr);
    let output = run(project.root(), &["why", "env", "now", "--target", "wasm32-none"]);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
}
