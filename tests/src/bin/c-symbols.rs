//! Makes guard's table of C symbols from archives: see `tests/symbols/generate`, which fetches them
//! and calls this.
//!
//! Arguments, repeatable:
//! * `--define CODE FILE`: an archive or object that defines names; `p1:33` is wasi-libc of wasi-sdk
//!   33 for wasm32-wasip1.
//! * `--shared CODE FILE`: a `libc.so`, which is linked already: see [`Table::add_shared`].
//! * `--reference CODE DIR`: a directory with the rlibs of std.
//! * `--report`: print numbers per input to standard error.
//!
//! The table goes to standard output.
#![allow(clippy::expect_used, reason = "a maintainer's command: it stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use wasm_import_guard::import::WasmType;
use wasm_import_guard::object::{self, Binding, Content, SymbolKind};
use wasmparser::{CompositeInnerType, ExternalKind, KnownCustom, Name, Parser, Payload, ValType};

fn main() {
    let mut table = Table::default();
    let mut shared = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let mut next = |what: &str| arguments.next().unwrap_or_else(|| panic!("{option} {what}?"));
        let code = next("code");
        let path = PathBuf::from(next("path"));
        match option.as_str() {
            "--define" => table.add_definitions(&code, &path),
            // Read last: which of its names are libc's is decided by all the archives.
            "--shared" => shared.push((code, path)),
            "--reference" => table.add_references(&code, &path),
            _ => panic!("unknown option {option}"),
        }
    }
    for (code, path) in shared {
        table.add_shared(&code, &path);
    }
    print!("{}", table.render());
}

/// By name and type, who defines it; and by name, who refers to it.
#[derive(Default)]
struct Table {
    definitions: BTreeMap<String, BTreeMap<String, BTreeMap<String, Presence>>>,
    references: BTreeMap<String, BTreeSet<String>>,
    /// Every release per code of a libc: names absent in one between must not be bridged.
    releases: BTreeMap<String, BTreeSet<u16>>,
}

#[derive(Default, Clone)]
struct Presence {
    releases: BTreeSet<u16>,
    weak: bool,
}

impl Table {
    fn add(&mut self, code: &str, name: &str, ty: String, weak: bool) {
        let (code, release) = split_code(code);
        let presence = self
            .definitions
            .entry(name.to_owned())
            .or_default()
            .entry(ty)
            .or_default()
            .entry(code.to_owned())
            .or_default();
        presence.releases.extend(release);
        // Of several releases, the newest.
        presence.weak = weak;
    }

    fn add_definitions(&mut self, code: &str, path: &Path) {
        let (libc, release) = split_code(code);
        if let Some(release) = release {
            self.releases.entry(libc.to_owned()).or_default().insert(release);
        }
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut names = BTreeSet::new();
        for unit in object::read(&bytes).expect("a sound archive") {
            let Content::Wasm(symbols) = unit.content.expect("a sound member") else {
                continue;
            };
            for definition in &symbols.defined {
                let name = definition.name;
                let ty = match definition.kind {
                    SymbolKind::Function => symbols
                        .type_of_definition(definition)
                        .map_or_else(|| "(?)".to_owned(), number_type),
                    SymbolKind::Data => "data".to_owned(),
                    _ => continue,
                };
                // A file may define a name in several members; the first that a linker finds counts.
                if is_mangled(name) || !names.insert(name.to_owned()) {
                    continue;
                }
                self.add(code, name, ty, definition.binding == Binding::Weak);
            }
        }
        eprintln!("{code:24} {:5} names in {}", names.len(), file_name(path));
    }

