//! Procedural macros that are known to declare imports which the text does not show.

use super::attributes::Attributes;
use super::tokens::Tokens;

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

/// Words one of which stands in every text that uses one of these macros.
pub(super) const WORDS: &[&str] = &[
    "generate!",
    "wasm_bindgen",
    "runtime_interface",
    "http_component",
    "redis_component",
    "http_service",
    "redis_subscriber",
    "plugin_transform",
    "wasm_split",
];

/// Whether a macro of this name may be a generator.
pub(super) fn is_macro_name(name: &str) -> bool {
    MACROS.iter().any(|(known, _)| *known == name)
}

/// Whether the macro `name` of `crate_name` is a generator.
pub(super) fn is_macro_of(name: &str, crate_name: &str) -> bool {
    MACROS.iter().any(|(known, crates)| *known == name && crates.contains(&crate_name))
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
