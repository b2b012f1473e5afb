//! `ignored-module` against rustc: the module that was written is not in what it builds.

use wasm_import_guard_tests::{Build, Scratch, module_imports};

use super::{check, findings};

const RULE: &str = "ignored-module";

fn project() -> Scratch {
    Scratch::library(
        "app",
        &[],
        r#"
        #[link(wasm_import_module = "written")]
        unsafe extern "Rust" { fn hook(); }
        #[unsafe(no_mangle)]
        pub extern "C" fn go() { unsafe { hook() } }
        "#,
    )
}

#[test]
fn a_block_of_rusts_own_abi_is_undefined_or_an_import_of_env() {
    let project = project();
    let target = "wasm32-unknown-unknown";
    for (rustc, outcome) in [("1.95.0", "misbound"), ("1.96.0", "undefined-symbol")] {
        let expected = ("deny".to_owned(), "hook".to_owned(), vec![outcome.to_owned()]);
        assert_eq!(findings(&check(&project, target, rustc), RULE), [expected]);
    }
    let built = Build::new(target).run(&project);
    assert!(!built.success && built.stderr.contains("undefined symbol: hook"), "{}", built.stderr);

    // As every rustc before 1.96 calls the linker.
    let flags = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
    let built = Build::new(target).env(flags, "-Clink-arg=--allow-undefined").run(&project);
    let imports = module_imports(&built.expect_success().module("app.wasm"));
    let functions: Vec<_> = imports
        .iter()
        .filter(|import| import.kind == "func")
        .map(|import| (&*import.module, &*import.name))
        .collect();
    assert_eq!(functions, [("env", "hook")]);
}

#[test]
fn the_way_out_is_one() {
    let project = project();
    let source = std::fs::read_to_string(project.path("src/lib.rs")).expect("it was written");
    project.write("src/lib.rs", &source.replace("extern \"Rust\"", "extern \"C\""));
    let target = "wasm32-unknown-unknown";
    assert_eq!(findings(&check(&project, target, "1.96.0"), RULE), []);
    let built = Build::new(target).run(&project);
    let imports = module_imports(&built.expect_success().module("app.wasm"));
    assert!(imports.iter().any(|it| it.module == "written" && it.name == "hook"), "{imports:?}");
}
