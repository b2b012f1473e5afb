//! What the linker will make of one import.

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
