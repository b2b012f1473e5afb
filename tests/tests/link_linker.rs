//! What `link` says of objects, against what rust-lld makes of them, and of what it made.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fs;
use std::process::Command;

use serde_json::Value;
use wasm_encoder::{
    CodeSection, CustomSection, EntityType, Function, FunctionSection, ImportSection,
    LinkingSection, Module, RawSection, SymbolTable, TypeSection, ValType,
};
use wasm_import_guard_tests::{Scratch, module_imports, run, toolchain};

/// The symbol has no definition, and one that only the host sees: `WASM_SYM_UNDEFINED` and
/// `WASM_SYM_EXPORTED` of WebAssembly's tool conventions (`Linking.md`).
const UNDEFINED: u32 = 0x10;
const EXPORTED: u32 = 0x20;
/// And its name is not just that of the import: `WASM_SYM_EXPLICIT_NAME`.
const EXPLICIT_NAME: u32 = 0x40;

/// `(i32) -> i32`, and `(i64)`.
fn types() -> TypeSection {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I64], []);
    types
}

/// An object whose function `export` calls `module.close`, by the plain symbol, as `(i32) -> i32`:
/// explicitly an import, unless it is of `env` as functions without a module are.
fn caller(module: &str, export: &str) -> Vec<u8> {
    caller_of(module, export, module != "env")
}

fn caller_of(module: &str, export: &str, explicit: bool) -> Vec<u8> {
    let mut object = Module::new();
    object.section(&types());
    let mut imports = ImportSection::new();
    imports.import(module, "close", EntityType::Function(0));
    object.section(&imports);
    let mut functions = FunctionSection::new();
    functions.function(0);
    object.section(&functions);
    // One body: no locals, `local.get 0`, `call 0` in the five bytes that a relocation needs, `end`.
    let body = [1, 10, 0, 0x20, 0, 0x10, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0b];
    object.section(&RawSection { id: 10, data: &body });
    let mut symbols = SymbolTable::new();
    if explicit {
        symbols.function(UNDEFINED | EXPLICIT_NAME, 0, Some("close"));
    } else {
        symbols.function(UNDEFINED, 0, None);
    }
    symbols.function(EXPORTED, 1, Some(export));
    object.section(LinkingSection::new().symbol_table(&symbols));
    // In section 3, the code: one R_WASM_FUNCTION_INDEX_LEB at byte 6, of symbol 0.
    object
        .section(&CustomSection { name: "reloc.CODE".into(), data: (&[3, 1, 0, 6, 0][..]).into() });
    object.finish()
}

/// An object that defines `close` with type 0 or 1.
fn definition(ty: u32) -> Vec<u8> {
    let mut object = Module::new();
    object.section(&types());
    let mut functions = FunctionSection::new();
    functions.function(ty);
    object.section(&functions);
    let mut code = CodeSection::new();
    let mut body = Function::new([]);
    body.instructions().unreachable().end();
    code.function(&body);
    object.section(&code);
    let mut symbols = SymbolTable::new();
    symbols.function(0, 0, Some("close"));
    object.section(LinkingSection::new().symbol_table(&symbols));
    object.finish()
}

/// A GNU archive of one object, with the index that a linker looks for.
fn archive(object: &[u8]) -> Vec<u8> {
    let header = |name: &str, size: usize| {
        format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644)
    };
    let index = [&1_u32.to_be_bytes()[..], &(8 + 60 + 14_u32).to_be_bytes(), b"close\0"].concat();
    let mut bytes = b"!<arch>\n".to_vec();
    bytes.extend(header("/", index.len()).as_bytes());
    bytes.extend(index);
    bytes.extend(header("b.o/", object.len()).as_bytes());
    bytes.extend(object);
    bytes
}

/// What the linker says of `files`, whether it made `out.wasm`, and what `link` says of the files and
/// of the module.
struct Row {
    scratch: Scratch,
    linked: bool,
    words: String,
}

impl Row {
    fn new(files: &[(&str, Vec<u8>)]) -> Self {
        let scratch = Scratch::new();
        for (name, bytes) in files {
            fs::write(scratch.path(name), bytes).expect("written");
        }
        let version = toolchain().version();
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
        let lld = toolchain().sysroot().join("lib/rustlib").join(host).join("bin/rust-lld");
        let mut command = Command::new(&lld);
        command.args(["-flavor", "wasm", "--no-entry", "-o", "out.wasm"]);
        command.args(files.iter().map(|(name, _)| name)).current_dir(scratch.root());
        let output = command.output().expect("the toolchain has rust-lld");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        Self { scratch, linked: output.status.success(), words }
    }

