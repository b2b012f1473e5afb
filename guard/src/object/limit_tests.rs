//! What is at a limit is read, and what is one above it is an error that says so. Where a file at the
//! limit would be large, the limit is another one.

use super::archive::{MAX_MEMBERS, MAX_NAME};
use super::tests::{archive, header, long_section, member};
use super::*;

/// A number as wasm writes it.
fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(u8::try_from(value & 0x7f).expect("seven bits") | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).expect("seven bits"));
    bytes
}

/// A module with one section, of so many entries.
fn module_of(id: u8, count: usize, entry: &[u8]) -> Vec<u8> {
    let content = [number(count), entry.repeat(count)].concat();
    [&b"\0asm\x01\0\0\0"[..], &long_section(id, &content)].concat()
}

fn module_of_functions(count: usize) -> Vec<u8> {
    let bodies = [number(count), [2, 0, 0x0b].repeat(count)].concat();
    [module_of(3, count, &[0]), long_section(10, &bodies)].concat()
}

fn object_of_symbols(count: usize) -> Vec<u8> {
    // Data that is undefined, called `a`.
    let symbols = [number(count), [1, 0x10, 1, b'a'].repeat(count)].concat();
    let content = [&b"\x07linking\x02\x08"[..], &number(symbols.len()), &symbols].concat();
    [&b"\0asm\x01\0\0\0"[..], &long_section(0, &content)].concat()
}

const TYPE: &[u8] = &[0x60, 0, 0];
const IMPORT: &[u8] = b"\x01m\x01f\x00\x00";
#[cfg(feature = "linked")]
const EXPORT: &[u8] = b"\x01f\x00\x00";

#[test]
fn types_imports_functions_and_symbols_of_an_object() {
    const LIMIT: usize = 5;
    let read = |bytes: &[u8]| Symbols::parse_at_most(LIMIT, bytes, 0).map(|_| ());
    for count in [LIMIT - 1, LIMIT, LIMIT + 1] {
        for (what, bytes) in [
            ("types", module_of(1, count, TYPE)),
            ("imports", module_of(2, count, IMPORT)),
            ("functions", module_of_functions(count)),
            ("symbols", object_of_symbols(count)),
        ] {
            let answer = read(&bytes).map_err(|corrupt| corrupt.what);
            if count > LIMIT {
                let said = answer.expect_err(what);
                assert_eq!(said, "more than 5 types, imports, functions or symbols", "{what}");
            } else {
                assert_eq!(answer, Ok(()), "{count} {what}");
            }
        }
    }
    let symbols = object_of_symbols(LIMIT);
    let symbols = Symbols::parse(&symbols, 0).expect("sound");
    assert_eq!(symbols.undefined.len(), LIMIT, "they are counted as what they are");
}

#[cfg(feature = "linked")]
#[test]
fn entries_of_a_linked_module() {
    const LIMIT: usize = 5;
    for count in [LIMIT - 1, LIMIT, LIMIT + 1] {
        let names = [
            number(count),
            (0..count).flat_map(|at| [u8::try_from(at).expect("few"), 1, b'n']).collect(),
        ];
        let names = names.concat();
        let names = [&b"\x04name\x01"[..], &number(names.len()), &names].concat();
        let values = [number(count), b"\x01n\x01v".repeat(count)].concat();
        let producers = [&b"\x09producers\x01\x0cprocessed-by"[..], &values].concat();
        for (what, bytes) in [
            ("types", module_of(1, count, TYPE)),
            ("imports", module_of(2, count, IMPORT)),
            ("exports", module_of(7, count, EXPORT)),
            ("names", [&b"\0asm\x01\0\0\0"[..], &long_section(0, &names)].concat()),
            ("producers", [&b"\0asm\x01\0\0\0"[..], &long_section(0, &producers)].concat()),
        ] {
            let answer = Module::parse_at_most(LIMIT, &bytes, 0);
            assert_eq!(answer.is_ok(), count <= LIMIT, "{count} {what}: {answer:?}");
        }
    }
}

#[cfg(feature = "linked")]
#[test]
fn modules_imports_and_depth_of_a_component() {
    const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";
    let limit = component::MAX_ENTRIES;
    for count in [limit - 1, limit, limit + 1] {
        let modules = [HEADER, &long_section(1, b"\0asm\x01\0\0\0").repeat(count)].concat();
        let imports = [number(count), b"\x00\x01i\x05\x00".repeat(count)].concat();
        let imports = [HEADER, &long_section(10, &imports)].concat();
        for (what, bytes) in [("modules", modules), ("imports", imports)] {
            let answer = Component::parse(&bytes, 0);
            assert_eq!(answer.is_ok(), count <= limit, "{count} {what}");
        }
    }
    let limit = component::MAX_NESTING;
    for depth in [limit - 1, limit, limit + 1] {
        let mut bytes = HEADER.to_vec();
        for _ in 1..depth {
            bytes = [HEADER, &long_section(4, &bytes)].concat();
        }
        assert_eq!(Component::parse(&bytes, 0).is_ok(), depth <= limit, "{depth} deep");
    }
}

#[test]
fn members_of_an_archive() {
    let empty = header("a/", 0);
    for count in [MAX_MEMBERS - 1, MAX_MEMBERS, MAX_MEMBERS + 1] {
        let file = archive(&[empty.repeat(count)]);
        let answer = Archive::parse(&file).map(|archive| archive.members().len());
        if count > MAX_MEMBERS {
            let corrupt = answer.expect_err("too many");
            assert!(corrupt.what.contains("archive members"), "{corrupt:?}");
            assert_eq!(corrupt.offset, 8 + 60 * MAX_MEMBERS);
        } else {
            assert_eq!(answer, Ok(count));
        }
    }
}

#[test]
fn names_of_members() {
    for length in [MAX_NAME - 1, MAX_NAME, MAX_NAME + 1] {
        let name = "n".repeat(length);
        let gnu = archive(&[member("//", format!("{name}\n").as_bytes()), member("/0", b"")]);
        let bsd = archive(&[member(&format!("#1/{length}"), name.as_bytes())]);
        for (what, file) in [("GNU", gnu), ("BSD", bsd)] {
            let read =
                Archive::parse(&file).map(|archive| archive.members()[0].name == name.as_bytes());
            assert_eq!(read.ok(), (length <= MAX_NAME).then_some(true), "{what}, {length} bytes");
        }
    }
}
