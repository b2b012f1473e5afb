//! `macro_rules!` definitions and their expansion, as far as extern blocks depend on it.
//!
//! Only macros that can make an extern block are expanded: those whose body holds one, those whose call
//! holds one, and those that call such a macro.

mod fragments;
#[cfg(any(test, fuzzing))]
pub(in crate::source) mod fuzzing;
mod matcher;
mod paste;
mod transcriber;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::model::{Code, ExportedMacro};
use super::texts::FileId;
use super::tokens::{Piece, Tokens};
use super::walk::{Context, Region, Walker};
use crate::cfg::Truth;
use crate::import::Origin;

/// Text that makes the most of the limits takes seconds, of which the fuzzer would try thousands: it reaches
/// them sooner.
const FUZZED: usize = if cfg!(fuzzing) { 100 } else { 1 };
/// How many tokens the expansions of one crate may have together. The largest seen in published crates
/// have some ten thousand.
const MAX_EXPANDED_TOKENS: usize = 4_000_000 / FUZZED;

/// How many steps the expansions of one crate may take together: parts of rules, and tokens that are looked
/// at, some of them again and again.
const MAX_STEPS: usize = 5_000_000 / FUZZED;

/// How deep a macro may call itself: rustc's own default for `recursion_limit`.
const MAX_EXPANSION_DEPTH: usize = 128;

/// What is known of the macros of a crate.
#[derive(Debug, Default)]
pub(super) struct Macros {
    definitions: HashMap<String, Vec<Definition>>,
    /// The macros that each macro's body calls.
    calls: HashMap<String, HashSet<String>>,
    /// The macros whose body holds an extern block.
    with_extern_block: HashSet<String>,
    expanded_tokens: usize,
    steps: Cell<usize>,
}

/// Where a `macro_rules!` body stands.
#[derive(Debug, Clone)]
struct Definition {
    file: FileId,
    body: Range<usize>,
    truth: Truth,
}

/// A macro call whose macro may be defined only later in the walk.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) region: Region,
    pub(super) name: String,
    pub(super) name_token: usize,
    /// The arguments, without their delimiters.
    pub(super) arguments: Range<usize>,
    pub(super) holds_extern_block: bool,
}

impl Macros {
    pub(super) fn define(&mut self, name: &str, file: FileId, body: Range<usize>, truth: Truth) {
        let definitions = self.definitions.entry(name.to_owned()).or_default();
        definitions.push(Definition { file, body, truth });
    }

    pub(super) fn body_calls(&mut self, name: &str, called: &str) {
        self.calls.entry(name.to_owned()).or_default().insert(called.to_owned());
    }

    pub(super) fn body_holds_extern_block(&mut self, name: &str) {
        self.with_extern_block.insert(name.to_owned());
    }

    /// Whether an expansion of `name` can make an extern block of its own.
    fn can_make_extern_block(&self, name: &str) -> bool {
        let mut seen: HashSet<&str> = HashSet::from([name]);
        let mut pending = vec![name];
        while let Some(name) = pending.pop() {
            if self.with_extern_block.contains(name) {
                return true;
            }
            for called in self.calls.get(name).into_iter().flatten() {
                if seen.insert(called) {
                    pending.push(called);
                }
            }
        }
        false
    }
}

/// What became of a call.
enum Expansion {
    /// It was expanded, or makes nothing that matters.
    Done,
    /// Nothing in this crate defines the macro.
    NotDefined,
    /// It may make an extern block, and could not be expanded.
    Failed(&'static str),
}

impl Walker<'_> {
    /// Reads what a macro call makes; where that cannot be known, its arguments as they stand.
    pub(super) fn resolve_call(&mut self, call: &Call) {
        if matches!(call.region.context, Context::Foreign(_)) {
            self.resolve_foreign_call(call);
            return;
        }
        if let Some(generator) = self.called_generator(call) {
            self.generate(call, generator);
            return;
        }
        let is_paste = matches!(call.name.as_str(), "paste" | "item")
            && !self.macros.definitions.contains_key(&call.name);
        if is_paste && self.paste(call) {
            return;
        }
        match self.expand(call) {
            Expansion::Done => {}
            Expansion::NotDefined => {
                self.note_handed_over(call);
                self.read_arguments(call);
            }
            Expansion::Failed(why) => {
                if !call.holds_extern_block {
                    let reason = format!("`{}!` makes an extern block, but {why}", call.name);
                    self.opaque(call.region.file, call.name_token, reason);
                }
                self.read_arguments(call);
            }
        }
    }

