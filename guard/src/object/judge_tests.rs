use std::fs;
use std::path::Path;

use super::super::tests::{custom, object, section};
use super::super::{Archive, Symbols};
use super::{Count, Table, theirs};

/// Compares a module, all of its beginnings, and what is left of it when a byte is another one.
fn compare_around(count: &mut Count, module: &[u8]) {
    for end in 0..=module.len() {
        count.compare(&module[..end]);
    }
    let mut other = module.to_vec();
    for at in 0..module.len() {
        for byte in [0x00, 0x01, 0x20, 0x40, 0x4e, 0x60, 0x64, 0x65, 0x70, 0x7f, 0x80, 0xff] {
            other[at] = byte;
            count.compare(&other);
        }
        for bit in 0..8 {
            other[at] = module[at] ^ (1 << bit);
            count.compare(&other);
        }
        other[at] = module[at];
    }
}

/// A module with a type section of these types.
fn with_types(types: &[&[u8]]) -> Vec<u8> {
    let count = u8::try_from(types.len()).expect("few");
    let content = [&[count], types.concat().as_slice()].concat();
    [b"\0asm\x01\0\0\0".as_slice(), &section(1, &content)].concat()
}

#[test]
fn a_small_object_and_what_is_near_it() {
    let mut count = Count::default();
    compare_around(&mut count, &object());
    assert!(count.both_read > 500 && count.both_refuse > 500, "{count:?}");
}

#[test]
fn types_of_all_forms_are_passed_over() {
    let module = with_types(&[
        &[0x60, 2, 0x7f, 0x7e, 1, 0x7d],
        // References: abstract, shared, concrete, to one type exactly.
        &[0x60, 5, 0x70, 0x65, 0x6f, 0x63, 0, 0x64, 0x65, 0x6e, 0x64, 0x62, 1, 1, 0x7b],
        // A structure with packed fields, an array, one below another, final or not.
        &[0x5f, 3, 0x78, 1, 0x77, 0, 0x7f, 1],
        &[0x5e, 0x63, 0x6b, 0],
        &[0x50, 0, 0x5f, 0],
        &[0x4f, 1, 4, 0x5f, 0],
        // Two that name each other.
        &[0x4e, 2, 0x5f, 1, 0x63, 7, 0, 0x60, 1, 0x64, 0x86, 0, 0],
        &[0x60, 0, 1, 0x7c],
    ]);
    assert_eq!(theirs(&module).expect("they are sound"), Table::default());
    let mut count = Count::default();
    compare_around(&mut count, &module);
    assert!(count.both_read > 200 && count.both_refuse > 200, "{count:?}");
}

#[test]
fn imports_of_all_kinds_and_numbers_of_all_lengths() {
    let imports: &[&[u8]] = &[
        b"\x07\x01a\x01f\x00\x80\x80\x00",
        b"\x01a\x01g\x20\x01",
        b"\x01a\x01t\x01\x70\x05\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x01a\x01m\x02\x0f\x01\x80\x01\x10",
        b"\x01a\x01n\x02\x00\x01",
        b"\x01a\x01x\x03\x63\x70\x03",
        b"\x01a\x01e\x04\x00\x00",
    ];
    let symbols = b"\x02\x08\x16\x04\x00\x10\x00\x02\x50\x00\x01s\x05\x10\x00\x04\x10\x00";
    let symbols =
        [&symbols[..2], &[u8::try_from(symbols.len() - 3).expect("short")], &symbols[3..]];
    let module = [
        with_types(&[&[0x60, 0, 0]]),
        section(2, &imports.concat()),
        custom("linking", &symbols.concat()),
    ];
    let module = module.concat();
    assert_eq!(theirs(&module).expect("it is sound").undefined.len(), 4);
    let mut count = Count::default();
    compare_around(&mut count, &module);
    assert!(count.both_read > 200 && count.both_refuse > 200, "{count:?}");
}

/// They are a proposal: an object that has them is said to be unreadable.
#[test]
fn compact_imports_are_an_error() {
    let imports: &[&[u8]] =
        &[b"\x01\x01m\x00\x7f\x01\x01a\x00\x00", b"\x01\x01m\x00\x7e\x00\x00\x01\x01a"];
    for imports in imports {
        let module = [with_types(&[&[0x60, 0, 0]]), section(2, imports)].concat();
        assert!(theirs(&module).is_ok());
        let corrupt = Symbols::parse(&module, 0).expect_err("they are not read");
        assert_eq!(corrupt.what, "an import of no known kind");
        compare_around(&mut Count::default(), &module);
    }
}

#[test]
fn objects_of_the_fuzz_targets() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let mut count = Count::default();
    for directory in ["corpus/object_reader", "corpus/module_reader", "regressions/object_reader"] {
        for entry in fs::read_dir(fuzz.join(directory)).into_iter().flatten() {
            let file = fs::read(entry.expect("listed").path()).expect("readable");
            let Ok(archive) = Archive::parse(&file) else {
                count.compare(&file);
                continue;
            };
            for member in archive.members().iter().filter_map(|member| member.data) {
                count.compare(member);
            }
        }
    }
    assert!(count.both_read > 5, "{count:?}");
}
