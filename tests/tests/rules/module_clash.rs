//! `module-clash`: one name of two modules. The real crates are in `real_crates`.

use wasm_import_guard_tests::Scratch;

use super::{check, findings};

#[test]
fn two_modules_of_one_name_clash_where_symbols_are_plain() {
    let project = Scratch::library(
        "app",
        &[("host-sys", "{ path = \"host-sys\" }")],
        "pub fn f() { unsafe { host_sys::body::finish(1); host_sys::request::finish(1); } }",
    );
    project.write(
        "host-sys/Cargo.toml",
        "[package]\nname = \"host-sys\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    let module = |name: &str| {
        format!(
            "pub mod {name} {{ #[link(wasm_import_module = \"{name}\")] unsafe extern \"C\" {{ \
             pub fn finish(handle: i32); }} }}\n"
        )
    };
    project.write("host-sys/src/lib.rs", &format!("{}{}", module("body"), module("request")));
    let found = |rustc: &str| findings(&check(&project, "wasm32-wasip1", rustc), "module-clash");
    let clash = found("1.91.0");
    assert_eq!(clash.len(), 1, "{clash:?}");
    assert_eq!((&*clash[0].0, &*clash[0].1), ("deny", "finish"));
    assert!(clash[0].2.contains(&"link-error".to_owned()), "{clash:?}");
    let safe = found("1.96.0");
    assert_eq!(safe, [("note".to_owned(), "finish".to_owned(), vec!["kept".to_owned()])]);
}