    /// Reads what a macro call makes of the inside of an extern block.
    fn resolve_foreign_call(&mut self, call: &Call) {
        if call.name == "paste" && self.paste(call) {
            return;
        }
        if !matches!(self.expand(call), Expansion::Done) {
            let reason = format!("`{}!` makes items of this extern block, unseen", call.name);
            self.opaque(call.region.file, call.name_token, reason);
        }
    }

    /// Notes a call that hands a macro of this crate, which can make an extern block, to a macro that is
    /// not known: what it will be called with cannot be read.
    fn note_handed_over(&mut self, call: &Call) {
        if self.macros.definitions.contains_key(&call.name) {
            return;
        }
        let tokens = self.tokens(call.region.file);
        let handed = call.arguments.clone().find_map(|at| {
            let name = tokens.ident(at).filter(|_| !tokens.is_punct(at + 1, '!'))?;
            self.macros.can_make_extern_block(name).then(|| name.to_owned())
        });
        if let Some(handed) = handed {
            let reason =
                format!("`{}!` calls `{handed}!`, which makes an extern block, unseen", call.name);
            self.opaque(call.region.file, call.name_token, reason);
        }
    }

    /// The exported macros of this crate that can make an extern block.
    pub(super) fn exported_macros(&self) -> Vec<ExportedMacro> {
        let carriers = self.source.carriers.iter();
        let exported: HashSet<&str> = carriers
            .filter(|carrier| carrier.code == Code::Expansion { exported: true })
            .filter_map(|carrier| carrier.name.as_deref())
            .collect();
        let definitions = self.macros.definitions.iter();
        definitions
            .filter(|(name, _)| exported.contains(name.as_str()))
            .filter(|(name, _)| self.macros.can_make_extern_block(name))
            .flat_map(|(name, all)| all.iter().map(move |definition| (name, definition)))
            .map(|(name, definition)| ExportedMacro {
                name: name.clone(),
                body: Arc::new(self.tokens(definition.file).part(definition.body.clone())),
            })
            .collect()
    }

    /// The definitions that a call can mean: this crate's, else those of other crates.
    fn definitions_of(&mut self, call: &Call) -> Vec<Definition> {
        if let Some(own) = self.macros.definitions.get(&call.name) {
            return own.clone();
        }
        let foreign = self.foreign_macros;
        let named = foreign.iter().filter(|foreign| foreign.name == call.name);
        named
            .map(|foreign| {
                self.macros.body_holds_extern_block(&call.name);
                let body = 0..foreign.body.len();
                let file = self.adopt(foreign, call.region.file, call.name_token);
                Definition { file, body, truth: Truth::True }
            })
            .collect()
    }

    fn expand(&mut self, call: &Call) -> Expansion {
        let definitions = self.definitions_of(call);
        if definitions.is_empty() || !self.may_make_extern_block(call) {
            return Expansion::NotDefined;
        }
        if self.expansion_depth(call.region.file) > MAX_EXPANSION_DEPTH {
            return Expansion::Failed("it calls itself too often");
        }
        let only_one = definitions.len() == 1;
        let mut failed = None;
        for definition in definitions {
            // Of several, text order or a cfg decides which is meant: each is possible.
            let truth = if only_one { Truth::True } else { definition.truth.and(Truth::Unknown) };
            match self.expansion_by(call, &definition) {
                Ok(pieces) => self.push_expansion(call, &pieces, truth),
                Err(why) => failed = Some(why),
            }
        }
        failed.map_or(Expansion::Done, Expansion::Failed)
    }

