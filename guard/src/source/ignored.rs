//! `wasm_import_module`s that rustc ignores.
//!
//! rustc takes the attribute on extern blocks whose ABI is not one of its own. Elsewhere it warns
//! (`unused_attributes`, which nobody sees for a dependency) and goes on as if it were not there.

use super::attributes::{Attributes, string_of};
use super::extern_block;
use super::heads::visibility;
use super::model::IgnoredModule;
use super::tokens::Tokens;
use super::walk::{Context, Region, Walker};
use crate::cfg::Truth;
use crate::ignored::IgnoredBecause;

/// An item that a module was meant for.
pub(super) struct MeantFor {
    pub(super) token: usize,
    /// Its link name; `None` for what is no item of an extern block.
    pub(super) name: Option<String>,
    pub(super) truth: Truth,
    pub(super) why: IgnoredBecause,
}

impl Walker<'_> {
    /// Notes each of `modules` for `item`.
    pub(super) fn ignored_modules(
        &mut self,
        region: &Region,
        modules: &[NamedModule],
        item: &MeantFor,
    ) {
        let seen = if region.is_guessed { Truth::Unknown } else { Truth::True };
        for module in modules {
            let truth = item.truth.and(module.truth).and(seen);
            let Some(name) = module.name.clone().filter(|_| truth != Truth::False) else {
                continue;
            };
            let spot = self.spot(region.file, item.token);
            self.source.ignored_modules.push(IgnoredModule {
                module: name,
                name: item.name.clone(),
                why: item.why,
                truth,
                spot,
            });
        }
    }

    /// Notes a module on an item that is no extern block.
    pub(super) fn module_on_other_item(
        &mut self,
        statement: &Region,
        attributes: &Attributes,
        start: usize,
    ) {
        if statement.truth == Truth::False || statement.context == Context::Template {
            return;
        }
        let tokens = self.tokens(statement.file);
        let modules = modules(tokens, attributes);
        if modules.is_empty() {
            return;
        }
        let token = visibility(tokens, start).1;
        if extern_block::begins(tokens, token).is_none() && tokens.ident(token).is_some() {
            let (truth, why) = (statement.truth, IgnoredBecause::NoExternBlock);
            self.ignored_modules(statement, &modules, &MeantFor { token, name: None, truth, why });
        }
    }
}

/// A module that an attribute names, and whether that attribute is surely there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedModule {
    /// `None` where it is no plain string.
    pub(super) name: Option<String>,
    pub(super) truth: Truth,
}

/// The `wasm_import_module`s of the `link` attributes.
pub(super) fn modules(tokens: &Tokens, attributes: &Attributes) -> Vec<NamedModule> {
    let mut modules = Vec::new();
    for link in attributes.named(tokens, "link") {
        for (key, value) in link.pairs(tokens) {
            if tokens.is_keyword(key, "wasm_import_module") {
                let name = string_of(tokens, value);
                modules.push(NamedModule { name, truth: link.truth });
            }
        }
    }
    modules
}
