//! What the linker will make of one import.
//!
//! [`link`] is a model of the linker itself. [`beside_c_symbol`] and [`beside_other_module`] put to it
//! every link that is possible for what a graph's source tells.

mod ask;
mod declared;
pub mod link;
mod others;
mod possible;
#[cfg(test)]
mod sample;
mod set;

pub use declared::{
    beside_definition, beside_nothing, beside_other_type, bound_to_c, of_c_symbol_beside_definition,
};
pub use others::Others;
pub use possible::{beside_c_symbol, beside_other_module};
pub use set::OutcomeSet;

use crate::import::{ExposureKind, Import};
use crate::toolchain::ImportSymbols;

/// What the link can make of an import. The order is that of [`Outcome::as_str`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A module that does not validate.
    InvalidModule,
    /// An import of the module and name that were written.
    Kept,
    /// The link fails.
    LinkError,
    /// A call of another function, without a message.
    Misbound,
    /// A stub that traps when it is called.
    Trap,
    /// The link fails: nothing defines the symbol.
    UndefinedSymbol,
}

impl Outcome {
    /// Every outcome, in their order.
    const ALL: [Self; 6] = [
        Self::InvalidModule,
        Self::Kept,
        Self::LinkError,
        Self::Misbound,
        Self::Trap,
        Self::UndefinedSymbol,
    ];

    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::LinkError => "link-error",
            Self::Misbound => "misbound",
            Self::Trap => "trap",
            Self::InvalidModule => "invalid-module",
            Self::UndefinedSymbol => "undefined-symbol",
        }
    }
}

/// The name under which the linker meets an import where it can be confused with another symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkerName {
    /// A mangled name that nothing else has.
    Mangled,
    /// The plain import name in at least one object.
    Plain,
    /// One of both: it depends on what cannot be seen.
    Either,
}

impl LinkerName {
    /// What a rustc that treats imports as `symbols` says makes of `import`.
    pub fn of(import: &Import, symbols: ImportSymbols) -> Self {
        if import.module.is_none() {
            return Self::Plain;
        }
        let elsewhere = match import.exposure.kind {
            ExposureKind::Exposed => Self::Plain,
            ExposureKind::Possible => Self::Either,
            ExposureKind::Kept | ExposureKind::Unreferenced => Self::Mangled,
        };
        match symbols {
            ImportSymbols::Mangled => Self::Mangled,
            ImportSymbols::Plain => Self::Plain,
            ImportSymbols::PlainOutsideDeclaringCrate => elsewhere,
            ImportSymbols::Unknown if elsewhere == Self::Mangled => Self::Mangled,
            ImportSymbols::Unknown => Self::Either,
        }
    }
}
