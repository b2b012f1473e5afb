//! Wasm objects and the archives they come in: what they define, and what they leave undefined.
//!
//! [`read`] takes the bytes of any one file that a link can have among its inputs. The bytes are
//! untrusted: whatever they are, the answer is symbols or a [`Corrupt`] that says where.

pub mod archive;
mod bytes;
#[cfg(feature = "linked")]
pub mod component;
pub mod definitions;
#[cfg(all(any(test, fuzzing), feature = "linked"))]
pub(crate) mod fuzzing;
#[cfg(all(any(test, fuzzing), feature = "linked"))]
mod judge;
#[cfg(feature = "linked")]
pub mod module;
mod types;
#[cfg(feature = "linked")]
pub mod validation;

use std::borrow::Cow;
use std::path::Path;

pub use archive::Archive;
#[cfg(feature = "linked")]
pub use component::Component;
pub use definitions::{Binding, Definition, SymbolKind, Symbols, Undefined};
#[cfg(feature = "linked")]
pub use module::{Module, ModuleImport};

use crate::error::Error;

/// The first four bytes of a wasm module or component.
const WASM_MAGIC: &[u8] = b"\0asm";
/// The magic of a component with its version, which is still that of a draft, and its layer.
const COMPONENT_HEADER: &[u8] = b"\0asm\x0d\0\x01\0";
/// The first four bytes of LLVM bitcode, and of bitcode in its wrapper.
const BITCODE_MAGICS: [&[u8]; 2] = [b"BC\xC0\xDE", b"\xDE\xC0\x17\x0B"];

/// Bytes that are not what their beginning says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrupt {
    /// The archive member, where it is about one. It may hold anything that a file can: escape it
    /// before it is printed ([`crate::text::printable`]).
    pub member: Option<String>,
    /// Where, in bytes from the beginning of the file.
    pub offset: usize,
    /// What is wrong.
    pub what: String,
}

impl Corrupt {
    pub(crate) fn new(offset: usize, what: impl Into<String>) -> Self {
        Self { member: None, offset, what: what.into() }
    }

    /// The same as an error that names `file`, the member and the offset.
    pub fn in_file(&self, file: &Path) -> Error {
        let member =
            self.member.as_ref().map_or(String::new(), |name| format!(", member `{name}`"));
        Error::new(format!(
            "cannot read `{}`{member}: {} (at offset {:#x})",
            file.display(),
            self.what,
            self.offset
        ))
    }
}

/// One object: a file, or a member of an archive.
#[derive(Debug, Clone)]
pub struct Unit<'a> {
    /// The member's name; `None` for a file that is no archive.
    pub member: Option<Cow<'a, str>>,
    /// Where its content begins in the file.
    pub offset: usize,
    /// Its bytes; none for a member of a thin archive.
    pub data: &'a [u8],
    /// What it is, or why that cannot be told. One broken member leaves the others readable.
    pub content: Result<Content<'a>, Corrupt>,
}

/// What a [`Unit`] holds.
#[derive(Debug, Clone)]
pub enum Content<'a> {
    /// A wasm module; a relocatable object where it has symbols. `Module::parse` (feature `linked`) reads
    /// what a linked one has instead.
    Wasm(Symbols<'a>),
    /// LLVM bitcode. Only the archive's index tells the names it defines.
    Bitcode {
        /// The names.
        defines: Vec<Cow<'a, str>>,
    },
    /// A component, which is linked already: `Component::parse` (feature `linked`) reads it.
    Component,
    /// A member of a thin archive: its content is in another file, relative to the archive.
    Elsewhere,
    /// Something else: metadata of a crate, an object for another machine.
    Other,
}

/// Reads a file: an archive (also an rlib), an object, a module, bitcode.
///
/// # Errors
/// When it is an archive whose structure is broken. Broken members are in their [`Unit`].
pub fn read(file: &[u8]) -> Result<Vec<Unit<'_>>, Corrupt> {
    if !Archive::is_archive(file) {
        return Ok(vec![Unit {
            member: None,
            offset: 0,
            data: file,
            content: read_content(file, 0, Vec::new),
        }]);
    }
    let archive = Archive::parse(file)?;
    let mut units = Vec::new();
    for member in archive.members() {
        let name = String::from_utf8_lossy(member.name);
        let content = match member.data {
            None => Ok(Content::Elsewhere),
            Some(data) => read_content(data, member.data_offset, || {
                archive.index_of(member).map(String::from_utf8_lossy).collect()
            }),
        };
        units.push(Unit {
            content: content
                .map_err(|corrupt| Corrupt { member: Some(name.clone().into_owned()), ..corrupt }),
            member: Some(name),
            offset: member.data_offset,
            data: member.data.unwrap_or_default(),
        });
    }
    Ok(units)
}

fn is_component(data: &[u8]) -> bool {
    data.starts_with(COMPONENT_HEADER)
}

/// `base` is where `data` begins in its file, for the offsets of errors.
fn read_content<'a>(
    data: &'a [u8],
    base: usize,
    indexed: impl FnOnce() -> Vec<Cow<'a, str>>,
) -> Result<Content<'a>, Corrupt> {
    if BITCODE_MAGICS.iter().any(|magic| data.starts_with(magic)) {
        return Ok(Content::Bitcode { defines: indexed() });
    }
    if !data.starts_with(WASM_MAGIC) {
        return Ok(Content::Other);
    }
    if is_component(data) {
        return Ok(Content::Component);
    }
    Symbols::parse(data, base).map(Content::Wasm)
}

#[cfg(test)]
mod limit_tests;
#[cfg(test)]
#[cfg(feature = "linked")]
pub(crate) mod linked_tests;
#[cfg(test)]
pub(crate) mod tests;
