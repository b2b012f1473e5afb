//! The imports that `wit_bindgen::generate!` declares, read from its arguments and the WIT documents they
//! name.
//!
//! wit-bindgen declares an import for each function of each interface that the world imports, used or
//! not. What it declares is written here as the Rust text it generates, without the code between, and
//! read like any other expansion of a macro.

mod arguments;
mod declarations;
mod documents;
mod scheme;
mod temporaries;
#[cfg(test)]
mod tests;
mod types;

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::tokens::Tokens;
use arguments::Arguments;
use documents::Place;
use scheme::Scheme;

/// The stack of the thread that reads documents. The parser follows chains of definitions by recursion,
/// and the bound on the documents' size bounds those.
const STACK_BYTES: usize = 512 * 1024 * 1024;

/// The declarations that a call makes, as Rust text. `directory` is the package's, `roots` are where its
/// files may lie, `version` is wit-bindgen's.
///
/// # Errors
/// Says what cannot be read or is not understood.
pub(super) fn declarations(
    tokens: &Tokens,
    call: Range<usize>,
    directory: &Path,
    roots: &[PathBuf],
    version: &str,
) -> Result<String, String> {
    let scheme = Scheme::of(version)?;
    let call = Arguments::read(tokens, call, directory)?;
    let place = Place { package: directory.to_path_buf(), roots: roots.to_vec() };
    let reading = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || read(&place, &call, scheme))
        .map_err(|error| format!("no thread can be had to read its WIT documents: {error}"))?;
    reading.join().unwrap_or_else(|_| Err("the parser of its WIT documents failed".to_owned()))
}

fn read(place: &Place, call: &Arguments, scheme: Scheme) -> Result<String, String> {
    let (mut resolve, packages) = documents::load(place, call)?;
    let world = resolve
        .select_world(&packages, call.world.as_deref())
        .map_err(|error| documents::said(&error))?;
    // An interface that is imported and exported has two sets of types.
    resolve.generate_nominal_type_ids(world);
    declarations::of_world(&resolve, world, call, scheme)
}
