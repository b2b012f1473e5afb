//! What a crate defines under symbols of its own choice: `no_mangle` and `export_name`.

use std::ops::Range;

use super::attributes::Attributes;
use super::model::Definition;
use super::tokens::{Kind, Tokens};
use super::walk::{Region, Walker};
use crate::cfg::Truth;
use crate::import::ImportKind;

/// An item that may have a symbol of its own choice.
pub(super) struct Defined {
    pub(super) kind: ImportKind,
    /// Begins with its name and ends before its body.
    pub(super) head: Range<usize>,
    /// Whether it is a function that passes values as C does.
    pub(super) passes_as_c: bool,
}

/// Whether the words in front of `fn` give a function C's ABI.
pub(super) fn is_c_abi(tokens: &Tokens, mut words: Range<usize>) -> bool {
    words.any(|at| {
        tokens.is_keyword(at, "extern")
            && (tokens.kind(at + 1) != Some(Kind::Literal)
                || tokens.string_value(at + 1).is_some_and(|abi| abi == "C" || abi == "C-unwind"))
    })
}

impl Walker<'_> {
    /// Notes the symbols that its attributes give an item.
    pub(super) fn exported_symbol(
        &mut self,
        region: &Region,
        attributes: &Attributes,
        item: &Defined,
    ) {
        let tokens = self.tokens(region.file);
        let mut names: Vec<(String, Truth)> = Vec::new();
        for attribute in attributes.named(tokens, "no_mangle") {
            let name = tokens.ident(item.head.start).unwrap_or_default();
            names.push((name.to_owned(), attribute.truth));
        }
        for attribute in attributes.named(tokens, "export_name") {
            if let Some(exported) = attribute.string(tokens) {
                names.push((exported, attribute.truth));
            }
        }
        // What an unknown macro makes of its arguments cannot be known.
        let seen = if region.is_guessed { Truth::Unknown } else { Truth::True };
        for (name, truth) in names {
            let spot = self.spot(region.file, item.head.start);
            let head = self.kept(region, item.head.clone());
            self.source.definitions.push(Definition {
                name,
                truth: region.truth.and(truth).and(seen),
                kind: item.kind,
                passes_as_c: item.passes_as_c,
                spot,
                head,
            });
        }
    }
}
