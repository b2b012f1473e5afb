//! Makes guard's table of C symbols from archives: see `tests/symbols/generate`, which fetches them
//! and calls this.
//!
//! Arguments, repeatable:
//! * `--define CODE FILE`: an archive or object that defines names; `p1:33` is wasi-libc of wasi-sdk
//!   33 for wasm32-wasip1.
//! * `--shared CODE FILE`: a `libc.so`, which is linked already: see [`Table::add_shared`].
//! * `--reference CODE DIR`: a directory with the rlibs of std.
//! * `--reader`: see whether guard, as it was built, reads its table as what the files hold.
//!
//! The table is compared with every input again, from its text, before it is printed: see [`check`].
//! The table goes to standard output, numbers to standard error.
#![allow(clippy::expect_used, reason = "a maintainer's command: it stops at the first surprise")]

mod check;
mod shared_library;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use shared_library::SharedLibrary;
use wasm_import_guard::import::WasmType;
use wasm_import_guard::object::{self, Binding, Content, SymbolKind};

fn main() {
    let mut table = Table::default();
    let mut shared = Vec::new();
    let mut reader = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        if option == "--reader" {
            reader = true;
            continue;
        }
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
    let text = table.render();
    check::check(&text, &table.inputs, &table.releases);
    if reader {
        check::check_reader(&table.inputs);
    }
    print!("{text}");
}

/// By name and type, who defines it; and by name, who refers to it.
#[derive(Default)]
struct Table {
    definitions: BTreeMap<String, BTreeMap<String, BTreeMap<String, Presence>>>,
    references: BTreeMap<String, BTreeSet<String>>,
    /// Every release per code of a libc: names absent in one between must not be bridged.
    releases: BTreeMap<String, BTreeSet<u16>>,
    /// Each file, to compare the table with.
    inputs: Vec<Input>,
}

/// What one file defines.
pub(crate) struct Input {
    pub(crate) code: String,
    pub(crate) release: Option<u16>,
    pub(crate) file: String,
    /// Name and type.
    pub(crate) names: BTreeSet<(String, String)>,
    /// Of these, the weak ones.
    pub(crate) weak: BTreeSet<String>,
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
        let mut input = Input::new(code, path);
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
                let weak = definition.binding == Binding::Weak;
                input.add(name, &ty, weak);
                self.add(code, name, ty, weak);
            }
        }
        self.inputs.push(input);
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
                // A name that the releases around this one have is in this one too.
                let here = codes.get("p1").is_some_and(|p1| {
                    p1.releases.range(..=release).next().is_some()
                        && p1.releases.range(release..).next().is_some()
                });
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
        let bindings = code.replace("p2:", "b2:");
        self.releases.entry("b2".to_owned()).or_default().insert(release);
        let mut inputs = [Input::new(code, path), Input::new(&bindings, path)];
        for (name, ty) in names {
            let weak = self.is_weak(&name);
            let is_binding = !self.is_libc(&name) && is_of_preview_2(&name, &library);
            inputs[usize::from(is_binding)].add(&name, &ty, weak);
            self.add(if is_binding { &bindings } else { code }, &name, ty, weak);
        }
        self.inputs.extend(inputs);
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

impl Input {
    fn new(code: &str, path: &Path) -> Self {
        let (code, release) = split_code(code);
        Self {
            code: code.to_owned(),
            release,
            file: file_name(path),
            names: BTreeSet::new(),
            weak: BTreeSet::new(),
        }
    }

    fn add(&mut self, name: &str, ty: &str, weak: bool) {
        self.names.insert((name.to_owned(), ty.to_owned()));
        if weak {
            self.weak.insert(name.to_owned());
        }
    }
}

/// Whether a name that the C library for wasip1 does not have serves WASI 0.2 alone: wit-bindgen's
/// bindings, and what ties them to a component.
fn is_of_preview_2(name: &str, library: &SharedLibrary) -> bool {
    let is_binding = library
        .prefixes
        .iter()
        .any(|prefix| name.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('_')));
    is_binding || name.contains("wasip2") || name.contains("exports_wasi")
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

/// Rust's names, and C++'s: emscripten's libc++ has thousands, and no import is called so.
fn is_mangled(name: &str) -> bool {
    name.starts_with("_R") || name.starts_with("_Z")
}

fn number_type(ty: &WasmType) -> String {
    let letters = |types: &[wasm_import_guard::import::ValueType]| -> String {
        types.iter().map(|ty| letter(ty.as_str())).collect()
    };
    format!("({}){}", letters(&ty.params), letters(&ty.results))
}

pub(crate) fn letter(ty: &str) -> char {
    match ty {
        "i32" => 'i',
        "i64" => 'j',
        "f32" => 'f',
        "f64" => 'd',
        other => panic!("no letter for {other}"),
    }
}
