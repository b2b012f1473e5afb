//! `imports` as a Mermaid graph: the dependency paths from the roots to the packages that declare
//! imports, with the import modules as leaves.
//!
//! Nodes have names of ours; project text is in quoted labels only, where every character that Mermaid
//! could read as more than text is an entity code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::graph::PackageIndex;

use super::super::TargetReport;
use super::super::mermaid::label;
use super::super::words::{counted, listed};

/// How many arrows the graph has at most. Mermaid draws 500 as it comes, and then fails.
const MAX_ARROWS: usize = 450;
/// The most text, in bytes. Mermaid draws 50,000 characters as it comes.
const MAX_BYTES: usize = 40_000;

/// The graph of all targets together.
pub(in crate::render) fn imports(reports: &[TargetReport]) -> String {
    let mut drawing = Drawing::default();
    let analyses: Vec<&Analysis> =
        reports.iter().filter_map(|report| report.outcome.as_ref().ok()).collect();
    for analysis in &analyses {
        drawing.add_imports(analysis);
    }
    for analysis in &analyses {
        drawing.add_other_paths(analysis);
    }
    let targets: Vec<&str> = analyses.iter().map(|analysis| analysis.target.as_str()).collect();
    drawing.text(&targets)
}

/// What is drawn: the graphs of several targets laid over each other.
#[derive(Debug, Default)]
struct Drawing {
    /// Numbers of packages, by cargo's name for them.
    packages: BTreeMap<String, usize>,
    /// Lines that tell of a package.
    nodes: Vec<String>,
    arrows: BTreeSet<(usize, usize)>,
    /// The names imported from each module, by the package that imports them.
    modules: BTreeMap<(usize, Option<String>), BTreeSet<String>>,
    /// Packages with imports, modules, and dependencies between packages, that found no room.
    left_out: BTreeSet<String>,
    left_modules: BTreeSet<(usize, Option<String>)>,
    left_arrows: BTreeSet<(String, String)>,
    bytes: usize,
}

impl Drawing {
    /// Each package with imports, with its modules, on a shortest path.
    fn add_imports(&mut self, analysis: &Analysis) {
        let mut declared: BTreeMap<PackageIndex, BTreeMap<&Option<String>, BTreeSet<&str>>> =
            BTreeMap::new();
        for import in &analysis.imports {
            let modules = declared.entry(import.package).or_default();
            modules.entry(&import.module).or_default().insert(&import.name);
        }
        for (package, modules) in declared {
            let path = shortest_path(analysis, package);
            if !self.has_room(path.len()) {
                self.left_out.insert(analysis.graph.package(package).id.clone());
                continue;
            }
            let numbers: Vec<usize> =
                path.iter().map(|index| self.package(analysis, *index)).collect();
            for arrow in numbers.windows(2) {
                self.add_arrow(arrow[0], arrow[1]);
            }
            let Some(last) = numbers.last() else { continue };
            for (module, names) in modules {
                let key = (*last, module.clone());
                if !self.modules.contains_key(&key) {
                    if !self.has_room(1) {
                        self.left_modules.insert(key);
                        continue;
                    }
                    self.bytes += line_size(module.as_deref().unwrap_or_default());
                }
                let known = self.modules.entry(key).or_default();
                known.extend(names.into_iter().map(str::to_owned));
            }
        }
    }

    /// The other dependencies by which such a package comes in.
    fn add_other_paths(&mut self, analysis: &Analysis) {
        let graph = &analysis.graph;
        let leads = leads_to_imports(analysis);
        for from in (0..graph.packages.len()).map(PackageIndex).filter(|from| leads[from.0]) {
            for to in graph.package(from).dependencies.iter().map(|edge| edge.package) {
                if !leads[to.0] {
                    continue;
                }
                let ids = [from, to].map(|index| graph.package(index).id.clone());
                if self.has_room(1) && ids.iter().all(|id| !self.left_out.contains(id)) {
                    let (from, to) = (self.package(analysis, from), self.package(analysis, to));
                    self.add_arrow(from, to);
                } else {
                    let known = ids.each_ref().map(|id| self.packages.get(id));
                    let drawn = match known {
                        [Some(from), Some(to)] => self.arrows.contains(&(*from, *to)),
                        _ => false,
                    };
                    if !drawn {
                        let [from, to] = ids;
                        self.left_arrows.insert((from, to));
                    }
                }
            }
        }
    }

