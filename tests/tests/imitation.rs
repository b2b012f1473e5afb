//! rustc 1.91.0's defect, seen with the rustc of the tests: the situation of rust-lang/rust#148347.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use wasm_import_guard_tests::objects::{CrateId, functions, objects, with_plain_names};
use wasm_import_guard_tests::{Build, Built, Scratch, module_imports, run};

const TARGET: &str = "wasm32-wasip1";

/// A crate that declares the host's `close`, and calls it too.
const HOST: &str = "
#[link(wasm_import_module = \"test\")]
unsafe extern \"C\" {
    pub fn close(handle: i32) -> i32;
}

pub fn close_twice(handle: i32) -> i32 {
    unsafe { close(handle) + close(handle) }
}
";

/// A module that uses it beside `File`, whose `drop` is libc's `close`.
const APP: &str = "
use std::fs::File;

#[unsafe(no_mangle)]
pub extern \"C\" fn run() -> i32 {
    let file = File::open(\"x\");
    drop(file);
    unsafe { host::close(7) }
}
";

/// The same through the host crate's own function: every call is compiled in the crate that declares.
const APP_WITH_WRAPPER: &str = "
use std::fs::File;

#[unsafe(no_mangle)]
pub extern \"C\" fn run() -> i32 {
    let file = File::open(\"x\");
    drop(file);
    host::close_twice(7)
}
";

fn project(name: &str, app: &str) -> Scratch {
    let scratch = Scratch::library(name, &[("host", "{ path = \"host\" }")], app);
    let manifest = "[package]\nname = \"host\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    scratch.write("host/Cargo.toml", manifest).write("host/src/lib.rs", HOST);
    scratch
}

/// A build whose objects tell by their names which crate they are of.
fn build() -> Build {
    Build::new(TARGET).env("CARGO_INCREMENTAL", "0")
}

fn imitated(project: &Scratch) -> (Built, String) {
    let log = project.path("imitation.log");
    let built = build()
        .linker(Path::new(env!("CARGO_BIN_EXE_imitate-1-91-0")))
        .env("IMITATE_1_91_0_LOG", log.to_str().expect("UTF-8"))
        .run(project);
    (built, fs::read_to_string(log).expect("the linker was called"))
}

fn has_import(module: &[u8], import: (&str, &str)) -> bool {
    module_imports(module).iter().any(|it| (it.module.as_str(), it.name.as_str()) == import)
}

/// The outcomes that `check` gives for `test.close` with that rustc, `libc-clash` alone.
fn outcomes(project: &Scratch, rustc: &str) -> Value {
    let arguments = ["check", "--format", "json", "--target", TARGET, "--rustc-version", rustc];
    let output = run(project.root(), &arguments);
    let report: Value = serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", output.stdout, output.stderr));
    let findings = report["findings"].as_array().expect("an array");
    let mut clashes = findings.iter().filter(|it| it["rule"] == "libc-clash");
    let clash = clashes.next().expect("close is a function of libc");
    assert_eq!((&clash["module"], &clash["name"]), (&json!("test"), &json!("close")));
    assert!(clashes.next().is_none(), "{report}");
    clash["outcomes"][rustc].clone()
}

#[test]
fn the_link_fails_as_reported_and_check_had_said_so() {
    let project = project("imitation-app", APP);
    let said = outcomes(&project, "1.91.0");
    assert!(said.as_array().expect("an array").contains(&json!("link-error")), "{said}");

    let (built, log) = imitated(&project);
    assert!(!built.success, "{log}");
    let message = "import module mismatch for symbol: close";
    assert!(built.stderr.contains(message), "{}", built.stderr);
    assert!(built.stderr.contains("defined as test in"), "{}", built.stderr);
    assert!(log.lines().count() == 1 && log.starts_with("test.close of host["), "{log}");
}

#[test]
fn without_the_imitation_the_import_is_kept() {
    let project = project("imitation-kept", APP);
    assert_eq!(outcomes(&project, "1.96.0"), json!(["kept"]));
    let built = build().run(&project);
    let module = built.expect_success().module("imitation_kept.wasm");
    assert!(has_import(&module, ("test", "close")), "{:?}", module_imports(&module));
}

/// The imitation changes uses, not declarations: a crate's calls of its own imports are left alone.
#[test]
fn calls_inside_the_declaring_crate_are_kept_by_the_imitation() {
    let project = project("imitation-wrapper", APP_WITH_WRAPPER);
    assert_eq!(outcomes(&project, "1.91.0"), json!(["kept"]));
    let (built, log) = imitated(&project);
    let module = built.expect_success().module("imitation_wrapper.wasm");
    assert!(has_import(&module, ("test", "close")), "{:?}", module_imports(&module));
    assert_eq!(log, "");
}

/// On real objects: one symbol has another name, and everything else is as it was, byte for byte.
#[test]
fn only_the_names_of_foreign_imports_change_in_an_object() {
    let project = project("imitation-objects", APP);
    let built = build().run(&project);
    built.expect_success();
    let rlib = built.files.iter().find(|it| it.ends_with("libimitation_objects.rlib"));
    let bytes = fs::read(rlib.expect("it is built as an rlib too")).expect("it is there");
    let mut rewritten = 0;
    for (name, object) in objects("", &bytes).expect("an archive") {
        let own = CrateId::of_object(&name).unwrap_or_else(|| panic!("whose is {name}?"));
        assert_eq!(own.name, "imitation_objects");
        let Some(changed) = with_plain_names(object, Some(&own)).expect("sound") else { continue };
        rewritten += 1;
        let before = functions(object).expect("sound");
        let after = functions(&changed.object).expect("still sound");
        assert_eq!(after.defined, before.defined);
        assert_eq!(after.undefined.len(), before.undefined.len());
        let differences: Vec<_> =
            before.undefined.iter().zip(&after.undefined).filter(|(old, new)| old != new).collect();
        let [(old, new)] = differences[..] else { panic!("{differences:?}") };
        assert!(old.explicit_name && old.symbol.ends_with("_4host5close"), "{old:?}");
        assert!(new.explicit_name && new.symbol == "close", "{new:?}");
        assert_eq!((new.module.as_str(), new.name.as_str()), ("test", "close"));
        assert_eq!(sections(&changed.object), sections(object));
        // The object is shorter by the name, and what sizes take less: LLVM pads three of them, and may
        // pad the number of symbols, to five bytes.
        let saved = object.len() - changed.object.len();
        let written = old.symbol.len() - new.symbol.len();
        assert!((written..=written + 16).contains(&saved), "{saved} for {written}");
        // There is nothing left to do.
        assert_eq!(with_plain_names(&changed.object, Some(&own)), Ok(None));
        // A crate's own imports stay, and an object of nobody knows is refused.
        let declaring = CrateId::of_symbol(&old.symbol).expect("it is mangled");
        assert_eq!(with_plain_names(object, Some(&declaring)), Ok(None));
        let error = with_plain_names(object, None).expect_err("whose is it?");
        assert!(error.contains("CARGO_INCREMENTAL=0"), "{error}");
    }
    assert_eq!(rewritten, 1);
}

/// The sections but `linking`, with their contents.
fn sections(object: &[u8]) -> Vec<(u8, &[u8])> {
    let payloads = wasmparser::Parser::new(0).parse_all(object);
    payloads
        .filter_map(|payload| {
            let payload = payload.expect("sound");
            if let wasmparser::Payload::CustomSection(custom) = &payload
                && custom.name() == "linking"
            {
                return None;
            }
            payload.as_section().map(|(id, range)| (id, &object[range]))
        })
        .collect()
}
