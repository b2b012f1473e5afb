//! Reads the crates of a graph: those that declare imports in full, and of the others as much as tells
//! whether they name one.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::model::{CrateSource, Declared, ExportedMacro, Target};
use super::modules::is_file;
use super::names::{CrateId, Program};
use super::walk::{Wanted, walk_crate};
use super::{exposure, text_scan, wasm_type};
use crate::bare_extern::KnownSymbols;
use crate::build_output::BuildOutputs;
use crate::cfg::{CfgContext, TargetCfg};
use crate::error::Problem;
use crate::graph::{Entry, EntryKind, Graph, Package, PackageIndex};
use crate::import::{Exposure, WasmType};

/// How often aliases of aliases are followed: `use a::f as g` in one crate, `use b::g as h` in the next.
const MAX_ALIAS_ROUNDS: usize = 4;

/// What the sources of a graph say.
#[derive(Debug)]
pub(crate) struct Declarations {
    pub(crate) program: Program,
    /// The crates that declare imports or hide them, with the exposure of each import.
    pub(crate) declaring: Vec<(CrateId, Vec<Exposure>)>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads all sources of `graph`. `known` are the symbols that every link for the target has;
/// `progress` is told how many packages are read.
pub(crate) fn declarations(
    graph: &Graph,
    target: &TargetCfg,
    workspace_root: &Path,
    builds: &BuildOutputs,
    known: &KnownSymbols<'_>,
    progress: &mut dyn FnMut(usize),
) -> Declarations {
    let mut reader = Reader {
        graph,
        target,
        workspace_root,
        builds,
        known,
        problems: Vec::new(),
        macros: Vec::new(),
    };
    let mut declaring: Vec<CrateSource> = Vec::new();
    let mut with_definitions: Vec<(PackageIndex, &Entry)> = Vec::new();
    for index in (0..graph.packages.len()).map(PackageIndex) {
        for entry in &graph.package(index).entries {
            if !is_file(&entry.path) {
                reader.missing(index, entry);
                continue;
            }
            let hints = text_scan::hints(source_directory(entry));
            if hints.extern_block {
                let source = reader.read_declarations(index, entry);
                if !(source.imports.is_empty()
                    && source.opaque.is_empty()
                    && source.definitions.is_empty()
                    && source.ignored_modules.is_empty()
                    && source.exported_macros.is_empty())
                {
                    declaring.push(source);
                }
            } else if hints.definition {
                with_definitions.push((index, entry));
            }
        }
        progress(index.0 + 1);
    }
    reader.read_macro_users(&mut declaring);
    for (index, entry) in with_definitions {
        declaring.push(reader.read(index, entry, Wanted::Nothing));
    }
    let (program, names) = reader.program(declaring);
    let ids: Vec<CrateId> = (0..program.crates.len())
        .filter(|&id| {
            let source = &program.crates[id];
            !(source.imports.is_empty() && source.opaque.is_empty())
        })
        .collect();
    let mut exposures = exposure::of_imports(&program, graph, &ids, &names);
    let declaring =
        ids.into_iter().map(|id| (id, exposures.remove(&id).unwrap_or_default())).collect();
    reader.problems.sort();
    reader.problems.dedup();
    Declarations { program, declaring, problems: reader.problems }
}

struct Reader<'a> {
    graph: &'a Graph,
    target: &'a TargetCfg,
    workspace_root: &'a Path,
    builds: &'a BuildOutputs,
    known: &'a KnownSymbols<'a>,
    problems: Vec<Problem>,
    /// Exported macros that can make extern blocks, with the package that exports them.
    macros: Vec<(PackageIndex, ExportedMacro)>,
}

impl<'a> Reader<'a> {
    /// Notes a crate root that is not there, or is no file.
    fn missing(&mut self, index: PackageIndex, entry: &Entry) {
        self.problems.push(Problem {
            package: Some(self.graph.package(index).label()),
            path: Some(entry.path.clone()),
            message: "is not there: the imports of this crate are not known".to_owned(),
        });
    }

    /// A crate's declarations, and everything that can mention them.
    fn read_declarations(&mut self, index: PackageIndex, entry: &Entry) -> CrateSource {
        self.read(index, entry, Wanted::All)
    }