    /// Whether an extern block can come of the call: from its own text, from the macro, or from another
    /// macro that its text calls.
    fn may_make_extern_block(&self, call: &Call) -> bool {
        let tokens = self.tokens(call.region.file);
        call.holds_extern_block
            || matches!(call.region.context, Context::Foreign(_))
            || self.macros.can_make_extern_block(&call.name)
            || call.arguments.clone().any(|at| {
                tokens.is_punct(at + 1, '!')
                    && tokens.ident(at).is_some_and(|name| self.macros.can_make_extern_block(name))
            })
    }

    fn expansion_by(
        &self,
        call: &Call,
        definition: &Definition,
    ) -> Result<Vec<Piece>, &'static str> {
        let rules = self.tokens(definition.file);
        let input = self.tokens(call.region.file);
        let (body, bindings) = matcher::first_match(
            rules,
            definition.body.clone(),
            input,
            call.arguments.clone(),
            &self.macros.steps,
        )
        .ok_or("none of its rules is seen to match this call")?;
        let places = transcriber::Places {
            rules: (definition.file, rules),
            input: (call.region.file, input),
        };
        let limit = MAX_EXPANDED_TOKENS.saturating_sub(self.macros.expanded_tokens);
        transcriber::transcribe(&places, body, &bindings, limit, &self.macros.steps)
            .ok_or("what it makes of this call is not understood or too long")
    }

    /// `paste! { … }`: its arguments, with `[<a b>]` made one identifier.
    fn paste(&mut self, call: &Call) -> bool {
        let input = self.tokens(call.region.file);
        match paste::pasted(call.region.file, input, call.arguments.clone()) {
            Some(pieces) => {
                self.push_expansion(call, &pieces, Truth::True);
                true
            }
            None => false,
        }
    }

    /// Puts an expansion on the list, as a file of its own that remembers where its tokens are from.
    fn push_expansion(&mut self, call: &Call, pieces: &[Piece], truth: Truth) {
        self.macros.expanded_tokens += pieces.len();
        let file = self.assemble(call.region.file, call.name_token, pieces);
        let Some(file) = file else { return };
        let range = 0..self.tokens(file).len();
        let truth = truth.and(call.region.truth);
        self.pending.push(Region {
            file,
            range,
            truth,
            origin: Origin::Macro,
            ..call.region.clone()
        });
    }

    /// Reads the arguments of a macro that is not known as if they were what the call makes.
    fn read_arguments(&mut self, call: &Call) {
        let context = match &call.region.context {
            Context::Items | Context::Associated(_) | Context::Foreign(_) => Context::Items,
            Context::Code | Context::Template => Context::Code,
        };
        let carrier = match call.region.carrier {
            Some(carrier) => Some(carrier),
            None => Some(self.new_carrier(None, Code::Unseen)),
        };
        self.pending.push(Region {
            range: call.arguments.clone(),
            context,
            carrier,
            origin: Origin::Macro,
            is_guessed: true,
            ..call.region.clone()
        });
    }
}

/// The index behind the operator at `at`: `->`, `::` or `..=` are one token tree to a macro.
fn after_tree(tokens: &Tokens, at: usize) -> usize {
    const JOINED: &[&str] = &[
        "<<=", ">>=", "...", "..=", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=",
        "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<<", ">>", "..",
    ];
    JOINED
        .iter()
        .find(|operator| {
            operator.chars().enumerate().all(|(offset, c)| {
                tokens.is_punct(at + offset, c) && (offset == 0 || tokens.adjoins(at + offset))
            })
        })
        .map_or_else(|| tokens.after(at), |operator| at + operator.len())
}