    fn add_references(&mut self, code: &str, directory: &Path) {
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(directory).expect("a directory of rlibs") {
            let path = entry.expect("a readable directory").path();
            let file = file_name(&path);
            // What compiler_builtins refers to is its own affair.
            if path.extension().is_none_or(|it| it != "rlib")
                || file.starts_with("libcompiler_builtins-")
            {
                continue;
            }
            let bytes = fs::read(&path).expect("a readable rlib");
            for unit in object::read(&bytes).expect("a sound rlib") {
                if let Content::Wasm(symbols) = unit.content.expect("a sound member") {
                    let plain = symbols.undefined.iter().filter(|it| !it.explicit_name);
                    names.extend(
                        plain
                            .filter(|it| matches!(it.kind, SymbolKind::Function | SymbolKind::Data))
                            .filter(|it| !is_mangled(it.symbol))
                            .map(|it| it.symbol.to_owned()),
                    );
                }
            }
        }
        eprintln!("{code:24} {:5} names referred to", names.len());
        for name in names {
            self.references.entry(name).or_default().insert(code.to_owned());
        }
    }

    /// Adds the names of a shared library: what it exports, and of what it hides
    /// * functions in its name section that an archive for wasip1 defines, or that wit-bindgen
    ///   generates for the imports. That section also has functions which were `static` in C, and
    ///   no symbol of any object: nothing else in it can be taken;
    /// * names in the archive for wasip1 of the same release which are musl's own internals and
    ///   therefore not a matter of the target (`__…`, but for `__wasi…`), and its data: linking
    ///   left no trace of these.
    fn add_shared(&mut self, code: &str, path: &Path) {
        let (libc, release) = split_code(code);
        let release = release.expect("a release");
        self.releases.entry(libc.to_owned()).or_default().insert(release);
        let bytes = fs::read(path).expect("a readable library");
        let library = SharedLibrary::parse(&bytes);
        let mut names: BTreeMap<String, String> = library.exports.clone();
        let exported = names.len();
        for (name, ty) in &library.functions {
            if library.bindings.contains(name) || self.is_libc(name) {
                names.entry(name.clone()).or_insert_with(|| ty.clone());
            }
        }
        let hidden = names.len() - exported;
        for (name, types) in &self.definitions {
            for (ty, codes) in types {
                let here = codes.get("p1").is_some_and(|p1| p1.releases.contains(&release));
                let internal = name.starts_with("__") && !name.starts_with("__wasi");
                if here && (internal || ty == "data") {
                    names.entry(name.clone()).or_insert_with(|| ty.clone());
                }
            }
        }
        let inferred = names.len() - exported - hidden;
        eprintln!(
            "{code:24} {:5} names in {}: {exported} exported, {hidden} hidden, {inferred} inferred",
            names.len(),
            file_name(path)
        );
        for (name, ty) in names {
            let weak = self.is_weak(&name);
            self.add(code, &name, ty, weak);
        }
    }

    fn is_libc(&self, name: &str) -> bool {
        self.definitions
            .get(name)
            .is_some_and(|types| types.values().any(|codes| codes.contains_key("p1")))
    }

    /// A linked library does not tell; the same source says it in the archive for wasip1.
    fn is_weak(&self, name: &str) -> bool {
        self.definitions.get(name).is_some_and(|types| {
            types.values().filter_map(|codes| codes.get("p1")).any(|presence| presence.weak)
        })
    }

    fn render(&self) -> String {
        let mut text = String::from(
            "# The C symbols of Rust's wasm targets. Generated by tests/symbols/generate; the form is\n\
             # described in guard/src/symbols/table.rs. Do not edit.\n",
        );
        for (name, types) in &self.definitions {
            // References stand on the first line of a name.
            let mut references = self.references.get(name);
            for (ty, codes) in types {
                write!(text, "{name} {ty}").expect("text");
                for (code, presence) in codes {
                    write!(text, " {code}").expect("text");
                    if let (Some(first), Some(last)) =
                        (presence.releases.first(), presence.releases.last())
                    {
                        write!(text, ":{first}-{last}").expect("text");
                        let between = self.releases[code].range(first..=last).count();
                        if between != presence.releases.len() {
                            eprintln!("{name} {ty}: not in every {code} from {first} to {last}");
                        }
                    }
                    if presence.weak {
                        text.push_str("/w");
                    }
                }
                for code in references.take().into_iter().flatten() {
                    write!(text, " {code}").expect("text");
                }
                text.push('\n');
            }
        }
        let undefined = self.references.keys().filter(|name| !self.definitions.contains_key(*name));
        eprintln!(
            "referred to, and defined by nothing here: {}",
            undefined.map(String::as_str).collect::<Vec<_>>().join(" ")
        );
        text
    }
}

