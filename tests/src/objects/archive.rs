//! Archives in GNU's format, as rustc writes rlibs: their members, and the same archive with other
//! contents.
//!
//! Before each member stand 60 bytes of text: its name, and at 48 its size. The first members are an index
//! (`/`, or `/SYM64/` with numbers of 8 bytes), which gives for each symbol the place of the member that
//! defines it, and a list of the names that are too long for a header (`//`).

use std::collections::HashMap;

const MAGIC: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;

/// A member.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// Its name, at its full length.
    pub name: String,
    /// Its content.
    pub content: &'a [u8],
}

/// A member as it stands in the archive.
struct Raw<'a> {
    /// Where its header begins.
    offset: usize,
    header: &'a [u8],
    content: &'a [u8],
}

/// Whether it begins like one.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The members, without the index and the list of names.
///
/// # Errors
/// What is wrong with the archive.
pub fn members(bytes: &[u8]) -> Result<Vec<Member<'_>>, String> {
    let raw = raw_members(bytes)?;
    let names = long_names(&raw);
    let ordinary = raw.iter().filter(|it| !is_special(it));
    ordinary.map(|it| Ok(Member { name: name(it, names)?, content: it.content })).collect()
}

/// The archive with the members for which `change` gives another content; `None` when it gives none.
///
/// # Errors
/// What is wrong with the archive, and what `change` says, with the member's name.
pub fn with_contents(
    bytes: &[u8],
    mut change: impl FnMut(&Member<'_>) -> Result<Option<Vec<u8>>, String>,
) -> Result<Option<Vec<u8>>, String> {
    let raw = raw_members(bytes)?;
    let names = long_names(&raw);
    let mut out = MAGIC.to_vec();
    let mut moved = HashMap::new();
    let mut index = None;
    let mut changed = false;
    for member in &raw {
        moved.insert(member.offset, out.len());
        let mut content = None;
        if is_special(member) {
            let width = match field(member, 0..16) {
                "/" => Some(4),
                "/SYM64/" => Some(8),
                _ => None,
            };
            if let Some(width) = width {
                index = Some((out.len() + HEADER, width));
            }
        } else {
            let member = Member { name: name(member, names)?, content: member.content };
            content = change(&member).map_err(|error| format!("{}: {error}", member.name))?;
        }
        changed |= content.is_some();
        let content = content.as_deref().unwrap_or(member.content);
        out.extend_from_slice(&member.header[..48]);
        out.extend_from_slice(format!("{:<10}", content.len()).as_bytes());
        out.extend_from_slice(&member.header[58..]);
        out.extend_from_slice(content);
        if out.len() % 2 == 1 {
            out.push(b'\n');
        }
    }
    if let Some((start, width)) = index {
        move_index(&mut out[start..], width, &moved)?;
    }
    Ok(changed.then_some(out))
}

/// Writes the members' new places into the index.
fn move_index(index: &mut [u8], width: usize, moved: &HashMap<usize, usize>) -> Result<(), String> {
    let read = |bytes: &[u8]| bytes.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
    let short = "the index of the archive is cut off";
    let count = read(index.get(..width).ok_or(short)?);
    let end = count.checked_add(1).and_then(|it| it.checked_mul(width)).ok_or(short)?;
    for place in index.get_mut(width..end).ok_or(short)?.chunks_exact_mut(width) {
        let new = moved
            .get(&read(place))
            .ok_or("the index of the archive names a place where no member begins")?;
        place.copy_from_slice(&new.to_be_bytes()[8 - width..]);
    }
    Ok(())
}

fn raw_members(bytes: &[u8]) -> Result<Vec<Raw<'_>>, String> {
    if !is_archive(bytes) {
        return Err("this is no archive".to_owned());
    }
    let mut all = Vec::new();
    let mut offset = MAGIC.len();
    while offset < bytes.len() {
        let cut = || format!("the archive is cut off, or broken, at {offset}");
        let content = offset + HEADER;
        let header = bytes.get(offset..content).ok_or_else(cut)?;
        let size = std::str::from_utf8(&header[48..58]).map_err(|_| cut())?;
        let size: usize = size.trim_end().parse().map_err(|_| cut())?;
        let end = content.checked_add(size).ok_or_else(cut)?;
        all.push(Raw { offset, header, content: bytes.get(content..end).ok_or_else(cut)? });
        offset = end + end % 2;
    }
    Ok(all)
}

