//! From files to what they say, without the files: what objects refer to and define, and what linked
//! modules import.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::files::{Input, crate_of_member};
use super::symbol_name::{declaring_crate, is_mangled};
use crate::document::read_regular;
use crate::error::Problem;
use crate::import::WasmType;
use crate::object::{
    Archive, Component, Content, Corrupt, Module, SymbolKind, Symbols, Unit, read as read_object,
};

/// The largest file that is read, in bytes. A module with debug information of a large application
/// has about a tenth of it.
pub const MAX_FILE_BYTES: u64 = 512 * 1024 * 1024;

/// What a set of files says.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// The files that could be read, in the order given.
    pub files: Vec<FileFacts>,
    /// The objects that refer to an import or define a symbol with a plain name.
    pub sites: Vec<Site>,
    /// What objects ask of the host, or of whoever defines it: undefined functions with a module, and
    /// without one where the name is not mangled.
    pub references: Vec<Reference>,
    /// What objects define under names that are not mangled.
    pub definitions: BTreeMap<String, Vec<Defined>>,
    /// The linked modules.
    pub modules: Vec<ModuleFacts>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Of the file that is being read: members that are bitcode, and names that they define.
    bitcode: (usize, usize),
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub kind: FileKind,
    /// The target it was built for, where its path says.
    pub target: Option<String>,
    /// The crate whose objects it holds.
    pub crate_name: Option<String>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// An archive, an rlib too.
    Archive,
    /// A relocatable object.
    Object,
    /// LLVM bitcode.
    Bitcode,
    /// A linked module.
    Module,
    /// A component.
    Component,
    /// None of these.
    Other,
}

impl FileKind {
    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Object => "object",
            Self::Bitcode => "bitcode",
            Self::Module => "module",
            Self::Component => "component",
            Self::Other => "other",
        }
    }
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The file.
    pub path: PathBuf,
    /// The archive member.
    pub member: Option<String>,
    /// The crate that it was compiled from, where file or member name tell.
    pub crate_name: Option<String>,
}

/// How an object's symbol for an import is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Linkage {
    /// By a name that rustc made for the item: nothing else has it.
    Mangled,
    /// By another name than the import's, as C objects do with `import_name`.
    OwnName,
    /// By the import's plain name: whatever else has that name is the same symbol.
    Plain,
    /// A linked module without a name section: it cannot be told.
    Unknown,
}

impl Linkage {
    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mangled => "mangled",
            Self::OwnName => "own-name",
            Self::Plain => "plain",
            Self::Unknown => "unknown",
        }
    }

    /// That of a symbol `symbol` for an import `name`.
    pub fn of(symbol: &str, name: &str) -> Self {
        if is_mangled(symbol) {
            Self::Mangled
        } else if symbol == name {
            Self::Plain
        } else {
            Self::OwnName
        }
    }
}

/// An undefined function symbol of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its place in [`Parts::sites`].
    pub site: usize,
    /// The import module; `env` also where the source names none.
    pub module: String,
    /// The import name.
    pub name: String,
    /// The name that the linker resolves.
    pub symbol: String,
    /// How that is named.
    pub linkage: Linkage,
    /// Whether the object says that an import of this name is meant (`WASM_SYM_EXPLICIT_NAME`). A
    /// linker takes a function without that for one that something must define.
    pub explicit: bool,
    /// Whether it may stay undefined.
    pub weak: bool,
    /// Its type.
    pub wasm_type: Option<WasmType>,
    /// The crate that declares the import, from a mangled symbol.
    pub declared_by: Option<String>,
}

impl Reference {
    /// Whether it names an import: not a function without a module, which is mostly one that
    /// something in the link defines. `env` is the module of both, and only of imports is the name
    /// explicit.
    pub fn is_import(&self) -> bool {
        self.explicit || self.linkage != Linkage::Plain || self.module != "env"
    }
}

/// A definition of a plain name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defined {
    /// Its place in [`Parts::sites`].
    pub site: usize,
    /// What it names; `None` where only an archive's index tells of it.
    pub kind: Option<SymbolKind>,
    /// Its type.
    pub wasm_type: Option<WasmType>,
}

/// A linked module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleFacts {
    /// The file.
    pub path: PathBuf,
    /// Which of the core modules of a component it is, from 0.
    pub within_component: Option<usize>,
    /// What it imports.
    pub imports: Vec<ImportEntry>,
    /// The names of functions that a linker puts in place of a call it could not bind.
    pub stubs: Vec<String>,
    /// The rustc versions in its producers section.
    pub rustc: Vec<String>,
    /// Whether it has names of functions.
    pub has_names: bool,
    /// Why it does not validate; `None` also where that was not asked.
    pub invalid: Option<Invalidity>,
    /// The interfaces that the component around it imports.
    pub component_imports: Vec<String>,
}

