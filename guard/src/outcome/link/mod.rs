//! What wasm-ld makes of the symbols of a link: a model that follows the linker's own order of events.
//!
//! The inputs are an ordered list of objects and archives, as on the linker's command line, reduced to
//! symbols and to which function refers to which of them. [`link`] answers with the linker's errors, or
//! with what every reference that is left in the module reaches.
//!
//! The source of every rule is lld's port for WebAssembly (`lld/wasm`, release 22). Functions are named
//! where their rule is applied. Visibility is not part of the model: `SymbolTable` never asks for it.
//! Link-time optimisation is no part of it either: bitcode has no import module until it is compiled.
//!
//! The tests in `tests/` ask rust-lld about the same inputs, and compare.

mod emit;
mod table;

use crate::import::WasmType;

/// One argument of the linker that names inputs, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// An object, which is always linked.
    Object(Object),
    /// An archive, whose members are linked once something refers to a symbol that they define.
    Archive(Vec<Object>),
}

impl Input {
    /// The object, or the members.
    pub fn objects(&self) -> &[Object] {
        match self {
            Self::Object(object) => std::slice::from_ref(object),
            Self::Archive(members) => members,
        }
    }
}

/// An object's symbol table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    /// Its symbols in the order of the linking section, which is the order the linker reads them in.
    pub symbols: Vec<Symbol>,
}

/// A function or data symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The name that the linker resolves. An undefined function without a name of its own
    /// (`WASM_SYM_EXPLICIT_NAME`) has the import's.
    pub name: String,
    /// `WASM_SYM_BINDING_WEAK`.
    pub weak: bool,
    /// What it names.
    pub item: Item,
}

/// What a [`Symbol`] names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A function that the object defines.
    Function {
        /// Its type.
        ty: WasmType,
        /// Whether other objects can refer to it.
        scope: Scope,
        /// What its body refers to.
        references: Vec<Reference>,
    },
    /// Data that the object defines.
    Data {
        /// Whether other objects can refer to it; data is never exported here.
        scope: Scope,
    },
    /// A function that the object wants from the link or from the host.
    UndefinedFunction {
        /// The type that callers here expect.
        ty: WasmType,
        /// The import module; `env` where nothing was written.
        module: String,
        /// The import name where the symbol has a name of its own. Without, the symbol's name is the
        /// import's, and the linker does not take it for an import unless it is told to import what is
        /// undefined.
        import_name: Option<String>,
    },
    /// Data that the object wants from the link.
    UndefinedData,
}

/// Who can refer to a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Its own object alone (`WASM_SYM_BINDING_LOCAL`).
    Local,
    /// Every object of the link.
    Global,
    /// As [`Scope::Global`], and the module exports it (`WASM_SYM_EXPORTED`), so that it is kept.
    Exported,
}

/// A relocation in a function's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Index of the symbol in the same object.
    pub symbol: usize,
    /// Whether it is a direct call (`R_WASM_FUNCTION_INDEX_LEB`), or takes the address.
    pub called: bool,
}

/// Options of the linker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What becomes of undefined symbols that are no imports.
    pub undefined: UndefinedPolicy,
    /// `--gc-sections`, the default.
    pub gc_sections: bool,
    /// `--fatal-warnings`, which rustc gave up to about 1.77.
    pub fatal_warnings: bool,
}

impl Default for Options {
    /// What the linker does when it is told nothing, as by rustc 1.96.
    fn default() -> Self {
        Self { undefined: UndefinedPolicy::Error, gc_sections: true, fatal_warnings: false }
    }
}

/// What becomes of undefined symbols that are no imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndefinedPolicy {
    /// The link fails.
    Error,
    /// `--allow-undefined`: functions are imported.
    Import,
    /// `--unresolved-symbols=ignore-all`: functions trap.
    Stub,
}

/// Where a symbol is among the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the input.
    pub input: usize,
    /// Index of the archive's member; 0 for an object.
    pub member: usize,
    /// Index of the symbol in its object.
    pub symbol: usize,
}