/// A part of a member's header, without the blanks at its end.
fn field<'a>(member: &Raw<'a>, range: std::ops::Range<usize>) -> &'a str {
    std::str::from_utf8(&member.header[range]).unwrap_or_default().trim_end()
}

fn is_special(member: &Raw<'_>) -> bool {
    matches!(field(member, 0..16), "/" | "//" | "/SYM64/")
}

fn long_names<'a>(raw: &[Raw<'a>]) -> &'a [u8] {
    raw.iter().find(|it| field(it, 0..16) == "//").map_or(&[], |it| it.content)
}

fn name(member: &Raw<'_>, names: &[u8]) -> Result<String, String> {
    let written = field(member, 0..16);
    let Some(offset) = written.strip_prefix('/') else {
        return Ok(written.trim_end_matches('/').to_owned());
    };
    let lost = || format!("the archive has no name for `{written}`");
    let offset: usize = offset.parse().map_err(|_| lost())?;
    let rest = names.get(offset..).ok_or_else(lost)?;
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    let name = std::str::from_utf8(&rest[..end]).map_err(|_| lost())?;
    Ok(name.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of one symbol, which the second member defines, a list of names, and two members.
    fn archive(place_of_second: usize, first: &str, second: &str) -> Vec<u8> {
        let names = "a-name-that-is-long.o/\n";
        let mut out = MAGIC.to_vec();
        let mut member = |name: &str, content: &[u8]| {
            let size = content.len();
            let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644);
            out.extend_from_slice(header.as_bytes());
            out.extend_from_slice(content);
            if size % 2 == 1 {
                out.push(b'\n');
            }
        };
        let mut index = 1_u32.to_be_bytes().to_vec();
        index.extend(u32::try_from(place_of_second).expect("small").to_be_bytes());
        index.extend(b"f\0");
        member("/", &index);
        member("//", names.as_bytes());
        member("short.o/", first.as_bytes());
        member("/0", second.as_bytes());
        out
    }

    /// 8 bytes of magic, then three members before the second, with 60 bytes of header each: index (10),
    /// names (23 and one to be even), and the first.
    const BEFORE_SECOND: usize = 8 + 60 + 10 + 60 + 24 + 60;

    #[test]
    fn members_have_their_full_names() {
        let bytes = archive(0, "first", "second");
        let all = members(&bytes).expect("sound");
        let all: Vec<_> = all.iter().map(|it| (it.name.as_str(), it.content)).collect();
        assert_eq!(all, [("short.o", b"first" as &[u8]), ("a-name-that-is-long.o", b"second")]);
    }

    #[test]
    fn the_index_follows_members_that_move() {
        let before = archive(BEFORE_SECOND + 6, "first", "second");
        let after = with_contents(&before, |member| {
            Ok((member.name == "short.o").then(|| b"longer first".to_vec()))
        });
        let expected = archive(BEFORE_SECOND + 12, "longer first", "second");
        assert_eq!(after, Ok(Some(expected)));
        assert_eq!(with_contents(&before, |_| Ok(None)), Ok(None));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let sound = archive(BEFORE_SECOND + 6, "first", "second");
        assert!(members(&sound[..sound.len() - 1]).is_err());
        assert!(members(b"\0asm").is_err());
        let lost = archive(1, "first", "second");
        let error = with_contents(&lost, |_| Ok(None)).expect_err("no member begins there");
        assert!(error.contains("no member begins"), "{error}");
        let error = with_contents(&sound, |_| Err("broken".to_owned())).expect_err("it says so");
        assert_eq!(error, "short.o: broken");
    }
}