    /// Reads the crates that call another crate's macro which can make an extern block; those already in
    /// `declaring` again.
    fn read_macro_users(&mut self, declaring: &mut Vec<CrateSource>) {
        self.macros = declaring
            .iter()
            .flat_map(|source| source.exported_macros.iter().map(|m| (source.package, m.clone())))
            .collect();
        let names: HashSet<String> = self.macros.iter().map(|(_, m)| m.name.clone()).collect();
        if names.is_empty() {
            return;
        }
        for index in (0..self.graph.packages.len()).map(PackageIndex) {
            if self.macros_for(index).is_empty() {
                continue;
            }
            for entry in &self.graph.package(index).entries {
                if !text_scan::mentions_any(source_directory(entry), &names) {
                    continue;
                }
                let source = self.read_declarations(index, entry);
                let known = declaring
                    .iter_mut()
                    .find(|known| known.package == index && known.root == entry.path);
                match known {
                    Some(known) => *known = source,
                    None if source.imports.is_empty() && source.opaque.is_empty() => {}
                    None => declaring.push(source),
                }
            }
        }
    }

    /// The macros of other packages that `index` can call.
    fn macros_for(&self, index: PackageIndex) -> Vec<ExportedMacro> {
        self.macros
            .iter()
            .filter(|(package, _)| *package != index && self.graph.depends_on(index, *package))
            .map(|(_, exported)| exported.clone())
            .collect()
    }

    fn read(&mut self, index: PackageIndex, entry: &Entry, wanted: Wanted<'_>) -> CrateSource {
        let package = self.graph.package(index);
        let output = self.builds.of(index);
        let cfg = CfgContext {
            target: self.target,
            features: &package.features,
            possible_features: &package.possible_features,
            has_build_script: package.has_build_script,
            build_output: Some(output),
        };
        let mut roots = self.roots(package);
        roots.extend(output.runs.iter().map(|run| run.out_directory.clone()));
        let entry = (entry.kind, entry.path.as_path());
        let macros = self.macros_for(index);
        let (mut source, problems) =
            walk_crate((self.graph, index), entry, &roots, cfg, output, wanted, &macros);
        for import in source.imports.iter_mut().filter(|import| import.module.is_none()) {
            import.undecided = !import.native_library && !self.known.surely_define(&import.name);
        }
        self.problems.extend(problems);
        source
    }

    /// Where a package's files may lie: its own directory, and for members the workspace.
    fn roots(&self, package: &Package) -> Vec<PathBuf> {
        let candidates = [Some(package.directory.as_path()), Some(self.workspace_root)];
        let mut roots: Vec<PathBuf> =
            candidates.into_iter().flatten().filter_map(|path| path.canonicalize().ok()).collect();
        if !package.directory.starts_with(self.workspace_root) {
            roots.truncate(1);
        }
        roots
    }

    /// Adds the crates that may name an import of the declaring ones; gives the names that can too.
    fn program(&mut self, declaring: Vec<CrateSource>) -> (Program, HashSet<String>) {
        let mut program = Program::new(declaring);
        self.link_names(&mut program);
        self.compare_with_c(&mut program);
        for source in &mut program.crates {
            if !source.imports.iter().any(Declared::is_followed) {
                for carrier in &mut source.carriers {
                    carrier.mentions = Vec::new();
                }
            }
        }
        let followed: Vec<CrateId> = (0..program.crates.len())
            .filter(|&id| program.crates[id].imports.iter().any(Declared::is_followed))
            .collect();
        let mut names: HashSet<String> = HashSet::new();
        for &id in &followed {
            names.extend(exposure::interesting_names(&program, id));
        }
        if names.is_empty() {
            return (program, names);
        }
        let mut users = self.users(&program, &followed, &names);
        for _ in 0..MAX_ALIAS_ROUNDS {
            for user in &mut users {
                let source = self.read(user.package, user.entry, Wanted::Names(&names));
                if let Some(id) = user.crate_id {
                    program.crates[id] = source;
                } else {
                    user.crate_id = Some(program.crates.len());
                    program.crates.push(source);
                }
            }
            if !add_aliases(&program, &mut names) {
                break;
            }
        }
        self.link_names(&mut program);
        (program, names)
    }

