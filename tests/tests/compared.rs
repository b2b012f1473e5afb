//! What `docs/compared.md` says that other programs tell of imports: each of them is run on the same projects.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test stops where it stands")]

use std::fs;
use std::path::Path;

use wasm_import_guard_tests::{Build, Built, Scratch, module_imports, repository, run};

const TARGET: &str = "wasm32-wasip1";

/// A host with two names of libc: `close`, which std refers to, and `rand`, which nothing else does.
const HOST: &str = "
#[link(wasm_import_module = \"host\")]
unsafe extern \"C\" {
    pub fn close(handle: i32) -> i32;
    pub fn rand() -> i32;
}
";

fn project(name: &str, source: &str) -> Scratch {
    let project = Scratch::library(name, &[("host-sys", "{ path = \"host-sys\" }")], source);
    let manifest = "[package]\nname = \"host-sys\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    project.write("host-sys/Cargo.toml", manifest).write("host-sys/src/lib.rs", HOST);
    project
}

/// Linked as rustc 1.91.0 would have it linked.
fn with_the_defect(project: &Scratch) -> Built {
    Build::new(TARGET)
        .env("CARGO_INCREMENTAL", "0")
        .linker(Path::new(env!("CARGO_BIN_EXE_imitate-1-91-0")))
        .run(project)
}

fn warnings(built: &Built) -> usize {
    built.stderr.matches("warning").count()
}

const ASKS_FOR_A_NUMBER: &str =
    "#[unsafe(no_mangle)] pub extern \"C\" fn go() -> i32 { unsafe { host_sys::rand() } }";

const ASKS_TO_CLOSE: &str = "#[unsafe(no_mangle)] pub extern \"C\" fn go() -> i32 {
    drop(std::fs::File::open(\"x\"));
    unsafe { host_sys::close(1) }
}";

#[test]
fn an_import_is_lost_without_a_word_of_rustc_linker_and_printer() {
    let project = project("compared-silent", ASKS_FOR_A_NUMBER);
    let built = with_the_defect(&project);
    let module = built.expect_success().module("compared_silent.wasm");
    assert!(!module_imports(&module).iter().any(|it| it.module == "host"));
    assert_eq!(warnings(&built), 0, "{}", built.stderr);
    let printed = wasmprinter::print_bytes(&module).unwrap();
    assert!(printed.contains("(func $rand "), "libc's own is called");
    assert!(!printed.contains("(import \"host\""));

    let arguments = ["check", "--target", TARGET, "--rustc-version", "1.91.0"];
    let said = run(project.root(), &arguments);
    assert_eq!(said.status, Some(1), "{}", said.stderr);
    for told in ["import `rand` of module `host`", "host-sys/src/lib.rs:5:12", "→ host-sys 0.1.0"]
    {
        assert!(said.stdout.contains(told), "no {told} in\n{}", said.stdout);
    }
}

#[test]
fn an_error_of_the_linker_names_objects_and_no_source() {
    let built = with_the_defect(&project("compared-error", ASKS_TO_CLOSE));
    assert!(!built.success);
    let (_, said) = built.stderr.split_once("import module mismatch for symbol: close").unwrap();
    assert!(said.contains(">>> defined as host in ") && said.contains(".rcgu.o"), "{said}");
    assert!(!said.contains(".rs"), "{said}");
}

#[test]
fn a_kept_import_has_its_crate_in_a_symbol_until_it_is_stripped() {
    let project = project("compared-kept", ASKS_FOR_A_NUMBER);
    let printed = |build: Build| {
        let built = build.env("CARGO_INCREMENTAL", "0").run(&project);
        wasmprinter::print_bytes(built.expect_success().module("compared_kept.wasm")).unwrap()
    };
    let of_import = |printed: &str| {
        let import = printed.lines().find(|it| it.contains("(import \"host\" \"rand\"")).unwrap();
        import.to_owned()
    };
    let import = of_import(&printed(Build::new(TARGET)));
    assert!(import.contains("host_sys"), "{import}");
    let stripped = Build::new(TARGET).env("CARGO_PROFILE_DEV_STRIP", "symbols");
    let import = of_import(&printed(stripped));
    assert!(!import.contains("host_sys"), "{import}");
}

#[test]
fn rustc_compares_the_signatures_of_one_crate_alone() {
    let lint = "clashing_extern_declarations";
    let one = Scratch::library(
        "compared-one",
        &[],
        "mod a { unsafe extern \"C\" { pub fn f(x: i32); } }
         mod b { unsafe extern \"C\" { pub fn f(x: i64); } }
         pub fn go() { unsafe { a::f(1); b::f(1) } }",
    );
    let checked = Build::new(TARGET).argument("--lib").run(&one);
    assert!(checked.stderr.contains(lint), "{}", checked.stderr);

    let two = Scratch::library(
        "compared-two",
        &[("one-sys", "{ path = \"one-sys\" }"), ("other-sys", "{ path = \"other-sys\" }")],
        "pub fn go() { unsafe { one_sys::f(1); other_sys::f(1) } }",
    );
    for (name, integer) in [("one-sys", "i32"), ("other-sys", "i64")] {
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        let source = format!("unsafe extern \"C\" {{ pub fn f(x: {integer}); }}");
        two.write(&format!("{name}/Cargo.toml"), &manifest);
        two.write(&format!("{name}/src/lib.rs"), &source);
    }
    let built = Build::new(TARGET).argument("--lib").run(&two);
    assert!(!built.stderr.contains(lint), "{}", built.stderr);
}

/// The cells of each row of the first table behind `heading`.
fn rows<'a>(page: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let (_, section) = page.split_once(heading).unwrap();
    let lines = section.lines().skip_while(|line| !line.starts_with('|'));
    let lines = lines.take_while(|line| line.starts_with('|')).skip(2);
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn every_cell_has_a_test_that_is_there_or_a_source() {
    let root = repository();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let page = fs::read_to_string(root.join("docs/compared.md")).unwrap();
    let table = rows(&readme, "\n## Beside other tools\n");
    assert!(table.len() >= 6, "{table:?}");
    let reasons = rows(&page, "\n## How each cell was checked\n");
    let tools = ["rustc", "wasm-ld", "wasm-tools", "cosmwasm-check", "cargo-deny", "this"];
    for row in &table {
        let [question, cells @ ..] = &row[..] else { panic!("{row:?}") };
        assert_eq!(cells.len(), tools.len(), "{row:?}");
        for (tool, cell) in tools.iter().zip(cells) {
            let mut given = reasons.iter().filter(|it| it[0] == *question);
            let given = given.find(|it| it[1].split(", ").any(|named| named == *tool));
            let reason = given.unwrap_or_else(|| panic!("{question}: nothing on {tool}"))[2];
            let tests = reason.split('`').filter_map(|code| code.split_once(".rs#"));
            for (file, name) in tests.clone() {
                let source = fs::read_to_string(root.join(format!("{file}.rs"))).expect(file);
                assert!(source.contains(&format!("#[test]\nfn {name}()")), "no {name} in {file}");
            }
            // That a program tells nothing of what it does not read needs no more than saying so.
            let is_shown = tests.count() > 0 || reason.contains("](https://");
            assert!(is_shown || *cell == "no", "{question}: {tool}: {reason}");
        }
    }
    assert!(reasons.iter().all(|it| table.iter().any(|row| row[0] == it[0])), "{reasons:?}");
}
