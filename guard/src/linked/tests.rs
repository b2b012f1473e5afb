//! Evidence from files put together by hand: what each symbol table means for the link.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::Input;
use super::*;
use crate::object::linked_tests::module;
use crate::object::tests::{archive, custom, header, member, section, string};
use crate::outcome::Outcome;

/// An object that refers to imports, `(module, name, symbol)`, the symbol `None` where it is named
/// after the import, all `(i32) -> i32`, and defines functions of that type, or `()` where `odd`.
fn object(imports: &[(&str, &str, Option<&str>)], defines: &[&str], odd: bool) -> Vec<u8> {
    let count = |length: usize| u8::try_from(length).expect("few");
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    bytes.extend(section(1, &[2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 0]));
    let mut list = vec![count(imports.len())];
    let mut symbols = vec![count(imports.len() + defines.len())];
    for (index, (module, name, symbol)) in imports.iter().enumerate() {
        list.extend([string(module), string(name), vec![0, 0]].concat());
        match symbol {
            None => symbols.extend([0, 0x10, count(index)]),
            Some(symbol) => {
                symbols.extend([vec![0, 0x50, count(index)], string(symbol)].concat());
            }
        }
    }
    let (mut types, mut bodies) = (vec![count(defines.len())], vec![count(defines.len())]);
    for (index, name) in defines.iter().enumerate() {
        types.push(u8::from(odd));
        bodies.extend([3, 0, 0x00, 0x0b]);
        symbols.extend([vec![0, 0, count(imports.len() + index)], string(name)].concat());
    }
    bytes.extend(section(2, &list));
    bytes.extend(section(3, &types));
    bytes.extend(section(10, &bodies));
    let mut linking = vec![2, 8, count(symbols.len())];
    linking.extend(symbols);
    bytes.extend(custom("linking", &linking));
    bytes
}

/// What rustc 1.91.0 makes of an import in the declaring crate, and in another one.
const MANGLED: (&str, &str, Option<&str>) = ("host", "close", Some("_RNvCs1_4host5close"));
const PLAIN: (&str, &str, Option<&str>) = ("host", "close", Some("close"));
const BARE: (&str, &str, Option<&str>) = ("env", "close", None);

fn parts(files: &[(&str, Vec<u8>)]) -> Parts {
    let mut parts = Parts::default();
    for (path, bytes) in files {
        parts.add_file(&Input::new(Path::new(path)), bytes);
    }
    parts
}

/// `level kind module.name outcomes` of each finding, for wasm32-wasip1.
fn rows(parts: &Parts) -> Vec<String> {
    let symbols = CSymbols::for_target("wasm32-wasip1", None).expect("the table has it");
    rows_with(parts, Context { symbols: Some(&symbols), ..Context::default() })
}

fn rows_with(parts: &Parts, context: Context<'_>) -> Vec<String> {
    let row = |it: &Evidence| {
        let outcomes: Vec<_> = it.outcomes.iter().map(Outcome::as_str).collect();
        let module = it.module.as_deref().unwrap_or("-");
        let (level, kind) = (it.level.as_str(), it.kind.as_str());
        format!("{level} {kind} {module}.{} {}", it.name, outcomes.join(","))
    };
    judge(parts, context).findings.iter().map(row).collect()
}

const APP: &str = "app-0123456789abcdef.app.1f2e-cgu.0.rcgu.o";

#[test]
fn mangled_imports_are_right_whatever_else_has_the_name() {
    let both =
        [(APP, object(&[MANGLED], &[], false)), ("other.o", object(&[BARE], &["close"], true))];
    let found = rows(&parts(&both));
    assert!(!found.iter().any(|row| row.contains("host.close")), "{found:?}");
}

#[test]
fn a_plain_import_beside_a_name_of_libc() {
    let found = parts(&[(APP, object(&[PLAIN], &[], false))]);
    // std refers to `close` too, and libc's has this very type.
    assert_eq!(rows(&found), ["deny plain-import host.close link-error,misbound"]);
    assert_eq!(found.sites[0].crate_name.as_deref(), Some("app"));
    assert_eq!(found.references[0].linkage, Linkage::Plain);
    // Without a libc nothing takes the name.
    assert_eq!(rows_with(&found, Context::default()), ["warn plain-import host.close kept"]);
    let c = |symbol| parts(&[("c.o", object(&[("host", "frob", symbol)], &[], false))]);
    assert_eq!(rows(&c(Some("frob"))), ["note plain-import host.frob kept"], "C has no other way");
    // With the module alone and no import name, the linker wants a definition.
    assert_eq!(rows(&c(None)), ["note plain-import host.frob kept,undefined-symbol"]);
}

