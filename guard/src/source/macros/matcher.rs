//! Matching a macro call against the rules of a `macro_rules!`.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

use super::fragments::{self, Counted, Fragment};
use super::{MAX_STEPS, after_tree};
use crate::source::tokens::{Delimiter, Kind, Tokens};

/// How deep the patterns of a macro may nest. Published macros stay below ten.
const MAX_PATTERN_DEPTH: usize = 32;

/// What a macro's variable stands for.
#[derive(Debug, Clone)]
pub(super) enum Binding {
    /// Tokens of the call.
    Tokens(Range<usize>),
    /// One for each round of the repetition around it.
    Repeated(Vec<Binding>),
}

/// The variables of a rule, by name.
pub(super) type Bindings = HashMap<String, Binding>;

/// A part of a rule's pattern.
#[derive(Debug)]
enum Pattern {
    /// The token at this index of the rule.
    Token(usize),
    Group(Delimiter, Vec<Pattern>),
    Variable(String, Fragment),
    Repeat {
        inside: Vec<Pattern>,
        separator: Range<usize>,
        operator: char,
    },
}

/// The body of the first rule in `rules[body]` whose pattern matches `input[arguments]`, and what its
/// variables stand for. `steps` counts those of all calls; `None` too when they are more than
/// [`MAX_STEPS`].
pub(super) fn first_match(
    rules: &Tokens,
    body: Range<usize>,
    input: &Tokens,
    arguments: Range<usize>,
    steps: &Cell<usize>,
) -> Option<(Range<usize>, Bindings)> {
    let mut at = body.start;
    while at < body.end {
        let pattern = rules.inside(at)?;
        let arrow = rules.after(at);
        if !(rules.is_punct(arrow, '=') && rules.is_punct(arrow + 1, '>')) {
            return None;
        }
        let transcriber = rules.inside(arrow + 2)?;
        let mut attempt = Attempt { rules, input: Counted::new(input, steps) };
        attempt.take(pattern.len())?;
        let parts = parse(rules, pattern, 0)?;
        let mut bindings = Bindings::new();
        let end = attempt.sequence(&parts, arguments.clone(), &mut bindings);
        // What was not matched for want of steps may be what rustc matches.
        attempt.take(0)?;
        if end == Some(arguments.end) {
            return Some((transcriber, bindings));
        }
        at = rules.after(arrow + 2);
        if rules.is_punct(at, ';') {
            at += 1;
        }
    }
    None
}

/// Reads a pattern; `None` where it holds something that is not known.
fn parse(rules: &Tokens, range: Range<usize>, depth: usize) -> Option<Vec<Pattern>> {
    if depth > MAX_PATTERN_DEPTH {
        return None;
    }
    let mut parts = Vec::new();
    let mut at = range.start;
    while at < range.end {
        if rules.is_punct(at, '$') {
            if let Some(inside) = rules.inside(at + 1) {
                let (separator, operator, next) = repetition(rules, rules.after(at + 1))?;
                let inside = parse(rules, inside, depth + 1)?;
                parts.push(Pattern::Repeat { inside, separator, operator });
                at = next;
            } else {
                let name = rules.ident(at + 1)?.to_owned();
                if !rules.is_punct(at + 2, ':') {
                    return None;
                }
                parts.push(Pattern::Variable(name, Fragment::named(rules.ident(at + 3)?)?));
                at += 4;
            }
            continue;
        }
        if let Kind::Open(delimiter) = rules.kind(at)? {
            let inside = rules.inside(at)?;
            parts.push(Pattern::Group(delimiter, parse(rules, inside, depth + 1)?));
        } else {
            parts.push(Pattern::Token(at));
        }
        at = rules.after(at);
    }
    Some(parts)
}

/// What stands behind the group of a `$(…)`: the separator, the operator, and the index behind.
pub(super) fn repetition(rules: &Tokens, at: usize) -> Option<(Range<usize>, char, usize)> {
    let operator = |at: usize| match rules.kind(at)? {
        Kind::Punct(c @ ('*' | '+' | '?')) => Some(c),
        _ => None,
    };
    if let Some(found) = operator(at) {
        return Some((at..at, found, at + 1));
    }
    let behind = after_tree(rules, at);
    operator(behind).map(|found| (at..behind, found, behind + 1))
}

struct Attempt<'a> {
    rules: &'a Tokens,
    input: Counted<'a>,
}

impl Attempt<'_> {
    /// Notes that so many steps are taken; `None` when they are too many.
    fn take(&self, steps: usize) -> Option<()> {
        self.input.look(steps);
        (self.input.steps() <= MAX_STEPS).then_some(())
    }

    /// Matches `parts` from the start of `range`; gives the index behind what they took.
    fn sequence(
        &mut self,
        parts: &[Pattern],
        range: Range<usize>,
        bindings: &mut Bindings,
    ) -> Option<usize> {
        let mut at = range.start;
        for part in parts {
            self.take(1)?;
            at = match part {
                Pattern::Token(index) => {
                    let same = at < range.end
                        && self.input.kind(at) == self.rules.kind(*index)
                        && self.input.text(at) == self.rules.text(*index);
                    same.then_some(at + 1)?
                }
                Pattern::Group(delimiter, inside) => {
                    if at >= range.end || !self.input.opens(at, *delimiter) {
                        return None;
                    }
                    let inner = self.input.inside(at)?;
                    let end = self.sequence(inside, inner.clone(), bindings)?;
                    (end == inner.end).then(|| self.input.after(at))?
                }
                Pattern::Variable(name, fragment) => {
                    let end = fragments::end(*fragment, &self.input, at..range.end)?;
                    bindings.insert(name.clone(), Binding::Tokens(at..end));
                    end
                }
                Pattern::Repeat { inside, separator, operator } => {
                    self.repeat(inside, separator, *operator, at..range.end, bindings)?
                }
            };
        }
        Some(at)
    }

    /// Takes as many rounds as match.
    fn repeat(
        &mut self,
        inside: &[Pattern],
        separator: &Range<usize>,
        operator: char,
        range: Range<usize>,
        bindings: &mut Bindings,
    ) -> Option<usize> {
        let mut rounds: Vec<Bindings> = Vec::new();
        let mut at = range.start;
        loop {
            let start =
                if rounds.is_empty() { Some(at) } else { self.separator(separator, at..range.end) };
            let Some(start) = start else { break };
            let mut round = Bindings::new();
            match self.sequence(inside, start..range.end, &mut round) {
                Some(end) if end > at => {
                    rounds.push(round);
                    at = end;
                }
                _ => break,
            }
            if operator == '?' {
                break;
            }
        }
        if operator == '+' && rounds.is_empty() {
            return None;
        }
        let mut names = Vec::new();
        variable_names(inside, &mut names);
        self.take(inside.len() + names.len())?;
        for name in names {
            let each = rounds.iter().filter_map(|round| round.get(&name).cloned()).collect();
            bindings.insert(name, Binding::Repeated(each));
        }
        Some(at)
    }

    fn separator(&self, separator: &Range<usize>, range: Range<usize>) -> Option<usize> {
        let mut at = range.start;
        for index in separator.clone() {
            if at >= range.end || self.input.text(at) != self.rules.text(index) {
                return None;
            }
            at += 1;
        }
        Some(at)
    }
}

fn variable_names(parts: &[Pattern], names: &mut Vec<String>) {
    for part in parts {
        match part {
            Pattern::Token(_) => {}
            Pattern::Group(_, inside) | Pattern::Repeat { inside, .. } => {
                variable_names(inside, names);
            }
            Pattern::Variable(name, _) => names.push(name.clone()),
        }
    }
}
