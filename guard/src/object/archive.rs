//! A reader of `ar` archives: GNU and BSD names, their symbol indexes, thin archives.
//!
//! There is no standard; the variants are described in `ar(5)` of the BSDs, in the System V ABI, and
//! for LLVM's own spelling of them in `llvm/lib/Object/Archive.cpp`'s documentation. All share a
//! magic line and 60-byte text headers before members that are padded to even offsets:
//! * GNU ends a name with `/`, keeps names longer than 15 bytes in a member `//` and refers to them
//!   as `/offset`; its index is the member `/` (32-bit) or `/SYM64/`, with big-endian numbers.
//! * BSD keeps a long name in front of the content (`#1/length`); its index is a member named
//!   `__.SYMDEF`, `__.SYMDEF SORTED` or `__.SYMDEF_64`, with little-endian numbers.
//! * A thin archive has GNU's form and no content but for the index and the long names.

use super::Corrupt;
use crate::sorted;

const MAGIC: &[u8] = b"!<arch>\n";
const THIN_MAGIC: &[u8] = b"!<thin>\n";
const HEADER: usize = 60;

/// More members than any archive has. A header is 60 bytes, so a file within reason stays below.
pub const MAX_MEMBERS: usize = 1 << 20;
/// Longer than any path a member's name can be.
pub const MAX_NAME: usize = 4096;

/// An archive's members and its symbol index.
#[derive(Debug, Clone)]
pub struct Archive<'a> {
    members: Vec<Member<'a>>,
    /// Symbol names by the offset of the header of the member that defines them, sorted by it.
    index: Vec<(usize, &'a [u8])>,
}

/// A member of an [`Archive`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name, in whatever encoding; a relative path in thin archives.
    pub name: &'a [u8],
    /// Its content; `None` when it is in another file.
    pub data: Option<&'a [u8]>,
    /// Where its header begins in the archive.
    pub header_offset: usize,
    /// Where its content begins in the archive.
    pub data_offset: usize,
}

impl<'a> Archive<'a> {
    /// Whether `file` begins as an archive does.
    pub fn is_archive(file: &[u8]) -> bool {
        file.starts_with(MAGIC) || file.starts_with(THIN_MAGIC)
    }

    /// Reads the structure of `file`; no member's content is looked into.
    ///
    /// # Errors
    /// When a header, a name or the index is broken, or a member ends beyond the file.
    pub fn parse(file: &'a [u8]) -> Result<Self, Corrupt> {
        if !Self::is_archive(file) {
            return Err(Corrupt::new(0, "not an archive"));
        }
        let mut reader = Reader {
            file,
            at: MAGIC.len(),
            thin: file.starts_with(THIN_MAGIC),
            long_names: None,
            index: Vec::new(),
            members: Vec::new(),
        };
        // Padding after the last member may be missing, or be all that is left.
        while reader.at < file.len() && file[reader.at..] != *b"\n" {
            reader.entry()?;
        }
        let Reader { members, mut index, .. } = reader;
        sorted::sort_by_key(&mut index, |&(member, _)| member);
        Ok(Self { members, index })
    }

    /// The members in their order, without indexes and name tables.
    pub fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// The symbols that the archive's index says `member` defines. Empty without an index.
    pub fn index_of(&self, member: &Member<'_>) -> impl Iterator<Item = &'a [u8]> + use<'a, '_> {
        let header = member.header_offset;
        let start = self.index.partition_point(|&(at, _)| at < header);
        let end = self.index.partition_point(|&(at, _)| at <= header);
        self.index[start..end].iter().map(|&(_, name)| name)
    }

    /// How many symbols the index has.
    pub fn index_len(&self) -> usize {
        self.index.len()
    }
}

struct Reader<'a> {
    file: &'a [u8],
    at: usize,
    thin: bool,
    long_names: Option<&'a [u8]>,
    index: Vec<(usize, &'a [u8])>,
    members: Vec<Member<'a>>,
}

impl<'a> Reader<'a> {
    /// Reads the header at `self.at` and what belongs to it, and steps behind it.
    fn entry(&mut self) -> Result<(), Corrupt> {
        let start = self.at;
        let header = self
            .file
            .get(start..start + HEADER)
            .ok_or_else(|| Corrupt::new(start, "the archive ends within a member's header"))?;
        if header[58..] != *b"`\n" {
            return Err(Corrupt::new(start + 58, "an archive member's header has no end mark"));
        }
        let size = decimal(&header[48..58])
            .ok_or_else(|| Corrupt::new(start + 48, "an archive member's size is no number"))?;
        let field = trim_end(&header[..16]);
        let mut data_offset = start + HEADER;

        let inline = !self.thin || matches!(field, b"/" | b"//" | b"/SYM64/");
        let mut data = None;
        if inline {
            let end = data_offset.checked_add(size).filter(|&end| end <= self.file.len());
            let end = end.ok_or_else(|| {
                Corrupt::new(
                    start + 48,
                    format!("an archive member of {size} bytes ends beyond the file"),
                )
            })?;
            data = Some(&self.file[data_offset..end]);
            self.at = end + (end & 1);
        } else {
            self.at = data_offset;
        }

        let name = match (field, data) {
            (b"/", Some(data)) => return self.gnu_index::<4>(data, data_offset),
            (b"/SYM64/", Some(data)) => return self.gnu_index::<8>(data, data_offset),
            (b"//", Some(data)) => {
                self.long_names = Some(data);
                return Ok(());
            }
            (field, Some(content)) if field.starts_with(b"#1/") => {
                let length = decimal(&field[3..])
                    .filter(|&length| length <= content.len() && length <= MAX_NAME)
                    .ok_or_else(|| Corrupt::new(start, "a BSD member name of impossible length"))?;
                let (name, rest) = content.split_at(length);
                data = Some(rest);
                data_offset += length;
                let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
                &name[..end]
            }
            (field, _) if field.len() > 1 && field[0] == b'/' => self.long_name(field, start)?,
            (field, _) => field.strip_suffix(b"/").unwrap_or(field),
        };
        match (name, data) {
            (b"__.SYMDEF" | b"__.SYMDEF SORTED", Some(data)) => {
                return self.bsd_index::<4>(data, data_offset);
            }
            (b"__.SYMDEF_64" | b"__.SYMDEF_64 SORTED", Some(data)) => {
                return self.bsd_index::<8>(data, data_offset);
            }
            _ => {}
        }
        if self.members.len() >= MAX_MEMBERS {
            return Err(Corrupt::new(start, format!("more than {MAX_MEMBERS} archive members")));
        }
        self.members.push(Member { name, data, header_offset: start, data_offset });
        Ok(())
    }

