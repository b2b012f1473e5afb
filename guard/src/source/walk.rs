//! Walks the text of a crate, region by region, and fills a [`CrateSource`].
//!
//! A region is a stretch of tokens with one scope, one carrier and one `cfg` truth. Regions wait in a
//! list rather than on the stack, so nesting is bounded by memory alone.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use super::attributes::Attributes;
use super::macros::{Call, Macros};
use super::model::{
    Binding, Carrier, CarrierId, Code, CrateSource, ExportedMacro, FileId, OpaquePlace, Scope,
    ScopeId, SourceFile, Target, TextOrigin,
};
use super::modules::{self, MAX_MODULE_DEPTH, ModuleDirectory};
use super::tokens::{Delimiter, Kind, Piece, Tokens};
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

/// Reads the crate at `entry`.
pub(super) fn walk_crate(
    (graph, index): (&Graph, PackageIndex),
    entry: (EntryKind, &FilePath),
    roots: &[PathBuf],
    cfg: CfgContext<'_>,
    build_output: &BuildOutput,
    wanted: Wanted<'_>,
    foreign_macros: &[ExportedMacro],
) -> (CrateSource, Vec<Problem>) {
    let mut walker = Walker {
        source: CrateSource {
            package: index,
            root: entry.1.to_path_buf(),
            kind: entry.0,
            files: Vec::new(),
            scopes: vec![Scope { is_module: true, ..Scope::default() }],
            carriers: Vec::new(),
            types: Vec::new(),
            imports: Vec::new(),
            definitions: Vec::new(),
            ignored_modules: Vec::new(),
            opaque: Vec::new(),
            exported_macros: Vec::new(),
            macros: HashMap::new(),
            macro_use_crates: Vec::new(),
        },
        graph,
        package: graph.package(index),
        roots,
        cfg,
        build_output,
        wanted,
        problems: Vec::new(),
        pending: Vec::new(),
        calls: Vec::new(),
        macros: Macros::default(),
        foreign_macros,
        ancestry: Vec::new(),
        generated: HashMap::new(),
        generated_by: None,
    };
    let file = entry.1.to_path_buf();
    let directory = ModuleDirectory::beside(&file);
    walker.load(&file, directory, 0, Truth::True, None);
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
    (walker.source, walker.problems)
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
    /// For each file, the file that brought it in, and its path: a chain that must not bite its tail.
    ancestry: Vec<(Option<FileId>, PathBuf)>,
    /// The files that are no package's, each with the `include!` that stands for its places.
    generated: HashMap<FileId, (FileId, usize)>,
    /// The `include!` that brings in the generated file which is to be loaded.
    pub(super) generated_by: Option<(FileId, usize)>,
}

