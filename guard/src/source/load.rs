//! Reads the crates of a graph: those that declare imports in full, and of the others as much as tells
//! whether they name one.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::exposure;
use super::foreign_macros::ForeignMacros;
use super::kept::{Keeper, Question, digest_of_words};
use super::model::{CrateSource, Declared};
use super::modules::is_file;
use super::names::{CrateId, Program, Resolver};
use super::reader::{Read, Reader};
use super::text_scan::{self, Hints};
use super::users::{Users, aliases};
use super::walk::Wanted;
use super::wasm_type;
use crate::bare_extern::KnownSymbols;
use crate::build_output::BuildOutputs;
use crate::cfg::TargetCfg;
use crate::error::Problem;
use crate::graph::{Entry, EntryKind, Graph, PackageIndex};
use crate::import::{Exposure, WasmType};
use crate::parallel::Threads;
use crate::sorted;

/// How often aliases of aliases are followed: `use a::f as g` in one crate, `use b::g as h` in the next.
const MAX_ALIAS_ROUNDS: usize = 4;

/// What was already seen of packages, by the directory of their source.
pub(crate) type Prefetched = HashMap<PathBuf, Hints>;

/// What the sources of a graph say.
#[derive(Debug)]
pub(crate) struct Declarations {
    pub(crate) program: Program,
    /// The crates that declare imports or hide them, with the exposure of each import.
    pub(crate) declaring: Vec<(CrateId, Vec<Exposure>)>,
    pub(crate) problems: Vec<Problem>,
}

/// A graph, and what decides how its sources are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) target: &'a TargetCfg,
    pub(crate) workspace_root: &'a Path,
    /// What builds left of build scripts.
    pub(crate) builds: &'a BuildOutputs,
    /// The symbols that every link for the target has.
    pub(crate) known: &'a KnownSymbols<'a>,
    pub(crate) threads: Threads,
    pub(crate) prefetched: &'a Prefetched,
    pub(crate) keeper: &'a Keeper<'a>,
}

impl<'a> Sources<'a> {
    /// Reads them all. `progress` is told how many packages are read.
    pub(crate) fn declarations(self, progress: &mut dyn FnMut(usize)) -> Declarations {
        let mut loader =
            Loader { sources: self, macros: ForeignMacros::default(), problems: Vec::new() };
        let mut declaring = loader.declaring(progress);
        loader.read_macro_users(&mut declaring);
        let (program, names) = loader.program(declaring);
        let ids: Vec<CrateId> = (0..program.crates.len())
            .filter(|&id| {
                let source = &program.crates[id];
                !(source.imports.is_empty() && source.opaque.is_empty())
            })
            .collect();
        let mut exposures = exposure::of_imports(&program, self.graph, &ids, &names, self.threads);
        let declaring =
            ids.into_iter().map(|id| (id, exposures.remove(&id).unwrap_or_default())).collect();
        sorted::sort(&mut loader.problems);
        loader.problems.dedup();
        Declarations { program, declaring, problems: loader.problems }
    }

    /// Every crate root of the graph.
    fn entries(self) -> Vec<(PackageIndex, &'a Entry)> {
        let all = self.graph.packages.iter().enumerate();
        all.flat_map(|(index, package)| {
            package.entries.iter().map(move |entry| (PackageIndex(index), entry))
        })
        .collect()
    }

    fn reader<'b>(self, macros: &'b ForeignMacros) -> Reader<'b>
    where
        'a: 'b,
    {
        Reader { sources: self, macros }
    }
}

/// What looking at a crate gave.
pub(super) enum Found {
    /// Its root is not there, or is no file.
    Missing,
    /// It declares something, or could.
    Declares(Box<Read>),
    /// It may define symbols, and declares nothing.
    Defines,
    Nothing,
}

struct Loader<'a> {
    sources: Sources<'a>,
    /// None, until the crates that export some are read.
    macros: ForeignMacros,
    problems: Vec<Problem>,
}

