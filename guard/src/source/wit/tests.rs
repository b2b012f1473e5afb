//! What calls declare, and that whatever a package holds, reading it ends and says why it is not known.

use std::path::PathBuf;

use super::declarations;
use super::declarations::MAX_STEPS;
use super::documents::{MAX_BYTES, MAX_FILES, MAX_NESTING};
use super::types::MAX_PAYLOADS;
use crate::scratch::Scratch;
use crate::source::tokens::Tokens;

/// A package in a directory with nothing else.
struct Package(Scratch);

impl Package {
    fn new(files: &[(&str, &str)]) -> Self {
        let package = Self(Scratch::new(&[]));
        std::fs::create_dir(package.directory()).expect("a directory can be made");
        for (path, text) in files {
            package.0.write(&format!("package/{path}"), text);
        }
        package
    }

    fn directory(&self) -> PathBuf {
        self.0.path("package")
    }

    /// What a call in it declares with a wit-bindgen of this version.
    fn declares(&self, call: &str, version: &str) -> Result<String, String> {
        let tokens = Tokens::lex(call.to_owned()).expect("the call is tokens");
        let roots = [self.directory().canonicalize().expect("the package is there")];
        declarations(&tokens, 0..tokens.len(), &self.directory(), &roots, version)
    }

    /// Why a call is not known.
    fn refusal(&self, call: &str) -> String {
        self.declares(call, "0.61.1").expect_err(call)
    }
}

/// A call with a document of its own.
fn inline(document: &str) -> String {
    format!("{{ inline: {document:?} }}")
}

/// The names of the declarations in Rust text, each with its module, sorted.
fn names(text: &str) -> Vec<String> {
    let behind = |line: &str, word: &str| -> Vec<String> {
        let parts = line.split(word).skip(1);
        parts.map(|part| part.split('"').nth(1).expect("a string").to_owned()).collect()
    };
    let of_line = |line: &str| -> Vec<String> {
        let module = behind(line, "wasm_import_module =").concat();
        behind(line, "link_name =").iter().map(|name| format!("{module} {name}")).collect()
    };
    let mut names: Vec<String> = text.lines().flat_map(of_line).collect();
    names.sort();
    names
}

