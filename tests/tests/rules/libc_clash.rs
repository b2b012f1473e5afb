//! `libc-clash`, what it says for people and in each rustc. The real crates are in `real_crates`.

use wasm_import_guard_tests::Scratch;

use super::{check, findings};

/// A host whose functions have names of libc, and an application that calls them.
fn project() -> Scratch {
    let project = Scratch::library(
        "app",
        &[("host-sys", "{ path = \"host-sys\" }")],
        "pub fn f() { unsafe { host_sys::close(1); host_sys::rand(); } }",
    );
    project.write(
        "host-sys/Cargo.toml",
        "[package]\nname = \"host-sys\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    project.write(
        "host-sys/src/lib.rs",
        "#[link(wasm_import_module = \"host\")]\nunsafe extern \"C\" {\n\
         pub fn close(handle: i32) -> i32;\npub fn rand() -> i32;\n}\n",
    );
    project
}

#[test]
fn the_outcome_follows_from_what_std_refers_to_and_from_the_rustc() {
    let project = project();
    let outcome = |rustc: &str, name: &str| {
        let found = findings(&check(&project, "wasm32-wasip1", rustc), "libc-clash");
        let one = found.into_iter().find(|(_, found, _)| found == name);
        let (level, _, outcomes) = one.unwrap_or_else(|| panic!("{name} with {rustc}"));
        (level, outcomes)
    };
    // std asks for libc's `close` itself, so that the linker meets both; it has no use for `rand`.
    let (level, outcomes) = outcome("1.91.0", "close");
    assert_eq!(level, "deny");
    assert!(outcomes.contains(&"link-error".to_owned()), "{outcomes:?}");
    assert_eq!(outcome("1.91.0", "rand"), ("deny".to_owned(), vec!["misbound".to_owned()]));
    for rustc in ["1.90.0", "1.91.1", "1.96.0"] {
        for name in ["close", "rand"] {
            assert_eq!(outcome(rustc, name), ("note".to_owned(), vec!["kept".to_owned()]));
        }
    }
}
