//! What was read of the crates of a graph, as the imports and places that rules and reports are told.

use std::cmp::Ordering;

use crate::bare_extern::Definers;
use crate::cfg::{TargetCfg, Truth};
use crate::facts::Misdeclared;
use crate::graph::{Graph, Package, PackageIndex, ShortestPaths};
use crate::import::{Certainty, Exposure, ExposureKind, Import, Opaque};
use crate::native;
use crate::sorted;
use crate::source::load::Declarations;
use crate::source::model::{CrateSource, Declared};
use crate::source::names::{CrateId, Resolver};
use crate::source::wasm_type;

/// The crates that declare imports or hide them.
pub(super) struct DeclaringCrates<'a> {
    graph: &'a Graph,
    definers: &'a Definers<'a>,
    resolver: Resolver<'a>,
    has_wide_pointers: bool,
    paths: ShortestPaths<'a>,
    crates: Vec<DeclaringCrate<'a>>,
}

struct DeclaringCrate<'a> {
    id: CrateId,
    source: &'a CrateSource,
    package: &'a Package,
    /// From a root to the package.
    path: Vec<String>,
    /// Of each of the source's imports.
    exposures: &'a [Exposure],
}

impl<'a> DeclaringCrates<'a> {
    pub(super) fn new(
        graph: &'a Graph,
        read: &'a Declarations,
        definers: &'a Definers<'a>,
        cfg: &TargetCfg,
    ) -> Self {
        let paths = graph.shortest_paths();
        let crates = read.declaring.iter().map(|(id, exposures)| {
            let source = &read.program.crates[*id];
            let package = graph.package(source.package);
            DeclaringCrate { id: *id, source, package, path: paths.to(source.package), exposures }
        });
        Self {
            graph,
            definers,
            resolver: Resolver::new(&read.program),
            has_wide_pointers: cfg.has_wide_pointers(),
            crates: crates.collect(),
            paths,
        }
    }

    /// Every import of the graph, in the order of package, module, name, place.
    pub(super) fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for (of, declared, exposure) in self.declarations() {
            let Some(truth) = self.definers.truth(declared, of.package, of.source.package) else {
                continue;
            };
            // What may be defined elsewhere, and no code names, is not in the link at all.
            if declared.module.is_none()
                && truth != Truth::True
                && exposure.kind == ExposureKind::Unreferenced
            {
                continue;
            }
            imports.push(self.import(of, declared, exposure, truth));
        }
        sorted::sort_by(&mut imports, in_order);
        // A package's library and program may share a file, and its imports with it.
        imports.dedup_by(|a, b| a.place == b.place && a.module == b.module && a.name == b.name);
        imports
    }

    /// Every declaration without a module that has the name of a C function and another type than that, in
    /// the order of package, name, place.
    pub(super) fn misdeclared(&self) -> Vec<Misdeclared> {
        let mut all = Vec::new();
        for (of, declared, exposure) in self.declarations() {
            let Some(c_type) = &declared.c_type else { continue };
            if self.definers.is_of_c(declared, of.source.package) {
                let declaration = self.import(of, declared, exposure, declared.truth);
                all.push(Misdeclared { declaration, c_type: c_type.clone() });
            }
        }
        sorted::sort_by(&mut all, |a, b| in_order(&a.declaration, &b.declaration));
        all.dedup_by(|a, b| a.declaration.place == b.declaration.place);
        all
    }

    /// The places whose imports cannot be read, in the order of the source.
    pub(super) fn opaque(&self) -> Vec<Opaque> {
        let mut opaque = Vec::new();
        for of in &self.crates {
            opaque.extend(of.source.opaque.iter().map(|hidden| Opaque {
                place: of.source.place(of.package, hidden.spot),
                reason: hidden.reason.clone(),
                path: of.path.clone(),
            }));
        }
        for index in (0..self.graph.packages.len()).map(PackageIndex) {
            let hidden = native::hidden_imports(self.graph.package(index));
            opaque.extend(hidden.into_iter().map(|(place, reason)| Opaque {
                place,
                reason,
                path: self.paths.to(index),
            }));
        }
        sorted::sort(&mut opaque);
        opaque.dedup();
        opaque
    }

    fn declarations(
        &self,
    ) -> impl Iterator<Item = (&DeclaringCrate<'a>, &'a Declared, &'a Exposure)> {
        self.crates.iter().flat_map(|of| {
            let declared = of.source.imports.iter().zip(of.exposures);
            declared.map(move |(declared, exposure)| (of, declared, exposure))
        })
    }

    fn import(
        &self,
        of: &DeclaringCrate<'_>,
        declared: &Declared,
        exposure: &Exposure,
        truth: Truth,
    ) -> Import {
        let is_certain = truth == Truth::True && of.package.certain;
        let wide = self.has_wide_pointers;
        Import {
            package: of.source.package,
            source: of.package.source.clone(),
            place: of.source.place(of.package, declared.spot),
            module: declared.module.clone(),
            name: declared.name.clone(),
            ident: declared.ident.clone(),
            kind: declared.kind,
            abi: declared.abi.clone(),
            signature: declared.signature.clone(),
            wasm_type: wasm_type::of_import(&self.resolver, of.id, declared, wide),
            certainty: Certainty::of(is_certain),
            surely_compiled: declared.truth == Truth::True && of.package.certain,
            exposure: exposure.clone(),
            origin: declared.origin,
            path: of.path.clone(),
        }
    }
}

/// Package, module, name, place.
pub(super) fn in_order(a: &Import, b: &Import) -> Ordering {
    let key = |it| {
        let Import { place, module, name, .. }: &Import = it;
        (&place.package, &place.version, module, name, place)
    };
    key(a).cmp(&key(b))
}