#[test]
fn a_world_declares_its_imports_and_the_intrinsics_of_its_resources() {
    let package = Package::new(&[
        (
            "wit/world.wit",
            "package a:b; world w { use d:e/types@1.0.0.{r}; import f: func(x: borrow<r>);
            import d:e/other@1.0.0; export g: func(); export mine; } interface mine { resource q; }",
        ),
        (
            "wit/deps/e/a.wit",
            "package d:e@1.0.0; interface types { resource r { m: func() -> string; } }",
        ),
        ("wit/deps/e/b.wit", "interface other { h: func(); skipped: func(); }"),
        ("wit/deps/e/README", "no document"),
    ]);
    let all = package.declares(r#"{ generate_all, skip: ["skipped"] }"#, "0.61.1").expect("read");
    let of_types = ["d:e/types@1.0.0 [method]r.m", "d:e/types@1.0.0 [resource-drop]r"];
    let others = [
        "$root f",
        "[export]a:b/mine [resource-drop]q",
        "[export]a:b/mine [resource-new]q",
        "[export]a:b/mine [resource-rep]q",
        "d:e/other@1.0.0 h",
    ];
    assert_eq!(names(&all), [&others[..], &of_types].concat());
    let call = r#"{ generate_all, with: { "d:e/types@1.0.0": other::types }, skip: ["skipped"] }"#;
    let remapped = package.declares(call, "0.61.1").expect("read");
    assert_eq!(names(&remapped), others);
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    let package = Package::new(&[
        ("wit/a.wit", "package a:b; world w { import nowhere; }"),
        ("binary/deps/x.wasm", "\0asm"),
        ("binary/a.wit", "package a:b; world w {}"),
        ("syntax/a.wit", "package a:b;\nworld w {"),
        ("fine/a.wit", "package a:b; world w {}"),
        ("circle/a.wit", "package a:b; interface i {} world w { import c:d/i; }"),
        ("circle/deps/c.wit", "package c:d; interface i { use a:b/i.{t}; }"),
    ]);
    for (call, words) in [
        ("", "wit/a.wit:1:"),
        (r#"{ path: "missing" }"#, "missing cannot be read"),
        (r#"{ path: "../.." }"#, "lies outside its package and workspace"),
        (r#"{ path: "binary" }"#, "binary/deps/x.wasm is WIT in binary form"),
        (r#"{ path: "syntax" }"#, "syntax/a.wit:2:"),
        (r#"{ path: "fine", world: "other" }"#, "World `other` not found"),
        (r#"{ path: "circle" }"#, "depends on itself"),
        (r#"{ path: "fine", world: NAME }"#, "its option `world` is not understood"),
    ] {
        let refusal = package.refusal(call);
        assert!(refusal.contains(words), "{call}: {refusal}");
        assert!(!refusal.contains('\n'), "{refusal}");
    }
    let newer = package.declares(r#"{ path: "fine" }"#, "0.64.0").expect_err("not known");
    assert!(newer.contains("0.64.0") && newer.contains("0.63"), "{newer}");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_package_is_not_followed() {
    let package = Package::new(&[("wit/a.wit", "package a:b; world w {}")]);
    let outside = package.0.path("outside.wit");
    std::fs::write(&outside, "package c:d;").expect("a file can be written");
    for (link, target) in [("wit/b.wit", &outside), ("linked", &package.directory().join("../.."))]
    {
        std::os::unix::fs::symlink(target, package.directory().join(link))
            .expect("a link can be made");
    }
    for call in ["", r#"{ path: "linked" }"#] {
        let refusal = package.refusal(call);
        assert!(refusal.contains("lies outside its package and workspace"), "{refusal}");
    }
}

/// Checks that a call is understood below and at the limit, and one above it is refused with these words.
fn assert_edge(limit: usize, words: &str, declares: impl Fn(usize) -> Result<String, String>) {
    for size in [limit - 1, limit] {
        declares(size).unwrap_or_else(|refusal| panic!("{size}: {refusal}"));
    }
    let refusal = declares(limit + 1).expect_err("too much");
    assert!(refusal.contains(words), "{refusal}");
}

#[test]
fn limits_are_named() {
    let package = Package::new(&[]);
    let inline = |text: &str| package.declares(&inline(text), "0.61.1");
    // One brace and one parenthesis are open around the type.
    assert_edge(MAX_NESTING, "nests more than", |depth| {
        let (open, close) = ("list<".repeat(depth - 2), ">".repeat(depth - 2));
        inline(&format!("package a:b; world w {{ import f: func(x: {open}u8{close}); }}"))
    });
    let world = "package a:b; world w {} // ";
    assert_edge(MAX_BYTES, "bytes", |size| {
        inline(&format!("{world}{}", "x".repeat(size - world.len())))
    });
    let futures = usize::try_from(MAX_PAYLOADS).expect("small");
    assert_edge(futures, "futures", |count| {
        let params: Vec<String> = (0..count).map(|at| format!("p{at}: future<u8>")).collect();
        inline(&format!("package a:b; world w {{ import f: func({}); }}", params.join(", ")))
    });
    let deep = "list<".repeat(100_000) + "u8" + &">".repeat(100_000);
    let refusal = inline(&format!("package a:b; world w {{ import f: func(x: {deep}); }}"));
    assert!(refusal.expect_err("too deep").contains("nests more than"));
}

#[test]
fn a_directory_of_too_many_files_is_named() {
    assert_edge(MAX_FILES, "files", |count| {
        let package = Package::new(&[("wit/a.wit", "package a:b; world w {}")]);
        for at in 1..count {
            std::fs::write(package.directory().join(format!("wit/{at}")), "")
                .expect("it can be written");
        }
        package.declares("", "0.61.1")
    });
}

#[test]
fn a_world_of_too_many_steps_is_named() {
    let package = Package::new(&[]);
    let types = (0..10_000).map(|at| format!("type t{at}=u8;")).collect::<Vec<_>>().concat();
    assert_edge(MAX_STEPS / 10_000, "steps", |imports| {
        let imports =
            (0..imports).map(|at| format!("import call{at}: func();")).collect::<Vec<_>>().concat();
        let text = format!("package a:b; interface i {{ {types} }} world w {{ {imports} }}");
        package.declares(&inline(&text), "0.61.1")
    });
}

/// Definitions `t0`, `t1` … of which each stands on the one before.
fn chain(length: usize, first: &str, next: impl Fn(usize) -> String, last: &str) -> String {
    let mut text = format!("package a:b; world w {{ import i; }} interface i {{ {first} ");
    for at in 1..length {
        text.push_str(&next(at));
    }
    text.push_str(last);
    text.push('}');
    text
}

#[test]
fn long_chains_of_definitions_end() {
    let package = Package::new(&[]);
    let next = |at| format!("type t{at}=t{};", at - 1);
    let length = 20_000;
    let text = chain(length, "type t0 = u64;", next, "f: func(x: t19999) -> t19999;");
    let declared = package.declares(&inline(&text), "0.61.1").expect("it is a legal document");
    assert!(declared.contains("fn wit_import0(_: i64) -> i64;"), "{declared}");
}

#[test]
fn what_doubles_with_each_definition_ends() {
    let package = Package::new(&[]);
    let next = |at| format!("record t{at} {{ a: t{0}, b: t{0} }}", at - 1);
    let doubled = |first: &str| {
        let text = chain(64, first, next, "f: func(x: t63);");
        package.declares(&inline(&text), "0.61.1")
    };
    let declared = doubled("record t0 { a: u8 }").expect("it is a legal document");
    assert!(declared.contains("(_: *mut u8)"), "{declared}");
    let refusal = doubled("record t0 { a: future<u8> }").expect_err("too many");
    assert!(refusal.contains("more than 1000 futures"), "{refusal}");
}
