//! Wasm objects and rlibs, read without the project's own object reader: this is what that reader and
//! the source analysis are measured by, and what the imitation of rustc 1.91.0 works on.

pub mod archive;
mod crate_id;
mod functions;
mod plain_names;

pub use crate_id::CrateId;
pub use functions::{Functions, Undefined, functions};
pub use plain_names::{Foreign, Rewritten, with_plain_names};

/// The first four bytes of a wasm module or object.
pub const WASM_MAGIC: &[u8] = b"\0asm";

/// The objects in a file: itself, or an rlib's members that are wasm, with their names.
///
/// # Errors
/// What is wrong with an archive.
pub fn objects<'a>(name: &str, bytes: &'a [u8]) -> Result<Vec<(String, &'a [u8])>, String> {
    let all: Vec<(String, &[u8])> = if archive::is_archive(bytes) {
        let members = archive::members(bytes)?;
        members.into_iter().map(|member| (member.name, member.content)).collect()
    } else {
        vec![(name.to_owned(), bytes)]
    };
    Ok(all.into_iter().filter(|(name, content)| is_object(name, content)).collect())
}

/// Whether these are an object's bytes, not the metadata of a crate in its wasm wrapping.
pub(crate) fn is_object(name: &str, content: &[u8]) -> bool {
    content.starts_with(WASM_MAGIC) && name != "lib.rmeta"
}