/// What the linker makes of the inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// It refuses. In order, each once.
    Failed(Vec<Problem>),
    /// It writes a module.
    Linked(Module),
    /// It resolves a function to data, or data to a function, without noticing, and goes on with a
    /// pointer to the wrong kind of thing: it crashes, or writes anything.
    Confused {
        /// The symbols, in order, each once.
        symbols: Vec<String>,
    },
}

/// An error of the linker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The message.
    pub kind: ProblemKind,
    /// The symbol that it names.
    pub symbol: String,
}

/// The messages of the linker about symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// One symbol, two import modules.
    ImportModuleMismatch,
    /// One symbol, two import names.
    ImportNameMismatch,
    /// A function here, data there.
    SymbolTypeMismatch,
    /// Calls of two types, and no definition to decide between them.
    ///
    /// The linker stops after the first symbol that has this problem, and which is the first is
    /// decided by its hash table; the model names all of them.
    FunctionSignatureMismatch,
    /// Two definitions, neither of them weak.
    DuplicateSymbol,
    /// Neither an import nor defined.
    UndefinedSymbol,
}

impl ProblemKind {
    /// The words that the linker's message has before the symbol.
    pub fn message(self) -> &'static str {
        match self {
            Self::ImportModuleMismatch => "import module mismatch for symbol",
            Self::ImportNameMismatch => "import name mismatch for symbol",
            Self::SymbolTypeMismatch => "symbol type mismatch",
            Self::FunctionSignatureMismatch => "function signature mismatch",
            Self::DuplicateSymbol => "duplicate symbol",
            Self::UndefinedSymbol => "undefined symbol",
        }
    }
}

/// What is in a linked module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// The functions that it imports, in order, each once.
    pub imports: Vec<ModuleImport>,
    /// What each reference that is left reaches: `(function that refers, symbol referred to)`. In order, each
    /// once; [`Module::reaches`] looks one up.
    pub reached: Vec<((Place, Place), Target)>,
    /// Calls of a function that has another type, which make the module invalid, unless
    /// [`fits`]. Of the pairs in `reached`, in order, each once.
    pub invalid: Vec<(Place, Place)>,
    /// Symbols with a warning `function signature mismatch`, in order, each once.
    pub warned: Vec<String>,
}

impl Module {
    /// What the reference of the function `from` to the symbol `to` reaches, where it is left.
    pub fn reaches(&self, from: Place, to: Place) -> Option<&Target> {
        let at = self.reached.binary_search_by(|(reference, _)| reference.cmp(&(from, to))).ok()?;
        Some(&self.reached[at].1)
    }
}

/// Whether a call for a function of type `expected` validates where the function is of type `actual`.
///
/// Other types can do so by chance: a function that leaves the first argument on the stack, and has no
/// result, passes for one that returns a value of the type of that argument. Of code that happens to
/// have another value below the arguments the types say nothing: see [`may_fit`].
pub fn fits(expected: &WasmType, actual: &WasmType) -> bool {
    let (Some(params), Some(results)) = (
        expected.params.strip_suffix(actual.params.as_slice()),
        expected.results.strip_suffix(actual.results.as_slice()),
    ) else {
        return false;
    };
    params == results
}

/// Whether [`fits`] can be true of some code: also where the function takes and gives back what lies
/// below the arguments.
pub fn may_fit(expected: &WasmType, actual: &WasmType) -> bool {
    fits(expected, actual) || fits(actual, expected)
}

/// A function that a module imports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleImport {
    /// Import module.
    pub module: String,
    /// Import name.
    pub name: String,
    /// Type.
    pub ty: WasmType,
}

/// What a reference reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The host.
    Import(ModuleImport),
    /// A definition.
    Definition(Place),
    /// A function `signature_mismatch:NAME`, which traps.
    SignatureMismatchStub,
    /// A function `undefined_weak:NAME`, which traps.
    UndefinedWeakStub,
    /// A function `undefined_stub`, which traps.
    UndefinedStub,
    /// Nothing: data that is not there has address 0.
    Null,
}

/// Links `inputs`.
pub fn link(inputs: &[Input], options: Options) -> Link {
    match table::Table::resolve(inputs).check(options) {
        Ok(table) => emit::emit(&table, options),
        Err(problems) => Link::Failed(problems),
    }
}