    /// The name that `/offset` refers to: to the end of its line or to a NUL, without GNU's `/`.
    fn long_name(&self, field: &[u8], at: usize) -> Result<&'a [u8], Corrupt> {
        let names = self
            .long_names
            .ok_or_else(|| Corrupt::new(at, "a long member name before the table of long names"))?;
        // LLVM writes a thin archive of archives' members as `/offset:offset in that archive`.
        let offset = field[1..].split(|&byte| byte == b':').next().and_then(decimal);
        let tail = offset
            .and_then(|offset| names.get(offset..))
            .filter(|tail| !tail.is_empty())
            .ok_or_else(|| {
                Corrupt::new(at, "a long member name outside the table of long names")
            })?;
        let window = &tail[..tail.len().min(MAX_NAME + 1)];
        let end = window.iter().position(|&byte| byte == b'\n' || byte == 0);
        let end = match end {
            Some(end) => end,
            None if window.len() == tail.len() => tail.len(),
            None => {
                return Err(Corrupt::new(at, format!("a member name above {MAX_NAME} bytes")));
            }
        };
        let name = &tail[..end];
        Ok(name.strip_suffix(b"/").unwrap_or(name))
    }

    /// `count`, `count` member offsets, then as many NUL-terminated names; numbers of `N` bytes.
    fn gnu_index<const N: usize>(&mut self, data: &'a [u8], base: usize) -> Result<(), Corrupt> {
        let broken = || Corrupt::new(base, "the archive's symbol index is broken");
        let count = data.get(..N).and_then(big_endian).ok_or_else(broken)?;
        let offsets = count
            .checked_mul(N)
            .and_then(|length| data.get(N..)?.get(..length))
            .ok_or_else(broken)?;
        let mut names = data[N + offsets.len()..].split(|&byte| byte == 0);
        for offset in offsets.chunks_exact(N) {
            let member = big_endian(offset).ok_or_else(broken)?;
            let name = names.next().ok_or_else(broken)?;
            self.index.push((member, name));
        }
        Ok(())
    }

    /// The size of an array of (name offset, member offset), the array, the size of the string
    /// table, the table; numbers of `N` bytes.
    fn bsd_index<const N: usize>(&mut self, data: &'a [u8], base: usize) -> Result<(), Corrupt> {
        let broken = || Corrupt::new(base, "the archive's symbol index is broken");
        let size = data.get(..N).and_then(little_endian).ok_or_else(broken)?;
        let entries = data.get(N..).and_then(|rest| rest.get(..size)).ok_or_else(broken)?;
        let rest = &data[N + entries.len()..];
        let size = rest.get(..N).and_then(little_endian).ok_or_else(broken)?;
        let strings = rest.get(N..).and_then(|rest| rest.get(..size)).ok_or_else(broken)?;
        // Many entries may refer into one long name: the ends are looked up, not searched again.
        let ends: Vec<usize> =
            strings.iter().enumerate().filter(|&(_, &byte)| byte == 0).map(|(at, _)| at).collect();
        for entry in entries.chunks_exact(2 * N) {
            let (name, member) = entry.split_at(N);
            let start = little_endian(name).filter(|&at| at < strings.len()).ok_or_else(broken)?;
            let member = little_endian(member).ok_or_else(broken)?;
            let next = ends.partition_point(|&end| end < start);
            let end = ends.get(next).copied().unwrap_or(strings.len());
            self.index.push((member, &strings[start..end]));
        }
        Ok(())
    }
}

fn trim_end(field: &[u8]) -> &[u8] {
    let end = field.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    &field[..end]
}

/// A number of decimal digits, padded with spaces behind.
fn decimal(field: &[u8]) -> Option<usize> {
    let digits = trim_end(field);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn big_endian(bytes: &[u8]) -> Option<usize> {
    let value = bytes.iter().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    usize::try_from(value).ok()
}

fn little_endian(bytes: &[u8]) -> Option<usize> {
    let value = bytes.iter().rev().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    usize::try_from(value).ok()
}
