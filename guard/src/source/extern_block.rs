//! Extern blocks: the imports they declare.

use std::ops::Range;
use std::rc::Rc;

use super::attributes::Attributes;
use super::ignored::{MeantFor, NamedModule, modules};
use super::macros::Call;
use super::model::{Declared, Target};
use super::tokens::{Delimiter, Kind, Tokens};
use super::walk::{Context, Region, Walker};
use crate::cfg::Truth;
use crate::ignored::IgnoredBecause;
use crate::import::ImportKind;

/// The head of an extern block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The token `extern`.
    token: usize,
    /// The ABI's literal, if there is one.
    abi: Option<usize>,
    /// The brace that opens the block.
    body: usize,
}

impl Head {
    /// The index behind the block.
    pub(super) fn end(&self, tokens: &Tokens) -> usize {
        tokens.after(self.body)
    }
}

/// ABIs whose items are no imports: rustc resolves them itself, or (`Rust`) ignores
/// `wasm_import_module` and expects another crate to define them.
const ABIS_WITHOUT_IMPORTS: &[&str] =
    &["Rust", "rust-call", "rust-intrinsic", "platform-intrinsic"];

/// Attributes that leave an extern block as it is. Any other may be a procedural macro that turns it
/// into something else, as `#[wasm_bindgen]` does.
const INERT_ATTRIBUTES: &[&str] = &[
    "allow",
    "automatically_derived",
    "clippy",
    "deny",
    "deprecated",
    "diagnostic",
    "doc",
    "expect",
    "forbid",
    "inline",
    "link",
    "link_args",
    "must_use",
    "no_mangle",
    "rustfmt",
    "warn",
];

/// The head of the extern block that starts at `at`, at `extern` or an `unsafe` before it.
pub(super) fn begins(tokens: &Tokens, at: usize) -> Option<Head> {
    let token = at + usize::from(tokens.is_keyword(at, "unsafe"));
    if !tokens.is_keyword(token, "extern") {
        return None;
    }
    let abi = (tokens.kind(token + 1) == Some(Kind::Literal)).then_some(token + 1);
    let body = token + 1 + usize::from(abi.is_some());
    tokens.opens(body, Delimiter::Brace).then_some(Head { token, abi, body })
}

