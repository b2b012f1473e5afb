//! What the rules say of rustc versions, on every rustc that is there: the symbols of imports, the options
//! of the linker, and what the link makes of it.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use wasm_import_guard::object::{Content, read};
use wasm_import_guard::toolchain::{ImportSymbols, Rustc, UndefinedSymbols};
use wasm_import_guard_tests::{Compiler, module_imports};

const PLAIN_AND_NAMED: &str = r#"
    #[link(wasm_import_module = "host")] extern "C" { fn close(handle: i32) -> i32; }
    #[link(wasm_import_module = "env")] extern "C" { fn read() -> i32; }
    extern "C" { fn bare(a: i32) -> i32; }
    #[no_mangle] pub extern "C" fn go(a: i32) -> i32 { unsafe { close(bare(read())) } }
"#;

/// Symbol, import module and import name of each undefined function of an object.
fn undefined(object: &[u8]) -> Vec<(String, String, String)> {
    let units = read(object).expect("an object");
    let mut all = Vec::new();
    for unit in units {
        let Content::Wasm(symbols) = unit.content.expect("a sound object") else { continue };
        for undefined in symbols.undefined.iter().filter(|it| it.import.is_some()) {
            let (module, name) = undefined.import.expect("filtered");
            all.push((undefined.symbol.to_owned(), module.to_owned(), name.to_owned()));
        }
    }
    all
}

fn rustc(compiler: &Compiler) -> Rustc {
    Rustc::parse_verbose(&compiler.version).expect("its -vV can be read")
}

#[test]
fn every_rustc_here_mangles_imports_that_name_a_module_and_no_others() {
    let all = Compiler::all();
    assert!(all.len() >= 2, "there are hardly any: {all:?}");
    for compiler in all {
        let known = rustc(&compiler);
        assert_eq!(known.import_symbols(), ImportSymbols::Mangled, "{}", known.release);
        let symbols = undefined(&compiler.object(PLAIN_AND_NAMED));
        for (module, name, is_plain) in
            [("host", "close", false), ("env", "read", false), ("env", "bare", true)]
        {
            let (symbol, ..) = symbols
                .iter()
                .find(|(_, its_module, its_name)| its_module == module && its_name == name)
                .unwrap_or_else(|| panic!("{}: no {module}.{name}: {symbols:?}", known.release));
            assert_eq!(symbol == name, is_plain, "{}: {symbol}", known.release);
        }
    }
}

#[test]
fn where_an_import_module_is_ignored() {
    const ITEMS: &str = r#"
        #[link(wasm_import_module = "a")] extern "Rust" { fn rust_abi(); }
        extern "C" { #[link(wasm_import_module = "b")] fn on_an_item(); }
        #[link(wasm_import_module = "c")] mod bindings { extern "C" { pub fn inside(); } }
        #[link(wasm_import_module = "d")] extern "system" { fn system_abi(); }
        #[no_mangle] pub extern "C" fn go() {
            unsafe { rust_abi(); on_an_item(); bindings::inside(); system_abi() }
        }
    "#;
    for compiler in Compiler::all() {
        let release = rustc(&compiler).release;
        let symbols = undefined(&compiler.object(ITEMS));
        for name in ["rust_abi", "on_an_item", "inside"] {
            let plain = (name.to_owned(), "env".to_owned(), name.to_owned());
            assert!(symbols.contains(&plain), "{release}: {name}: {symbols:?}");
        }
        let (symbol, module, _) = symbols
            .iter()
            .find(|(_, _, name)| name == "system_abi")
            .unwrap_or_else(|| panic!("{release}: {symbols:?}"));
        assert!(module == "d" && symbol != "system_abi", "{release}: {symbols:?}");
    }
}

#[test]
fn no_mangle_on_an_import_makes_its_symbol_plain_in_old_releases_only() {
    const ITEMS: &str = r#"
        #[link(wasm_import_module = "host")] extern "C" { #[no_mangle] fn close(); }
        #[no_mangle] pub extern "C" fn go() { unsafe { close() } }
    "#;
    for compiler in Compiler::all() {
        let symbols = undefined(&compiler.object(ITEMS));
        let (symbol, module, name) = &symbols[0];
        assert_eq!((&**module, &**name), ("host", "close"));
        match compiler.minor() {
            63 => assert_eq!(symbol, "close"),
            95.. => assert_ne!(symbol, "close", "{}", compiler.version),
            _ => {}
        }
    }
}

#[test]
fn the_linkers_options_are_those_that_the_version_says() {
    for compiler in Compiler::all() {
        let known = rustc(&compiler);
        let linked = compiler.link("pub fn f() {}", "#[no_mangle] pub extern \"C\" fn go() {}");
        let has = |option: &str| linked.arguments.iter().any(|argument| argument == option);
        let imported = known.undefined_symbols() == UndefinedSymbols::Imported;
        assert_eq!(has("--allow-undefined"), imported, "{}", known.release);
        let fatal = known.linker_warnings_are_fatal();
        assert_eq!(Some(has("--fatal-warnings")), fatal, "{}", known.release);
    }
}

