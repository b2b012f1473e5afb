//! `signature-clash` against the linker.

use wasm_import_guard_tests::{Build, Scratch, calls_of, module_imports};

use super::{check, findings};

const RULE: &str = "signature-clash";

/// Two crates that declare `db_read` behind `link`, and an application that calls both.
fn project(link: &str) -> Scratch {
    let project = Scratch::library(
        "app",
        &[("one-sys", "{ path = \"one-sys\" }"), ("other-sys", "{ path = \"other-sys\" }")],
        "#[unsafe(no_mangle)] pub extern \"C\" fn go() -> i64 { one_sys::read(1) as i64 + other_sys::read(1) }",
    );
    for (name, integer) in [("one-sys", "usize"), ("other-sys", "i64")] {
        project.write(
            &format!("{name}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        );
        project.write(
            &format!("{name}/src/lib.rs"),
            &format!(
                "{link} unsafe extern \"C\" {{ fn db_read(key: {integer}) -> {integer}; }}\n\
                 pub fn read(key: {integer}) -> {integer} {{ unsafe {{ db_read(key) }} }}\n"
            ),
        );
    }
    project
}

#[test]
fn two_sys_crates_disagree_on_an_import_of_env() {
    let target = "wasm32-unknown-unknown";
    let bare = project("");
    let found = findings(&check(&bare, target, "1.95.0"), RULE);
    assert_eq!(found, [("deny".to_owned(), "db_read".to_owned(), vec!["link-error".to_owned()])]);
    let built = Build::new(target).run(&bare);
    assert!(!built.success, "it links");
    let says = built.stderr.contains("function signature mismatch: db_read");
    assert!(says, "{}", built.stderr);

    let named = project("#[link(wasm_import_module = \"env\")]");
    let found = findings(&check(&named, target, "1.96.0"), RULE);
    assert_eq!(found, [("warn".to_owned(), "db_read".to_owned(), vec!["kept".to_owned()])]);
    let built = Build::new(target).run(&named);
    let imports = module_imports(&built.expect_success().module("app.wasm"));
    let twice = imports.iter().filter(|it| it.module == "env" && it.name == "db_read").count();
    assert_eq!(twice, 2, "{imports:?}");
}

#[test]
fn a_logger_of_the_host_is_cs_logarithm() {
    let target = "wasm32-unknown-unknown";
    let project = Scratch::library(
        "app",
        &[],
        r#"
        unsafe extern "C" { fn log(text: *const u8, length: usize); }
        #[unsafe(no_mangle)]
        pub extern "C" fn greet() { unsafe { log("hello".as_ptr(), 5) } }
        "#,
    );
    for (rustc, outcome) in [("1.76.0", "link-error"), ("1.95.0", "trap"), ("1.96.0", "trap")] {
        let expected = ("deny".to_owned(), "log".to_owned(), vec![outcome.to_owned()]);
        assert_eq!(findings(&check(&project, target, rustc), RULE), [expected]);
    }
    let built = Build::new(target).run(&project);
    let module = built.expect_success().module("app.wasm");
    assert_eq!(calls_of(&module, "greet"), ["signature_mismatch:log"]);
    assert_eq!(module_imports(&module), [], "nobody asks the host");
    assert!(!built.stderr.contains("mismatch"), "{}", built.stderr);

    let named = std::fs::read_to_string(project.path("src/lib.rs"))
        .expect("it was written")
        .replace("unsafe extern", "#[link(wasm_import_module = \"env\")] unsafe extern");
    project.write("src/lib.rs", &named);
    assert_eq!(findings(&check(&project, target, "1.96.0"), RULE), []);
    let module = Build::new(target).run(&project).expect_success().module("app.wasm");
    let imports = module_imports(&module);
    assert!(imports.iter().any(|it| it.module == "env" && it.name == "log"), "{imports:?}");
}
