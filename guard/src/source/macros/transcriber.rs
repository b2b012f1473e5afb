//! What the body of a macro's rule becomes.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

use super::MAX_STEPS;
use super::matcher::{Binding, Bindings, repetition};
use crate::source::texts::FileId;
use crate::source::tokens::{Piece, Tokens};

/// How deep a rule's body may nest.
const MAX_BODY_DEPTH: usize = 256;

/// The two texts an expansion is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places<'a> {
    pub(super) rules: (FileId, &'a Tokens),
    pub(super) input: (FileId, &'a Tokens),
}

/// The tokens that the rule's `body` becomes; `None` when it holds something that is not known, they are
/// more than `limit`, or `steps` more than [`MAX_STEPS`]: what a body repeats may be nothing.
pub(super) fn transcribe(
    places: &Places<'_>,
    body: Range<usize>,
    bindings: &Bindings,
    limit: usize,
    steps: &Cell<usize>,
) -> Option<Vec<Piece>> {
    let mut transcriber = Transcriber { places, out: Vec::new(), limit, steps };
    transcriber.range(body, bindings, 0)?;
    (transcriber.out.len() <= limit).then_some(transcriber.out)
}

struct Transcriber<'a> {
    places: &'a Places<'a>,
    out: Vec<Piece>,
    limit: usize,
    steps: &'a Cell<usize>,
}

impl Transcriber<'_> {
    fn range(&mut self, range: Range<usize>, bindings: &Bindings, depth: usize) -> Option<()> {
        if depth > MAX_BODY_DEPTH {
            return None;
        }
        let (file, rules) = self.places.rules;
        let mut at = range.start;
        while at < range.end {
            self.take(1)?;
            if self.out.len() > self.limit {
                return None;
            }
            if !rules.is_punct(at, '$') {
                self.push(file, at);
                // A group's inside may hold variables; its delimiters are tokens like others.
                if let Some(inside) = rules.inside(at) {
                    self.range(inside.clone(), bindings, depth + 1)?;
                    self.push(file, inside.end);
                }
                at = rules.after(at);
                continue;
            }
            if let Some(inside) = rules.inside(at + 1) {
                let (separator, _, next) = repetition(rules, rules.after(at + 1))?;
                self.repeat(&inside, &separator, bindings, depth)?;
                at = next;
                continue;
            }
            let name = rules.ident(at + 1)?;
            match bindings.get(name) {
                Some(Binding::Tokens(range)) => {
                    let (input, _) = self.places.input;
                    for index in range.clone() {
                        self.push(input, index);
                    }
                }
                // A variable that repeats, outside its repetition.
                Some(Binding::Repeated(_)) => return None,
                None if name == "crate" => self.push(file, at + 1),
                // A macro that defines a macro has variables of the inner one.
                None => {
                    self.push(file, at);
                    self.push(file, at + 1);
                }
            }
            at += 2;
        }
        Some(())
    }

    /// Notes that so many steps are taken; `None` when they are too many.
    fn take(&self, steps: usize) -> Option<()> {
        self.steps.set(self.steps.get().saturating_add(steps));
        (self.steps.get() <= MAX_STEPS).then_some(())
    }

    fn push(&mut self, file: FileId, index: usize) {
        self.out.push(Piece::Token { file, index });
    }

    /// One round for each of the variables that repeat in `inside`.
    fn repeat(
        &mut self,
        inside: &Range<usize>,
        separator: &Range<usize>,
        bindings: &Bindings,
        depth: usize,
    ) -> Option<()> {
        let (file, rules) = self.places.rules;
        self.take(inside.len())?;
        let mentioned: HashMap<&str, &Binding> = inside
            .clone()
            .filter(|at| rules.is_punct(*at, '$'))
            .filter_map(|at| bindings.get_key_value(rules.ident(at + 1)?))
            .map(|(name, binding)| (name.as_str(), binding))
            .collect();
        let rounds = mentioned
            .values()
            .filter_map(|binding| match binding {
                Binding::Repeated(each) => Some(each.len()),
                Binding::Tokens(_) => None,
            })
            .max()?;
        for round in 0..rounds {
            if round > 0 {
                for index in separator.clone() {
                    self.push(file, index);
                }
            }
            // Only what is mentioned: all that is bound may be as long as there are rounds.
            let mut inner = Bindings::new();
            for (name, binding) in &mentioned {
                let one = match binding {
                    Binding::Repeated(each) => each.get(round)?,
                    Binding::Tokens(_) => *binding,
                };
                inner.insert((*name).to_owned(), one.clone());
            }
            self.range(inside.clone(), &inner, depth + 1)?;
        }
        Some(())
    }
}
