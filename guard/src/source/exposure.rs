//! Which imports the objects of other crates will name.
//!
//! rustc 1.91.0 looked an import up in the crate being compiled instead of the crate that declares it
//! (rust-lang/rust#148363), so what counts is where the code that names an import is compiled: code of
//! inline and generic functions, constants and macros goes wherever it is used.

use std::collections::{HashMap, HashSet};

use super::lookups::{Edges, own_edges, own_mentions};
use super::model::{CarrierId, Code, Declared};
use super::names::{CrateId, Meaning, Program, Resolver};
use super::references::{Reference, References};
use crate::cfg::Truth;
use crate::graph::{EntryKind, Graph, PackageIndex};
use crate::import::{Exposure, ExposureKind};
use crate::parallel::Threads;

/// The exposure of every import of every crate in `declaring`, in the order of
/// its source. `names` are those by which other crates could reach one.
pub(crate) fn of_imports(
    program: &Program,
    graph: &Graph,
    declaring: &[CrateId],
    names: &HashSet<String>,
    threads: Threads,
) -> HashMap<CrateId, Vec<Exposure>> {
    let start = || Resolver::new(program);
    let of_crate =
        |resolver: &Resolver<'_>, from| References::of_crate(resolver, graph, from, names);
    let mut references = References::default();
    for part in threads.map_with(program.crates.len(), start, of_crate, &mut |_| ()) {
        references.add(part);
    }
    let with_imports = declaring.iter().copied();
    let ids: Vec<CrateId> =
        with_imports.filter(|&id| !program.crates[id].imports.is_empty()).collect();
    let of_crate = |resolver: &Resolver<'_>, at: usize| {
        CrateExposure::new(resolver, graph, &references, ids[at]).all()
    };
    let exposures = threads.map_with(ids.len(), start, of_crate, &mut |_| ());
    ids.into_iter().zip(exposures).collect()
}

/// The names by which other crates could reach the imports of `crate_id`: the imports' own, and those
/// of the items whose code goes to other crates and reaches one.
pub(crate) fn interesting_names(program: &Program, crate_id: CrateId) -> HashSet<String> {
    let source = &program.crates[crate_id];
    let mut names: HashSet<String> =
        source.imports.iter().filter(|i| i.is_followed()).map(|i| i.ident.clone()).collect();
    let edges = own_edges(&Resolver::new(program), crate_id);
    for import in (0..source.imports.len()).filter(|&id| source.imports[id].module.is_some()) {
        for carrier in travelling_carriers(program, crate_id, &edges, import).into_keys() {
            names.extend(source.carriers[carrier].name.clone());
        }
    }
    names
}

/// The carriers through whose code an import travels to other crates, and whether surely.
fn travelling_carriers(
    program: &Program,
    crate_id: CrateId,
    edges: &Edges,
    import: usize,
) -> HashMap<CarrierId, Truth> {
    let source = &program.crates[crate_id];
    let mut found: HashMap<CarrierId, Truth> = HashMap::new();
    let mut pending: Vec<(CarrierId, Truth)> = Vec::new();
    pending.extend(source.imports[import].inside.map(|carrier| (carrier, Truth::True)));
    pending.extend(edges.get(&Meaning::Import(crate_id, import)).into_iter().flatten());
    while let Some((carrier, truth)) = pending.pop() {
        if source.carriers[carrier].code == Code::OwnCrate {
            continue;
        }
        let known = found.get(&carrier).copied();
        if known.is_some_and(|known| known >= truth) {
            continue;
        }
        found.insert(carrier, truth);
        let users = edges.get(&Meaning::Carrier(crate_id, carrier)).into_iter().flatten();
        pending.extend(users.map(|(user, user_truth)| (*user, truth.and(*user_truth))));
    }
    found
}

/// The exposure of one crate's imports.
struct CrateExposure<'a> {
    program: &'a Program,
    graph: &'a Graph,
    references: &'a References,
    crate_id: CrateId,
    edges: Edges,
    /// The last segments of paths in the crate that stand for nothing known.
    unresolved: HashSet<String>,
    surface: HashSet<Meaning>,
    /// The packages that depend on this one's.
    dependents: Vec<PackageIndex>,
    alone: bool,
}

