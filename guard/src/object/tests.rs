//! Archives and objects put together byte by byte, so that no tool's habits are taken for granted.

use super::*;
use crate::import::ValueType;

pub(crate) fn header(name: &str, size: usize) -> Vec<u8> {
    let mut header =
        format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}", 0, 0, 0, 644).into_bytes();
    header.extend(b"`\n");
    assert_eq!(header.len(), 60);
    header
}

pub(crate) fn member(name: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = header(name, data.len());
    bytes.extend(data);
    if data.len() % 2 == 1 {
        bytes.push(b'\n');
    }
    bytes
}

pub(crate) fn archive(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    bytes.extend(parts.concat());
    bytes
}

fn names(file: &[u8]) -> Vec<String> {
    let archive = Archive::parse(file).expect("a sound archive");
    archive.members().iter().map(|it| String::from_utf8_lossy(it.name).into_owned()).collect()
}

/// A section: its id, its length, its content.
pub(crate) fn section(id: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![id, u8::try_from(content.len()).expect("a short section")];
    bytes.extend(content);
    bytes
}

/// A section of any length.
pub(crate) fn long_section(id: u8, content: &[u8]) -> Vec<u8> {
    let (mut bytes, mut length) = (vec![id], content.len());
    while length > 0x7f {
        bytes.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        length >>= 7;
    }
    bytes.push(u8::try_from(length).expect("seven bits"));
    bytes.extend(content);
    bytes
}

pub(crate) fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(name.len()).expect("a short name")];
    bytes.extend(name.as_bytes());
    bytes.extend(content);
    section(0, &bytes)
}

pub(crate) fn string(text: &str) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(text.len()).expect("a short string")];
    bytes.extend(text.as_bytes());
    bytes
}

/// An object that defines `open` (weak, hidden, `(i32, f64) -> i64`), has the data `errno`, and
/// refers to `close` of `env` by a name of its own and to `read` of `host` by the import's.
pub(crate) fn object() -> Vec<u8> {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    bytes.extend(section(1, &[2, 0x60, 2, 0x7f, 0x7c, 1, 0x7e, 0x60, 1, 0x7b, 0]));
    let imports = [
        vec![2],
        string("env"),
        string("close"),
        vec![0, 0],
        string("host"),
        string("read"),
        vec![0, 1],
    ];
    bytes.extend(section(2, &imports.concat()));
    bytes.extend(section(3, &[1, 0]));
    bytes.extend(section(10, &[1, 4, 0, 0x42, 0, 0x0b]));
    let symbols = [
        vec![5],
        vec![0, 0x01 | 0x04, 2],
        string("open"),
        vec![0, 0x10 | 0x40, 0],
        string("_RNv5close"),
        vec![0, 0x10, 1],
        vec![1, 0],
        string("errno"),
        vec![0, 0, 4],
        vec![0, 0x02, 2],
        string("local"),
    ]
    .concat();
    let mut linking = vec![2, 8, u8::try_from(symbols.len()).expect("a short table")];
    linking.extend(symbols);
    bytes.extend(custom("linking", &linking));
    bytes
}

#[test]
fn gnu_names_short_and_long() {
    let table = b"a-name-longer-than-fifteen-bytes.o/\nsub/dir/with-slashes-in-it.o/\n";
    let file = archive(&[
        member("//", table),
        member("short.o/", b"1"),
        member("/0", b"22"),
        member("/36", b"333"),
    ]);
    assert_eq!(
        names(&file),
        ["short.o", "a-name-longer-than-fifteen-bytes.o", "sub/dir/with-slashes-in-it.o"]
    );
    let parsed = Archive::parse(&file).expect("a sound archive");
    assert_eq!(parsed.members()[2].data, Some(&b"333"[..]));
    let at = parsed.members()[2].data_offset;
    assert_eq!(&file[at..at + 3], b"333");
}

