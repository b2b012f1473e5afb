//! Paths in the text of an item: what it calls, names or expands.

use super::model::{Mention, ScopeId, Style, path_in};
use super::texts::FileId;
use super::tokens::{Delimiter, Kind, Tokens, offset};
use super::walk::{Context, Region, Walker, Wanted};
use crate::cfg::Truth;

/// Whether `word` begins no path to an item. Every identifier is asked this: one length at a time, it is a
/// few comparisons of integers.
fn is_reserved(word: &str) -> bool {
    match word.len() {
        1 => word == "_",
        2 => matches!(word, "as" | "fn" | "if" | "in"),
        3 => matches!(word, "dyn" | "for" | "let" | "mod" | "mut" | "pub" | "ref" | "use"),
        4 => matches!(word, "else" | "enum" | "impl" | "loop" | "move" | "true" | "type"),
        5 => matches!(
            word,
            "async"
                | "await"
                | "break"
                | "const"
                | "false"
                | "match"
                | "trait"
                | "where"
                | "while"
                | "yield"
        ),
        6 => matches!(word, "extern" | "return" | "static" | "struct" | "unsafe"),
        8 => word == "continue",
        _ => false,
    }
}

/// A mention as the tokens that spell it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unspelled {
    file: FileId,
    scope: ScopeId,
    start: u32,
    end: u32,
    style: Style,
    truth: Truth,
}

impl Walker<'_> {
    /// Reads the path at `at`, if one starts there, and a macro call's group behind it. Gives the index
    /// behind.
    pub(super) fn mention(&mut self, region: &Region, at: usize) -> Option<usize> {
        let tokens = self.tokens(region.file);
        let absolute = tokens.is_path_separator(at);
        let first = if absolute { at + 2 } else { at };
        let ident = tokens.ident(first)?;
        if is_reserved(ident) && tokens.is_keyword(first, ident) {
            return None;
        }
        let mut last = first;
        while tokens.is_path_separator(last + 1) && tokens.ident(last + 3).is_some() {
            last += 3;
        }
        let after = last + 1;
        let end = region.range.end;
        let group = after + 1;
        let is_macro = after + 1 < end
            && tokens.is_punct(after, '!')
            && matches!(tokens.kind(group), Some(Kind::Open(_)));
        let style = if is_macro { Style::Macro } else { style_before(tokens, at, absolute) };
        let is_field = match style {
            Style::Method => {
                !tokens.opens(after, Delimiter::Parenthesis) && !tokens.is_path_separator(after)
            }
            // `name: value` in a struct expression, `name: Type` in a binding.
            Style::Path => {
                first == last
                    && !absolute
                    && tokens.is_punct(after, ':')
                    && !tokens.is_path_separator(after)
            }
            Style::Macro | Style::Qualified => false,
        };
        if !is_field {
            self.keep(region, at, after, last, style);
        }
        if !is_macro {
            return Some(after);
        }
        let name = self.tokens(region.file).ident(last)?.to_owned();
        Some(self.macro_call(region, &name, last, group))
    }

    /// Gives each carrier its mentions.
    pub(super) fn spell_mentions(&mut self) {
        for (carrier, unspelled) in std::mem::take(&mut self.mentions) {
            let Unspelled { file, scope, start, end, style, truth } = unspelled;
            let (start, end) = (start as usize, end as usize);
            let path = self.path_id(path_in(self.tokens(file), start..end));
            let (file, line) = self.line(file, start);
            let mention = Mention { path, scope, file, line, style, truth };
            self.source.carriers[carrier].mentions.push(mention);
        }
    }

    fn keep(&mut self, region: &Region, start: usize, end: usize, last: usize, style: Style) {
        let Some(carrier) = region.carrier else { return };
        let wanted = match self.wanted {
            Wanted::Nothing => false,
            Wanted::All => true,
            Wanted::Names(names) => {
                self.tokens(region.file).ident(last).is_some_and(|name| names.contains(name))
            }
        };
        if wanted && region.truth != Truth::False {
            let (start, end) = (offset(start), offset(end));
            let Region { file, scope, truth, .. } = *region;
            self.mentions.push((carrier, Unspelled { file, scope, start, end, style, truth }));
        }
    }

    /// Reads the body of a `macro_rules!`: every path in it, and whether it makes extern blocks.
    pub(super) fn template(&mut self, region: &Region) {
        let mut at = region.range.start;
        while at < region.range.end {
            // `$crate::a` is a path; of `$name::a` only the last part is known.
            let tokens = self.tokens(region.file);
            if tokens.is_punct(at, '$') && !tokens.is_keyword(at + 1, "crate") {
                at += 1;
                if tokens.ident(at).is_some() {
                    at += 1;
                }
                continue;
            }
            let abi_is_variable = tokens.is_keyword(at, "extern")
                && tokens.is_punct(at + 1, '$')
                && tokens.opens(at + 3, Delimiter::Brace);
            if abi_is_variable || super::extern_block::begins(tokens, at).is_some() {
                self.note_template(region, None);
            }
            let tokens = self.tokens(region.file);
            if tokens.inside(at).is_some() {
                let range = tokens.inside(at).unwrap_or(at..at);
                at = tokens.after(at);
                self.pending.push(Region { range, context: Context::Template, ..region.clone() });
                continue;
            }
            at = self.template_mention(region, at);
        }
    }

    fn template_mention(&mut self, region: &Region, at: usize) -> usize {
        let tokens = self.tokens(region.file);
        let absolute = tokens.is_path_separator(at);
        let first = if absolute { at + 2 } else { at };
        if tokens.ident(first).is_none() {
            return at + 1;
        }
        let mut last = first;
        while tokens.is_path_separator(last + 1) && tokens.ident(last + 3).is_some() {
            last += 3;
        }
        let style = if tokens.is_punct(last + 1, '!') {
            Style::Macro
        } else {
            style_before(tokens, at, absolute)
        };
        let called = match style {
            Style::Macro => tokens.ident(last).map(str::to_owned),
            _ => None,
        };
        self.keep(region, at, last + 1, last, style);
        if called.as_deref() == Some("include") {
            // Which file it brings in may depend on the call, and what that declares on the file.
            self.note_template(region, None);
        } else if called.is_some() {
            self.note_template(region, called);
        }
        last + 1
    }

    /// Notes that a macro's body holds an extern block, or calls another macro.
    fn note_template(&mut self, region: &Region, called: Option<String>) {
        let Some(name) = region.carrier.and_then(|c| self.source.carriers[c].name.clone()) else {
            return;
        };
        match called {
            Some(called) => self.macros.body_calls(&name, &called),
            None => self.macros.body_holds_extern_block(&name),
        }
    }
}

/// How a path stands that starts at `at`.
fn style_before(tokens: &Tokens, at: usize, absolute: bool) -> Style {
    let Some(before) = at.checked_sub(1) else { return Style::Path };
    if absolute {
        // `<T as X>::name`, `Vec::<u8>::name`, `$name::name`; elsewhere a path from the extern prelude.
        let in_front = tokens.is_punct(before, '>')
            && !(before > 0
                && (tokens.is_punct(before - 1, '=') || tokens.is_punct(before - 1, '-')));
        let behind_variable =
            tokens.ident(before).is_some() && before > 0 && tokens.is_punct(before - 1, '$');
        return if in_front || behind_variable { Style::Qualified } else { Style::Path };
    }
    if tokens.is_punct(before, '.') && !(before > 0 && tokens.is_punct(before - 1, '.')) {
        return Style::Method;
    }
    Style::Path
}