impl<'a> CrateExposure<'a> {
    fn new(
        resolver: &Resolver<'a>,
        graph: &'a Graph,
        references: &'a References,
        crate_id: CrateId,
    ) -> Self {
        let program = resolver.program;
        let (edges, unresolved) = own_mentions(resolver, crate_id);
        Self {
            program,
            graph,
            references,
            crate_id,
            edges,
            unresolved,
            surface: resolver.public_surface(crate_id),
            dependents: graph.dependents(&[program.crates[crate_id].package]),
            alone: is_alone(program, graph, crate_id),
        }
    }

    fn all(&self) -> Vec<Exposure> {
        let imports = &self.program.crates[self.crate_id].imports;
        (0..imports.len()).map(|import| self.of(import, &imports[import])).collect()
    }

    fn of(&self, import: usize, declared: &Declared) -> Exposure {
        let meaning = Meaning::Import(self.crate_id, import);
        if declared.module.is_none() {
            return self.of_bare(&meaning, declared);
        }
        let named = self.surface.contains(&meaning);
        let mut best = self.mentioned(&meaning, &declared.ident, None);
        if self.alone && named {
            best = best.max(Some(exposure(
                ExposureKind::Exposed,
                "it is `pub`, for other crates to call".to_owned(),
            )));
        }
        let travelling = travelling_carriers(self.program, self.crate_id, &self.edges, import);
        for (carrier, truth) in &travelling {
            best = best.max(self.through(*carrier, *truth));
        }
        best.unwrap_or_else(|| Self::not_exposed(declared, named))
    }

    /// One without a module has its plain symbol in whatever object names it, its own crate's too.
    fn of_bare(&self, meaning: &Meaning, declared: &Declared) -> Exposure {
        if self.alone && self.surface.contains(meaning) {
            let reason = "it is `pub`, for other crates to call, and never mangled".to_owned();
            return exposure(ExposureKind::Exposed, reason);
        }
        let own = self.edges.get(meaning).into_iter().flatten().map(|(carrier, truth)| {
            let source = &self.program.crates[self.crate_id];
            let is_code =
                !matches!(source.carriers[*carrier].code, Code::Expansion { .. } | Code::Unseen);
            if *truth == Truth::True && is_code {
                let reason = "an import without a module is never mangled".to_owned();
                exposure(ExposureKind::Exposed, reason)
            } else {
                let reason = "its own crate may name it, and it is never mangled".to_owned();
                exposure(ExposureKind::Possible, reason)
            }
        });
        let unclear = self.unresolved.contains(&declared.ident).then(|| {
            let reason = format!(
                "its own crate names a `{}` on a path that could not be followed",
                declared.ident
            );
            exposure(ExposureKind::Possible, reason)
        });
        own.chain(unclear)
            .chain(self.mentioned(meaning, &declared.ident, None))
            .max()
            .unwrap_or_else(|| {
                let reason = "no code that was read names it".to_owned();
                exposure(ExposureKind::Unreferenced, reason)
            })
    }

    fn not_exposed(declared: &Declared, named: bool) -> Exposure {
        if named {
            let reason = "it is `pub`, but no other package of the graph names it".to_owned();
            return exposure(ExposureKind::Unreferenced, reason);
        }
        let reason = match declared.inside {
            Some(_) => "it is declared inside a function, whose code stays in its own crate",
            None => "only code that stays in its own crate can reach it",
        };
        exposure(ExposureKind::Kept, reason.to_owned())
    }

    /// What other crates' mentions of `meaning` (called `name`) make of an import that is reached
    /// through it.
    fn mentioned(
        &self,
        meaning: &Meaning,
        name: &str,
        through: Option<&'static str>,
    ) -> Option<Exposure> {
        let by_path = self.references.by_meaning.get(meaning).into_iter().flatten();
        let by_path =
            by_path.filter(|reference| reference.from != self.crate_id).map(|reference| {
                let kind = match reference.mention.truth {
                    Truth::True => ExposureKind::Exposed,
                    _ => ExposureKind::Possible,
                };
                exposure(kind, self.says(reference, name, through))
            });
        let lost =
            self.references.lost.get(&(self.crate_id, name.to_owned())).into_iter().flatten();
        let lost = lost.filter(|reference| reference.from != self.crate_id).map(|reference| {
            let reason = format!(
                "{}, on a path that could not be followed",
                self.says(reference, name, through)
            );
            exposure(ExposureKind::Possible, reason)
        });
        by_path.chain(lost).max()
    }

