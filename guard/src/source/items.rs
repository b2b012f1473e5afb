//! Items: what they are called, where their code goes, and which regions they hold.

use std::ops::Range;
use std::rc::Rc;

use super::attributes::{Arguments, Attributes};
use super::definitions::{Defined, is_c_abi};
use super::extern_block;
use super::heads::{
    after_generics, body_or_semicolon, for_keyword, function_keyword, has_type_parameter,
    semicolon, type_name, visibility,
};
use super::model::{Code, ForUsers, ScopeId, Target};
use super::modules::{MAX_INLINE_DEPTH, ModuleDirectory, is_file};
use super::tokens::{Delimiter, Tokens};
use super::walk::{Context, Owner, Region, Walker};
use crate::cfg::Truth;
use crate::import::ImportKind;

impl Walker<'_> {
    /// Reads the item that starts at `start`, behind its attributes; `region.truth` is the item's own.
    /// Gives the index behind it, or `None` when no item starts there.
    pub(super) fn item(
        &mut self,
        region: &Region,
        attributes: &Attributes,
        start: usize,
    ) -> Option<usize> {
        let end = region.range.end;
        let tokens = self.tokens(region.file);
        let (public, at) = visibility(tokens, start);
        if let Some(block) = extern_block::begins(tokens, at) {
            return Some(self.extern_block(region, attributes, &block));
        }
        if let Some(function) = function_keyword(tokens, at, end) {
            return Some(self.function(region, attributes, at, function, public));
        }
        if tokens.is_keyword(at, "extern") && tokens.is_keyword(at + 1, "crate") {
            return Some(self.extern_crate(region, attributes, at + 2, public));
        }
        let mut at = at;
        while ["unsafe", "auto", "default"].iter().any(|word| tokens.is_keyword(at, word))
            && ["impl", "trait", "auto", "mod"].iter().any(|word| tokens.is_keyword(at + 1, word))
        {
            at += 1;
        }
        let name = tokens.ident(at + 1);
        match tokens.ident(at)? {
            "mod" if name.is_some() => Some(self.module(region, attributes, at + 1, public)),
            "use" => Some(self.use_item(region, at + 1, public)),
            "impl" => Some(self.impl_block(region, at + 1)),
            "trait" if name.is_some() => Some(self.trait_item(region, at + 1, public)),
            "struct" | "enum" | "type" | "union" if name.is_some() => {
                Some(self.type_item(region, attributes, at, public))
            }
            "static" if name.is_some() => {
                Some(self.value(region, attributes, at + 1, public, false))
            }
            "const" if name.is_some() && tokens.is_punct(at + 2, ':') => {
                Some(self.value(region, attributes, at + 1, public, true))
            }
            "macro_rules" if tokens.is_punct(at + 1, '!') && tokens.ident(at + 2).is_some() => {
                let exported = attributes.has(tokens, "macro_export");
                self.define_rules(region, at + 2);
                Some(self.macro_definition(region, at + 2, exported))
            }
            "macro" if name.is_some() && !tokens.is_punct(at + 1, '!') => {
                Some(self.macro_definition(region, at + 1, public))
            }
            _ => None,
        }
    }

    fn function(
        &mut self,
        region: &Region,
        attributes: &Attributes,
        start: usize,
        keyword: usize,
        public: bool,
    ) -> usize {
        let tokens = self.tokens(region.file);
        let end = region.range.end;
        let name_token = keyword + 1;
        let name = tokens.ident(name_token).unwrap_or_default().to_owned();
        let mut at = name_token + 1;
        let mut generic = false;
        if tokens.is_punct(at, '<') {
            let after = after_generics(tokens, at, end);
            generic = has_type_parameter(tokens, at..after);
            at = after;
        }
        let parameters = tokens.inside(at).unwrap_or(at..at);
        generic |= parameters.clone().any(|i| tokens.is_keyword(i, "impl"));
        let body = body_or_semicolon(tokens, tokens.after(at), end);
        let signature_end = body;
        let opaque_result = (start..keyword).any(|i| tokens.is_keyword(i, "async"))
            || (parameters.end..signature_end).any(|i| tokens.is_keyword(i, "impl"));
        let after = tokens.after(body).min(end.max(body));
        if region.truth == Truth::False {
            return after;
        }
        let code = function_code(tokens, attributes, region, generic, opaque_result);
        let passes_as_c = is_c_abi(tokens, start..keyword);
        let defined = Defined { kind: ImportKind::Function, head: name_token..body, passes_as_c };
        self.exported_symbol(region, attributes, &defined);
        let carrier = self.new_carrier(Some(&name), code);
        if let Context::Associated(owner) = &region.context {
            self.source.carriers[carrier].owner.clone_from(&owner.name);
            self.source.carriers[carrier].implements_trait = owner.implements_trait;
        } else {
            self.bind(region.scope, &name, public, Target::Carrier(carrier));
        }
        if let Some(inside) = self.tokens(region.file).inside(body) {
            let scope = self.new_scope(region.scope, false);
            self.push_body(region, inside, scope, carrier);
        }
        after
    }

    fn push_body(&mut self, region: &Region, range: Range<usize>, scope: ScopeId, carrier: usize) {
        self.pending.push(Region {
            range,
            scope,
            carrier: Some(carrier),
            context: Context::Code,
            ..region.clone()
        });
    }

    fn module(
        &mut self,
        region: &Region,
        attributes: &Attributes,
        name_token: usize,
        public: bool,
    ) -> usize {
        let tokens = self.tokens(region.file);
        let name = tokens.ident(name_token).unwrap_or_default().to_owned();
        let body = name_token + 1;
        let after = tokens.after(body);
        if region.truth == Truth::False {
            return after;
        }
        let paths: Vec<(Truth, String)> = attributes
            .named(tokens, "path")
            .filter_map(|attribute| Some((attribute.truth, attribute.string(tokens)?)))
            .collect();
        let inside = tokens.inside(body);
        let scope = self.new_scope(region.scope, true);
        self.bind(region.scope, &name, public, Target::Module(scope));
        match inside {
            Some(_) if region.directory.depth >= MAX_INLINE_DEPTH => {
                let file = self.path_of(region.file).to_path_buf();
                let message = format!("nests modules more than {MAX_INLINE_DEPTH} deep");
                self.problem(&file, message);
            }
            Some(range) => {
                let path = paths.first().map(|(_, path)| path.as_str());
                let directory = Rc::new(region.directory.inline(&name, path));
                let context = Context::Items;
                self.pending.push(Region { range, scope, context, directory, ..region.clone() });
            }
            None => self.module_file(region, &name, &paths, scope),
        }
        after
    }

    /// `mod name;`: the file that holds it, or, where `cfg_attr`s name several, each that may.
    fn module_file(
        &mut self,
        region: &Region,
        name: &str,
        paths: &[(Truth, String)],
        scope: ScopeId,
    ) {
        let certain = paths.iter().find(|(truth, _)| *truth == Truth::True);
        let named: Vec<_> = match certain {
            Some(path) => vec![path],
            None => paths.iter().collect(),
        };
        for (truth, path) in &named {
            let file = region.directory.path_base.join(path);
            let truth = region.truth.and(*truth);
            // What a cfg that cannot be decided names may be shipped for another configuration only.
            if truth == Truth::True || is_file(&file) {
                let directory = ModuleDirectory::beside(&file);
                self.load(&file, directory, scope, truth, Some(region.file));
            }
        }
        if certain.is_some() {
            return;
        }
        match region.directory.find(name) {
            Some((file, directory)) => {
                let truth = if paths.is_empty() { region.truth } else { Truth::Unknown };
                self.load(&file, directory, scope, truth, Some(region.file));
            }
            // What no cfg is known to need may be made by a build or belong to another platform.
            None if region.truth == Truth::True && paths.is_empty() && !region.is_guessed => {
                let file = region.directory.children.join(format!("{name}.rs"));
                self.problem(&file, format!("is not there, though `mod {name};` names it"));
            }
            None => {}
        }
    }

    fn impl_block(&mut self, region: &Region, at: usize) -> usize {
        let tokens = self.tokens(region.file);
        let end = region.range.end;
        let mut header = at;
        let mut generic = false;
        if tokens.is_punct(at, '<') {
            header = after_generics(tokens, at, end);
            generic = has_type_parameter(tokens, at..header);
        }
        let body = body_or_semicolon(tokens, header, end);
        let split = for_keyword(tokens, header..body);
        let self_type = split.map_or(header, |keyword| keyword + 1)..body;
        let owner = Owner {
            name: type_name(tokens, self_type),
            generic,
            is_trait: false,
            implements_trait: split.is_some(),
        };
        self.associated(region, body, owner)
    }

    fn trait_item(&mut self, region: &Region, name_token: usize, public: bool) -> usize {
        let tokens = self.tokens(region.file);
        let name = tokens.ident(name_token).unwrap_or_default().to_owned();
        let body = body_or_semicolon(tokens, name_token + 1, region.range.end);
        if region.truth != Truth::False {
            self.bind_type(region, &name, public, None);
        }
        let owner =
            Owner { name: Some(name), generic: true, is_trait: true, implements_trait: false };
        self.associated(region, body, owner)
    }

    fn associated(&mut self, region: &Region, body: usize, owner: Owner) -> usize {
        let tokens = self.tokens(region.file);
        let after = tokens.after(body);
        if let Some(range) = tokens.inside(body).filter(|_| region.truth != Truth::False) {
            let context = Context::Associated(Rc::new(owner));
            self.pending.push(Region { range, context, ..region.clone() });
        }
        after
    }

    /// A `static` or `const`, from its name on.
    fn value(
        &mut self,
        region: &Region,
        attributes: &Attributes,
        name_token: usize,
        public: bool,
        is_const: bool,
    ) -> usize {
        let tokens = self.tokens(region.file);
        let mut at = name_token;
        if tokens.is_keyword(at, "mut") {
            at += 1;
        }
        let name = tokens.ident(at).unwrap_or_default().to_owned();
        let end = semicolon(tokens, at, region.range.end);
        if region.truth == Truth::False {
            return end;
        }
        if !is_const {
            let kind = ImportKind::Static;
            self.exported_symbol(
                region,
                attributes,
                &Defined { kind, head: at..end, passes_as_c: false },
            );
        }
        let code = if is_const { Code::EachUser(ForUsers::Constant) } else { Code::OwnCrate };
        let carrier = self.new_carrier(Some(&name), code);
        if let Context::Associated(owner) = &region.context {
            self.source.carriers[carrier].owner.clone_from(&owner.name);
            self.source.carriers[carrier].implements_trait = owner.implements_trait;
        } else if name != "_" {
            self.bind(region.scope, &name, public, Target::Carrier(carrier));
        }
        let scope = self.new_scope(region.scope, false);
        self.push_body(region, at + 1..end, scope, carrier);
        end
    }

    /// Keeps the rules of a `macro_rules!` for its calls.
    fn define_rules(&mut self, region: &Region, name_token: usize) {
        let tokens = self.tokens(region.file);
        let Some(name) = tokens.ident(name_token).map(str::to_owned) else { return };
        if let Some(body) = tokens.inside(name_token + 1).filter(|_| region.truth != Truth::False) {
            self.macros.define(&name, region.file, body, region.truth);
        }
    }

    fn macro_definition(&mut self, region: &Region, name_token: usize, exported: bool) -> usize {
        let tokens = self.tokens(region.file);
        let name = tokens.ident(name_token).unwrap_or_default().to_owned();
        let mut body = name_token + 1;
        // `macro name(…) { … }` has its arguments in front.
        if tokens.opens(body, Delimiter::Parenthesis)
            && tokens.opens(tokens.after(body), Delimiter::Brace)
        {
            body = tokens.after(body);
        }
        let after = tokens.after(body);
        let Some(range) = tokens.inside(body).filter(|_| region.truth != Truth::False) else {
            return after;
        };
        let carrier = self.new_carrier(Some(&name), Code::Expansion { exported });
        self.source.macros.entry(name.clone()).or_default().push(carrier);
        // An exported `macro_rules!` stands at the crate root, wherever it is written.
        let scope = if exported { 0 } else { region.scope };
        self.bind(scope, &name, exported, Target::Carrier(carrier));
        self.pending.push(Region {
            range,
            carrier: Some(carrier),
            context: Context::Template,
            ..region.clone()
        });
        after
    }
}

/// Where rustc puts the code of a function.
fn function_code(
    tokens: &Tokens,
    attributes: &Attributes,
    region: &Region,
    generic: bool,
    opaque_result: bool,
) -> Code {
    let inline = attributes.named(tokens, "inline").any(|attribute| match &attribute.arguments {
        Arguments::List(list) => !tokens.is_keyword(list.start, "never"),
        _ => true,
    });
    let owner = match &region.context {
        Context::Associated(owner) => Some(owner),
        _ => None,
    };
    if inline {
        Code::EachUser(ForUsers::Inline)
    } else if generic {
        Code::EachUser(ForUsers::Generic)
    } else if owner.is_some_and(|owner| owner.is_trait) {
        Code::EachUser(ForUsers::DefaultMethod)
    } else if owner.is_some_and(|owner| owner.generic) {
        Code::EachUser(ForUsers::GenericImpl)
    } else if opaque_result {
        Code::EachUser(ForUsers::OpaqueResult)
    } else {
        Code::OwnCrate
    }
}
