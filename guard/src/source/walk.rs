//! Walks the text of a crate, region by region, and fills a [`CrateSource`].
//!
//! A region is a stretch of tokens with one scope, one carrier and one `cfg` truth. Regions wait in a
//! list rather than on the stack, so nesting is bounded by memory alone.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};

use super::attributes::Attributes;
use super::macros::{Call, Macros};
use super::mentions::Unspelled;
use super::model::{
    Binding, Carrier, CarrierId, Code, CrateSource, ExportedMacro, OpaquePlace, Scope, ScopeId,
    Target,
};
use super::modules::ModuleDirectory;
use super::texts::{FileId, Texts};
use super::tokens::{Delimiter, Kind};
use crate::build_output::BuildOutput;
use crate::cfg::{CfgContext, Truth};
use crate::error::Problem;
use crate::graph::{EntryKind, Graph, Package, PackageIndex};
use crate::import::Origin;

/// Which mentions of other items are kept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// Only declarations are asked for.
    Nothing,
    /// Every mention.
    All,
    /// Those whose last segment is one of these, and every `use`.
    Names(&'a HashSet<String>),
}

/// What is read, and what by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) graph: &'a Graph,
    pub(super) package: PackageIndex,
    pub(super) entry: (EntryKind, &'a FilePath),
    /// Where the package's files may lie.
    pub(super) roots: &'a [PathBuf],
    pub(super) cfg: CfgContext<'a>,
    pub(super) build_output: &'a BuildOutput,
    pub(super) wanted: Wanted<'a>,
    pub(super) foreign_macros: &'a [ExportedMacro],
}

/// Reads a crate.
pub(super) fn walk_crate(task: Task<'_>) -> Walker<'_> {
    let (kind, root) = task.entry;
    let mut walker = Walker {
        source: CrateSource::empty(task.package, kind, root),
        texts: Texts::default(),
        graph: task.graph,
        package: task.graph.package(task.package),
        roots: task.roots,
        cfg: task.cfg,
        build_output: task.build_output,
        wanted: task.wanted,
        problems: Vec::new(),
        pending: Vec::new(),
        calls: Vec::new(),
        macros: Macros::default(),
        foreign_macros: task.foreign_macros,
        mentions: Vec::new(),
        generators: HashMap::new(),
    };
    walker.load(root, ModuleDirectory::beside(root), 0, Truth::True, None);
    loop {
        while let Some(region) = walker.pending.pop() {
            walker.region(&region);
        }
        // A macro may be defined behind a call in the order of this walk: calls wait for all else.
        let calls = std::mem::take(&mut walker.calls);
        if calls.is_empty() {
            break;
        }
        for call in &calls {
            walker.resolve_call(call);
        }
    }
    walker.source.exported_macros = walker.exported_macros();
    walker
}

/// A stretch of tokens still to be read.
#[derive(Debug, Clone)]
pub(super) struct Region {
    pub(super) file: FileId,
    pub(super) range: Range<usize>,
    pub(super) scope: ScopeId,
    pub(super) carrier: Option<CarrierId>,
    pub(super) truth: Truth,
    pub(super) context: Context,
    /// Whether the text went through a macro.
    pub(super) origin: Origin,
    /// Whether these are the arguments of a macro that is not known, read as if they were its expansion.
    pub(super) is_guessed: bool,
    /// Where child modules of this region are.
    pub(super) directory: std::rc::Rc<ModuleDirectory>,
}

/// What a region holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Context {
    /// Items of a module.
    Items,
    /// Statements and expressions.
    Code,
    /// Items of an impl block or a trait.
    Associated(std::rc::Rc<Owner>),
    /// Items of an extern block.
    Foreign(std::rc::Rc<super::extern_block::Block>),
    /// The body of a `macro_rules!`: text to expand elsewhere.
    Template,
}

/// The impl block or trait around associated items.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) name: Option<String>,
    pub(super) generic: bool,
    pub(super) is_trait: bool,
    pub(super) implements_trait: bool,
}

pub(super) struct Walker<'a> {
    pub(super) source: CrateSource,
    pub(super) texts: Texts,
    #[cfg_attr(not(feature = "wit"), expect(dead_code, reason = "only `wit` asks for versions"))]
    pub(super) graph: &'a Graph,
    pub(super) package: &'a Package,
    pub(super) roots: &'a [PathBuf],
    pub(super) cfg: CfgContext<'a>,
    pub(super) build_output: &'a BuildOutput,
    pub(super) wanted: Wanted<'a>,
    problems: Vec<Problem>,
    pub(super) pending: Vec<Region>,
    pub(super) calls: Vec<Call>,
    pub(super) macros: Macros,
    pub(super) foreign_macros: &'a [ExportedMacro],
    /// Mentions whose paths are not spelled out yet: most crates turn out to declare nothing that anybody
    /// could mention.
    pub(super) mentions: Vec<(CarrierId, Unspelled)>,
    /// Names under which a `use` somewhere in the crate has a generator, with the crate it is from.
    pub(super) generators: HashMap<String, &'static str>,
}

