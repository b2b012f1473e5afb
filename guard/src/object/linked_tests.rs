//! Linked modules and components put together byte by byte.

use super::tests::{custom, long_section, section, string};
use super::*;
use crate::import::ValueType;

/// A module that imports `close` of `host` (`(i32) -> i32`) by a mangled symbol, a memory, and `log`
/// of `env`; exports `run`; and has the stub `signature_mismatch:log`.
pub(crate) fn module() -> Vec<u8> {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    bytes.extend(section(1, &[2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 0]));
    let imports = [
        vec![3],
        string("host"),
        string("close"),
        vec![0, 0],
        string("env"),
        string("memory"),
        vec![2, 0, 1],
        string("env"),
        string("log"),
        vec![0, 1],
    ];
    bytes.extend(section(2, &imports.concat()));
    bytes.extend(section(3, &[2, 1, 1]));
    bytes.extend(section(7, &[vec![1], string("run"), vec![0, 3]].concat()));
    // `run` calls the stub, whose body is `unreachable`.
    bytes.extend(section(10, &[2, 3, 0, 0x00, 0x0b, 4, 0, 0x10, 2, 0x0b]));
    let names = [
        vec![4, 0],
        string("_RNvCs1_4host5close"),
        vec![1],
        string("log"),
        vec![2],
        string("signature_mismatch:log"),
        vec![3],
        string("run"),
    ]
    .concat();
    let mut subsection = vec![1, u8::try_from(names.len()).expect("short")];
    subsection.extend(names);
    bytes.extend(custom("name", &subsection));
    let producers =
        [vec![1], string("processed-by"), vec![1], string("rustc"), string("1.96.0 (a b)")];
    bytes.extend(custom("producers", &producers.concat()));
    bytes
}

/// A component with an import of every form, `module()` in it, and again in a component inside.
fn component() -> Vec<u8> {
    const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";
    let inner = [HEADER, &long_section(1, &module())].concat();
    let mut bytes = HEADER.to_vec();
    let import =
        |form: u8, name: &str, rest: &[u8]| [vec![form], string(name), rest.to_vec()].concat();
    let imports = [
        vec![7],
        import(0, "wasi:io/poll@0.2.0", &[5, 0]),
        import(1, "func", &[1, 3]),
        import(2, "a:b/c@1", &[4, b'.', b'2', b'.', b'3', 5, 1]),
        import(0, "core-module", &[0, 0x11, 0]),
        import(0, "resource", &[3, 1]),
        import(0, "type", &[3, 0, 2]),
        import(0, "value", &[2, 1, 0x7f]),
    ];
    bytes.extend(section(10, &imports.concat()));
    bytes.extend(custom("component-name", b"x"));
    bytes.extend(long_section(1, &module()));
    bytes.extend(long_section(4, &inner));
    bytes
}

#[test]
fn a_linked_module_tells_imports_and_symbols() {
    let bytes = module();
    let module = Module::parse(&bytes, 0).expect("sound");
    let imports: Vec<_> =
        module.imports.iter().map(|it| (it.module, it.name, it.kind, it.symbol)).collect();
    assert_eq!(
        imports,
        [
            ("host", "close", SymbolKind::Function, Some("_RNvCs1_4host5close")),
            ("env", "memory", SymbolKind::Data, None),
            ("env", "log", SymbolKind::Function, Some("log")),
        ]
    );
    let ty = module.imports[0].wasm_type.as_ref().expect("a number type");
    assert_eq!((&ty.params[..], &ty.results[..]), (&[ValueType::I32][..], &[ValueType::I32][..]));
    assert_eq!(module.exports, ["run"]);
    assert_eq!(module.function_names[&2], "signature_mismatch:log");
    assert_eq!(module.rustc_versions().collect::<Vec<_>>(), ["1.96.0 (a b)"]);
}

#[test]
fn a_component_tells_its_interfaces_and_all_its_modules() {
    let bytes = component();
    let units = read(&bytes).expect("no archive");
    assert!(matches!(units[0].content, Ok(Content::Component)));
    let component = Component::parse(units[0].data, 0).expect("sound");
    assert_eq!(
        component.imports,
        ["wasi:io/poll@0.2.0", "func", "a:b/c@1", "core-module", "resource", "type", "value"]
    );
    assert_eq!(component.modules.len(), 2);
    for inner in &component.modules {
        assert_eq!(inner.data, module());
        assert!(bytes[inner.offset..].starts_with(inner.data));
        assert_eq!(Module::parse(inner.data, inner.offset).expect("sound").imports.len(), 3);
    }
}

#[test]
fn components_nested_without_end_are_an_error() {
    // Each is the header and the beginning of a section that holds the next.
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    for _ in 0..300 {
        bytes = [&b"\0asm\x0d\0\x01\0"[..], &long_section(4, &bytes)].concat();
    }
    let corrupt = Component::parse(&bytes, 0).expect_err("too deep");
    assert!(corrupt.what.contains("nested more than 100"), "{corrupt:?}");
}

#[test]
fn an_import_of_no_known_form_is_an_error_with_its_place() {
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.extend(section(10, &[vec![1, 9], string("x"), vec![5, 0]].concat()));
    let corrupt = Component::parse(&bytes, 100).expect_err("form 9");
    assert_eq!(corrupt.offset, 111);
}

/// Every prefix and many single changed bytes: no panic, and errors that point into the file.
#[test]
fn no_bytes_make_it_panic() {
    let check = |bytes: &[u8]| {
        for corrupt in
            [Module::parse(bytes, 0).err(), Component::parse(bytes, 0).err()].into_iter().flatten()
        {
            assert!(corrupt.offset <= bytes.len(), "{corrupt:?}");
        }
        #[cfg(feature = "linked")]
        if let Ok(module) = Module::parse(bytes, 0) {
            let _ = validation::validate(bytes, 0, &module);
        }
    };
    for file in [module(), component()] {
        for end in 0..file.len() {
            check(&file[..end]);
        }
        let mut changed = file.clone();
        for at in 0..file.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff, file[at] ^ 1] {
                changed[at] = byte;
                check(&changed);
            }
            changed[at] = file[at];
        }
    }
}

#[cfg(feature = "linked")]
#[test]
fn a_call_that_does_not_validate_is_named() {
    let sound = module();
    let parsed = Module::parse(&sound, 0).expect("sound");
    assert_eq!(validation::validate(&sound, 0, &parsed), Ok(()));
    // `run` calls `close` of the host now, and gives it no argument.
    let mut bytes = sound.clone();
    let call = bytes.windows(3).position(|it| it == [0x10, 2, 0x0b]).expect("the call") + 1;
    bytes[call] = 0;
    let parsed = Module::parse(&bytes, 7).expect("sound but for the code");
    let invalid = validation::validate(&bytes, 7, &parsed).expect_err("no argument");
    assert_eq!(invalid.offset, 7 + call - 1);
    assert_eq!(invalid.function.as_deref(), Some("run"));
    assert_eq!(invalid.callee.as_deref(), Some("_RNvCs1_4host5close"));
}
