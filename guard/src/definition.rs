//! A symbol that a crate of the graph defines under a name of its own choice.

use crate::cfg::Truth;
use crate::graph::{Graph, PackageIndex, PackageSource};
use crate::import::{Certainty, ImportKind, Place, WasmType};
use crate::sorted;
use crate::source::load::Declarations;
use crate::source::names::Resolver;
use crate::source::wasm_type;

/// A function or static with `no_mangle` or `export_name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SymbolDefinition {
    /// The package that defines it.
    pub package: PackageIndex,
    /// Where that package came from: whether its text is the user's to change.
    pub source: PackageSource,
    /// Where its identifier stands.
    pub place: Place,
    /// The symbol.
    pub name: String,
    /// Function or static.
    pub kind: ImportKind,
    /// The wasm function type, where the written types tell it.
    pub wasm_type: Option<WasmType>,
    /// Whether it is surely compiled.
    pub certainty: Certainty,
    /// `name version` of each package from a root to the defining one.
    pub path: Vec<String>,
}

/// The definitions of all crates that were read, in the order of package and place. `wide` says that
/// pointers have 64 bits.
pub(crate) fn of_graph(graph: &Graph, read: &Declarations, wide: bool) -> Vec<SymbolDefinition> {
    let resolver = Resolver::new(&read.program);
    let mut all = Vec::new();
    let paths = graph.shortest_paths();
    for (crate_id, source) in read.program.crates.iter().enumerate() {
        let package = graph.package(source.package);
        let path = paths.to(source.package);
        for definition in &source.definitions {
            let is_certain = definition.truth == Truth::True && package.certain;
            all.push(SymbolDefinition {
                package: source.package,
                source: package.source.clone(),
                place: source.place(package, definition.spot),
                name: definition.name.clone(),
                kind: definition.kind,
                wasm_type: wasm_type::of_definition(&resolver, crate_id, definition, wide),
                certainty: Certainty::of(is_certain),
                path: path.clone(),
            });
        }
    }
    // A package's library and program may share a file.
    sorted::sort_by(&mut all, |a, b| (&a.place, &a.name).cmp(&(&b.place, &b.name)));
    all.dedup_by(|a, b| a.place == b.place && a.name == b.name);
    all
}
