//! What built files show of imports: objects before the link, and modules after it.
//!
//! [`files`] chooses the files, [`read()`] takes from them what counts, [`judge`] tells what is wrong
//! with it. Absence of an import from a module proves nothing, since a linker drops what is not
//! used; the symbol tables of objects are conclusive: an import whose symbol is its plain name is
//! bound to whatever else in the link has that name.

mod declared;
pub mod exposure;
pub mod files;
mod modules;
mod objects;
mod read;
pub mod symbol_name;

pub use declared::{Declaration, State};
pub use read::{
    Defined, FileFacts, FileKind, ImportEntry, Invalidity, Linkage, MAX_FILE_BYTES, ModuleFacts,
    Parts, Reference, Site, read,
};

use crate::finding::Level;
use crate::graph::Graph;
use crate::import::Import;
use crate::outcome::OutcomeSet;
use crate::symbols::CSymbols;

/// What files are judged by, beside themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The target; `None` when it is not known.
    pub target: Option<&'a str>,
    /// The C symbols of the target; `None` when they are not known.
    pub symbols: Option<&'a CSymbols>,
    /// What the source of the project declares; `None` without a project.
    pub imports: Option<&'a [Import]>,
}

impl Context<'_> {
    /// Whether functions without a module are asked of the host by design: Emscripten's JavaScript
    /// library has them.
    fn is_host_in_env(&self) -> bool {
        self.target.is_some_and(|target| target.ends_with("-emscripten"))
    }
}

/// What files show.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// What is wrong, the worst first.
    pub findings: Vec<Evidence>,
    /// For each function that the project declares, whether a linked module imports it. Empty
    /// without a project or without a module.
    pub declared: Vec<Declaration>,
}

/// One thing that files show to be wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// How serious it is.
    pub level: Level,
    /// The import module, where it is about an import.
    pub module: Option<String>,
    /// The import name, or the symbol's.
    pub name: String,
    /// One sentence that stands alone.
    pub message: String,
    /// Why it is so: full sentences.
    pub notes: Vec<String>,
    /// What the link makes, or has made, of it.
    pub outcomes: OutcomeSet,
    /// The objects or modules that show it, at most [`MAX_SITES`].
    pub sites: Vec<Site>,
    /// The declarations it is about: places in [`Context::imports`].
    pub declared: Vec<usize>,
}

impl Evidence {
    /// Evidence without notes, outcomes and declarations, that these sites show: the first [`MAX_SITES`] of
    /// them are kept.
    fn shown_by(
        sites: impl IntoIterator<Item = Site>,
        kind: EvidenceKind,
        level: Level,
        (module, name): (Option<&str>, &str),
        message: String,
    ) -> Self {
        Self {
            kind,
            level,
            module: module.map(str::to_owned),
            name: name.to_owned(),
            message,
            notes: Vec::new(),
            outcomes: OutcomeSet::new(),
            sites: sites.into_iter().take(MAX_SITES).collect(),
            declared: Vec::new(),
        }
    }
}

/// The most files that one piece of evidence names.
pub const MAX_SITES: usize = 20;

/// What kind of evidence it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    /// Two objects give one symbol two import modules, or import names.
    ImportMismatch,
    /// One symbol has two function types, or is no function where it is called.
    SignatureMismatch,
    /// A function that a linker puts in place of a call it could not bind.
    Stub,
    /// The module does not validate.
    InvalidModule,
    /// An import is linked by its plain name.
    PlainImport,
    /// A function without a module that nothing defines.
    UndefinedSymbol,
    /// One import with two types.
    DuplicateImport,
    /// A function imported from `env` that no mangled declaration asked for.
    EnvImport,
    /// A module imports what no source declares.
    UndeclaredImport,
}

impl EvidenceKind {
    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ImportMismatch => "import-mismatch",
            Self::SignatureMismatch => "signature-mismatch",
            Self::Stub => "stub",
            Self::InvalidModule => "invalid-module",
            Self::PlainImport => "plain-import",
            Self::UndefinedSymbol => "undefined-symbol",
            Self::DuplicateImport => "duplicate-import",
            Self::EnvImport => "env-import",
            Self::UndeclaredImport => "undeclared-import",
        }
    }
}

/// A function that stands for a call which the linker, or LLVM before it, could not bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stub<'a> {
    /// Another signature than the definition's.
    SignatureMismatch(&'a str),
    /// A weak symbol that stayed undefined.
    UndefinedWeak(&'a str),
    /// A call of another signature, in link-time optimisation.
    BitcastInvalid(&'a str),
    /// An undefined symbol that the linker was told to ignore.
    Undefined,
}

impl<'a> Stub<'a> {
    /// What a function's name in a linked module says; `None` for an ordinary function.
    ///
    /// Source: `WasmSymbols::undefinedStub` and the stubs in `lld/wasm/SymbolTable.cpp`, and LLVM's
    /// pass `WebAssemblyFixFunctionBitcasts`.
    pub fn of(function: &'a str) -> Option<Self> {
        if let Some(name) = function.strip_prefix("signature_mismatch:") {
            return Some(Self::SignatureMismatch(name));
        }
        if let Some(name) = function.strip_prefix("undefined_weak:") {
            return Some(Self::UndefinedWeak(name));
        }
        if let Some(name) = function.strip_suffix("_bitcast_invalid") {
            return name.strip_prefix(".L").map(Self::BitcastInvalid);
        }
        (function == "undefined_stub").then_some(Self::Undefined)
    }
}

/// Tells what is wrong with what `parts` say. All objects in them are taken for one link.
pub fn judge(parts: &Parts, context: Context<'_>) -> Verdict {
    let mut findings = objects::judge(parts, context);
    findings.extend(modules::judge(parts, context));
    findings.sort_by(|a, b| {
        let key = |it: &Evidence| (std::cmp::Reverse(it.level), it.kind);
        key(a).cmp(&key(b)).then_with(|| (&a.module, &a.name).cmp(&(&b.module, &b.name)))
    });
    Verdict { findings, declared: declared::states(parts, context) }
}

/// The declaration of an import that a file names: by module, name and, where the symbol tells it, the
/// declaring crate.
pub fn declaration<'i>(
    imports: &'i [Import],
    graph: &Graph,
    (module, name): (&str, &str),
    declaring_crate: Option<&str>,
) -> Option<&'i Import> {
    declarations_of(Some(imports), module, name).into_iter().map(|index| &imports[index]).find(
        |import| declaring_crate.is_none_or(|it| graph.package(import.package).crate_name == it),
    )
}

/// The declarations of `module` and `name`: places in `imports`. `env` is also what a declaration
/// without a module becomes.
fn declarations_of(imports: Option<&[Import]>, module: &str, name: &str) -> Vec<usize> {
    let imports = imports.unwrap_or_default().iter().enumerate();
    imports
        .filter(|(_, import)| {
            import.name == name && import.module.as_deref().unwrap_or("env") == module
        })
        .map(|(index, _)| index)
        .collect()
}

#[cfg(test)]
mod tests;
