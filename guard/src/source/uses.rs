//! What `use` and `extern crate` bind.

use std::ops::Range;

use super::attributes::{Attributes, split_commas};
use super::heads::semicolon;
use super::model::{Glob, Path, Target};
use super::tokens::Tokens;
use super::walk::{Region, Walker};
use crate::cfg::Truth;

impl Walker<'_> {
    pub(super) fn extern_crate(
        &mut self,
        region: &Region,
        attributes: &Attributes,
        at: usize,
        public: bool,
    ) -> usize {
        let tokens = self.tokens(region.file);
        let end = semicolon(tokens, at, region.range.end);
        if region.truth == Truth::False {
            return end;
        }
        let Some(name) = tokens.ident(at).map(str::to_owned) else { return end };
        let alias = if tokens.is_keyword(at + 1, "as") { tokens.ident(at + 2) } else { None };
        let alias = alias.unwrap_or(&name).to_owned();
        if attributes.has(tokens, "macro_use") {
            self.source.macro_use_crates.push(name.clone());
        }
        let target = if name == "self" { Target::Module(0) } else { Target::Crate(name) };
        self.bind(region.scope, &alias, public, target);
        end
    }

    pub(super) fn use_item(&mut self, region: &Region, at: usize, public: bool) -> usize {
        let tokens = self.tokens(region.file);
        let end = semicolon(tokens, at, region.range.end);
        if region.truth == Truth::False {
            return end;
        }
        let mut aliases = Vec::new();
        let mut globs = Vec::new();
        let mut pending = vec![(Path::default(), at..end.saturating_sub(1))];
        while let Some((prefix, range)) = pending.pop() {
            use_tree(tokens, prefix, range, &mut pending, &mut aliases, &mut globs);
        }
        for (name, path) in aliases {
            self.bind(region.scope, &name, public, Target::Path(path));
        }
        let scope = &mut self.source.scopes[region.scope];
        scope.globs.extend(globs.into_iter().map(|path| Glob { public, path }));
        end
    }
}

/// One level of a use tree: names go to `aliases`, stars to `globs`, groups to `pending`.
fn use_tree(
    tokens: &Tokens,
    mut prefix: Path,
    range: Range<usize>,
    pending: &mut Vec<(Path, Range<usize>)>,
    aliases: &mut Vec<(String, Path)>,
    globs: &mut Vec<Path>,
) {
    let mut at = range.start;
    while at < range.end {
        if tokens.is_path_separator(at) {
            prefix.absolute |= prefix.segments.is_empty();
            at += 2;
        } else if tokens.is_punct(at, '*') {
            globs.push(prefix);
            return;
        } else if let Some(inside) = tokens.inside(at) {
            for part in split_commas(tokens, inside) {
                pending.push((prefix.clone(), part));
            }
            return;
        } else if tokens.is_keyword(at, "as") {
            if let Some(alias) = tokens.ident(at + 1).filter(|alias| *alias != "_") {
                aliases.push((alias.to_owned(), prefix));
            }
            return;
        } else if let Some(segment) = tokens.ident(at) {
            // `a::{self}` names `a`.
            if segment != "self" || prefix.segments.is_empty() {
                prefix.segments.push(segment.to_owned());
            }
            at += 1;
        } else {
            return;
        }
    }
    if let Some(name) = prefix.segments.last().cloned() {
        aliases.push((name, prefix));
    }
}
