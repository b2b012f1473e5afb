//! Attributes as the compiler sees them once `cfg` and `cfg_attr` are decided.

use std::ops::Range;

use super::tokens::{Delimiter, Kind, Tokens};
use crate::cfg::{CfgContext, Truth};

/// How deep `all(any(not(…)))` may nest before the predicate counts as unknown. rustc's own limit on
/// attribute nesting is its recursion limit, 128.
const MAX_PREDICATE_DEPTH: usize = 64;

/// The attributes of one item.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// All `cfg`s together.
    pub(super) cfg: Option<Truth>,
    list: Vec<Attribute>,
}

/// One attribute that is not `cfg`, out of its `cfg_attr`s.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    /// Whether the `cfg_attr`s around it hold.
    pub(super) truth: Truth,
    /// Path segments, such as `link` or `rustfmt::skip`, without an `unsafe(…)` around.
    pub(super) path: Range<usize>,
    /// What stands behind the path: `(…)` from inside, or the tokens behind `=`.
    pub(super) arguments: Arguments,
}

/// What an attribute carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Arguments {
    /// `#[x]`
    None,
    /// `#[x(…)]`, the range inside.
    List(Range<usize>),
    /// `#[x = …]`, the range of the value.
    Value(Range<usize>),
}

impl Attributes {
    /// Reads one attribute from inside its brackets, and adds it.
    pub(super) fn add(&mut self, tokens: &Tokens, inside: Range<usize>, context: &CfgContext<'_>) {
        // Unfolding is a worklist: a cfg_attr holds attributes that may be cfg_attr again.
        let mut pending = vec![(inside, Truth::True)];
        while let Some((range, truth)) = pending.pop() {
            let (path, arguments) = split(tokens, range);
            match (tokens.ident(path.start), path.len()) {
                (Some("cfg"), 1) => {
                    if let Arguments::List(predicate) = arguments {
                        let holds = predicate_truth(tokens, predicate, context);
                        // A `cfg` inside a `cfg_attr` binds only where that one holds.
                        let holds = holds.or(!truth);
                        self.cfg = Some(self.cfg.unwrap_or(Truth::True).and(holds));
                    }
                }
                (Some("cfg_attr"), 1) => {
                    if let Arguments::List(list) = arguments {
                        let mut parts = split_commas(tokens, list).into_iter();
                        let Some(predicate) = parts.next() else { continue };
                        let holds = predicate_truth(tokens, predicate, context).and(truth);
                        if holds != Truth::False {
                            pending.extend(parts.rev().map(|part| (part, holds)));
                        }
                    }
                }
                (Some("unsafe"), 1) => {
                    if let Arguments::List(list) = arguments {
                        pending.push((list, truth));
                    }
                }
                _ => {
                    self.list.push(Attribute { truth, path, arguments });
                }
            }
        }
    }

    /// Whether the item they stand on is compiled, as far as they tell.
    pub(super) fn truth(&self) -> Truth {
        self.cfg.unwrap_or(Truth::True)
    }

    /// The attributes whose path is the single identifier `name`.
    pub(super) fn named<'a>(
        &'a self,
        tokens: &'a Tokens,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Attribute> + 'a {
        self.list.iter().filter(move |attribute| {
            attribute.path.len() == 1 && tokens.ident(attribute.path.start) == Some(name)
        })
    }

    /// Whether an attribute `name` is there, surely or possibly.
    pub(super) fn has(&self, tokens: &Tokens, name: &str) -> bool {
        self.named(tokens, name).next().is_some()
    }

    /// All attributes but `cfg` and `cfg_attr`.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Attribute> {
        self.list.iter()
    }
}

impl Attribute {
    /// The string of `name = "…"`.
    pub(super) fn string(&self, tokens: &Tokens) -> Option<String> {
        match &self.arguments {
            Arguments::Value(range) => string_of(tokens, range.clone()),
            _ => None,
        }
    }

    /// `key = value` pairs of `name(…)`: the key's index, and the range of the value.
    pub(super) fn pairs(&self, tokens: &Tokens) -> Vec<(usize, Range<usize>)> {
        let Arguments::List(list) = &self.arguments else { return Vec::new() };
        split_commas(tokens, list.clone())
            .into_iter()
            .filter(|part| part.len() > 2 && tokens.is_punct(part.start + 1, '='))
            .map(|part| (part.start, part.start + 2..part.end))
            .collect()
    }
}

/// Path and arguments of what stands inside the brackets.
fn split(tokens: &Tokens, range: Range<usize>) -> (Range<usize>, Arguments) {
    let mut at = range.start;
    while at < range.end && (tokens.kind(at) == Some(Kind::Ident) || tokens.is_punct(at, ':')) {
        at += 1;
    }
    let path = range.start..at;
    let arguments = if at < range.end && tokens.opens(at, Delimiter::Parenthesis) {
        tokens.inside(at).map_or(Arguments::None, Arguments::List)
    } else if at < range.end && tokens.is_punct(at, '=') {
        Arguments::Value(at + 1..range.end)
    } else {
        Arguments::None
    };
    (path, arguments)
}

