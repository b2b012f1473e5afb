//! Files of a repository, read within bounds, and places in them.

use std::ops::Range;
use std::path::Path;

use wasm_import_guard::pin::{PinKind, ToolchainPin};

use crate::repository::{Repository, spot};

/// A file's text, or why it is not read.
pub(super) fn read(
    path: &Path,
    limit: u64,
    repository: &Repository,
) -> Result<String, &'static str> {
    use std::io::Read as _;

    let metadata = std::fs::metadata(path).map_err(|_| "it cannot be opened")?;
    // A pipe or a device would block, or never end.
    if !metadata.is_file() {
        return Err("it is no regular file");
    }
    if !repository.holds(path) {
        return Err("it is a link to a place outside the repository");
    }
    let file = std::fs::File::open(path).map_err(|_| "it cannot be opened")?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|_| "it cannot be read")?;
    if bytes.len() as u64 > limit {
        return Err("it is larger than any such file needs to be");
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8")
}

/// A pin at `range`, in bytes of `source`, the text of `path`.
pub(super) fn pin(
    path: &Path,
    source: &str,
    range: Range<usize>,
    text: &str,
    kind: PinKind,
) -> Option<ToolchainPin> {
    let spot = spot(source, range)?;
    Some(ToolchainPin {
        path: path.to_owned(),
        line: spot.line,
        column: spot.column,
        length: spot.length,
        text: text.to_owned(),
        kind,
    })
}
