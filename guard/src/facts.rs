//! What the rules judge by: one target's imports, its C symbols, and the rustc versions considered.

use crate::definition::SymbolDefinition;
use crate::ignored::IgnoredModule;
use crate::import::{Import, Opaque, WasmType};
use crate::outcome::Others;
use crate::pin::PlacedPin;
use crate::policy::ScopedContract;
use crate::symbols::CSymbols;
use crate::toolchain::Rustc;

/// The facts of one run for one target.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The target triple.
    pub target: &'a str,
    /// Every import of the graph.
    pub imports: &'a [Import],
    /// Every declaration that has the name of a C function and another wasm type.
    pub misdeclared: &'a [Misdeclared],
    /// Every symbol that a crate of the graph defines under a name of its own choice.
    pub definitions: &'a [SymbolDefinition],
    /// Every `wasm_import_module` that rustc ignores.
    pub ignored: &'a [IgnoredModule],
    /// The places whose imports cannot be read.
    pub opaque: &'a [Opaque],
    /// The C symbols that a link for the target brings in.
    pub symbols: &'a CSymbols,
    /// What else of the graph can have an import's name.
    pub others: &'a Others,
    /// Those of every release of the target's C library that is known: for a rustc that is not the one in
    /// use.
    pub symbols_of_any_release: &'a CSymbols,
    /// The rustc versions to judge by.
    pub considered: &'a [Rustc],
    /// What the project's hosts provide; none where it has not written that down.
    pub contracts: &'a [ScopedContract],
    /// The places of the project that choose a rustc; none in a build script.
    pub pins: &'a [PlacedPin],
}

/// A declaration without an import module that has the name of a C function and another wasm type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misdeclared {
    /// The declaration, in the form of an import; the link binds it to the C function.
    pub declaration: Import,
    /// The C function's own type.
    pub c_type: WasmType,
}