/// The parts between the commas of `range` at its own level; empty parts are left out.
pub(super) fn split_commas(tokens: &Tokens, range: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = range.start;
    let mut at = range.start;
    while at < range.end {
        if tokens.is_punct(at, ',') {
            if start < at {
                parts.push(start..at);
            }
            start = at + 1;
        }
        at = tokens.after(at);
    }
    if start < range.end {
        parts.push(start..range.end);
    }
    parts
}

/// The string that an attribute's value spells: a literal, `stringify!(…)`, or `concat!` of such.
pub(super) fn string_of(tokens: &Tokens, range: Range<usize>) -> Option<String> {
    if range.len() == 1 {
        return tokens.string_value(range.start);
    }
    let name = tokens.ident(range.start)?;
    let group = range.start + 2;
    let inside = tokens.inside(group)?;
    if !tokens.is_punct(range.start + 1, '!') || tokens.after(group) != range.end {
        return None;
    }
    match name {
        "stringify" => Some(tokens.folded(inside)),
        "concat" => split_commas(tokens, inside)
            .into_iter()
            .map(|part| match tokens.ident(part.start) {
                Some("concat") => None,
                _ => string_of(tokens, part),
            })
            .collect(),
        _ => None,
    }
}

/// Evaluates a `cfg` predicate.
pub(super) fn predicate_truth(
    tokens: &Tokens,
    range: Range<usize>,
    context: &CfgContext<'_>,
) -> Truth {
    predicate(tokens, &range, context, 0)
}

fn predicate(
    tokens: &Tokens,
    range: &Range<usize>,
    context: &CfgContext<'_>,
    depth: usize,
) -> Truth {
    let Some(name) = (range.start < range.end).then(|| tokens.ident(range.start)).flatten() else {
        return Truth::Unknown;
    };
    if depth > MAX_PREDICATE_DEPTH {
        return Truth::Unknown;
    }
    let second = range.start + 1;
    // One trailing comma is legal in `cfg(x,)`.
    if range.len() == 1 || (range.len() == 2 && tokens.is_punct(second, ',')) {
        return context.name(name);
    }
    if tokens.is_punct(second, '=') {
        return match tokens.string_value(second + 1) {
            Some(value) => context.value(name, &value),
            None => Truth::Unknown,
        };
    }
    let Some(inside) = tokens.inside(second) else { return Truth::Unknown };
    let parts = split_commas(tokens, inside);
    let truths = parts.iter().map(|part| predicate(tokens, part, context, depth + 1));
    match name {
        "all" => truths.fold(Truth::True, Truth::and),
        "any" => truths.fold(Truth::False, Truth::or),
        "not" if parts.len() == 1 => !predicate(tokens, &parts[0], context, depth + 1),
        _ => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cfg::TargetCfg;

    fn context_of(target: &TargetCfg, text: &str) -> (Truth, Vec<(String, Truth)>) {
        let features = BTreeSet::from(["f".to_owned()]);
        let none = BTreeSet::new();
        let context = CfgContext {
            target,
            features: &features,
            possible_features: &none,
            has_build_script: true,
            build_output: None,
        };
        let tokens = Tokens::lex(text.to_owned()).expect("lexes");
        let mut attributes = Attributes::default();
        let mut at = 0;
        while at < tokens.len() {
            attributes.add(&tokens, tokens.inside(at + 1).expect("brackets"), &context);
            at = tokens.after(at + 1);
        }
        let list = attributes.iter().map(|a| (tokens.folded(a.path.clone()), a.truth)).collect();
        (attributes.truth(), list)
    }

    fn wasi() -> TargetCfg {
        let mut target = TargetCfg::default();
        for (key, value) in [("target_arch", "wasm32"), ("target_os", "wasi")] {
            target.values.insert(key.into(), BTreeSet::from([value.into()]));
        }
        target
    }

    #[test]
    fn predicates_are_three_valued() {
        let target = wasi();
        for (text, truth) in [
            ("#[cfg(target_os = \"wasi\")]", Truth::True),
            ("#[cfg(all(target_os = \"wasi\", not(feature = \"f\")))]", Truth::False),
            ("#[cfg(any(unknown, target_arch = \"wasm32\"))]", Truth::True),
            ("#[cfg(all(unknown, target_arch = \"wasm32\",),)]", Truth::Unknown),
            ("#[cfg(not(any()))]", Truth::True),
            ("#[cfg(windows)] #[cfg(unknown)]", Truth::False),
            ("#[cfg_attr(target_os = \"wasi\", cfg(windows))]", Truth::False),
            ("#[cfg_attr(windows, cfg(windows))]", Truth::True),
            ("#[cfg(version(\"1.80\"))]", Truth::Unknown),
        ] {
            assert_eq!(context_of(&target, text).0, truth, "{text}");
        }
    }

    #[test]
    fn conditional_attributes_unfold_with_their_truth() {
        let target = wasi();
        let (_, list) = context_of(
            &target,
            "#[cfg_attr(target_os = \"wasi\", link(a = \"b\"), cfg_attr(unknown, inline))] \
             #[cfg_attr(windows, path = \"w\")] #[unsafe(no_mangle)]",
        );
        let names: Vec<_> = list.iter().map(|(name, truth)| (name.as_str(), *truth)).collect();
        assert_eq!(
            names,
            [("link", Truth::True), ("inline", Truth::Unknown), ("no_mangle", Truth::True)]
        );
    }
}