/// rustc 1.91.0 wrote imports of a module `env` by their plain names too: explicitly, which functions
/// without a module are not.
#[test]
fn an_import_of_env_is_no_function_without_a_module() {
    let env = |symbol| parts(&[(APP, object(&[("env", "host_fn", symbol)], &[], false))]);
    assert_eq!(rows(&env(Some("host_fn"))), ["warn plain-import env.host_fn kept"]);
    assert_eq!(rows(&env(None)), ["warn undefined-symbol -.host_fn kept,undefined-symbol"]);
}

#[test]
fn two_imports_of_one_symbol() {
    let other = ("test", "close", Some("close"));
    let found = rows(&parts(&[
        ("a.o", object(&[PLAIN], &[], false)),
        ("b.o", object(&[other], &[], false)),
    ]));
    assert_eq!(found, ["deny import-mismatch host.close link-error,misbound"]);
    // The reporter's: std's own reference is one without a module.
    let found = rows(&parts(&[
        ("a.o", object(&[PLAIN], &[], false)),
        ("b.o", object(&[BARE], &[], false)),
    ]));
    assert_eq!(found, ["deny import-mismatch host.close link-error,misbound"]);
    let renamed = ("host", "shut", Some("close"));
    let found = rows(&parts(&[("a.o", object(&[PLAIN, renamed], &[], false))]));
    assert_eq!(found, ["deny import-mismatch host.close link-error,misbound"]);
}

#[test]
fn a_definition_takes_a_plain_import() {
    let with = |odd| {
        let own = ("host", "frob", Some("frob"));
        rows(&parts(&[
            ("a.o", object(&[own], &[], false)),
            ("libb.a", archive(&[member("b.o/", &object(&[], &["frob"], odd))])),
        ]))
    };
    assert_eq!(with(false), ["deny plain-import host.frob misbound"]);
    assert_eq!(with(true), ["deny plain-import host.frob invalid-module,trap"]);
}

#[test]
fn a_symbol_with_a_name_of_its_own_is_no_hazard_until_something_has_it() {
    let own = ("wasi_snapshot_preview1", "fd_close", Some("__imported_fd_close"));
    let alone = parts(&[("a.o", object(&[own], &[], false))]);
    assert_eq!(alone.references[0].linkage, Linkage::OwnName);
    assert!(rows(&alone).is_empty());
    let taken = [
        ("a.o", object(&[own], &[], false)),
        ("b.o", object(&[], &["__imported_fd_close"], false)),
    ];
    assert_eq!(
        rows(&parts(&taken)),
        ["deny plain-import wasi_snapshot_preview1.fd_close misbound"]
    );
}

#[test]
fn functions_without_a_module() {
    let bare = |name: &'static str| object(&[("env", name, None)], &[], false);
    assert_eq!(
        rows(&parts(&[("a.o", bare("host_fn"))])),
        ["warn undefined-symbol -.host_fn kept,undefined-symbol"]
    );
    for known in ["close", "__heap_base", "__rust_alloc", "main"] {
        assert!(rows(&parts(&[("a.o", bare(known))])).is_empty(), "{known}");
    }
    let defined = [("a.o", bare("host_fn")), ("b.o", object(&[], &["host_fn"], false))];
    assert!(rows(&parts(&defined)).is_empty());
    let otherwise = [("a.o", bare("host_fn")), ("b.o", object(&[], &["host_fn"], true))];
    assert_eq!(rows(&parts(&otherwise)), ["deny signature-mismatch -.host_fn invalid-module,trap"]);
    // libc's is `(f64) -> f64`.
    assert_eq!(
        rows(&parts(&[("a.o", bare("log"))])),
        ["deny signature-mismatch -.log invalid-module,trap"]
    );
}

/// There the host has what nothing defines.
#[test]
fn emscripten_asks_env_by_design() {
    let target = Some("wasm32-unknown-emscripten");
    let context = Context { target, ..Context::default() };
    let found = parts(&[("a.o", object(&[("env", "host_fn", None)], &[], false))]);
    assert_eq!(
        rows_with(&found, context),
        ["note undefined-symbol -.host_fn kept,undefined-symbol"]
    );
    let found = rows_with(&parts(&[("app.wasm", module())]), context);
    assert!(found.contains(&"note env-import env.log kept".to_owned()), "{found:?}");
}

#[test]
fn a_linked_module_tells_stubs_and_env_imports() {
    let found = parts(&[("app.wasm", module())]);
    assert_eq!(found.modules[0].stubs, ["signature_mismatch:log"]);
    assert_eq!(found.modules[0].rustc, ["1.96.0 (a b)"]);
    assert_eq!(rows(&found), ["deny stub -.log trap", "warn env-import env.log kept"]);
    let [close, memory, log] = &found.modules[0].imports[..] else { panic!("{found:?}") };
    assert_eq!(close.linkage(), Linkage::Mangled);
    assert_eq!(memory.linkage(), Linkage::Unknown);
    assert_eq!(log.linkage(), Linkage::Plain);
}

