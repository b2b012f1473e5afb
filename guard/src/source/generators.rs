//! Procedural macros that are known to declare imports which the text does not show.

use super::attributes::Attributes;
use super::macros::Call;
use super::model::Target;
use super::tokens::Tokens;
use super::walk::Walker;

/// Function-like macros by their last segment, with the crates that have one of that name.
const MACROS: &[(&str, &[&str])] = &[(
    "generate",
    &["wit_bindgen", "cargo_component_bindings", "wit_bindgen_rust", "wit_bindgen_guest_rust"],
)];

/// Attributes on structs and traits: `#[wasm_bindgen]` on a struct imports what frees and unwraps it,
/// `#[runtime_interface]` makes a host function of each method of a trait.
const ATTRIBUTES: &[&str] = &["wasm_bindgen", "runtime_interface"];

/// Attributes on functions: Spin's put the bindings of a whole world beside the function, swc's the host
/// functions that take its result, `#[wasm_split]` the function itself as an import of another module.
const FUNCTION_ATTRIBUTES: &[&str] = &[
    "http_component",
    "redis_component",
    "http_service",
    "redis_subscriber",
    "plugin_transform",
    "css_plugin_transform",
    "wasm_split",
];

/// Words one of which stands in every crate that uses one of these macros: of the function-like ones, the
/// crate they come from.
pub(super) const WORDS: &[&str] = &[
    "wit_bindgen",
    "cargo_component_bindings",
    "wasm_bindgen",
    "runtime_interface",
    "http_component",
    "redis_component",
    "http_service",
    "redis_subscriber",
    "plugin_transform",
    "wasm_split",
];

/// Whether `word` is the last segment of a generating attribute.
pub(super) fn is_attribute(word: &str) -> bool {
    ATTRIBUTES.contains(&word) || FUNCTION_ATTRIBUTES.contains(&word)
}

/// Whether `word` is a crate with a generating function-like macro.
pub(super) fn is_crate(word: &str) -> bool {
    MACROS.iter().any(|(_, crates)| crates.contains(&word))
}

/// The crate of the generator `name` among the segments of a path to it.
fn crate_of<'a>(name: &str, mut segments: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    let (_, crates) = MACROS.iter().find(|(known, _)| *known == name)?;
    segments.find_map(|segment| crates.iter().find(|known| **known == segment).copied())
}

/// The first attribute that is a generator on a struct or trait, or on a function, as written.
pub(super) fn attribute(
    tokens: &Tokens,
    attributes: &Attributes,
    on_function: bool,
) -> Option<String> {
    let known = if on_function { FUNCTION_ATTRIBUTES } else { ATTRIBUTES };
    attributes
        .iter()
        .find(|attribute| {
            attribute
                .path
                .clone()
                .next_back()
                .and_then(|last| tokens.ident(last))
                .is_some_and(|name| known.contains(&name))
        })
        .map(|attribute| tokens.folded(attribute.path.clone()))
}

impl Walker<'_> {
    /// The crate whose procedural macro is called: by a path through its name, or through a `use` of it
    /// somewhere in this crate.
    pub(super) fn called_generator(&self, call: &Call) -> Option<&'static str> {
        let tokens = self.tokens(call.region.file);
        if let Some(separator) = call.name_token.checked_sub(2) {
            if tokens.is_path_separator(separator) {
                let before = separator.checked_sub(1).and_then(|before| tokens.ident(before));
                return crate_of(&call.name, before.into_iter());
            }
        }
        self.generators.get(&call.name).copied()
    }

    /// Keeps in mind that `name` is bound to `target`, where that is a generator: to look for it at each call
    /// in each scope would take time by the square of a text that is nothing but calls.
    pub(super) fn note_import_of_generator(&mut self, name: &str, target: &Target) {
        let Target::Path(path) = target else { return };
        if let Some(known) = crate_of(name, path.segments.iter().map(String::as_str)) {
            self.generators.entry(name.to_owned()).or_insert(known);
        }
    }

    /// Reads what a call of a generator declares, where that can be known.
    pub(super) fn generate(&mut self, call: &Call, generator: &str) {
        let mut reason = format!("`{}!` declares imports that only it knows", call.name);
        match self.generated(call, generator) {
            Some(Ok(text)) => {
                if let Ok(tokens) = Tokens::lex(text) {
                    self.push_made(call, tokens);
                    return;
                }
            }
            Some(Err(why)) => reason = format!("{reason}: {why}"),
            None => {}
        }
        self.opaque(call.region.file, call.name_token, reason);
    }

    /// The declarations of a call as Rust text, or why they are not known; `None` for a generator that is
    /// not read.
    #[cfg(feature = "wit")]
    fn generated(&self, call: &Call, generator: &str) -> Option<Result<String, String>> {
        if generator != "wit_bindgen" {
            return None;
        }
        let Some(version) = self.version_of("wit_bindgen", "wit-bindgen") else {
            return Some(Err("the wit-bindgen it comes from is not known".to_owned()));
        };
        Some(super::wit::declarations(
            self.tokens(call.region.file),
            call.arguments.clone(),
            &self.package.directory,
            self.roots,
            version,
        ))
    }

    /// The version of the package that this one's source knows as `extern_name`, or else of the only one
    /// named `package` that it depends on: another crate may hand its macro on.
    #[cfg(feature = "wit")]
    fn version_of(&self, extern_name: &str, package: &str) -> Option<&str> {
        let direct = self.package.dependencies.iter().find(|it| it.extern_name == extern_name);
        if let Some(dependency) = direct {
            return Some(&self.graph.package(dependency.package).version);
        }
        let all = (0..self.graph.packages.len()).map(crate::graph::PackageIndex);
        let mut found = all.filter(|index| {
            self.graph.package(*index).name == package
                && self.graph.depends_on(self.source.package, *index)
        });
        let only = found.next().filter(|_| found.next().is_none())?;
        Some(&self.graph.package(only).version)
    }

    #[cfg(not(feature = "wit"))]
    #[expect(clippy::unused_self, reason = "the feature `wit` reads the walker")]
    fn generated(&self, _call: &Call, _generator: &str) -> Option<Result<String, String>> {
        None
    }
}