    /// What an item whose code travels makes of an import it reaches.
    fn through(&self, carrier: CarrierId, truth: Truth) -> Option<Exposure> {
        let item = &self.program.crates[self.crate_id].carriers[carrier];
        let why = match item.code {
            Code::OwnCrate | Code::Expansion { exported: false } => return None,
            Code::EachUser(why) => why.clause(),
            Code::Expansion { exported: true } => "it is a macro, expanded where it is used",
            Code::Unseen => {
                let reason = "a macro call names it, and what the macro makes of it is not known";
                return (self.alone || self.has_users())
                    .then(|| exposure(ExposureKind::Possible, reason.to_owned()));
            }
        };
        let name = item.name.as_deref().unwrap_or("_");
        let meaning = Meaning::Carrier(self.crate_id, carrier);
        let mut best = self.mentioned(&meaning, name, Some(why));
        if self.alone && (item.owner.is_some() || self.surface.contains(&meaning)) {
            let reason = format!("other crates can use `{name}`: {why}");
            best = best.max(Some(exposure(ExposureKind::Exposed, reason)));
        }
        if item.owner.is_some() {
            best = best.max(self.through_method(name, item.implements_trait, why));
        }
        best.map(|found| match truth {
            Truth::True => found,
            _ => exposure(found.kind.min(ExposureKind::Possible), found.reason),
        })
    }

    /// A method can be called without a path that leads to it.
    fn through_method(
        &self,
        name: &str,
        implements_trait: bool,
        why: &'static str,
    ) -> Option<Exposure> {
        let called = self.references.unresolved.get(name).into_iter().flatten();
        let mut called = called
            .filter(|reference| reference.from != self.crate_id && self.can_see(reference.from))
            .map(|reference| {
                let reason =
                    format!("{}, perhaps as a method", self.says(reference, name, Some(why)));
                exposure(ExposureKind::Possible, reason)
            });
        called.next().or_else(|| {
            (implements_trait && self.has_users()).then(|| {
                let reason =
                    format!("`{name}` implements a trait, and can be called unnamed: {why}");
                exposure(ExposureKind::Possible, reason)
            })
        })
    }

    /// "`app` names it at src/main.rs:3", with what lies between.
    fn says(&self, reference: &Reference, name: &str, through: Option<&'static str>) -> String {
        let source = &self.program.crates[reference.from];
        let package = self.graph.package(source.package);
        let at = format!("{}:{}", source.file(reference.mention.file), reference.mention.line);
        match through {
            None => format!("`{}` names it at {at}", package.name),
            Some(why) => format!("`{}` names `{name}` at {at}: {why}", package.name),
        }
    }

    /// Whether another crate that was read can name this one.
    fn has_users(&self) -> bool {
        (0..self.program.crates.len()).any(|id| id != self.crate_id && self.can_see(id))
    }

    fn can_see(&self, from: CrateId) -> bool {
        let package = self.program.crates[self.crate_id].package;
        let from = self.program.crates[from].package;
        from == package || self.dependents.binary_search(&from).is_ok()
    }
}

/// Whether nobody in the graph is there to use a library, so that its users are elsewhere.
fn is_alone(program: &Program, graph: &Graph, crate_id: CrateId) -> bool {
    let source = &program.crates[crate_id];
    let package = graph.package(source.package);
    let has_program = package.entries.iter().any(|entry| entry.kind == EntryKind::Binary);
    let is_dependency = graph
        .packages
        .iter()
        .any(|other| other.dependencies.iter().any(|edge| edge.package == source.package));
    source.kind == EntryKind::Library && package.is_root && !has_program && !is_dependency
}

fn exposure(kind: ExposureKind, reason: String) -> Exposure {
    Exposure { kind, reason }
}