impl Loader<'_> {
    /// The crates that declare imports, define symbols or have macros that can do so.
    fn declaring(&mut self, progress: &mut dyn FnMut(usize)) -> Vec<CrateSource> {
        let sources = self.sources;
        let entries = sources.entries();
        let packages = sources.graph.packages.len();
        let none = ForeignMacros::default();
        let reader = sources.reader(&none);
        let look = |at: usize| {
            let (index, entry) = entries[at];
            if !is_file(&entry.path) {
                return Found::Missing;
            }
            reader.kept_or(index, entry, Question::Declarations, || {
                let directory = source_directory(entry);
                let prefetched = sources.prefetched.get(directory).copied();
                match prefetched.unwrap_or_else(|| text_scan::hints(directory)) {
                    Hints { extern_block: true, .. } => {
                        Found::Declares(Box::new(reader.read(index, entry, Wanted::All)))
                    }
                    Hints { definition: true, .. } => Found::Defines,
                    _ => Found::Nothing,
                }
            })
        };
        let found = sources.threads.map(entries.len(), look, &mut |done| {
            progress((done * packages).div_ceil(entries.len().max(1)));
        });
        let mut declaring = Vec::new();
        let mut with_definitions = Vec::new();
        for (found, (index, entry)) in found.into_iter().zip(entries) {
            match found {
                Found::Missing => self.missing(index, entry),
                Found::Declares(read) => {
                    let source = self.noted(*read);
                    if !(source.imports.is_empty()
                        && source.opaque.is_empty()
                        && source.definitions.is_empty()
                        && source.ignored_modules.is_empty()
                        && source.exported_macros.is_empty())
                    {
                        declaring.push(source);
                    }
                }
                Found::Defines => with_definitions.push((index, entry)),
                Found::Nothing => {}
            }
        }
        for (index, entry) in with_definitions {
            let found = reader.kept_or(index, entry, Question::Definitions, || {
                Found::Declares(Box::new(reader.read(index, entry, Wanted::Nothing)))
            });
            declaring.extend(self.read_of(found));
        }
        declaring
    }

    /// Notes a crate root that is not there, or is no file.
    fn missing(&mut self, index: PackageIndex, entry: &Entry) {
        self.problems.push(Problem {
            package: Some(self.sources.graph.package(index).label()),
            path: Some(entry.path.clone()),
            message: "is not there: the imports of this crate are not known".to_owned(),
        });
    }

    fn noted(&mut self, read: Read) -> CrateSource {
        self.problems.extend(read.problems);
        read.source
    }

    /// The crate that was read, if one was.
    fn read_of(&mut self, found: Found) -> Option<CrateSource> {
        match found {
            Found::Declares(read) => Some(self.noted(*read)),
            Found::Missing | Found::Defines | Found::Nothing => None,
        }
    }

    /// Reads the crates that call another crate's macro which can make an extern block; those already in
    /// `declaring` again.
    fn read_macro_users(&mut self, declaring: &mut Vec<CrateSource>) {
        self.macros = ForeignMacros::of(declaring, self.sources.graph);
        let names: HashSet<String> = self.macros.names().map(str::to_owned).collect();
        if names.is_empty() {
            return;
        }
        let graph = self.sources.graph;
        for index in (0..graph.packages.len()).map(PackageIndex) {
            if !self.macros.has_for(index) {
                continue;
            }
            for entry in &graph.package(index).entries {
                let reader = self.sources.reader(&self.macros);
                let found = reader.kept_or(index, entry, Question::ForeignMacros, || {
                    if text_scan::mentions_any(source_directory(entry), &names) {
                        Found::Declares(Box::new(reader.read(index, entry, Wanted::All)))
                    } else {
                        Found::Nothing
                    }
                });
                let Some(source) = self.read_of(found) else { continue };
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
        let mut users = Users::new(self.sources.graph, &program, &followed);
        let mut words = users.crate_names.clone();
        words.extend(names.iter().cloned());
        for _ in 0..MAX_ALIAS_ROUNDS {
            let (reader, entries) = (self.sources.reader(&self.macros), &users.entries);
            let asked = Question::Mentions(digest_of_words(&words).and(digest_of_words(&names)));
            let read = |at: usize| {
                let (index, entry) = entries[at];
                reader.kept_or(index, entry, asked, || {
                    if text_scan::mentions_any(source_directory(entry), &words) {
                        Found::Declares(Box::new(reader.read(index, entry, Wanted::Names(&names))))
                    } else {
                        Found::Nothing
                    }
                })
            };
            let all = self.sources.threads.map(entries.len(), read, &mut |_| ());
            for (at, found) in all.into_iter().enumerate() {
                if let Some(source) = self.read_of(found) {
                    users.place(at, source, &mut program);
                }
            }
            words = aliases(&program, &names);
            if words.is_empty() {
                break;
            }
            names.extend(words.iter().cloned());
        }
        self.link_names(&mut program);
        (program, names)
    }

    /// Notes the declarations of C functions whose wasm type is another than C's.
    fn compare_with_c(&self, program: &mut Program) {
        let wide = self.sources.target.has_wide_pointers();
        let mut other: Vec<(CrateId, usize, WasmType)> = Vec::new();
        let resolver = Resolver::new(program);
        for (id, source) in program.crates.iter().enumerate() {
            for (import, declared) in source.imports.iter().enumerate() {
                let is_bare = declared.module.is_none() && !declared.native_library;
                let Some(c_type) = self
                    .sources
                    .known
                    .function_type(&declared.name)
                    .filter(|_| is_bare && !declared.undecided)
                else {
                    continue;
                };
                let own = wasm_type::of_import(&resolver, id, declared, wide);
                if own.is_some_and(|own| own != *c_type) {
                    other.push((id, import, c_type.clone()));
                }
            }
        }
        for (id, import, c_type) in other {
            program.crates[id].imports[import].c_type = Some(c_type);
        }
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
                let package = self.sources.graph.package(source.package);
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
        program.extern_names = names;
    }
}

/// The directory whose files the crate at `entry` is most likely made of.
pub(super) fn source_directory(entry: &Entry) -> &Path {
    entry.path.parent().unwrap_or(&entry.path)
}
