//! The harness itself: real builds, real crates, rustc's own import lists.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeSet;
use std::process::Command;

use wasm_import_guard::symbols::{CSymbols, Library};
use wasm_import_guard_tests::{
    Build, ModuleImport, Scratch, declared_imports, guard_binary, module_imports, rustc_reporting,
    toolchain,
};

const FASTLY: (&str, &str) = ("fastly-sys", "\"=0.13.2\"");

fn function(module: &str, name: &str) -> ModuleImport {
    ModuleImport { module: module.to_owned(), name: name.to_owned(), kind: "func" }
}

#[test]
fn the_rustc_is_a_recent_one() {
    let version = toolchain().version();
    assert!(version.starts_with("rustc 1."), "{version}");
    assert!(version.contains("\nrelease: 1."), "{version}");
}

#[test]
fn wasip1_modules_link_and_keep_their_imports() {
    let project = Scratch::library(
        "harness-wasip1",
        &[FASTLY],
        "#[unsafe(no_mangle)]\npub extern \"C\" fn run() {\n    println!(\"hello\");\n    \
         let _ = unsafe { fastly_sys::fastly_http_body::close(1) };\n}\n",
    );
    project.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{:?}\", std::fs::read(\"x\"));\n    \
         let _ = unsafe { fastly_sys::fastly_http_body::close(1) };\n}\n",
    );
    let built = Build::new("wasm32-wasip1").run(&project);
    built.expect_success();
    for file in ["harness_wasip1.wasm", "harness-wasip1.wasm"] {
        let imports = module_imports(&built.module(file));
        assert!(imports.contains(&function("fastly_http_body", "close")), "{file}: {imports:?}");
        assert!(
            imports.contains(&function("wasi_snapshot_preview1", "fd_write")),
            "{file}: {imports:?}"
        );
        assert!(imports.iter().all(|it| it.module != "env"), "{file}: {imports:?}");
    }
    assert!(built.files.iter().any(|file| file.extension().is_some_and(|it| it == "rlib")));
}

/// What the table says of libc and of the archives beside it, by the linker's own word.
#[test]
fn a_bare_extern_is_libcs_unless_the_name_is_on_request() {
    let project = |name: &str| {
        let library = format!(
            "unsafe extern \"C\" {{\n    fn {name}() -> i64;\n}}\n\
             #[unsafe(no_mangle)]\npub extern \"C\" fn run() -> i64 {{\n    \
             unsafe {{ {name}() }}\n}}\n"
        );
        Scratch::library(&format!("harness-bare-{name}"), &[], &library)
    };
    let built = Build::new("wasm32-wasip1").run(&project("random"));
    built.expect_success();
    // libc's own body asks WASI for its randomness.
    let imports = module_imports(&built.module("harness_bare_random.wasm"));
    assert!(imports.iter().all(|it| it.module == "wasi_snapshot_preview1"), "{imports:?}");
    let built = Build::new("wasm32-wasip1").run(&project("clock"));
    if built.success {
        // Up to 1.95 the linker is told to make an import of it.
        let imports = module_imports(&built.module("harness_bare_clock.wasm"));
        assert_eq!(imports, [function("env", "clock")]);
    } else {
        assert!(built.stderr.contains("undefined symbol: clock"), "{}", built.stderr);
    }
}

#[test]
fn unknown_unknown_modules_link() {
    let project = Scratch::library(
        "harness-unknown",
        &[],
        "#[link(wasm_import_module = \"host\")]\nunsafe extern \"C\" {\n    fn log(value: f64);\n}\n\
         #[unsafe(no_mangle)]\npub extern \"C\" fn run() {\n    println!(\"hello\");\n    \
         unsafe { log(1.5) };\n}\n",
    );
    let built = Build::new("wasm32-unknown-unknown").run(&project);
    built.expect_success();
    assert_eq!(module_imports(&built.module("harness_unknown.wasm")), [function("host", "log")]);
}

#[test]
fn a_failing_build_is_reported() {
    let project = Scratch::library("harness-fails", &[], "compile_error!(\"on purpose\");\n");
    let built = Build::new("wasm32-unknown-unknown").run(&project);
    assert!(!built.success);
    assert!(built.stderr.contains("on purpose"), "{}", built.stderr);
}

