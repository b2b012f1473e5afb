//! Which declarations without an import module are imports: those whose name nothing in the link defines.

use std::collections::HashMap;

use crate::cfg::Truth;
use crate::graph::{Graph, Package, PackageIndex};
use crate::import::{ExposureKind, WasmType};
use crate::native::{self, NativeCode};
use crate::source::load::Declarations;
use crate::source::model::Declared;
use crate::symbols::{self, CSymbols, Library};
use crate::toolchain::Rustc;

/// The C symbols that decide whether a declaration without a module is an import.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownSymbols<'a> {
    pub(crate) symbols: &'a CSymbols,
    /// The rustc versions whose links are judged.
    pub(crate) considered: &'a [Rustc],
    /// For a target whose own C symbols are not known, and whose C library is a musl: those of another
    /// target's musl.
    pub(crate) musl: Option<&'a CSymbols>,
}

impl KnownSymbols<'_> {
    /// Whether every link that is judged defines `name`: its C library, or the linker itself.
    pub(crate) fn surely_define(&self, name: &str) -> bool {
        symbols::is_linker_defined(name)
            || self.musl.is_some_and(|musl| is_in_any_musl(musl, name))
            || self.symbols.get(name).is_some_and(|symbol| {
                let releases = |rustc| self.symbols.releases(rustc);
                symbol.library.is_always_linked()
                    && self.considered.iter().all(|rustc| symbol.is_surely_in(&releases(rustc)))
            })
    }
}

impl<'a> KnownSymbols<'a> {
    /// The wasm type of the C function `name`, where it is known.
    pub(crate) fn function_type(&self, name: &str) -> Option<&'a WasmType> {
        self.symbols.get(name)?.wasm_type.as_ref()
    }
}

/// Whether `name` is of musl itself, and not of what emscripten, whose musl is known, added to it.
fn is_in_any_musl(musl: &CSymbols, name: &str) -> bool {
    musl.get(name).is_some_and(|symbol| symbol.library == Library::Libc)
        && !name.contains("emscripten")
}

/// Everything that can define the name of a declaration.
#[derive(Debug)]
pub(crate) struct Definers<'a> {
    known: KnownSymbols<'a>,
    /// The symbols that crates of the graph define.
    graph: HashMap<&'a str, Truth>,
    /// What is not Rust in the packages whose declarations leave a question.
    native: HashMap<PackageIndex, NativeCode>,
}

impl<'a> Definers<'a> {
    /// Looks for definitions wherever a declaration leaves a question.
    pub(crate) fn new(graph: &Graph, read: &'a Declarations, known: KnownSymbols<'a>) -> Self {
        let mut symbols: HashMap<&str, Truth> = HashMap::new();
        for definition in read.program.crates.iter().flat_map(|source| &source.definitions) {
            let truth = symbols.entry(&definition.name).or_insert(Truth::False);
            *truth = truth.or(definition.truth);
        }
        let mut definers = Self { known, graph: symbols, native: HashMap::new() };
        for (crate_id, exposures) in &read.declaring {
            let source = &read.program.crates[*crate_id];
            let package = graph.package(source.package);
            let names: Vec<&str> = source
                .imports
                .iter()
                .zip(exposures)
                .filter(|(declared, exposure)| {
                    declared.module.is_none()
                        && exposure.kind != ExposureKind::Unreferenced
                        && definers.truth(declared, package, source.package).is_some()
                })
                .map(|(declared, _)| declared.name.as_str())
                .collect();
            if !names.is_empty() && native::may_be_linked(package) {
                let native = definers.native.entry(source.package).or_default();
                native.look_for(&package.directory, &names);
            }
        }
        definers
    }

    /// Whether nothing but the C library defines the name of a declaration.
    pub(crate) fn is_of_c(&self, declared: &Declared, index: PackageIndex) -> bool {
        let name = declared.name.as_str();
        !self.graph.contains_key(name)
            && !self.native.get(&index).is_some_and(|native| native.defines(name))
    }

    /// Whether a declaration is an import; `None` when it surely is none.
    pub(crate) fn truth(
        &self,
        declared: &Declared,
        package: &Package,
        index: PackageIndex,
    ) -> Option<Truth> {
        if declared.module.is_some() {
            return Some(declared.truth);
        }
        let name = declared.name.as_str();
        let native = self.native.get(&index);
        let is_known = declared.native_library
            || self.known.surely_define(name)
            || self.graph.get(name) == Some(&Truth::True)
            || native.is_some_and(|native| native.defines(name));
        if is_known {
            return None;
        }
        // Another release of the C library, or an archive that a link option brings in.
        let may_be_c = self.known.symbols.may_define(name);
        let may_be_defined =
            may_be_c || native::may_be_linked(package) || self.graph.contains_key(name);
        Some(if may_be_defined { declared.truth.and(Truth::Unknown) } else { declared.truth })
    }
}
