//! `export-clash` against the linker: what it denies fails the link, or takes the C function's place.

use wasm_import_guard_tests::{Build, Scratch, calls_of};

use super::{check, findings};

const RULE: &str = "export-clash";

#[test]
fn an_allocator_meets_libcs_own() {
    let project = Scratch::library(
        "plugin",
        &[],
        r#"
        use std::alloc::{Layout, alloc};
        #[unsafe(no_mangle)]
        pub extern "C" fn malloc(size: usize) -> *mut u8 {
            unsafe { alloc(Layout::from_size_align(size, 16).unwrap()) }
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn free(_: *mut u8) {}
        #[unsafe(no_mangle)]
        pub extern "C" fn grow(size: usize) -> usize {
            let mut bytes = vec![1_u8; size];
            bytes.resize(size * 2, 0);
            bytes.len()
        }
        "#,
    );
    let report = check(&project, "wasm32-wasip1", "1.96.0");
    let found = findings(&report, RULE);
    let names: Vec<_> = found.iter().map(|(level, name, _)| (&**level, &**name)).collect();
    assert_eq!(names, [("deny", "malloc"), ("deny", "free")]);
    assert!(found.iter().all(|(_, _, outcomes)| outcomes.contains(&"link-error".to_owned())));

    let built = Build::new("wasm32-wasip1").run(&project);
    assert!(!built.success, "it links");
    assert!(built.stderr.contains("duplicate symbol: malloc"), "{}", built.stderr);

    // wasm32-unknown-unknown has no libc, and std no C allocator.
    assert_eq!(findings(&check(&project, "wasm32-unknown-unknown", "1.96.0"), RULE), []);
    Build::new("wasm32-unknown-unknown").run(&project).expect_success();
}

#[test]
fn a_cosine_takes_the_place_of_the_compilers() {
    let project = Scratch::library(
        "engine",
        &[],
        r#"
        #[unsafe(no_mangle)]
        pub extern "C" fn cos(x: f64) -> f64 { x + 42.0 }
        #[unsafe(no_mangle)]
        pub extern "C" fn turn(x: f64) -> f64 { x.cos() }
        #[unsafe(no_mangle)]
        pub extern "C" fn rotate(x: f64) -> f64 { x.sin() }
        "#,
    );
    let found = findings(&check(&project, "wasm32-unknown-unknown", "1.96.0"), RULE);
    assert_eq!(found, [("deny".to_owned(), "cos".to_owned(), vec!["misbound".to_owned()])]);

    // rust#128105: no message, and `f64::cos` is the export.
    let built = Build::new("wasm32-unknown-unknown").argument("--release").run(&project);
    let module = built.expect_success().module("engine.wasm");
    assert!(!built.stderr.contains("cos"), "{}", built.stderr);
    assert_eq!(calls_of(&module, "turn"), ["cos"]);
    let functions = wasm_import_guard_tests::function_names(&module);
    assert_eq!(functions.iter().filter(|name| **name == "cos").count(), 1, "{functions:?}");
}