impl Walker<'_> {
    /// What was read, with its mentions where they are asked for.
    pub(super) fn finish(mut self, with_mentions: bool) -> (CrateSource, Vec<Problem>) {
        if with_mentions {
            self.spell_mentions();
        }
        (self.source, self.problems)
    }

    pub(super) fn problem(&mut self, path: &FilePath, message: String) {
        let package = Some(self.package.label());
        self.problems.push(Problem { package, path: Some(path.to_path_buf()), message });
    }

    pub(super) fn opaque(&mut self, file: FileId, token: usize, reason: String) {
        let spot = self.spot(file, token);
        self.source.opaque.push(OpaquePlace { spot, reason });
    }

    pub(super) fn bind(&mut self, scope: ScopeId, name: &str, public: bool, target: Target) {
        self.note_import_of_generator(name, &target);
        let bindings = self.source.scopes[scope].names.entry(name.to_owned()).or_default();
        bindings.push(Binding { public, target });
    }

    pub(super) fn new_scope(&mut self, parent: ScopeId, is_module: bool) -> ScopeId {
        self.source.scopes.push(Scope { parent: Some(parent), is_module, ..Scope::default() });
        self.source.scopes.len() - 1
    }

    pub(super) fn new_carrier(&mut self, name: Option<&str>, code: Code) -> CarrierId {
        self.source.carriers.push(Carrier {
            name: name.map(str::to_owned),
            owner: None,
            implements_trait: false,
            code,
            mentions: Vec::new(),
        });
        self.source.carriers.len() - 1
    }

    fn region(&mut self, region: &Region) {
        if region.context == Context::Template {
            self.template(region);
            return;
        }
        if matches!(region.context, Context::Foreign(_)) {
            self.foreign_items(region);
            return;
        }
        let mut truth = region.truth;
        let mut at = region.range.start;
        while at < region.range.end && truth != Truth::False {
            let (attributes, inner, start) = self.attributes(region, at);
            if let Some(inner) = inner {
                truth = truth.and(inner);
            }
            let item_truth = truth.and(attributes.truth());
            let statement = Region { truth: item_truth, ..region.clone() };
            self.note_generator(&statement, &attributes, start);
            self.module_on_other_item(&statement, &attributes, start);
            let next = match self.item(&statement, &attributes, start) {
                Some(next) => next,
                None => self.expression(&statement, start),
            };
            // A region always shrinks, whatever stands in it.
            at = next.max(at + 1);
        }
    }

    /// Notes a struct, trait or function whose attribute is a procedural macro that declares imports.
    fn note_generator(&mut self, statement: &Region, attributes: &Attributes, start: usize) {
        let tokens = self.tokens(statement.file);
        let at = super::heads::visibility(tokens, start).1;
        let function = super::heads::function_keyword(tokens, at, statement.range.end);
        let is_item = ["struct", "trait"].iter().any(|word| tokens.is_keyword(at, word));
        let Some(keyword) = function.or(is_item.then_some(at)) else { return };
        if statement.truth == Truth::False {
            return;
        }
        let generator = super::generators::attribute(tokens, attributes, function.is_some());
        if let Some(attribute) = generator {
            let reason = format!("the attribute `{attribute}` declares imports for this item");
            self.opaque(statement.file, keyword + 1, reason);
        }
    }

    /// Reads the attributes at `at`: outer ones, the truth of inner `#![cfg]`s, and the index behind.
    fn attributes(&self, region: &Region, mut at: usize) -> (Attributes, Option<Truth>, usize) {
        let tokens = self.tokens(region.file);
        let mut outer = Attributes::default();
        let mut inner = Attributes::default();
        while at < region.range.end && tokens.is_punct(at, '#') {
            let is_inner = tokens.is_punct(at + 1, '!');
            let bracket = at + 1 + usize::from(is_inner);
            let Some(inside) =
                tokens.inside(bracket).filter(|_| tokens.opens(bracket, Delimiter::Bracket))
            else {
                break;
            };
            let list = if is_inner { &mut inner } else { &mut outer };
            list.add(tokens, inside, &self.cfg);
            at = tokens.after(bracket);
        }
        (outer, inner.cfg, at)
    }

    /// Reads one statement that is no item: its mentions, and the groups in it. Gives the index behind.
    fn expression(&mut self, region: &Region, start: usize) -> usize {
        let end = region.range.end;
        let mut at = start;
        let block_like = {
            let tokens = self.tokens(region.file);
            tokens.opens(start, Delimiter::Brace)
                || ["if", "match", "loop", "while", "for", "unsafe", "async", "const"]
                    .iter()
                    .any(|word| tokens.is_keyword(start, word))
        };
        while at < end {
            if let Some(next) = self.extern_block_in_code(region, at) {
                return next;
            }
            if let Some(next) = self.mention(region, at) {
                at = next;
                // `name! { … }` ends a statement without a semicolon.
                if self.tokens(region.file).kind(at - 1) == Some(Kind::Close(Delimiter::Brace)) {
                    return at;
                }
                continue;
            }
            let tokens = self.tokens(region.file);
            match tokens.kind(at) {
                Some(Kind::Punct(';' | ',')) => return at + 1,
                Some(Kind::Open(delimiter)) => {
                    let inside = tokens.inside(at).unwrap_or(at..at);
                    let after = tokens.after(at);
                    let is_arm =
                        at >= 2 && tokens.is_punct(at - 1, '>') && tokens.is_punct(at - 2, '=');
                    let ends = delimiter == Delimiter::Brace
                        && (is_arm || (block_like && !tokens.is_keyword(after, "else")));
                    self.push_code(region, inside);
                    if ends {
                        return after;
                    }
                    at = after;
                }
                _ => at += 1,
            }
        }
        at
    }

    /// Puts a group of an expression on the list.
    fn push_code(&mut self, region: &Region, range: Range<usize>) {
        if !range.is_empty() && region.truth != Truth::False {
            let context = match region.context {
                Context::Template => Context::Template,
                _ => Context::Code,
            };
            self.pending.push(Region { range, context, ..region.clone() });
        }
    }

    /// A macro call whose name starts at `name` and whose `!` is behind it: its group is read as what
    /// the call most likely makes of it. Gives the index behind the group.
    pub(super) fn macro_call(
        &mut self,
        region: &Region,
        name: &str,
        name_token: usize,
        group: usize,
    ) -> usize {
        let tokens = self.tokens(region.file);
        let after = tokens.after(group);
        let Some(inside) = tokens.inside(group) else { return after };
        if region.truth == Truth::False {
            return after;
        }
        match name {
            "cfg_if" => self.cfg_if(region, inside),
            "cfg_select" => self.cfg_select(region, inside),
            "include" => self.include(region, name_token, inside),
            _ => {
                let holds_extern_block =
                    inside.clone().any(|at| super::extern_block::begins(tokens, at).is_some());
                self.calls.push(Call {
                    region: region.clone(),
                    name: name.to_owned(),
                    name_token,
                    arguments: inside,
                    holds_extern_block,
                });
            }
        }
        after
    }

    /// `cfg_if! { if #[cfg(…)] { … } else if … { … } else { … } }`
    fn cfg_if(&mut self, region: &Region, inside: Range<usize>) {
        let mut none_before = Truth::True;
        let mut at = inside.start;
        while at < inside.end {
            let tokens = self.tokens(region.file);
            let mut branch = Truth::True;
            let mut next = at;
            while next < inside.end && !tokens.opens(next, Delimiter::Brace) {
                if tokens.is_punct(next, '#') {
                    if let Some(attribute) = tokens.inside(next + 1) {
                        let mut attributes = Attributes::default();
                        attributes.add(tokens, attribute, &self.cfg);
                        branch = branch.and(attributes.truth());
                    }
                }
                next = tokens.after(next);
            }
            let Some(body) = tokens.inside(next).filter(|_| next < inside.end) else { return };
            at = tokens.after(next);
            self.push_branch(region, body, none_before.and(branch));
            none_before = none_before.and(!branch);
        }
    }

    /// `cfg_select! { predicate => { … } _ => { … } }`
    fn cfg_select(&mut self, region: &Region, inside: Range<usize>) {
        let mut none_before = Truth::True;
        let mut at = inside.start;
        while at < inside.end {
            let tokens = self.tokens(region.file);
            let mut arrow = at;
            while arrow < inside.end
                && !(tokens.is_punct(arrow, '=') && tokens.is_punct(arrow + 1, '>'))
            {
                arrow = tokens.after(arrow);
            }
            let predicate = at..arrow;
            let branch = if predicate.len() == 1 && tokens.is_keyword(at, "_") {
                Truth::True
            } else {
                super::attributes::predicate_truth(tokens, predicate, &self.cfg)
            };
            let body = arrow + 2;
            let braced = tokens.inside(body).filter(|_| body < inside.end);
            let (range, next) = if let Some(range) = braced {
                (range, tokens.after(body))
            } else {
                let mut end = body;
                while end < inside.end && !tokens.is_punct(end, ',') {
                    end = tokens.after(end);
                }
                (body.min(end)..end, end)
            };
            at = if tokens.is_punct(next, ',') { next + 1 } else { next.max(at + 1) };
            self.push_branch(region, range, none_before.and(branch));
            none_before = none_before.and(!branch);
        }
    }

    fn push_branch(&mut self, region: &Region, range: Range<usize>, truth: Truth) {
        let truth = region.truth.and(truth);
        if truth != Truth::False {
            self.pending.push(Region { range, truth, ..region.clone() });
        }
    }
}
