//! Rust sources: how deep they may nest, and how far a name or a macro is followed.

use std::fmt::Write as _;

use wasm_import_guard_tests::Scratch;

use super::{WANTED, assert_edge, constant, imports};

fn library(text: &str) -> Scratch {
    Scratch::library("limited", &[], text)
}

fn nested(depth: usize, open: &str, inside: &str, close: &str) -> String {
    open.repeat(depth) + inside + &close.repeat(depth)
}

#[test]
fn modules_in_modules() {
    let limit = constant("guard/src/source/modules.rs", "MAX_INLINE_DEPTH");
    assert_edge("inline modules", limit, |depth| {
        library(&nested(depth, "pub mod a { ", WANTED, " }"))
    });
}

#[test]
fn files_of_modules() {
    let limit = constant("guard/src/source/modules.rs", "MAX_MODULE_DEPTH");
    assert_edge("module files", limit, |depth| {
        let project = library("pub mod a;\n");
        for at in 1..=depth {
            let text = if at == depth { WANTED } else { "pub mod a;\n" };
            project.write(&format!("src/{}a.rs", "a/".repeat(at - 1)), text);
        }
        project
    });
}

#[test]
fn predicates_in_predicates() {
    let limit = constant("guard/src/source/attributes.rs", "MAX_PREDICATE_DEPTH");
    assert_edge("cfg", limit, |depth| {
        let predicate = nested(depth, "all(", "target_family = \"wasm\"", ")");
        library(&format!("#[cfg({predicate})]\n{WANTED}"))
    });
}

#[test]
fn names_of_included_files() {
    let limit = constant("guard/src/source/include.rs", "MAX_CONCAT_DEPTH");
    assert_edge("concat!", limit, |depth| {
        let name = nested(depth, "concat!(", "\"wanted.rs\"", ")");
        let project = library(&format!("include!({name});\n"));
        project.write("src/wanted.rs", WANTED);
        project
    });
}

#[test]
fn macros_that_call_macros() {
    let limit = constant("guard/src/source/macros/mod.rs", "MAX_EXPANSION_DEPTH");
    assert_edge("calls", limit, |depth| {
        // As rustc counts: the outermost call is no deeper than the text that it stands in.
        let mut text = format!("macro_rules! m0 {{ () => {{ {WANTED} }} }}\n");
        for at in 1..=depth {
            writeln!(text, "macro_rules! m{at} {{ () => {{ m{}!{{}} }} }}", at - 1).expect("text");
        }
        library(&format!("{text}m{depth}! {{}}\n"))
    });
}

#[test]
fn bodies_of_macros() {
    let limit = constant("guard/src/source/macros/transcriber.rs", "MAX_BODY_DEPTH");
    assert_edge("groups in a body", limit, |depth| {
        let groups = nested(depth, "(", "", ")");
        library(&format!(
            "macro_rules! m {{ () => {{ pub const C: () = {groups}; {WANTED} }} }}\nm! {{}}\n"
        ))
    });
}

#[test]
fn patterns_of_macros() {
    let limit = constant("guard/src/source/macros/matcher.rs", "MAX_PATTERN_DEPTH");
    assert_edge("groups in a pattern", limit, |depth| {
        let (pattern, call) =
            (nested(depth, "(", "$n:ident", ")"), nested(depth, "(", "wanted", ")"));
        library(&format!(
            "macro_rules! m {{ ({pattern}) => {{ {} }} }}\nm! {{ {call} }}\n",
            WANTED.replace("wanted", "$n")
        ))
    });
}

#[test]
fn types_in_the_calls_of_macros() {
    let limit = constant("guard/src/source/macros/fragments.rs", "MAX_TYPE_DEPTH");
    assert_edge("results of function types", limit, |depth| {
        let argument = "fn() -> ".repeat(depth) + "i32";
        library(&format!(
            "macro_rules! m {{ ($t:ty) => {{ pub type T = $t; {WANTED} }} }}\nm! {{ {argument} }}\n"
        ))
    });
}

#[test]
fn names_of_types() {
    let limit = constant("guard/src/source/wasm_type.rs", "MAX_ALIASES");
    assert_edge("type aliases", limit, |depth| {
        let mut text = "pub type T1 = i32;\n".to_owned();
        for at in 2..=depth {
            writeln!(text, "pub type T{at} = T{};", at - 1).expect("text");
        }
        library(&(text + &WANTED.replace("i32", &format!("T{depth}"))))
    });
}

/// How sure it is that another crate uses the import, where `count` re-exports lie between.
fn exposure_behind(count: usize) -> String {
    let project = Scratch::new();
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
    };
    let mut library = format!("mod m0 {{ {WANTED} }}\n");
    for at in 1..=count {
        writeln!(library, "mod m{at} {{ pub use super::m{}::wanted; }}", at - 1).expect("text");
    }
    writeln!(library, "pub use m{count}::wanted;").expect("text");
    project.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"app\", \"sys\"]\n");
    project
        .write("app/Cargo.toml", &package("app", "[dependencies]\nsys = { path = \"../sys\" }\n"));
    project.write("app/src/lib.rs", "pub fn f() -> i64 { unsafe { sys::wanted(1) } }\n");
    project.write("sys/Cargo.toml", &package("sys", ""));
    project.write("sys/src/lib.rs", &library);
    let [import] = &imports(&project, &["-p", "app"]).0[..] else { panic!("there is one import") };
    import["exposure"].as_str().expect("a string").to_owned()
}

#[test]
fn re_exports_of_re_exports() {
    // Each re-export is a step to the module, and one to the name in it.
    let limit = constant("guard/src/source/names.rs", "MAX_DEPTH") / 2;
    for (count, exposure) in [(limit - 2, "exposed"), (limit - 1, "exposed"), (limit, "possible")] {
        assert_eq!(exposure_behind(count), exposure, "{count}");
    }
}