/// An import of a linked module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportEntry {
    /// The import module.
    pub module: String,
    /// The import name.
    pub name: String,
    /// What is imported.
    pub kind: SymbolKind,
    /// Its type.
    pub wasm_type: Option<WasmType>,
    /// The symbol it had in the link, from the name section.
    pub symbol: Option<String>,
}

impl ImportEntry {
    /// How the linker knew it.
    pub fn linkage(&self) -> Linkage {
        self.symbol.as_deref().map_or(Linkage::Unknown, |symbol| Linkage::of(symbol, &self.name))
    }
}

/// Why a module does not validate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalidity {
    /// The validator's words and the place.
    pub what: String,
    /// The function that is called there.
    pub callee: Option<String>,
}

/// Reads `inputs`. What cannot be read is a problem of its own; the others are read all the same.
pub fn read(inputs: &[Input], progress: &mut dyn FnMut(usize)) -> Parts {
    let mut parts = Parts::default();
    for (done, input) in inputs.iter().enumerate() {
        progress(done);
        match read_regular(&input.path, MAX_FILE_BYTES) {
            Ok(bytes) => parts.add_file(input, &bytes),
            Err(error) => parts.problem(&input.path, format!("it cannot be read: {error}")),
        }
    }
    progress(inputs.len());
    parts
}

impl Parts {
    /// Adds what `bytes`, the content of `input`, says.
    pub fn add_file(&mut self, input: &Input, bytes: &[u8]) {
        let units = match read_object(bytes) {
            Ok(units) => units,
            Err(corrupt) => return self.corrupt(&input.path, &corrupt),
        };
        let mut kind = FileKind::Other;
        for unit in &units {
            match &unit.content {
                Ok(Content::Elsewhere) => self.add_elsewhere(input, unit),
                _ => kind = self.add_unit(input, unit, unit.member.as_deref()),
            }
        }
        if Archive::is_archive(bytes) {
            kind = FileKind::Archive;
        }
        if let (members @ 1.., known) = std::mem::take(&mut self.bitcode) {
            let message = format!(
                "{members} of its objects are LLVM bitcode, as link-time optimisation makes it: what \
                 they import cannot be read (the archive's index tells {known} names they define)"
            );
            self.problem(&input.path, message);
        }
        let crate_name = input.crate_name.clone();
        let (path, target) = (input.path.clone(), input.target.clone());
        self.files.push(FileFacts { path, kind, target, crate_name });
    }

    fn add_unit(&mut self, input: &Input, unit: &Unit<'_>, member: Option<&str>) -> FileKind {
        match &unit.content {
            Ok(Content::Wasm(symbols)) if symbols.relocatable => {
                self.add_object(input, member, symbols);
                FileKind::Object
            }
            // Metadata of a crate is a module too, with nothing in it.
            Ok(Content::Wasm(_)) => {
                self.add_module(&input.path, unit.data, unit.offset, None, &[]);
                FileKind::Module
            }
            Ok(Content::Component) => {
                match Component::parse(unit.data, unit.offset) {
                    Ok(component) => {
                        let imports: Vec<String> =
                            component.imports.iter().map(|name| (*name).to_owned()).collect();
                        for (index, module) in component.modules.iter().enumerate() {
                            let within = Some(index);
                            self.add_module(
                                &input.path,
                                module.data,
                                module.offset,
                                within,
                                &imports,
                            );
                        }
                    }
                    Err(corrupt) => self.corrupt(&input.path, &corrupt),
                }
                FileKind::Component
            }
            Ok(Content::Bitcode { defines }) => {
                self.add_bitcode(input, member, defines.iter().map(AsRef::as_ref));
                FileKind::Bitcode
            }
            Ok(Content::Elsewhere | Content::Other) => FileKind::Other,
            Err(corrupt) => {
                self.corrupt(&input.path, corrupt);
                FileKind::Other
            }
        }
    }

