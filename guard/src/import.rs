//! One host import as the source declares it, and what is known about it.

use std::fmt;
use std::path::PathBuf;

use crate::graph::{PackageIndex, PackageSource};

/// A place in a package's source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Package name.
    pub package: String,
    /// Package version.
    pub version: String,
    /// The directory of the package's manifest.
    pub directory: PathBuf,
    /// The file, relative to `directory`, with `/`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Length of the token in characters.
    pub length: usize,
}

/// An item of an `extern` block that asks the host for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The package that declares it.
    pub package: PackageIndex,
    /// Where that package came from: whether its text is the user's to change.
    pub source: PackageSource,
    /// Where its identifier stands.
    pub place: Place,
    /// The import module; `None` without `wasm_import_module` (rustc and linker then say `env`).
    pub module: Option<String>,
    /// The import name: `link_name`, or else the identifier.
    pub name: String,
    /// The identifier in Rust, without `r#`.
    pub ident: String,
    /// Function or static.
    pub kind: ImportKind,
    /// The block's ABI string.
    pub abi: String,
    /// The declaration's text, white space folded.
    pub signature: String,
    /// The wasm function type, where the written types tell it.
    pub wasm_type: Option<WasmType>,
    /// Whether it surely is one: compiled, and defined by nothing in the link.
    pub certainty: Certainty,
    /// Whether it is surely compiled, so that a doubt is only about who defines it.
    pub surely_compiled: bool,
    /// Whether another crate's objects will name it.
    pub exposure: Exposure,
    /// What kind of text declares it.
    pub origin: Origin,
    /// `name version` of each package from a root to the declaring one.
    pub path: Vec<String>,
}

/// What an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportKind {
    /// A function.
    Function,
    /// A static.
    Static,
}

impl ImportKind {
    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Function => "fn",
            Self::Static => "static",
        }
    }
}

/// Whether an item is surely part of the compilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// Surely compiled.
    Certain,
    /// Depends on a `cfg`, a macro or a selection that cannot be seen.
    Possible,
}

impl Certainty {
    /// Certain, or else possible.
    pub(crate) fn of(certain: bool) -> Self {
        if certain { Self::Certain } else { Self::Possible }
    }

    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Possible => "possible",
        }
    }
}

/// What kind of text declares an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// An extern block in plain source.
    Source,
    /// An extern block that goes through a macro.
    Macro,
    /// A built object.
    Object,
}

impl Origin {
    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Macro => "macro",
            Self::Object => "object",
        }
    }
}

/// Whether objects of a crate other than the declaring one will name the import. On a rustc that
/// leaves such a symbol unmangled, exactly the exposed imports can be bound elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposure {
    /// The verdict.
    pub kind: ExposureKind,
    /// Why, as a clause that can follow "because".
    pub reason: String,
}

/// See [`Exposure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExposureKind {
    /// Reached only by plain functions of its own crate.
    Kept,
    /// `pub`, and no package of the graph mentions it.
    Unreferenced,
    /// Cannot be decided from the source.
    Possible,
    /// Another crate's objects will name it.
    Exposed,
}

impl ExposureKind {
    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Unreferenced => "unreferenced",
            Self::Possible => "possible",
            Self::Exposed => "exposed",
        }
    }
}

/// A wasm function type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WasmType {
    /// Parameters.
    pub params: Vec<ValueType>,
    /// Results.
    pub results: Vec<ValueType>,
}

impl fmt::Display for WasmType {
    /// `(i32, i64) -> f64`, as messages write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |values: &[ValueType]| {
            values.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", ")
        };
        write!(f, "({})", list(&self.params))?;
        match self.results.as_slice() {
            [] => Ok(()),
            [result] => write!(f, " -> {}", result.as_str()),
            results => write!(f, " -> ({})", list(results)),
        }
    }
}

/// A wasm value type that an import's signature can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `f32`
    F32,
    /// `f64`
    F64,
}

impl ValueType {
    /// As the text format writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// A place whose imports cannot be read from the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opaque {
    /// Where.
    pub place: Place,
    /// What hides them.
    pub reason: String,
    /// `name version` of each package from a root to the one that has it.
    pub path: Vec<String>,
}
