//! A library of one file, for unit tests and for fuzzing.

use std::path::Path;

use super::imports::DeclaringCrates;
use crate::bare_extern::{Definers, KnownSymbols};
use crate::build_output::BuildOutputs;
use crate::cache::Cache;
use crate::cfg::TargetCfg;
use crate::error::Problem;
use crate::graph::{Entry, EntryKind, Graph, Package, PackageIndex, PackageSource};
use crate::import::Import;
use crate::parallel::Threads;
#[cfg(test)]
use crate::scratch::Scratch;
use crate::source::kept::{Ahead, Keeper};
use crate::source::load::{Prefetched, Sources};
use crate::symbols::CSymbols;

/// The imports of a library with this source, on a bare 32-bit wasm target, and what could not be read.
#[cfg(test)]
pub(crate) fn read_for_tests(source: &str) -> (Vec<Import>, Vec<Problem>) {
    let directory = Scratch::new(&[("lib.rs", source)]);
    read_library(directory.root(), &Prefetched::new())
}

/// The same for the library whose only file is `lib.rs` in `directory`.
pub(crate) fn read_library(
    directory: &Path,
    prefetched: &Prefetched,
) -> (Vec<Import>, Vec<Problem>) {
    let path = directory.join("lib.rs");
    let package = Package {
        version: "0.1.0".to_owned(),
        source: PackageSource::Path,
        directory: directory.to_owned(),
        entries: vec![Entry { kind: EntryKind::Library, path }],
        has_build_script: true,
        is_root: true,
        ..Package::without_source("unit")
    };
    let graph = Graph { packages: vec![package], roots: vec![PackageIndex(0)] };
    let cfg = TargetCfg::default();
    let builds = BuildOutputs::nothing(&graph, "this is a test");
    let symbols = CSymbols::unknown();
    let known = KnownSymbols { symbols: &symbols, considered: &[], musl: None };
    let cache = Cache::off();
    let keeper = Keeper::new(&cache, &cfg, &graph, Ahead::default());
    let sources = Sources {
        graph: &graph,
        target: &cfg,
        workspace_root: directory,
        builds: &builds,
        known: &known,
        threads: Threads::ONE,
        prefetched,
        keeper: &keeper,
    };
    let read = sources.declarations(&mut |_| {});
    let definers = Definers::new(&graph, &read, known);
    let imports = DeclaringCrates::new(&graph, &read, &definers, &cfg).imports();
    (imports, read.problems)
}