/// The numbers are rustc's, counted apart from this harness; 15 and 22 C names are among them.
#[test]
fn rustc_lists_the_imports_of_fastly_sys() {
    let project = Scratch::library("harness-expand", &[FASTLY], "");
    project.fetch();
    for (target, count) in [("wasm32-wasip1", 246), ("wasm32-wasip2", 587)] {
        let expanded = project.expand("fastly-sys@0.13.2", target);
        let imports = declared_imports(&expanded).expect("syn understands it");
        assert_eq!(imports.len(), count, "{target}");
        assert!(imports.iter().all(|it| it.module.is_some() && it.kind == "fn"), "{target}");
        let modules: BTreeSet<_> = imports.iter().filter_map(|it| it.module.as_deref()).collect();
        assert!(modules.contains("fastly_http_body"), "{modules:?}");
    }
    // The list is there a second time too, when cargo could think nothing has changed.
    assert!(project.expand("fastly-sys@0.13.2", "wasm32-wasip1").contains("wasm_import_module"));
}

#[test]
fn extern_blocks_are_found_wherever_they_stand() {
    let text = r#"
        #[link(wasm_import_module = "a", kind = "static")]
        unsafe extern "C" {
            pub fn plain(x: i32);
            #[link_name = "renamed"]
            pub safe fn r#type();
            safe static SAFE: u8;
            static DATA: u8;
            type Opaque;
        }
        extern { fn bare(); }
        #[link(wasm_import_module = "ignored")]
        extern "Rust" { fn rust(); }
        mod inner {
            fn body() {
                { #[link(wasm_import_module = "deep")] extern "system" { fn nested(); } }
            }
        }
    "#;
    let found = declared_imports(text).expect("Rust");
    let rows: Vec<_> = found
        .iter()
        .map(|it| {
            let module = it.module.as_deref().unwrap_or("-");
            format!("{module} {} {} {} {}", it.name, it.ident, it.kind, it.abi)
        })
        .collect();
    assert_eq!(
        rows,
        [
            "a plain plain fn C",
            "a renamed type fn C",
            "a SAFE SAFE static C",
            "a DATA DATA static C",
            "- bare bare fn C",
            "- rust rust fn Rust",
            "deep nested nested fn system",
        ]
    );
}

#[test]
fn what_the_parser_does_not_know_is_an_error() {
    let error = declared_imports("unsafe extern \"C\" { odd fn f(); }").expect_err("no Rust");
    assert!(!error.to_string().is_empty());
}

#[test]
fn a_rustc_that_reports_another_version_still_compiles() {
    let scratch = Scratch::new();
    let rustc = rustc_reporting(
        scratch.root(),
        "1.91.0",
        "f8297e351a40c1439a467bbbb6879088047f50b3",
        "2025-10-28",
    );
    let output = Command::new(&rustc).arg("-vV").output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.starts_with("rustc 1.91.0 (f8297e351 2025-10-28)\n"), "{text}");
    assert!(text.contains("\nrelease: 1.91.0\n"), "{text}");
    let output = Command::new(&rustc).args(["--print", "sysroot"]).output().expect("it runs");
    assert_eq!(
        String::from_utf8(output.stdout).expect("UTF-8").trim_end(),
        toolchain().sysroot().to_str().expect("UTF-8")
    );
}

/// The reader and the table against the archive that really links.
#[test]
fn the_toolchains_libc_agrees_with_the_table() {
    let table = CSymbols::for_target("wasm32-wasip1", None).expect("the table has it");
    let own = CSymbols::for_target("wasm32-wasip1", Some(&toolchain().sysroot()))
        .expect("a sound libc.a");
    assert!(own.origin().contains("self-contained/libc.a"), "{}", own.origin());
    let libc = |symbols: &CSymbols| -> BTreeSet<String> {
        let of_libc = symbols.iter().filter(|(_, it)| it.library == Library::Libc);
        of_libc.map(|(name, _)| name.to_owned()).collect()
    };
    let (own_names, table_names) = (libc(&own), libc(&table));
    assert!(own_names.len() > 1000, "{}", own_names.len());
    // A newer wasi-sdk than the table's newest may have names that it cannot know.
    let unknown: Vec<_> = own_names.difference(&table_names).collect();
    assert!(unknown.len() < 100, "{unknown:?}");
    if toolchain().builds_std {
        assert!(unknown.is_empty(), "{unknown:?}");
        for name in &own_names {
            let (ours, theirs) = (own.get(name).expect("own"), table.get(name).expect("table"));
            assert_eq!(ours.is_function, theirs.is_function, "{name}");
            assert_eq!(ours.wasm_type, theirs.wasm_type, "{name}");
            assert_eq!(theirs.sdk.map(|it| it.first), Some(16), "{name}");
        }
    }
}

#[test]
fn the_command_is_built() {
    assert!(guard_binary().is_file());
}
