//! Who declares an import, what brought it in, and what would remove it.

use std::collections::HashSet;

use crate::analysis::Analysis;
use crate::finding::Finding;
use crate::graph::{Activation, Graph, PackageIndex, Paths};
use crate::import::Import;

/// Which imports are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The import module. `-` stands for none, and `env` for none too, since that is what linkers make of
    /// it.
    pub module: String,
    /// The import name; `None` for all of the module.
    pub name: Option<String>,
}

/// One package that declares what was asked about.
#[derive(Debug)]
pub struct Declaring<'a> {
    /// The package.
    pub package: PackageIndex,
    /// Its declarations, in the order of name and place.
    pub declarations: Vec<Declaration<'a>>,
    /// How the package comes into the graph.
    pub paths: Paths,
    /// The optional dependencies on these paths of which it is known what turns them on.
    pub optional: Vec<OptionalDependency>,
    /// The direct dependencies by which it comes in: it goes with all of them. Empty for a package that was
    /// selected itself.
    pub ways_in: Vec<WayIn>,
}

/// One declaration.
#[derive(Debug)]
pub struct Declaration<'a> {
    /// The import.
    pub import: &'a Import,
    /// What was found about it.
    pub findings: Vec<&'a Finding>,
}

/// A dependency that is there because of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionalDependency {
    /// The package that has it.
    pub from: PackageIndex,
    /// What it depends on.
    pub to: PackageIndex,
    /// What turned it on.
    pub activation: Activation,
}

/// A direct dependency of a selected package.
#[derive(Debug)]
pub struct WayIn {
    /// The selected package.
    pub root: PackageIndex,
    /// What it depends on.
    pub dependency: PackageIndex,
    /// The first optional dependency on the way that every path from here goes over: without it the direct
    /// dependency could stay.
    pub feature: Option<OptionalDependency>,
}

impl Question {
    /// Whether `import` is asked about.
    pub fn is_about(&self, import: &Import) -> bool {
        let module = match import.module.as_deref() {
            Some(module) => module == self.module,
            None => self.module == "-" || self.module == "env",
        };
        module && self.name.as_ref().is_none_or(|name| *name == import.name)
    }

    /// Each package that declares what is asked about, with at most `limit` of its paths.
    pub fn answer<'a>(&self, analysis: &'a Analysis, limit: usize) -> Vec<Declaring<'a>> {
        let asked = analysis.imports.iter().filter(|import| self.is_about(import));
        let mut packages: Vec<(PackageIndex, Vec<Declaration<'a>>)> = Vec::new();
        for import in asked {
            let declaration = Declaration { import, findings: findings(analysis, import) };
            match packages.iter_mut().find(|(package, _)| *package == import.package) {
                Some((_, declarations)) => declarations.push(declaration),
                None => packages.push((import.package, vec![declaration])),
            }
        }
        let graph = &analysis.graph;
        packages
            .into_iter()
            .map(|(package, declarations)| {
                let paths = graph.paths_to(package, limit);
                let optional = optional(graph, &paths.paths);
                let ways_in = ways_in(graph, package);
                Declaring { package, declarations, paths, optional, ways_in }
            })
            .collect()
    }
}

fn findings<'a>(analysis: &'a Analysis, import: &Import) -> Vec<&'a Finding> {
    let is_about = |finding: &&Finding| {
        finding.place == import.place
            && finding.module == import.module
            && finding.name == import.name
    };
    analysis.findings.iter().filter(is_about).collect()
}

/// Each optional dependency on `paths` once, those nearest to the roots first.
fn optional(graph: &Graph, paths: &[Vec<PackageIndex>]) -> Vec<OptionalDependency> {
    let mut found: Vec<OptionalDependency> = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        for edge in path.windows(2) {
            if seen.insert((edge[0].0, edge[1].0)) {
                found.extend(activated(graph, edge[0], edge[1]));
            }
        }
    }
    found
}

fn activated(graph: &Graph, from: PackageIndex, to: PackageIndex) -> Option<OptionalDependency> {
    let activation = graph.activation(from, to)?;
    Some(OptionalDependency { from, to, activation })
}

fn ways_in(graph: &Graph, package: PackageIndex) -> Vec<WayIn> {
    graph
        .ways_in(package)
        .into_iter()
        .map(|(root, dependency)| {
            // What lies on every path lies on the shortest too.
            let shortest = graph.paths_from(&[dependency], package, 1).paths;
            let steps: Vec<PackageIndex> =
                std::iter::once(root).chain(shortest.into_iter().flatten()).collect();
            let feature = steps.windows(2).find_map(|edge| {
                let (from, to) = (edge[0], edge[1]);
                let is_needed =
                    from == root || !graph.reaches_without(dependency, package, (from, to));
                is_needed.then(|| activated(graph, from, to)).flatten()
            });
            WayIn { root, dependency, feature }
        })
        .collect()
}