impl Walker<'_> {
    /// An extern block in the middle of other tokens, as a macro's arguments may have it: its attributes
    /// are those that stand directly in front.
    pub(super) fn extern_block_in_code(&mut self, region: &Region, at: usize) -> Option<usize> {
        let tokens = self.tokens(region.file);
        let head = begins(tokens, at)?;
        let mut start = at;
        let mut groups: Vec<Range<usize>> = Vec::new();
        while let Some(open) = start.checked_sub(1).and_then(|close| tokens.opening(close)) {
            let is_attribute = tokens.opens(open, Delimiter::Bracket)
                && open > region.range.start
                && tokens.is_punct(open - 1, '#');
            if !is_attribute {
                break;
            }
            groups.extend(tokens.inside(open));
            start = open - 1;
        }
        let mut attributes = Attributes::default();
        for inside in groups.into_iter().rev() {
            attributes.add(tokens, inside, &self.cfg);
        }
        let truth = region.truth.and(attributes.truth());
        let region = Region { truth, ..region.clone() };
        Some(self.extern_block(&region, &attributes, &head))
    }

    /// Reads the block; gives the index behind it.
    pub(super) fn extern_block(
        &mut self,
        region: &Region,
        attributes: &Attributes,
        head: &Head,
    ) -> usize {
        let tokens = self.tokens(region.file);
        let after = head.end(tokens);
        let abi = match head.abi {
            Some(literal) => tokens.string_value(literal),
            None => Some("C".to_owned()),
        };
        let Some(abi) = abi else { return after };
        let has_imports = !ABIS_WITHOUT_IMPORTS.contains(&abi.as_str());
        if !has_imports && modules(tokens, attributes).is_empty() {
            return after;
        }
        let Some(inside) = tokens.inside(head.body).filter(|_| region.truth != Truth::False) else {
            return after;
        };
        if let Some(attribute) = foreign_attribute(tokens, attributes) {
            let reason = format!(
                "the attribute `{attribute}` may be a procedural macro that rewrites this extern block"
            );
            self.opaque(region.file, head.token, reason);
            return after;
        }
        let modules = modules(tokens, attributes);
        if modules.iter().any(|module| module.name.is_none()) {
            let reason = "the import module is not a plain string here".to_owned();
            self.opaque(region.file, head.token, reason);
            return after;
        }
        let native_library = attributes
            .named(tokens, "link")
            .any(|link| link.pairs(tokens).iter().any(|(key, _)| tokens.is_keyword(*key, "name")));
        let block = Block { abi, has_imports, modules, native_library };
        let context = Context::Foreign(Rc::new(block));
        self.foreign_items(&Region { range: inside, context, ..region.clone() });
        after
    }

    /// Reads the items of a region that is an extern block's inside, or what a macro makes of it.
    pub(super) fn foreign_items(&mut self, region: &Region) {
        let Context::Foreign(block) = &region.context else { return };
        let mut at = region.range.start;
        while at < region.range.end {
            at = self.foreign_item(region, block, at, region.range.end).max(at + 1);
        }
    }

    /// Reads one item of a block; gives the index behind it.
    fn foreign_item(&mut self, region: &Region, block: &Block, start: usize, end: usize) -> usize {
        let tokens = self.tokens(region.file);
        let mut attributes = Attributes::default();
        let mut at = start;
        while tokens.is_punct(at, '#') && tokens.opens(at + 1, Delimiter::Bracket) {
            attributes.add(tokens, tokens.inside(at + 1).unwrap_or(at..at), &self.cfg);
            at = tokens.after(at + 1);
        }
        let public = tokens.is_keyword(at, "pub") && !tokens.opens(at + 1, Delimiter::Parenthesis);
        if tokens.is_keyword(at, "pub") {
            at += 1;
            if tokens.opens(at, Delimiter::Parenthesis) {
                at = tokens.after(at);
            }
        }
        while ["unsafe", "safe", "async", "const"].iter().any(|word| tokens.is_keyword(at, word)) {
            at += 1;
        }
        let mut item_end = at;
        while item_end < end && !tokens.is_punct(item_end, ';') {
            let was_brace = tokens.opens(item_end, Delimiter::Brace);
            item_end = tokens.after(item_end);
            if was_brace {
                break;
            }
        }
        let next = item_end + usize::from(item_end < end && tokens.is_punct(item_end, ';'));
        let truth = region.truth.and(attributes.truth());
        if truth == Truth::False {
            return next;
        }
        let (kind, name_token) = if tokens.is_keyword(at, "fn") {
            (ImportKind::Function, at + 1)
        } else if tokens.is_keyword(at, "static") {
            (ImportKind::Static, at + 1 + usize::from(tokens.is_keyword(at + 1, "mut")))
        } else {
            self.foreign_macro_call(&Region { truth, ..region.clone() }, at..item_end);
            return next;
        };
        if tokens.ident(name_token).is_some() {
            let item = Item { kind, token: name_token, range: at..item_end, public, truth };
            self.declare(region, block, &attributes, &item);
        }
        next
    }

    /// A macro call in place of items; `statement` goes from its path to the end of its arguments.
    fn foreign_macro_call(&mut self, region: &Region, statement: Range<usize>) {
        let tokens = self.tokens(region.file);
        let Some(mark) = statement.clone().find(|at| tokens.is_punct(*at, '!')) else { return };
        let name = mark.checked_sub(1).and_then(|name| Some((name, tokens.ident(name)?)));
        let (Some((name_token, name)), Some(arguments)) = (name, tokens.inside(mark + 1)) else {
            return;
        };
        self.calls.push(Call {
            region: region.clone(),
            name: name.to_owned(),
            name_token,
            arguments,
            holds_extern_block: false,
        });
    }

    fn declare(&mut self, region: &Region, block: &Block, attributes: &Attributes, item: &Item) {
        let tokens = self.tokens(region.file);
        let ident = tokens.ident(item.token).unwrap_or_default().to_owned();
        let written: Option<Vec<(String, Truth)>> = attributes
            .named(tokens, "link_name")
            .map(|attribute| Some((attribute.string(tokens)?, attribute.truth)))
            .collect();
        let Some(mut names) = written else {
            let reason = format!("the link name of `{ident}` is not a plain string here");
            self.opaque(region.file, item.token, reason);
            return;
        };
        if !names.iter().any(|(_, truth)| *truth == Truth::True) {
            let truth = if names.is_empty() { Truth::True } else { Truth::Unknown };
            names.push((ident.clone(), truth));
        }
        let ignored = if block.has_imports {
            (modules(tokens, attributes), IgnoredBecause::OnForeignItem)
        } else {
            (block.modules.clone(), IgnoredBecause::Abi)
        };
        if !ignored.0.is_empty() {
            let (token, truth, why) = (item.token, item.truth, ignored.1);
            for (name, name_truth) in &names {
                let (name, truth) = (Some(name.clone()), truth.and(*name_truth));
                self.ignored_modules(region, &ignored.0, &MeantFor { token, name, truth, why });
            }
        }
        if !block.has_imports {
            return;
        }
        let tokens = self.tokens(region.file);
        // A list over several lines reads as one on a single line.
        let signature = tokens.folded(item.range.clone()).replace("( ", "(").replace(", )", ")");
        let origin = region.origin;
        let inside = region
            .carrier
            .filter(|carrier| self.source.carriers[*carrier].code != super::model::Code::Unseen);
        // What an unknown macro makes of its arguments cannot be known.
        let seen = if region.is_guessed { Truth::Unknown } else { Truth::True };
        let spot = self.spot(region.file, item.token);
        let head = self.kept(region, item.token..item.range.end);
        for (name, name_truth) in &names {
            // The compiler's own intrinsics.
            if name.starts_with("llvm.") {
                continue;
            }
            for (module, module_truth) in block.possible_modules() {
                let id = self.source.imports.len();
                self.source.imports.push(Declared {
                    spot,
                    head: head.clone(),
                    ident: ident.clone(),
                    name: name.clone(),
                    module,
                    kind: item.kind,
                    abi: block.abi.clone(),
                    signature: signature.clone(),
                    truth: item.truth.and(*name_truth).and(module_truth).and(seen),
                    origin,
                    inside,
                    native_library: block.native_library,
                    undecided: false,
                    c_type: None,
                });
                self.bind(region.scope, &ident, item.public, Target::Import(id));
            }
        }
    }
}