    /// A member of a thin archive, in a file of its own: only below the archive's directory, wherever
    /// its name or a symbolic link points.
    fn add_elsewhere(&mut self, input: &Input, unit: &Unit<'_>) {
        let member = unit.member.as_deref().unwrap_or_default();
        let refuse = |why: &str| format!("its member `{member}` was not read: {why}");
        let directory = match input.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let file = directory.join(member).canonicalize();
        let outside = match (file, directory.canonicalize()) {
            (Ok(file), Ok(directory)) if file.starts_with(&directory) => Ok(file),
            (Ok(_), Ok(_)) => Err(refuse("it lies outside the directory of the archive")),
            (Err(error), _) | (_, Err(error)) => Err(refuse(&error.to_string())),
        };
        let bytes = outside.and_then(|file| {
            read_regular(&file, MAX_FILE_BYTES).map_err(|error| refuse(&error.to_string()))
        });
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(message) => return self.problem(&input.path, message),
        };
        // An archive in an archive is nothing that a linker reads.
        if Archive::is_archive(&bytes) {
            return self.problem(&input.path, refuse("it is an archive itself"));
        }
        match read_object(&bytes) {
            Ok(units) => {
                for inner in &units {
                    self.add_unit(input, inner, Some(member));
                }
            }
            Err(corrupt) => self.problem(&input.path, refuse(&corrupt.what)),
        }
    }

    fn add_object(&mut self, input: &Input, member: Option<&str>, symbols: &Symbols<'_>) {
        let site = self.site(input, member);
        for undefined in &symbols.undefined {
            let Some((module, name)) = undefined.import else { continue };
            let symbol = undefined.symbol;
            let is_import = module != "env" || symbol != name || !is_mangled(symbol);
            if undefined.kind != SymbolKind::Function || !is_import {
                continue;
            }
            self.references.push(Reference {
                site,
                module: module.to_owned(),
                name: name.to_owned(),
                symbol: symbol.to_owned(),
                linkage: Linkage::of(symbol, name),
                explicit: undefined.explicit_name,
                weak: undefined.binding == crate::object::Binding::Weak,
                wasm_type: symbols.type_of_undefined(undefined).cloned(),
                declared_by: declaring_crate(symbol).map(str::to_owned),
            });
        }
        for definition in &symbols.defined {
            if !is_mangled(definition.name) {
                let wasm_type = symbols.type_of_definition(definition).cloned();
                let defined = Defined { site, kind: Some(definition.kind), wasm_type };
                self.definitions.entry(definition.name.to_owned()).or_default().push(defined);
            }
        }
    }

    fn add_bitcode<'n>(
        &mut self,
        input: &Input,
        member: Option<&str>,
        names: impl Iterator<Item = &'n str>,
    ) {
        let site = self.site(input, member);
        let mut known = 0;
        for name in names {
            known += 1;
            if !is_mangled(name) {
                let defined = Defined { site, kind: None, wasm_type: None };
                self.definitions.entry(name.to_owned()).or_default().push(defined);
            }
        }
        self.bitcode.0 += 1;
        self.bitcode.1 += known;
    }

    fn add_module(
        &mut self,
        path: &Path,
        bytes: &[u8],
        offset: usize,
        within_component: Option<usize>,
        component_imports: &[String],
    ) {
        let module = match Module::parse(bytes, offset) {
            Ok(module) => module,
            Err(corrupt) => return self.corrupt(path, &corrupt),
        };
        let imports = module.imports.iter().map(|import| ImportEntry {
            module: import.module.to_owned(),
            name: import.name.to_owned(),
            kind: import.kind,
            wasm_type: import.wasm_type.clone(),
            symbol: import.symbol.map(str::to_owned),
        });
        let stubs = module.function_names.values().filter(|name| super::Stub::of(name).is_some());
        self.modules.push(ModuleFacts {
            path: path.to_owned(),
            within_component,
            imports: imports.collect(),
            stubs: stubs.map(|name| (*name).to_owned()).collect(),
            rustc: module.rustc_versions().map(str::to_owned).collect(),
            has_names: !module.function_names.is_empty(),
            invalid: invalidity(bytes, offset, &module),
            component_imports: component_imports.to_vec(),
        });
    }

    fn site(&mut self, input: &Input, member: Option<&str>) -> usize {
        let crate_name = input.crate_name.clone().or_else(|| crate_of_member(member?));
        let member = member.map(str::to_owned);
        self.sites.push(Site { path: input.path.clone(), member, crate_name });
        self.sites.len() - 1
    }

    fn corrupt(&mut self, path: &Path, corrupt: &Corrupt) {
        let member =
            corrupt.member.as_ref().map_or(String::new(), |name| format!("its member `{name}`: "));
        let message = format!("{member}{} (at offset {:#x})", corrupt.what, corrupt.offset);
        self.problem(path, message);
    }

    fn problem(&mut self, path: &Path, message: String) {
        self.problems.push(Problem { package: None, path: Some(path.to_owned()), message });
    }
}

fn invalidity(bytes: &[u8], offset: usize, module: &Module<'_>) -> Option<Invalidity> {
    let invalid = crate::object::validation::validate(bytes, offset, module).err()?;
    let within =
        invalid.function.map_or(String::new(), |name| format!(" in the function `{name}`"));
    let what = format!("{} (at offset {:#x}{within})", invalid.what, invalid.offset);
    Some(Invalidity { what, callee: invalid.callee })
}