#[test]
fn stubs_of_every_kind_are_known() {
    assert_eq!(Stub::of("signature_mismatch:a"), Some(Stub::SignatureMismatch("a")));
    assert_eq!(Stub::of("undefined_weak:b"), Some(Stub::UndefinedWeak("b")));
    assert_eq!(Stub::of(".Lclose_bitcast_invalid"), Some(Stub::BitcastInvalid("close")));
    assert_eq!(Stub::of("undefined_stub"), Some(Stub::Undefined));
    for ordinary in ["close", "a_bitcast_invalid", "x::signature_mismatch:a"] {
        assert_eq!(Stub::of(ordinary), None, "{ordinary}");
    }
}

#[test]
fn declared_imports_are_looked_for_in_the_module() {
    let source = "#[link(wasm_import_module = \"host\")] extern \"C\" {\n\
                  pub fn close(a: i32) -> i32;\npub fn time() -> i64;\npub fn gone();\n}\n";
    let (imports, _) = crate::analysis::read_for_tests(source);
    let symbols = CSymbols::for_target("wasm32-wasip1", None).expect("the table has it");
    let context =
        Context { symbols: Some(&symbols), imports: Some(&imports), ..Context::default() };
    let time = object(&[("host", "time", Some("time"))], &[], false);
    let states = |files: &[(&str, Vec<u8>)]| -> Vec<String> {
        let verdict = judge(&parts(files), context);
        let state = |it: &Declaration| format!("{} {}", imports[it.import].name, it.state.as_str());
        verdict.declared.iter().map(state).collect()
    };
    assert_eq!(states(&[("app.wasm", module())]), ["close present", "gone absent", "time absent"]);
    assert_eq!(
        states(&[("app.wasm", module()), (APP, time.clone())]),
        ["close present", "gone unused", "time misbound"]
    );
    assert!(states(&[(APP, time.clone())]).is_empty(), "no module was given");
    let verdict = judge(&parts(&[(APP, time)]), context);
    assert_eq!(verdict.findings[0].declared, [2], "the finding knows the line");
}

#[test]
fn a_thin_archive_reads_members_below_its_directory_only() {
    let root = std::env::temp_dir().join(format!("wasm-import-guard-thin-{}", std::process::id()));
    let directory = root.join("inside");
    fs::create_dir_all(&directory).expect("a directory can be made");
    let content = object(&[PLAIN], &[], false);
    for path in [directory.join("here.o"), root.join("outside.o")] {
        fs::write(path, &content).expect("a file can be written");
    }
    let absolute = format!("{}/\n", root.join("outside.o").display());
    let names = ["here.o/\n", "../outside.o/\n", "gone.o/\n", &absolute];
    let mut file = b"!<thin>\n".to_vec();
    file.extend(member("//", names.concat().as_bytes()));
    let mut at = 0;
    for name in names {
        file.extend(header(&format!("/{at}"), content.len()));
        at += name.len();
    }
    let path = directory.join("libthin.a");
    fs::write(&path, file).expect("a file can be written");
    let read = read(&[Input::new(&path)], &mut |_| {});
    assert_eq!(read.sites.len(), 1, "{read:?}");
    assert_eq!(read.sites[0].member.as_deref(), Some("here.o"));
    let problems: Vec<&str> = read.problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems[0].contains("`../outside.o`") && problems[0].contains("outside the directory")
    );
    assert!(problems[1].contains("`gone.o`"), "{problems:?}");
    assert!(problems[2].contains("outside the directory"), "{problems:?}");
    fs::remove_dir_all(&root).expect("it can be removed");
}

#[test]
fn what_cannot_be_read_is_said_and_hides_nothing() {
    let mut broken = object(&[PLAIN], &[], false);
    broken.truncate(40);
    let file = archive(&[
        member("bad.o/", &broken),
        member("lto.o/", b"BC\xC0\xDE"),
        member("good.o/", &object(&[PLAIN], &[], false)),
    ]);
    let found = parts(&[("liba.a", file), ("b.a", archive(&[b"rest".to_vec()]))]);
    assert_eq!(rows(&found).len(), 1);
    let problems: Vec<_> = found.problems.iter().collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].message.contains("`bad.o`") && problems[0].message.contains("offset 0x"));
    assert!(problems[1].message.contains("bitcode"), "{problems:?}");
    assert_eq!(problems[2].path, Some(PathBuf::from("b.a")));
    let gone = read(&[Input::new(Path::new("/nowhere/x.o"))], &mut |_| {});
    assert!(gone.files.is_empty() && gone.problems[0].message.contains("does not exist"));
}
