//! What the body of a macro's rule becomes.

use std::ops::Range;

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

/// The tokens that the rule's `body` becomes; `None` when it holds something that is not known, or they
/// are more than `limit`.
pub(super) fn transcribe(
    places: &Places<'_>,
    body: Range<usize>,
    bindings: &Bindings,
    limit: usize,
) -> Option<Vec<Piece>> {
    let mut transcriber = Transcriber { places, out: Vec::new(), limit };
    transcriber.range(body, bindings, 0)?;
    Some(transcriber.out)
}

struct Transcriber<'a> {
    places: &'a Places<'a>,
    out: Vec<Piece>,
    limit: usize,
}

impl Transcriber<'_> {
    fn range(&mut self, range: Range<usize>, bindings: &Bindings, depth: usize) -> Option<()> {
        if depth > MAX_BODY_DEPTH {
            return None;
        }
        let (file, rules) = self.places.rules;
        let mut at = range.start;
        while at < range.end {
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
        let names: Vec<&str> = inside
            .clone()
            .filter(|at| rules.is_punct(*at, '$'))
            .filter_map(|at| rules.ident(at + 1))
            .filter(|name| matches!(bindings.get(*name), Some(Binding::Repeated(_))))
            .collect();
        let rounds = names
            .iter()
            .filter_map(|name| match bindings.get(*name) {
                Some(Binding::Repeated(each)) => Some(each.len()),
                _ => None,
            })
            .max()?;
        for round in 0..rounds {
            if round > 0 {
                for index in separator.clone() {
                    self.push(file, index);
                }
            }
            let mut inner = bindings.clone();
            for name in &names {
                if let Some(Binding::Repeated(each)) = bindings.get(*name) {
                    inner.insert((*name).to_owned(), each.get(round)?.clone());
                }
            }
            self.range(inside.clone(), &inner, depth + 1)?;
        }
        Some(())
    }
}
