//! What the linker will make of one import.

pub mod link;

use std::collections::BTreeSet;

use crate::import::{ExposureKind, Import, ImportKind};
use crate::symbols::CSymbol;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What becomes of `import` where the target's C library defines `symbol` under the import's name.
///
/// rustc links its own objects and crates first, std next and the C library last. An undefined symbol of
/// that name in std then stands against the import before any definition is met, which is an error; where
/// only the C library knows the name, its definition takes the import's place without a word. Link-time
/// optimisation merges both before the linker can object.
pub fn beside_c_symbol(import: &Import, name: LinkerName, symbol: &CSymbol) -> BTreeSet<Outcome> {
    let mut outcomes = BTreeSet::new();
    if name != LinkerName::Plain {
        outcomes.insert(Outcome::Kept);
    }
    if name == LinkerName::Mangled {
        return outcomes;
    }
    if !symbol.is_function || import.kind == ImportKind::Static {
        outcomes.insert(Outcome::LinkError);
        return outcomes;
    }
    if symbol.referenced_by_std {
        outcomes.insert(Outcome::LinkError);
    }
    outcomes.insert(Outcome::Misbound);
    let same_type = matches!((&import.wasm_type, &symbol.wasm_type), (Some(a), Some(b)) if a == b);
    if !same_type {
        outcomes.insert(Outcome::Trap);
    }
    outcomes
}

/// What becomes of an import where another module's import has its name; `name` and `other` say how the
/// linker meets the two.
pub fn beside_other_module(name: LinkerName, other: LinkerName) -> BTreeSet<Outcome> {
    match (name, other) {
        (LinkerName::Mangled, _) | (_, LinkerName::Mangled) => BTreeSet::from([Outcome::Kept]),
        // Two objects are an error; one codegen unit, or link-time optimisation, keeps the first module.
        (LinkerName::Plain, LinkerName::Plain) => {
            BTreeSet::from([Outcome::LinkError, Outcome::Misbound])
        }
        _ => BTreeSet::from([Outcome::Kept, Outcome::LinkError, Outcome::Misbound]),
    }
}
