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
#[derive(Debug)]
pub(crate) struct CrateSource {
    pub(crate) package: PackageIndex,
    /// The crate root, as the package's manifest names it.
    pub(crate) root: PathBuf,
    pub(crate) kind: EntryKind,
    pub(crate) files: Vec<SourceFile>,
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

/// A file that was read.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Relative to the package's directory, with `/`.
    pub(crate) name: String,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) origin: TextOrigin,
}

/// Where the tokens of a text were written.
#[derive(Debug)]
pub(crate) enum TextOrigin {
    /// Here: it is a file.
    Here,
    /// It is the expansion of a macro: each token comes from a token of a file.
    Tokens(Vec<(FileId, usize)>),
    /// It is another crate's macro: all tokens stand for the one that calls it.
    Call(FileId, usize),
}

pub(crate) type FileId = usize;
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

/// A type as written somewhere.
#[derive(Debug, Clone)]
pub(crate) struct TypeText {
    pub(crate) file: FileId,
    pub(crate) scope: ScopeId,
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
    /// In the objects of each crate that uses it; the text says why.
    EachUser(&'static str),
    /// Wherever the macro is expanded. Only an exported one can be named by another crate.
    Expansion { exported: bool },
    /// A macro call that makes items nobody can see here.
    Unseen,
}

/// A path in the text of a carrier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention {
    pub(crate) file: FileId,
    pub(crate) scope: ScopeId,
    pub(crate) start: u32,
    pub(crate) end: u32,
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
    pub(crate) file: FileId,
    /// The identifier's token.
    pub(crate) token: usize,
    /// Behind the declaration's last token.
    pub(crate) end: usize,
    pub(crate) scope: ScopeId,
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
    pub(crate) file: FileId,
    /// The identifier's token.
    pub(crate) token: usize,
    /// Behind the declaration's head: before the body of a function.
    pub(crate) end: usize,
    pub(crate) scope: ScopeId,
}

/// A `wasm_import_module` that rustc ignores for where it stands.
#[derive(Debug, Clone)]
pub(crate) struct IgnoredModule {
    pub(crate) module: String,
    /// The link name of the item that it was meant for; `None` on an item that is none of a block's.
    pub(crate) name: Option<String>,
    pub(crate) why: IgnoredBecause,
    pub(crate) truth: Truth,
    pub(crate) file: FileId,
    /// The identifier's token, or what stands where one would.
    pub(crate) token: usize,
}

/// An exported `macro_rules!`, for calls in other crates.
#[derive(Debug, Clone)]
pub(crate) struct ExportedMacro {
    pub(crate) name: String,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) body: Range<usize>,
}

/// A place whose imports the text does not show.
#[derive(Debug, Clone)]
pub(crate) struct OpaquePlace {
    pub(crate) file: FileId,
    pub(crate) token: usize,
    pub(crate) reason: String,
}

impl CrateSource {
    /// The place of a token, in `package`.
    pub(crate) fn place(
        &self,
        package: &crate::graph::Package,
        file: FileId,
        token: usize,
    ) -> Place {
        let (file, token) = self.written(file, token);
        let source = &self.files[file];
        let (line, column) = source.tokens.position(token);
        Place {
            package: package.name.clone(),
            version: package.version.clone(),
            directory: package.directory.clone(),
            file: source.name.clone(),
            line,
            column,
            length: source.tokens.text(token).chars().count().max(1),
        }
    }

    /// Where a token was written: for one of an expansion, the token it came from.
    fn written(&self, mut file: FileId, mut token: usize) -> (FileId, usize) {
        // What a text comes from was read before it, so that this ends.
        loop {
            let from = match &self.files[file].origin {
                TextOrigin::Here => None,
                TextOrigin::Tokens(tokens) => tokens.get(token).copied(),
                TextOrigin::Call(file, token) => Some((*file, *token)),
            };
            match from {
                Some(from) => (file, token) = from,
                None => break,
            }
        }
        (file, token)
    }

    /// The last segment of the path that `mention` spells.
    pub(crate) fn last_segment(&self, mention: &Mention) -> &str {
        let tokens = &self.files[mention.file].tokens;
        (mention.end as usize).checked_sub(1).and_then(|last| tokens.ident(last)).unwrap_or("")
    }

    /// The path that `mention` spells.
    pub(crate) fn path_of(&self, mention: &Mention) -> Path {
        path_in(&self.files[mention.file].tokens, mention.start as usize..mention.end as usize)
    }
}

/// The path that the tokens of `range` spell; generic arguments are not part of it.
pub(crate) fn path_in(tokens: &Tokens, range: Range<usize>) -> Path {
    Path {
        absolute: tokens.is_path_separator(range.start),
        segments: range.filter_map(|at| tokens.ident(at)).map(str::to_owned).collect(),
    }
}
