//! The table of C symbols, by the linker's own word.
//!
//! Every name that the table has for a link with this rustc is used at once: rust-lld must find a
//! definition for each, and none for those that the table denies it.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeMap;

use wasm_import_guard::symbols::{CSymbol, CSymbols, Library};
use wasm_import_guard::toolchain::Rustc;
use wasm_import_guard_tests::truth::undefined_names;
use wasm_import_guard_tests::{Build, Scratch, module_imports, toolchain};

/// The name of a symbol, and what an extern block has to call it.
type Names = BTreeMap<String, &'static str>;

fn named<'a>(symbols: impl Iterator<Item = (&'a str, &'a CSymbol)>) -> Names {
    symbols
        .map(|(name, it)| (name.to_owned(), if it.is_function { "fn" } else { "static" }))
        .collect()
}

fn invented() -> [(String, &'static str); 2] {
    ["fastly_http_body_close", "a_name_of_no_library"].map(|name| (name.to_owned(), "fn"))
}

#[test]
fn the_linker_defines_what_the_table_has_for_wasip1_and_no_more() {
    let symbols = CSymbols::for_target("wasm32-wasip1", None).expect("the table has it");
    let version = toolchain().version();
    let release = version.lines().find_map(|it| it.strip_prefix("release: ")).expect("-vV has it");
    let rustc = Rustc::from_release(release).expect("a release");
    // The toolchain of the tests has a C library of 2022, which is none that its rustc ever shipped.
    let releases = if toolchain().builds_std { 16..=16 } else { symbols.releases(&rustc) };

    // A library is linked with one of the two startup objects.
    let of_libc = || symbols.iter().filter(|(_, it)| it.library != Library::Startup);
    let there = named(
        of_libc().filter(|(_, it)| it.library.is_always_linked() && it.is_surely_in(&releases)),
    );
    assert!(there.len() > 1300, "{}", there.len());
    assert!(there.contains_key("rand") && there.contains_key("__divdi3"));
    let undefined = undefined_names("wasm32-wasip1", &there);
    assert!(undefined.is_empty(), "{undefined:?}");

    let mut absent = named(of_libc().filter(|(_, it)| {
        // What std asks for itself, with another type than the test, is an error of its own kind.
        !it.referenced_by_std && (!it.library.is_always_linked() || !it.may_be_in(&releases))
    }));
    absent.extend(invented());
    assert!(absent.contains_key("clock") && absent.contains_key("munmap"));
    let undefined = undefined_names("wasm32-wasip1", &absent);
    let defined: Vec<_> = absent.keys().filter(|name| !undefined.contains(*name)).collect();
    assert!(defined.is_empty(), "{defined:?}");
}

#[test]
fn the_linker_defines_what_the_table_has_without_libc_and_no_more() {
    let target = "wasm32-unknown-unknown";
    let symbols = CSymbols::for_target(target, None).expect("the table has it");
    let there = named(symbols.iter());
    assert!(there.len() > 250, "{}", there.len());
    let undefined = undefined_names(target, &there);
    // `compiler_builtins` changes with rustc, and the table has that of one release.
    if toolchain().builds_std {
        assert!(undefined.is_empty(), "{undefined:?}");
    } else {
        assert!(undefined.len() < 20, "{undefined:?}");
    }

    let libc = CSymbols::for_target("wasm32-wasip1", None).expect("the table has it");
    let mut absent = named(
        libc.iter().filter(|(name, it)| it.library == Library::Libc && symbols.get(name).is_none()),
    );
    // wasm-ld looks these up itself, and does not report them as it does others.
    for special in ["__main_argc_argv", "__wasm_call_dtors"] {
        absent.remove(special);
    }
    absent.extend(invented());
    assert!(absent.contains_key("rand") && absent.contains_key("close"));
    let undefined = undefined_names(target, &absent);
    let defined: Vec<_> = absent.keys().filter(|name| !undefined.contains(*name)).collect();
    assert!(defined.is_empty(), "{defined:?}");
}

#[test]
fn a_bare_extern_of_compiler_builtins_is_no_import() {
    let project = |name: &str| {
        let library = format!(
            "unsafe extern \"C\" {{\n    fn {name}(value: f64) -> f64;\n}}\n\
             #[unsafe(no_mangle)]\npub extern \"C\" fn run(value: f64) -> f64 {{\n    \
             unsafe {{ {name}(value) }}\n}}\n"
        );
        Scratch::library(&format!("bare-{name}"), &[], &library)
    };
    let built = Build::new("wasm32-unknown-unknown").run(&project("log1p"));
    built.expect_success();
    assert_eq!(module_imports(&built.module("bare_log1p.wasm")), []);
    let built = Build::new("wasm32-unknown-unknown").run(&project("drand48"));
    if built.success {
        // Up to 1.95 the linker is told to make an import of it.
        let imports = module_imports(&built.module("bare_drand48.wasm"));
        assert_eq!((imports.len(), imports[0].module.as_str()), (1, "env"));
    } else {
        assert!(built.stderr.contains("undefined symbol: drand48"), "{}", built.stderr);
    }
}
