//! Rust source to declarations: the module tree, the extern blocks in it, and who mentions what.

mod attributes;
pub(crate) mod exposure;
mod extern_block;
mod generators;
mod heads;
mod items;
mod lexer;
pub(crate) mod load;
mod macros;
mod mentions;
pub(crate) mod model;
mod modules;
pub(crate) mod names;
mod text_scan;
mod tokens;
mod walk;
pub(crate) mod wasm_type;
