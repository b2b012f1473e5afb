//! What is kept of a crate's source: its scopes, the names in them, the imports it declares, and
//! which of its items mention what.

use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::tokens::Tokens;
use crate::cfg::Truth;
use crate::graph::{EntryKind, PackageIndex};
use crate::ignored::IgnoredBecause;
use crate::import::{ImportKind, Origin, Place, WasmType};

/// The source of one crate of one package.
///
/// It holds no file: a graph's texts together would fill hundreds of megabytes. What is asked for later,
/// the heads of declarations and the types they may name, is copied to a text of its own.
#[derive(Debug)]
pub(crate) struct CrateSource {
    pub(crate) package: PackageIndex,
    /// The crate root, as the package's manifest names it.
    pub(crate) root: PathBuf,
    pub(crate) kind: EntryKind,
    /// The files that were read, relative to the package's directory, with `/`.
    pub(crate) files: Vec<String>,
    /// The text of each [`TypeText`].
    pub(crate) text: Tokens,
    /// The paths that are mentioned, each once.
    pub(crate) paths: Vec<Path>,
    /// The crate root is scope 0.
    pub(crate) scopes: Vec<Scope>,
    pub(crate) carriers: Vec<Carrier>,
    pub(crate) types: Vec<TypeItem>,
    pub(crate) imports: Vec<Declared>,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) ignored_modules: Vec<IgnoredModule>,
    pub(crate) opaque: Vec<OpaquePlace>,
    /// The exported macros whose expansion can hold an extern block.
    pub(crate) exported_macros: Vec<ExportedMacro>,
    /// `macro_rules!` by name; a later one of the same name shadows in its own text only, so all count.
    pub(crate) macros: HashMap<String, Vec<CarrierId>>,
    /// Crates whose exported macros are in scope everywhere: `#[macro_use] extern crate x;`.
    pub(crate) macro_use_crates: Vec<String>,
}

/// Where a token was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    /// A place in [`CrateSource::files`].
    pub(crate) file: u32,
    /// From 1.
    pub(crate) line: u32,
    /// From 1, in characters.
    pub(crate) column: u32,
    /// In characters.
    pub(crate) length: u32,
}

pub(crate) type ScopeId = usize;
pub(crate) type CarrierId = usize;
pub(crate) type ImportId = usize;
pub(crate) type TypeId = usize;

/// A type or trait.
#[derive(Debug)]
pub(crate) struct TypeItem {
    pub(crate) name: String,
    /// The tokens of the one type it has the layout of: what an alias stands for, or the field of a
    /// `repr(transparent)` struct.
    pub(crate) same_as: Option<TypeText>,
}

/// A type, or a declaration's head from its identifier on, as written somewhere.
#[derive(Debug, Clone)]
pub(crate) struct TypeText {
    /// Where the names in it are looked up.
    pub(crate) scope: ScopeId,
    /// Tokens of [`CrateSource::text`].
    pub(crate) range: Range<usize>,
}

/// A module, or the body of a function.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// The scope around it, in the text.
    pub(crate) parent: Option<ScopeId>,
    pub(crate) is_module: bool,
    pub(crate) names: HashMap<String, Vec<Binding>>,
    pub(crate) globs: Vec<Glob>,
}

/// A name in a scope.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) public: bool,
    pub(crate) target: Target,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Module(ScopeId),
    Import(ImportId),
    Carrier(CarrierId),
    /// A type or trait: `Type::method` looks for carriers with its name as their owner.
    Type(TypeId),
    /// `use path as name`.
    Path(Path),
    /// `extern crate x`.
    Crate(String),
}

/// A path as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Path {
    /// Begins with `::`.
    pub(crate) absolute: bool,
    pub(crate) segments: Vec<String>,
}

/// `use path::*`.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    pub(crate) public: bool,
    pub(crate) path: Path,
}

/// An item whose text can mention an import: a function, a constant, a macro.
#[derive(Debug)]
pub(crate) struct Carrier {
    pub(crate) name: Option<String>,
    /// The type or trait of an associated item.
    pub(crate) owner: Option<String>,
    /// Whether it implements a trait: then it can be called without being named.
    pub(crate) implements_trait: bool,
    pub(crate) code: Code,
    pub(crate) mentions: Vec<Mention>,
}

/// Where rustc puts the code of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// In the objects of its own crate only.
    OwnCrate,
    /// In the objects of each crate that uses it.
    EachUser(ForUsers),
    /// Wherever the macro is expanded. Only an exported one can be named by another crate.
    Expansion { exported: bool },
    /// A macro call that makes items nobody can see here.
    Unseen,
}

/// Why each crate that uses an item compiles it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ForUsers {
    Constant,
    Inline,
    Generic,
    DefaultMethod,
    GenericImpl,
    OpaqueResult,
}

impl ForUsers {
    /// As a clause that can follow "because".
    pub(crate) fn clause(self) -> &'static str {
        match self {
            Self::Constant => "it is a constant, whose value each user's crate compiles",
            Self::Inline => "it is `#[inline]`, so each user's crate compiles it",
            Self::Generic => "it is generic, so each user's crate compiles it",
            Self::DefaultMethod => {
                "it is a trait's default method, which each implementor's crate compiles"
            }
            Self::GenericImpl => {
                "it belongs to a generic impl block, so each user's crate compiles it"
            }
            Self::OpaqueResult => {
                "it returns a future or closure, which each user's crate compiles"
            }
        }
    }
}