/// What all items of a block share.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    abi: String,
    has_imports: bool,
    modules: Vec<NamedModule>,
    native_library: bool,
}

impl Block {
    /// The modules the block may have: one, unless a `cfg_attr` that cannot be decided names more.
    fn possible_modules(&self) -> Vec<(Option<String>, Truth)> {
        if let Some(certain) = self.modules.iter().find(|module| module.truth == Truth::True) {
            return vec![(certain.name.clone(), Truth::True)];
        }
        if self.modules.is_empty() {
            return vec![(None, Truth::True)];
        }
        self.modules.iter().map(|module| (module.name.clone(), Truth::Unknown)).collect()
    }
}

/// One item of a block.
struct Item {
    kind: ImportKind,
    /// The identifier.
    token: usize,
    /// From `fn` or `static` to before the semicolon.
    range: Range<usize>,
    public: bool,
    truth: Truth,
}

/// The first attribute that may be a procedural macro.
fn foreign_attribute(tokens: &Tokens, attributes: &Attributes) -> Option<String> {
    attributes
        .iter()
        .find(|attribute| {
            let first = tokens.ident(attribute.path.start).unwrap_or_default();
            !INERT_ATTRIBUTES.contains(&first) && !first.starts_with("rustc_")
        })
        .map(|attribute| tokens.folded(attribute.path.clone()))
}