#[test]
fn gnu_index_finds_the_member() {
    let first = member("one.o/", b"BC\xC0\xDEbitcode");
    let second = member("two.o/", b"BC\xC0\xDEmore");
    let index_size = 4 + 3 * 4 + "f\0gg\0h\0".len();
    let start = 8 + 60 + index_size + (index_size & 1);
    let offsets = [start, start + first.len(), start];
    let mut index = 3_u32.to_be_bytes().to_vec();
    for offset in offsets {
        index.extend(u32::try_from(offset).expect("small").to_be_bytes());
    }
    index.extend(b"f\0gg\0h\0");
    let file = archive(&[member("/", &index), first, second]);
    let units = read(&file).expect("a sound archive");
    let defines: Vec<Vec<String>> = units
        .iter()
        .map(|unit| match &unit.content {
            Ok(Content::Bitcode { defines }) => {
                defines.iter().map(|name| name.clone().into_owned()).collect()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(defines, [vec!["f", "h"], vec!["gg"]]);
}

#[test]
fn bsd_names_and_index() {
    let mut named = b"a long name.o\0\0\0".to_vec();
    named.extend(b"content");
    let first = member("#1/16", &named);
    let mut index = 8_u32.to_le_bytes().to_vec();
    index.extend(2_u32.to_le_bytes());
    let index_length = 4 + 8 + 4 + 6;
    index.extend(u32::try_from(8 + 60 + 20 + index_length).expect("small").to_le_bytes());
    index.extend(6_u32.to_le_bytes());
    index.extend(b"x\0log\0");
    let mut symdef = b"__.SYMDEF SORTED\0\0\0\0".to_vec();
    symdef.extend(&index);
    let file = archive(&[member("#1/20", &symdef), first, member("plain", b"")]);
    assert_eq!(names(&file), ["a long name.o", "plain"]);
    let parsed = Archive::parse(&file).expect("a sound archive");
    assert_eq!(parsed.members()[0].data, Some(&b"content"[..]));
    let indexed: Vec<_> = parsed.index_of(&parsed.members()[0]).collect();
    assert_eq!(indexed, [b"log"]);
    assert_eq!(parsed.index_of(&parsed.members()[1]).count(), 0);
}

#[test]
fn thin_archives_have_names_and_no_content() {
    let mut file = b"!<thin>\n".to_vec();
    file.extend(member("//", b"../objects/one.o/\ntwo.o/\n"));
    file.extend(header("/0", 123_456));
    file.extend(header("/18", 7));
    assert_eq!(names(&file), ["../objects/one.o", "two.o"]);
    let units = read(&file).expect("a sound archive");
    assert!(units.iter().all(|unit| matches!(unit.content, Ok(Content::Elsewhere))));
}

#[test]
fn an_object_tells_its_symbols() {
    let bytes = object();
    let units = read(&bytes).expect("no archive to break");
    let Ok(Content::Wasm(symbols)) = &units[0].content else {
        panic!("{units:?}");
    };
    assert!(symbols.relocatable);
    let [open, errno] = &symbols.defined[..] else {
        panic!("the local symbol is nobody's business: {symbols:?}");
    };
    assert_eq!(
        (open.name, open.kind, open.binding, open.hidden),
        ("open", SymbolKind::Function, Binding::Weak, true)
    );
    let ty = symbols.type_of_definition(open).expect("a number type");
    assert_eq!(ty.params, [ValueType::I32, ValueType::F64]);
    assert_eq!(ty.results, [ValueType::I64]);
    assert_eq!(
        (errno.name, errno.kind, errno.binding, errno.hidden),
        ("errno", SymbolKind::Data, Binding::Strong, false)
    );
    assert_eq!(symbols.type_of_definition(errno), None);
    let [close, read] = &symbols.undefined[..] else {
        panic!("{symbols:?}");
    };
    assert_eq!((close.symbol, close.explicit_name), ("_RNv5close", true));
    assert_eq!(close.import, Some(("env", "close")));
    assert_eq!(symbols.type_of_undefined(close), Some(ty));
    assert_eq!((read.symbol, read.explicit_name), ("read", false));
    assert_eq!(read.import, Some(("host", "read")));
    assert_eq!(symbols.type_of_undefined(read), None, "v128 is no number type");
}

#[test]
fn other_contents_are_said_to_be_other() {
    let file = archive(&[
        member("lib.rmeta/", b"rust\0\0\0\x08"),
        member("component/", b"\0asm\x0d\0\x01\0"),
        member("empty/", b""),
        member("linked/", b"\0asm\x01\0\0\0"),
    ]);
    let units = read(&file).expect("a sound archive");
    assert!(matches!(units[0].content, Ok(Content::Other)));
    assert!(matches!(units[1].content, Ok(Content::Component)));
    assert!(matches!(units[2].content, Ok(Content::Other)));
    assert!(matches!(&units[3].content, Ok(Content::Wasm(symbols)) if !symbols.relocatable
            && symbols.defined.is_empty() && symbols.undefined.is_empty()));
}

#[test]
fn a_broken_member_is_named_and_hides_no_other() {
    let mut broken = object();
    broken.truncate(30);
    let file = archive(&[member("bad.o/", &broken), member("good.o/", &object())]);
    let units = read(&file).expect("the archive is sound");
    let corrupt = units[0].content.as_ref().expect_err("cut off");
    assert_eq!(corrupt.member.as_deref(), Some("bad.o"));
    assert!((68..8 + 60 + 31).contains(&corrupt.offset), "{corrupt:?}");
    let error = corrupt.in_file(Path::new("libx.a"));
    assert!(error.message().starts_with("cannot read `libx.a`, member `bad.o`: "), "{error}");
    assert!(error.message().contains("(at offset 0x"), "{error}");
    assert!(matches!(&units[1].content, Ok(Content::Wasm(symbols)) if symbols.defined.len() == 2));
}

#[test]
fn a_linking_section_of_another_version_is_an_error() {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    bytes.extend(custom("linking", &[1]));
    let units = read(&bytes).expect("no archive");
    let corrupt = units[0].content.as_ref().expect_err("version 1");
    assert!(corrupt.what.contains("version"), "{corrupt:?}");
}

#[test]
fn broken_archives_say_where() {
    let cases: [(&str, Vec<u8>, usize); 6] = [
        ("no header", archive(&[b"rest".to_vec()]), 8),
        ("no end mark", archive(&[vec![b' '; 60]]), 66),
        ("beyond the file", archive(&[header("x/", 1)]), 56),
        ("no table", archive(&[member("/12", b"")]), 8),
        ("outside the table", archive(&[member("//", b"x/\n"), member("/12", b"")]), 72),
        ("index", archive(&[member("/", &[0, 0, 0, 9])]), 68),
    ];
    for (what, file, offset) in cases {
        let corrupt = Archive::parse(&file).expect_err(what);
        assert_eq!(corrupt.offset, offset, "{what}: {corrupt:?}");
    }
}

/// Every prefix and every single changed byte of a file that has all forms: no panic, and errors
/// that point into the file.
#[test]
fn no_bytes_make_it_panic() {
    let mut index = 1_u32.to_be_bytes().to_vec();
    index.extend(8_u32.to_be_bytes());
    index.extend(b"f\0");
    let mut symdef = b"__.SYMDEF\0\0\0".to_vec();
    symdef.extend([8, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, b'f', 0]);
    let file = archive(&[
        member("/", &index),
        member("//", b"a-long-name.o/\n"),
        member("#1/12", &symdef),
        member("/0", &object()),
        member("#1/4", b"n\0\0\0BC\xC0\xDE"),
    ]);
    let check = |bytes: &[u8]| match read(bytes) {
        Err(corrupt) => assert!(corrupt.offset <= bytes.len(), "{corrupt:?}"),
        Ok(units) => {
            for corrupt in units.iter().filter_map(|unit| unit.content.as_ref().err()) {
                assert!(corrupt.offset <= bytes.len(), "{corrupt:?}");
            }
        }
    };
    check(&file);
    for end in 0..file.len() {
        check(&file[..end]);
    }
    let mut changed = file.clone();
    for at in 0..file.len() {
        for byte in [0, 1, b'/', b'9', 0x7f, 0x80, 0xff, file[at] ^ 1] {
            changed[at] = byte;
            check(&changed);
        }
        changed[at] = file[at];
    }
}