/// A path in the text of a carrier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention {
    /// A place in [`CrateSource::paths`].
    pub(crate) path: u32,
    pub(crate) scope: ScopeId,
    /// A place in [`CrateSource::files`].
    pub(crate) file: u32,
    pub(crate) line: u32,
    pub(crate) style: Style,
    pub(crate) truth: Truth,
}

/// How a path stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Style {
    /// `a::b`
    Path,
    /// `a::b!`
    Macro,
    /// `.b(…)`
    Method,
    /// `<T>::b`, or behind a macro variable: what stands before is not known.
    Qualified,
}

/// An item of an extern block.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    /// Where its identifier stands.
    pub(crate) spot: Spot,
    pub(crate) head: TypeText,
    pub(crate) ident: String,
    pub(crate) name: String,
    pub(crate) module: Option<String>,
    pub(crate) kind: ImportKind,
    pub(crate) abi: String,
    pub(crate) signature: String,
    pub(crate) truth: Truth,
    pub(crate) origin: Origin,
    /// The function it is declared in, if it is.
    pub(crate) inside: Option<CarrierId>,
    /// The block names a native library: `#[link(name = "…")]`.
    pub(crate) native_library: bool,
    /// It has no module, and is not known to be defined: then it matters whether anything names it.
    pub(crate) undecided: bool,
    /// It has no module and the name of a C function whose wasm type is this one, and another than its own.
    pub(crate) c_type: Option<WasmType>,
}

impl Declared {
    /// Whether it matters who names it.
    pub(crate) fn is_followed(&self) -> bool {
        self.module.is_some() || self.undecided || self.c_type.is_some()
    }
}

/// A symbol that the crate defines for the linker: `no_mangle` or `export_name`.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) truth: Truth,
    pub(crate) kind: ImportKind,
    /// Whether it is a function that passes values as C does.
    pub(crate) passes_as_c: bool,
    /// Where its identifier stands.
    pub(crate) spot: Spot,
    pub(crate) head: TypeText,
}

/// A `wasm_import_module` that rustc ignores for where it stands.
#[derive(Debug, Clone)]
pub(crate) struct IgnoredModule {
    pub(crate) module: String,
    /// The link name of the item that it was meant for; `None` on an item that is none of a block's.
    pub(crate) name: Option<String>,
    pub(crate) why: IgnoredBecause,
    pub(crate) truth: Truth,
    /// Where the identifier stands, or what stands in its place.
    pub(crate) spot: Spot,
}

/// An exported `macro_rules!`, for calls in other crates.
#[derive(Debug, Clone)]
pub(crate) struct ExportedMacro {
    pub(crate) name: String,
    pub(crate) body: Arc<Tokens>,
}

/// A place whose imports the text does not show.
#[derive(Debug, Clone)]
pub(crate) struct OpaquePlace {
    pub(crate) spot: Spot,
    pub(crate) reason: String,
}

impl CrateSource {
    /// A source of which nothing is read yet.
    pub(super) fn empty(package: PackageIndex, kind: EntryKind, root: &std::path::Path) -> Self {
        Self {
            package,
            root: root.to_path_buf(),
            kind,
            files: Vec::new(),
            text: Tokens::default(),
            paths: Vec::new(),
            scopes: vec![Scope { is_module: true, ..Scope::default() }],
            carriers: Vec::new(),
            types: Vec::new(),
            imports: Vec::new(),
            definitions: Vec::new(),
            ignored_modules: Vec::new(),
            opaque: Vec::new(),
            exported_macros: Vec::new(),
            macros: HashMap::new(),
            macro_use_crates: Vec::new(),
        }
    }

    /// The place of `spot`, in `package`.
    pub(crate) fn place(&self, package: &crate::graph::Package, spot: Spot) -> Place {
        Place {
            package: package.name.clone(),
            version: package.version.clone(),
            directory: package.directory.clone(),
            file: self.file(spot.file).to_owned(),
            line: spot.line as usize,
            column: spot.column as usize,
            length: spot.length as usize,
        }
    }

    /// The innermost scope around `scope` that names something: most bodies of functions do not.
    pub(crate) fn deciding_scope(&self, mut scope: ScopeId) -> ScopeId {
        loop {
            let Scope { parent, is_module, names, globs } = &self.scopes[scope];
            match parent {
                Some(parent) if !is_module && names.is_empty() && globs.is_empty() => {
                    scope = *parent;
                }
                _ => return scope,
            }
        }
    }

    /// The name of a file.
    pub(crate) fn file(&self, file: u32) -> &str {
        &self.files[file as usize]
    }

    /// The path that `mention` spells.
    pub(crate) fn path_of(&self, mention: &Mention) -> &Path {
        &self.paths[mention.path as usize]
    }

    /// The last segment of the path that `mention` spells.
    pub(crate) fn last_segment(&self, mention: &Mention) -> &str {
        self.path_of(mention).segments.last().map_or("", String::as_str)
    }
}

/// The path that the tokens of `range` spell; generic arguments are not part of it.
pub(crate) fn path_in(tokens: &Tokens, range: Range<usize>) -> Path {
    Path {
        absolute: tokens.is_path_separator(range.start),
        segments: range.filter_map(|at| tokens.ident(at)).map(str::to_owned).collect(),
    }
}
