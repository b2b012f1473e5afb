//! Text in Mermaid graphs.

use std::fmt::Write as _;

use wasm_import_guard::text::printable;

use crate::text::shortened;

/// The longest label in characters.
const MAX_LABEL_CHARACTERS: usize = 60;

/// Text for a quoted label.
pub(super) fn label(text: &str) -> String {
    let mut out = String::new();
    for c in shortened(&printable(text), MAX_LABEL_CHARACTERS).chars() {
        // Among the others are quotes, brackets, `%%{…}%%`, backticks, and the colon, behind which
        // Mermaid looks for the colours of a `style`.
        if c.is_alphanumeric() || " ._-+@/,…".contains(c) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