    /// Notes the declarations of C functions whose wasm type is another than C's.
    fn compare_with_c(&self, program: &mut Program) {
        let wide = self.target.has_wide_pointers();
        let mut other: Vec<(CrateId, usize, WasmType)> = Vec::new();
        for (id, source) in program.crates.iter().enumerate() {
            for (import, declared) in source.imports.iter().enumerate() {
                let is_bare = declared.module.is_none() && !declared.native_library;
                let Some(c_type) = self
                    .known
                    .function_type(&declared.name)
                    .filter(|_| is_bare && !declared.undecided)
                else {
                    continue;
                };
                let own = wasm_type::of_import(program, id, declared, wide);
                if own.is_some_and(|own| own != *c_type) {
                    other.push((id, import, c_type.clone()));
                }
            }
        }
        for (id, import, c_type) in other {
            program.crates[id].imports[import].c_type = Some(c_type);
        }
    }

    /// The crates whose text can name an import: those that depend on a declaring package and hold one of
    /// the names, or the declaring crate's own (to re-export it).
    fn users(
        &self,
        program: &Program,
        declaring: &[CrateId],
        names: &HashSet<String>,
    ) -> Vec<User<'a>> {
        let packages: Vec<_> = declaring.iter().map(|&id| program.crates[id].package).collect();
        let mut words = names.clone();
        for &package in &packages {
            words.insert(self.graph.package(package).crate_name.clone());
            for other in &self.graph.packages {
                let edges = other.dependencies.iter().filter(|edge| edge.package == package);
                words.extend(edges.map(|edge| edge.extern_name.clone()));
            }
        }
        let mut users = Vec::new();
        for index in (0..self.graph.packages.len()).map(PackageIndex) {
            let can_name =
                packages.iter().any(|&on| on == index || self.graph.depends_on(index, on));
            for entry in self.graph.package(index).entries.iter().filter(|_| can_name) {
                let crate_id = (0..program.crates.len()).find(|&id| {
                    let source = &program.crates[id];
                    source.package == index && source.root == entry.path
                });
                let is_read_whole = crate_id.is_some_and(|id| declaring.contains(&id));
                if !is_read_whole && text_scan::mentions_any(source_directory(entry), &words) {
                    users.push(User { package: index, entry, crate_id });
                }
            }
        }
        users
    }

    /// Fills in which crate each crate's extern names stand for.
    fn link_names(&self, program: &mut Program) {
        let libraries: HashMap<PackageIndex, CrateId> = program
            .crates
            .iter()
            .enumerate()
            .filter(|(_, source)| source.kind == EntryKind::Library)
            .map(|(id, source)| (source.package, id))
            .collect();
        let names = program
            .crates
            .iter()
            .map(|source| {
                let package = self.graph.package(source.package);
                let mut names: HashMap<String, CrateId> = package
                    .dependencies
                    .iter()
                    .filter_map(|edge| {
                        Some((edge.extern_name.clone(), *libraries.get(&edge.package)?))
                    })
                    .collect();
                if source.kind == EntryKind::Binary {
                    let own = libraries.get(&source.package);
                    names.extend(own.map(|id| (package.crate_name.clone(), *id)));
                }
                names
            })
            .collect();
        program.set_extern_names(names);
    }
}

/// A crate that may name an import.
struct User<'a> {
    package: PackageIndex,
    entry: &'a Entry,
    /// Its place in the program, once it has one.
    crate_id: Option<CrateId>,
}

/// Adds to `names` what crates call the items of that name by `use … as …`; false when nothing is new.
fn add_aliases(program: &Program, names: &mut HashSet<String>) -> bool {
    let mut new = HashSet::new();
    for source in &program.crates {
        for scope in &source.scopes {
            for (alias, bindings) in &scope.names {
                let stands_for_one = bindings.iter().any(|binding| match &binding.target {
                    Target::Path(path) => {
                        path.segments.last().is_some_and(|last| names.contains(last))
                    }
                    _ => false,
                });
                if stands_for_one && !names.contains(alias) {
                    new.insert(alias.clone());
                }
            }
        }
    }
    let found = !new.is_empty();
    names.extend(new);
    found
}

/// The directory whose files the crate at `entry` is most likely made of.
fn source_directory(entry: &Entry) -> &Path {
    entry.path.parent().unwrap_or(&entry.path)
}