/// `p1:33` → `p1`, 33.
fn split_code(code: &str) -> (&str, Option<u16>) {
    match code.split_once(':') {
        Some((code, release)) => (code, Some(release.parse().expect("a release number"))),
        None => (code, None),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn is_mangled(name: &str) -> bool {
    name.starts_with("_R") || name.starts_with("_ZN")
}

fn number_type(ty: &WasmType) -> String {
    let letters = |types: &[wasm_import_guard::import::ValueType]| -> String {
        types.iter().map(|ty| letter(ty.as_str())).collect()
    };
    format!("({}){}", letters(&ty.params), letters(&ty.results))
}

fn letter(ty: &str) -> char {
    match ty {
        "i32" => 'i',
        "i64" => 'j',
        "f32" => 'f',
        "f64" => 'd',
        other => panic!("no letter for {other}"),
    }
}

#[derive(Default)]
struct SharedLibrary {
    /// Name and type of what is exported.
    exports: BTreeMap<String, String>,
    /// Name and type of the functions that the name section names.
    functions: Vec<(String, String)>,
    /// The names that wit-bindgen's C bindings have for what is imported.
    bindings: BTreeSet<String>,
}

impl SharedLibrary {
    fn parse(bytes: &[u8]) -> Self {
        let mut library = Self::default();
        let mut types = Vec::new();
        let mut functions: Vec<u32> = Vec::new();
        let mut exports = Vec::new();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.expect("a sound module") {
                Payload::TypeSection(section) => {
                    for group in section {
                        types.extend(group.expect("a type").into_types().map(|ty| {
                            let CompositeInnerType::Func(ty) = &ty.composite_type.inner else {
                                return "(?)".to_owned();
                            };
                            let letters = |types: &[ValType]| -> String {
                                types.iter().map(|ty| letter(&ty.to_string())).collect()
                            };
                            format!("({}){}", letters(ty.params()), letters(ty.results()))
                        }));
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.expect("an import");
                        library.bindings.extend(binding_names(import.module, import.name));
                        if let wasmparser::TypeRef::Func(ty) = import.ty {
                            functions.push(ty);
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    functions.extend(section.into_iter().map(|ty| ty.expect("a function")));
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.expect("an export");
                        exports.push((export.name.to_owned(), export.kind, export.index));
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for subsection in names {
                            if let Name::Function(map) = subsection.expect("names") {
                                for naming in map {
                                    let naming = naming.expect("a name");
                                    let ty = functions[naming.index as usize];
                                    let ty = types[ty as usize].clone();
                                    library.functions.push((naming.name.to_owned(), ty));
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        for (name, kind, index) in exports {
            // The linker's own, which every shared library has.
            if wasm_import_guard::symbols::is_linker_defined(&name) {
                continue;
            }
            let ty = match kind {
                ExternalKind::Func => types[functions[index as usize] as usize].clone(),
                ExternalKind::Global => "data".to_owned(),
                _ => continue,
            };
            library.exports.insert(name, ty);
        }
        library
    }
}

/// `wasi:io/poll@0.2.0` and `[method]pollable.block` → `poll_method_pollable_block`,
/// `io_poll_method_pollable_block`: the shortest prefix that is unique is wit-bindgen's choice.
fn binding_names(module: &str, import: &str) -> Vec<String> {
    let Some((package, interface)) = module.split_once('/') else {
        return Vec::new();
    };
    let package = package.rsplit(':').next().unwrap_or(package).replace('-', "_");
    let interface = interface.split('@').next().unwrap_or(interface).replace('-', "_");
    let function = match import.strip_prefix("[resource-drop]") {
        Some(resource) => format!("{resource}_drop_own"),
        None => import.replace("[method]", "method_").replace("[static]", "static_"),
    };
    let function = function.replace(['-', '.'], "_");
    let prefixes = [package.clone(), interface.clone(), format!("{package}_{interface}")];
    prefixes.iter().map(|prefix| format!("{prefix}_{function}")).collect()
}
