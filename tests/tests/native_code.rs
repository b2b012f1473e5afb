//! Objects and archives that a package brings along: what they import is said, since no source shows it.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fs;

use serde_json::Value;
use wasm_import_guard_tests::objects::functions;
use wasm_import_guard_tests::{Compiler, Output, Scratch, guard};

const HOST: &str = r#"
#[link(wasm_import_module = "host")]
extern "C" {
    fn first();
    fn second();
    fn third();
    fn fourth();
}
#[no_mangle]
pub extern "C" fn call() {
    unsafe { first(); second(); third(); fourth() }
}
"#;

/// An archive with `object` as its only member.
fn archive(object: &[u8]) -> Vec<u8> {
    let header = format!(
        "!<arch>\n{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
        "host.o/",
        0,
        0,
        0,
        644,
        object.len()
    );
    [header.as_bytes(), object].concat()
}

/// The places that hide imports; there are no others.
fn opaque(project: &Scratch) -> Vec<Value> {
    let arguments = ["imports", "--format=json", "--target=wasm32-unknown-unknown"];
    let said = Output::of(guard(project.root()).args(arguments));
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    let report: Value = serde_json::from_str(&said.stdout).expect("JSON");
    assert_eq!(report["imports"], Value::Array(Vec::new()));
    report["opaque"].as_array().expect("an array").clone()
}

#[test]
fn a_shipped_object_is_named_with_what_it_imports() {
    for compiler in Compiler::all() {
        let object = compiler.object(HOST);
        let undefined = functions(&object).expect("a sound object").undefined;
        let truth: Vec<String> =
            undefined.iter().map(|it| format!("`{}.{}`", it.module, it.name)).collect();
        assert_eq!(truth.len(), 4, "{truth:?}");

        let project = Scratch::library("ships", &[], "");
        fs::create_dir(project.path("lib")).expect("it is not there yet");
        fs::write(project.path("lib/host.o"), &object).expect("written");
        fs::write(project.path("lib/libhost.a"), archive(&object)).expect("written");
        fs::write(project.path("lib/text.o"), "not an object").expect("written");
        // Nothing but a build script can link them.
        assert_eq!(opaque(&project), Vec::<Value>::new());

        project.write("build.rs", "fn main() {}");
        let said = opaque(&project);
        let files: Vec<_> = said.iter().map(|it| it["file"].as_str().expect("a path")).collect();
        assert_eq!(files, ["lib/host.o", "lib/libhost.a"]);
        for entry in &said {
            let reason = entry["reason"].as_str().expect("a reason");
            assert_eq!(truth.iter().filter(|name| reason.contains(*name)).count(), 3, "{reason}");
            assert!(reason.contains(" and 1 more"), "{reason}");
        }
    }
}
