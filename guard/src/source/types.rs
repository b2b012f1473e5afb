//! Types that an item makes, and which other type one is the same as.

use std::ops::Range;

use super::attributes::{Arguments, Attributes, split_commas};
use super::heads::{body_or_semicolon, visibility};
use super::model::{Target, TypeItem};
use super::tokens::{Delimiter, Tokens};
use super::walk::{Context, Region, Walker};
use crate::cfg::Truth;

impl Walker<'_> {
    pub(super) fn type_item(
        &mut self,
        region: &Region,
        attributes: &Attributes,
        keyword: usize,
        public: bool,
    ) -> usize {
        let tokens = self.tokens(region.file);
        let name_token = keyword + 1;
        let name = tokens.ident(name_token).unwrap_or_default().to_owned();
        let end = body_or_semicolon(tokens, name_token + 1, region.range.end);
        let after = tokens.after(end);
        if region.truth == Truth::False {
            return after;
        }
        let same_as = if tokens.is_keyword(keyword, "type") {
            (tokens.is_punct(name_token + 1, '=')).then(|| name_token + 2..end)
        } else if tokens.is_keyword(keyword, "struct") && is_transparent(tokens, attributes) {
            only_field(tokens, name_token + 1)
        } else {
            None
        };
        self.bind_type(region, &name, public, same_as);
        after
    }

    pub(super) fn bind_type(
        &mut self,
        region: &Region,
        name: &str,
        public: bool,
        same_as: Option<Range<usize>>,
    ) {
        // An associated type is no name of the module around.
        if matches!(region.context, Context::Associated(_)) {
            return;
        }
        let same_as = same_as.map(|range| self.kept(region, range));
        let id = self.source.types.len();
        self.source.types.push(TypeItem { name: name.to_owned(), same_as });
        self.bind(region.scope, name, public, Target::Type(id));
    }
}

/// Whether `repr(transparent)` is among the attributes, surely.
fn is_transparent(tokens: &Tokens, attributes: &Attributes) -> bool {
    attributes.named(tokens, "repr").any(|repr| match &repr.arguments {
        Arguments::List(list) => {
            repr.truth == Truth::True && list.clone().any(|at| tokens.is_keyword(at, "transparent"))
        }
        _ => false,
    })
}

/// The type of a struct's only field; `at` is behind the struct's name.
fn only_field(tokens: &Tokens, at: usize) -> Option<Range<usize>> {
    let fields = split_commas(tokens, tokens.inside(at)?);
    let [field] = fields.as_slice() else { return None };
    let mut start = field.start;
    while tokens.is_punct(start, '#') {
        start = tokens.after(start + 1);
    }
    start = visibility(tokens, start).1;
    if tokens.opens(at, Delimiter::Brace) {
        start += 2;
    }
    Some(start..field.end)
}
