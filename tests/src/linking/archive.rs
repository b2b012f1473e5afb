//! Writes archives as GNU `ar` lays them out.

/// Whether an archive has an index of the symbols that its members define.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// A member `/` in front of all others.
    Gnu,
    /// None. wasm-ld 22 reads the members themselves; up to 14 it read the index alone.
    Missing,
}

/// An archive of `members`: their bytes, and the names that they define.
pub fn archive(members: &[(Vec<u8>, Vec<&str>)], index: Index) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    let names: Vec<&str> = members.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let strings: usize = names.iter().map(|name| name.len() + 1).sum();
    let index_size = 4 + 4 * names.len() + strings;
    let mut at = 8;
    if index == Index::Gnu {
        at += 60 + padded(index_size);
        let mut content = big_endian(names.len()).to_vec();
        for (member, names) in members {
            content.extend(names.iter().flat_map(|_| big_endian(at)));
            at += 60 + padded(member.len());
        }
        for name in names {
            content.extend(name.as_bytes());
            content.push(0);
        }
        push(&mut bytes, "/", &content);
    }
    for (number, (member, _)) in members.iter().enumerate() {
        push(&mut bytes, &format!("m{number}.o/"), member);
    }
    bytes
}

fn big_endian(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("archives of tests are small").to_be_bytes()
}

fn padded(size: usize) -> usize {
    size + size % 2
}

fn push(bytes: &mut Vec<u8>, name: &str, content: &[u8]) {
    let size = content.len();
    bytes.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644).bytes());
    bytes.extend(content);
    bytes.resize(padded(bytes.len()), b'\n');
}