    fn has_room(&self, arrows: usize) -> bool {
        let drawn = self.arrows.len() + self.modules.len();
        drawn + arrows <= MAX_ARROWS && self.bytes <= MAX_BYTES
    }

    fn package(&mut self, analysis: &Analysis, index: PackageIndex) -> usize {
        let package = analysis.graph.package(index);
        if let Some(known) = self.packages.get(&package.id) {
            return *known;
        }
        let number = self.nodes.len();
        let line = format!("  p{number}[\"{}\"]\n", label(&package.label()));
        self.bytes += line.len();
        self.nodes.push(line);
        self.packages.insert(package.id.clone(), number);
        number
    }

    fn add_arrow(&mut self, from: usize, to: usize) {
        if self.arrows.insert((from, to)) {
            self.bytes += "  p000 --> p000\n".len();
        }
    }

    fn text(&self, targets: &[&str]) -> String {
        let mut text = String::from("graph LR\n");
        if !targets.is_empty() {
            let _ = writeln!(text, "  %% host imports for {}", label(&listed(targets, "and")));
        }
        text.extend(self.nodes.iter().map(String::as_str));
        for (from, to) in &self.arrows {
            let _ = writeln!(text, "  p{from} --> p{to}");
        }
        for (number, ((package, module), names)) in self.modules.iter().enumerate() {
            let module = module.as_deref().unwrap_or("no module");
            let imports = counted(names.len(), "import");
            let _ =
                writeln!(text, "  p{package} --> m{number}([\"{}: {imports}\"])", label(module));
        }
        if self.nodes.is_empty() {
            text += "  none[\"no imports\"]\n";
        }
        let mut cut: Vec<String> = Vec::new();
        if !self.left_out.is_empty() {
            cut.push(counted(self.left_out.len(), "more package") + " with imports");
        }
        if !self.left_modules.is_empty() {
            cut.push(counted(self.left_modules.len(), "more module"));
        }
        match self.left_arrows.len() {
            0 => {}
            1 => cut.push("1 more dependency".to_owned()),
            more => cut.push(format!("{more} more dependencies")),
        }
        if !cut.is_empty() {
            let cut: Vec<&str> = cut.iter().map(String::as_str).collect();
            let _ = writeln!(text, "  cut[\"not drawn: {}\"]", listed(&cut, "and"));
        }
        text
    }
}

/// What a line with this label takes at most, more or less.
fn line_size(text: &str) -> usize {
    label(text).len() + 48
}

/// The packages on a shortest path to `package`, a root first.
fn shortest_path(analysis: &Analysis, package: PackageIndex) -> Vec<PackageIndex> {
    analysis.graph.paths_to(package, 1).paths.into_iter().next().unwrap_or_else(|| vec![package])
}

/// For each package whether it has imports or depends on one that has.
fn leads_to_imports(analysis: &Analysis) -> Vec<bool> {
    let graph = &analysis.graph;
    let mut users: Vec<Vec<PackageIndex>> = vec![Vec::new(); graph.packages.len()];
    for from in (0..graph.packages.len()).map(PackageIndex) {
        for edge in &graph.package(from).dependencies {
            users[edge.package.0].push(from);
        }
    }
    let mut leads = vec![false; graph.packages.len()];
    let mut pending: Vec<PackageIndex> =
        analysis.imports.iter().map(|import| import.package).collect();
    while let Some(at) = pending.pop() {
        if !std::mem::replace(&mut leads[at.0], true) {
            pending.extend(&users[at.0]);
        }
    }
    leads
}

#[cfg(test)]
mod tests;
