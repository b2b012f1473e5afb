//! What the rules judge by: one target's imports, its C symbols, and the rustc versions considered.

use crate::import::Import;
use crate::outcome::Others;
use crate::symbols::CSymbols;
use crate::toolchain::Rustc;

/// The facts of one run for one target.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The target triple.
    pub target: &'a str,
    /// Every import of the graph.
    pub imports: &'a [Import],
    /// The C symbols that a link for the target brings in.
    pub symbols: &'a CSymbols,
    /// What else of the graph can have an import's name.
    pub others: &'a Others,
    /// The rustc versions to judge by.
    pub considered: &'a [Rustc],
}