#[test]
fn a_function_without_a_module_is_an_import_of_env_or_undefined() {
    for compiler in Compiler::all() {
        let known = rustc(&compiler);
        let linked = compiler.link(
            "extern \"C\" { pub fn host_function() -> i32; }",
            "#[no_mangle] pub extern \"C\" fn go() -> i32 { unsafe { host_function() } }",
        );
        match known.undefined_symbols() {
            UndefinedSymbols::Imported => {
                let module = linked.module.unwrap_or_else(|| panic!("{}", linked.messages));
                let imports = module_imports(&module);
                let import = imports.iter().find(|import| import.kind == "func");
                let import = import.map(|import| (&*import.module, &*import.name));
                assert_eq!(import, Some(("env", "host_function")), "{}", known.release);
            }
            UndefinedSymbols::LinkError => {
                assert!(linked.module.is_none(), "{} links it", known.release);
                assert!(
                    linked.messages.contains("undefined symbol: host_function"),
                    "{}: {}",
                    known.release,
                    linked.messages
                );
            }
            UndefinedSymbols::Unknown => panic!("{}: a release is known", known.release),
        }
    }
}

#[test]
fn another_signature_fails_the_link_or_traps() {
    for compiler in Compiler::all() {
        let known = rustc(&compiler);
        let linked = compiler.link(
            "#[no_mangle] pub extern \"C\" fn log(x: f64) -> f64 { x }",
            "mod other { extern \"C\" { pub fn log(pointer: i32, length: i32); } }\n\
             #[no_mangle] pub extern \"C\" fn go() { unsafe { other::log(1, 2) } }",
        );
        match known.linker_warnings_are_fatal() {
            Some(true) => {
                assert!(linked.module.is_none(), "{} links it", known.release);
                let says = linked.messages.contains("function signature mismatch: log");
                assert!(says, "{}: {}", known.release, linked.messages);
            }
            Some(false) => {
                let module = linked.module.unwrap_or_else(|| panic!("{}", linked.messages));
                let stub = b"signature_mismatch:log";
                let has_stub = module.windows(stub.len()).any(|window| window == stub);
                assert!(has_stub, "{}: no stub", known.release);
                // Nobody is told unless they ask.
                assert!(!linked.messages.contains("signature mismatch"), "{}", linked.messages);
            }
            None => panic!("{}: a release is known", known.release),
        }
    }
}

#[test]
fn an_imported_static_is_no_import() {
    for compiler in Compiler::all() {
        let known = rustc(&compiler);
        let linked = compiler.link(
            "#[link(wasm_import_module = \"host\")] extern \"C\" { pub static COUNT: i32; }",
            "#[no_mangle] pub extern \"C\" fn go() -> i32 { unsafe { COUNT } }",
        );
        match linked.module {
            Some(module) => assert_eq!(module_imports(&module), [], "{}", known.release),
            None => assert!(
                linked.messages.contains("undefined symbol"),
                "{}: {}",
                known.release,
                linked.messages
            ),
        }
    }
}

#[test]
fn one_function_with_two_types_is_one_symbol_without_a_module_and_two_imports_with_one() {
    let declared = |link: &str, parameter: &str| {
        format!("{link} extern \"C\" {{ fn host_function(x: {parameter}); }}")
    };
    let dependency = |link: &str| {
        format!(
            "{}\n#[inline(never)] pub fn first(x: i32) {{ unsafe {{ host_function(x) }} }}",
            declared(link, "i32")
        )
    };
    let own = |link: &str| {
        format!(
            "{}\n#[no_mangle] pub extern \"C\" fn go(x: i32) {{ first(x); \
             unsafe {{ host_function(1.0) }} }}",
            declared(link, "f64")
        )
    };
    let module = "#[link(wasm_import_module = \"host\")]";
    for compiler in Compiler::all() {
        let release = rustc(&compiler).release;
        let linked = compiler.link(&dependency(""), &own(""));
        assert!(linked.module.is_none(), "{release} links it");
        let says = linked.messages.contains("function signature mismatch: host_function");
        assert!(says, "{release}: {}", linked.messages);
        let linked = compiler.link(&dependency(module), &own(module));
        let module = linked.module.unwrap_or_else(|| panic!("{release}: {}", linked.messages));
        let names: Vec<String> = module_imports(&module)
            .into_iter()
            .filter(|import| import.kind == "func")
            .map(|import| format!("{}.{}", import.module, import.name))
            .collect();
        assert_eq!(names, ["host.host_function", "host.host_function"], "{release}");
    }
}