impl Walker<'_> {
    /// The tokens of `file`.
    pub(super) fn tokens(&self, file: FileId) -> &Tokens {
        &self.source.files[file].tokens
    }

    /// Reads a file as the items of `scope`.
    pub(super) fn load(
        &mut self,
        path: &FilePath,
        directory: ModuleDirectory,
        scope: ScopeId,
        truth: Truth,
        from: Option<FileId>,
    ) {
        if let Some(message) = self.chain_fault(path, from) {
            self.problem(path, message);
            return;
        }
        match modules::read(path, self.roots) {
            Ok(tokens) => {
                let range = 0..tokens.len();
                let file = self.source.files.len();
                let call = self.generated_by.or_else(|| self.generating_call(from));
                let (name, origin) = if let Some((caller, token)) = call {
                    self.generated.insert(file, (caller, token));
                    (self.source.files[caller].name.clone(), TextOrigin::Call(caller, token))
                } else {
                    (modules::relative_name(path, &self.package.directory), TextOrigin::Here)
                };
                let tokens = Arc::new(tokens);
                self.source.files.push(SourceFile { name, tokens, origin });
                self.ancestry.push((from, path.to_path_buf()));
                self.pending.push(Region {
                    file,
                    range,
                    scope,
                    carrier: None,
                    truth,
                    context: Context::Items,
                    origin: Origin::Source,
                    is_guessed: false,
                    directory: std::rc::Rc::new(directory),
                });
            }
            Err(problem) => self.problem(path, problem.message),
        }
    }

    /// The `include!` that stands for the places of `file`, where that is generated or expanded from what
    /// is: the modules of a generated file are generated too.
    fn generating_call(&self, file: Option<FileId>) -> Option<(FileId, usize)> {
        let mut at = file;
        while let Some(file) = at {
            if let Some(call) = self.generated.get(&file) {
                return Some(*call);
            }
            let is_expansion = !matches!(self.source.files[file].origin, TextOrigin::Here);
            at = self.ancestry[file].0.filter(|_| is_expansion);
        }
        None
    }

    /// Whether the chain of files that led to `path` is too long or already holds it.
    fn chain_fault(&self, path: &FilePath, from: Option<FileId>) -> Option<String> {
        let mut at = from;
        let mut depth = 0;
        while let Some(file) = at {
            let (parent, ancestor) = &self.ancestry[file];
            if ancestor == path {
                return Some("includes itself: rustc refuses such a module".to_owned());
            }
            depth += 1;
            if depth > MAX_MODULE_DEPTH {
                return Some(format!("lies more than {MAX_MODULE_DEPTH} modules deep"));
            }
            at = *parent;
        }
        None
    }

    /// Adds the expansion of a macro as a file, called for by token `call` of `from`; `None` where its
    /// groups do not close.
    pub(super) fn assemble(
        &mut self,
        from: FileId,
        call: usize,
        pieces: &[Piece],
    ) -> Option<FileId> {
        let files = &self.source.files;
        let Some(tokens) = Tokens::assemble(pieces, |file| &*files[file].tokens) else {
            self.opaque(from, call, "the expansion of this macro has unclosed groups".to_owned());
            return None;
        };
        let origins = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Token { file, index } | Piece::Made { file, index, .. } => (*file, *index),
            })
            .collect();
        let name = files[from].name.clone();
        let path = self.path_of(from).to_path_buf();
        let tokens = Arc::new(tokens);
        let origin = TextOrigin::Tokens(origins);
        self.source.files.push(SourceFile { name, tokens, origin });
        self.ancestry.push((Some(from), path));
        Some(self.source.files.len() - 1)
    }

    /// Adds the text of another crate's macro as a file, all of whose tokens stand for the call that needs
    /// it: a place in another package would say little about this one.
    pub(super) fn adopt(&mut self, foreign: &ExportedMacro, from: FileId, call: usize) -> FileId {
        let name = self.source.files[from].name.clone();
        let path = self.path_of(from).to_path_buf();
        let tokens = Arc::clone(&foreign.tokens);
        let origin = TextOrigin::Call(from, call);
        self.source.files.push(SourceFile { name, tokens, origin });
        self.ancestry.push((Some(from), path));
        self.source.files.len() - 1
    }

    /// Puts Rust text that a call makes on the list, in a scope of its own: nothing of it can be named.
    pub(super) fn push_made(&mut self, call: &Call, tokens: Tokens) {
        let from = call.region.file;
        let name = self.source.files[from].name.clone();
        let path = self.path_of(from).to_path_buf();
        let range = 0..tokens.len();
        let origin = TextOrigin::Call(from, call.name_token);
        self.source.files.push(SourceFile { name, tokens: Arc::new(tokens), origin });
        self.ancestry.push((Some(from), path));
        let file = self.source.files.len() - 1;
        let scope = self.new_scope(call.region.scope, false);
        let (context, origin) = (Context::Items, Origin::Macro);
        self.pending.push(Region { file, range, scope, context, origin, ..call.region.clone() });
    }

    /// How many expansions lie around the text of `file`.
    pub(super) fn expansion_depth(&self, file: FileId) -> usize {
        let mut depth = 0;
        let mut at = Some(file);
        while let Some(file) =
            at.filter(|file| !matches!(self.source.files[*file].origin, TextOrigin::Here))
        {
            depth += 1;
            at = self.ancestry[file].0;
        }
        depth
    }

    /// The path of `file` on disk.
    pub(super) fn path_of(&self, file: FileId) -> &FilePath {
        &self.ancestry[file].1
    }

    pub(super) fn problem(&mut self, path: &FilePath, message: String) {
        let package = Some(self.package.label());
        self.problems.push(Problem { package, path: Some(path.to_path_buf()), message });
    }

    pub(super) fn opaque(&mut self, file: FileId, token: usize, reason: String) {
        self.source.opaque.push(OpaquePlace { file, token, reason });
    }

    pub(super) fn bind(&mut self, scope: ScopeId, name: &str, public: bool, target: Target) {
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