    /// `level kind outcomes` of each finding about `files`.
    fn findings(&self, files: &[&str]) -> Vec<String> {
        let output = run(self.scratch.root(), &[&["link", "--format", "json"], files].concat());
        let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("an array").iter();
        findings
            .map(|it| {
                let outcomes: Vec<&str> = it["outcomes"]
                    .as_array()
                    .expect("an array")
                    .iter()
                    .map(|outcome| outcome.as_str().expect("text"))
                    .collect();
                let text = |key: &str| it[key].as_str().expect("text").to_owned();
                format!("{} {} {}", text("level"), text("kind"), outcomes.join(","))
            })
            .collect()
    }

    /// `module.name` of each import of the module that the linker made.
    fn imports(&self) -> Vec<String> {
        let module = fs::read(self.scratch.path("out.wasm")).expect("the linker made it");
        module_imports(&module).iter().map(|it| format!("{}.{}", it.module, it.name)).collect()
    }
}

#[test]
fn a_plain_import_alone_is_kept() {
    let row = Row::new(&[("a.o", caller("host", "run"))]);
    assert!(row.linked, "{}", row.words);
    assert_eq!(row.imports(), ["host.close"]);
    assert_eq!(row.findings(&["a.o"]), ["note plain-import kept"]);
    assert_eq!(row.findings(&["out.wasm"]), ["note plain-import kept"]);
}

/// What an object says of a module is not enough for an import.
#[test]
fn without_an_explicit_name_the_linker_wants_a_definition() {
    for module in ["host", "env"] {
        let row = Row::new(&[("a.o", caller_of(module, "run", false))]);
        assert!(!row.linked && row.words.contains("undefined symbol: close"), "{}", row.words);
        let [said] = &row.findings(&["a.o"])[..] else { panic!("{module}") };
        assert!(said.ends_with("kept,undefined-symbol"), "{said}");
    }
    let row = Row::new(&[("a.o", caller_of("env", "run", true))]);
    assert!(row.linked, "{}", row.words);
    assert_eq!(row.imports(), ["env.close"]);
    assert_eq!(row.findings(&["a.o"]), ["note plain-import kept"]);
}

#[test]
fn a_definition_of_the_same_type_takes_its_place_without_a_word() {
    let row = Row::new(&[("a.o", caller("host", "run")), ("b.o", definition(0))]);
    assert!(row.linked && row.words.is_empty(), "{}", row.words);
    assert_eq!(row.imports(), [""; 0]);
    assert_eq!(row.findings(&["a.o", "b.o"]), ["deny plain-import misbound"]);
    assert_eq!(row.findings(&["out.wasm"]), [""; 0], "the module alone shows nothing");
}

#[test]
fn a_definition_of_another_type_leaves_a_stub() {
    let row = Row::new(&[("a.o", caller("host", "run")), ("b.o", definition(1))]);
    assert!(row.linked && row.words.contains("signature mismatch"), "{}", row.words);
    assert_eq!(row.imports(), [""; 0]);
    assert_eq!(row.findings(&["a.o", "b.o"]), ["deny plain-import invalid-module,trap"]);
    assert_eq!(row.findings(&["out.wasm"]), ["deny stub trap"]);
}

#[test]
fn an_archive_before_it_makes_an_invalid_module() {
    let row = Row::new(&[("libb.a", archive(&definition(1))), ("a.o", caller("host", "run"))]);
    assert!(row.linked && row.words.is_empty(), "{}", row.words);
    assert_eq!(row.findings(&["libb.a", "a.o"]), ["deny plain-import invalid-module,trap"]);
    assert_eq!(row.findings(&["out.wasm"]), ["deny invalid-module invalid-module"]);
    let output = run(row.scratch.root(), &["link", "out.wasm"]);
    assert!(output.stdout.contains("a call of `close`"), "{}", output.stdout);
}

#[test]
fn two_modules_for_one_symbol_stop_the_link() {
    for other in ["test", "env"] {
        let row = Row::new(&[("a.o", caller("host", "run")), ("b.o", caller(other, "walk"))]);
        assert!(!row.linked && row.words.contains("import module mismatch"), "{}", row.words);
        let said = row.findings(&["a.o", "b.o"]);
        assert_eq!(said, ["deny import-mismatch link-error,misbound"], "{other}");
    }
}
