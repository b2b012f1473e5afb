//! One run of the analysis for one target: graph → declarations → facts → rules → findings.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use crate::bare_extern::{Definers, KnownSymbols};
use crate::build_output::{BuildDirectory, BuildOutputs};
use crate::cache::{Cache, CacheChoice};
use crate::cfg::{TargetCfg, Truth};
use crate::definition;
use crate::error::{Error, Problem};
use crate::facts::{Facts, Misdeclared};
use crate::finding::{Finding, Level};
use crate::graph::{self, Graph, Loaded, Mode, Package, PackageIndex, Selection};
use crate::ignored;
use crate::import::{Certainty, Exposure, ExposureKind, Import, Opaque};
use crate::linked::{Parts, exposure};
use crate::native;
use crate::outcome::Others;
use crate::parallel::{Threads, at_once};
use crate::pin::{self, PinSource, ToolchainPin};
use crate::policy::{self, Date, Excepted, ExceptionPlace, Levels, Policies};
use crate::rules;
use crate::source::kept::{Ahead, Keeper};
use crate::source::load::{Declarations, Prefetched, Sources};
use crate::source::model::{CrateSource, Declared};
use crate::source::names::Resolver;
use crate::source::text_scan;
use crate::source::wasm_type;
use crate::symbols::CSymbols;
use crate::toolchain::{Rustc, Toolchain};

/// A project and the toolchain to judge it by.
#[derive(Debug)]
pub struct Session {
    /// What was asked for.
    pub selection: Selection,
    /// The toolchain in use.
    pub toolchain: Toolchain,
    /// The rustc versions to judge by; never empty.
    pub considered: Vec<Rustc>,
    /// Where the places come from that choose the project's rustc; `None` to leave them out.
    pub pins: Option<Box<dyn PinSource>>,
    /// Whether what builds have left behind is read.
    pub reads_builds: bool,
    /// Levels that go before those of the project's manifests.
    pub levels: Levels,
    /// Where what is read of packages is kept for the next run.
    pub cache: CacheChoice,
}

/// What one run for one target gave.
#[derive(Debug)]
pub struct Analysis {
    /// The target triple.
    pub target: String,
    /// The release of the rustc in use.
    pub rustc: String,
    /// The releases of the rustc versions considered.
    pub considered: Vec<String>,
    /// The packages.
    pub graph: Graph,
    /// The directory of the workspace's manifest.
    pub workspace_root: PathBuf,
    /// Every import, in the order of package, module, name, place.
    pub imports: Vec<Import>,
    /// Places whose imports cannot be read.
    pub opaque: Vec<Opaque>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// Findings that the project accepts for a reason.
    pub excepted: Vec<Excepted>,
    /// Exceptions whose last day is past, and which match a finding: each with that day.
    pub expired_exceptions: Vec<(ExceptionPlace, String)>,
    /// Exceptions that match no finding.
    pub unused_exceptions: Vec<ExceptionPlace>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Analysis {
    /// Whether everything that is compiled was read.
    pub fn complete(&self) -> bool {
        self.problems.is_empty()
    }

    /// How many findings have `level`.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

/// How far a run is, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Packages read.
    pub done: usize,
    /// Packages in all.
    pub total: usize,
}

impl Session {
    /// Analyses the selection for `target`. `progress` is told after each package.
    ///
    /// # Errors
    /// When nothing can be analysed: the workspace does not resolve, the target is none of rustc's.
    pub fn analyse(
        &self,
        target: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Analysis, Error> {
        self.analyse_with(target, None, progress)
    }

    /// The same after a build, of which `built` are the files: where those tell who names an import,
    /// they decide its exposure, and what only they show is among the imports and findings.
    ///
    /// # Errors
    /// As [`Self::analyse`].
    #[cfg(feature = "linked")]
    pub fn analyse_built(
        &self,
        target: &str,
        built: &Parts,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Analysis, Error> {
        self.analyse_with(target, Some(built), progress)
    }

    /// The C symbols of the toolchain in use for `target`.
    ///
    /// # Errors
    /// When the target has none that are known.
    pub fn c_symbols(&self, target: &str) -> Result<CSymbols, Error> {
        CSymbols::for_target(target, Some(&self.toolchain.sysroot))
            .or_else(|_| CSymbols::for_target(target, None))
    }

    fn analyse_with(
        &self,
        target: &str,
        built: Option<&Parts>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Analysis, Error> {
        let (toolchain, selection) = (&self.toolchain, &self.selection);
        let reads_builds = self.reads_builds;
        let prefetched = Mutex::new(Prefetched::new());
        let (cache, ahead) = (self.cache.of_user(), Ahead::default());
        cache.sweep();
        let look = |source: &Path, stop: &AtomicBool| {
            if ahead.take_out(&cache, source) {
                return;
            }
            let hints = text_scan::hints_until(source, stop);
            // A poisoned lock is that of a thread whose panic is handed on.
            if let (Some(hints), Ok(mut prefetched)) = (hints, prefetched.lock()) {
                prefetched.insert(source.to_owned(), hints);
            }
        };
        let (directory, loaded) = at_once(
            // Most graphs have a build script somewhere: waiting for the graph to see one costs more than
            // asking in vain.
            || reads_builds.then(|| BuildDirectory::ask(toolchain, selection, target)).flatten(),
            || graph::load_beside(toolchain, selection, target, Mode::Command, &look),
        );
        let prefetched = prefetched.into_inner().unwrap_or_default();
        let loaded = loaded?;
        let policies = policy::of_packages(&loaded.graph, &loaded.workspace_root)?;
        let pins = match &self.pins {
            Some(source) => source.pins(&loaded.graph, &loaded.workspace_root),
            None => Vec::new(),
        };
        let builds = self.builds(&loaded, directory);
        let input = Input {
            target,
            cfg: &loaded.target_cfg,
            graph: loaded.graph,
            workspace_root: loaded.workspace_root,
            problems: loaded.problems,
            builds,
            in_use: &self.toolchain.version,
            considered: &self.considered,
            pins: &pins,
            sysroot: &self.toolchain.sysroot,
            built,
            policies: policies.under(&self.levels),
            policy_mode: policy::Mode::Command,
            threads: Threads::of_machine(),
            prefetched,
            cache: &cache,
            ahead,
        };
        Ok(analyse(input, progress))
    }

    /// What builds left of build scripts in `directory`.
    fn builds(&self, loaded: &Loaded, directory: Option<BuildDirectory>) -> BuildOutputs {
        let graph = &loaded.graph;
        if !graph.packages.iter().any(|package| package.has_build_script) {
            return BuildOutputs::nothing(graph, "the package has no build script");
        }
        if !self.reads_builds {
            return BuildOutputs::nothing(graph, "builds are left out here");
        }
        match directory {
            Some(directory) => {
                let rustc = &self.toolchain.version;
                BuildOutputs::read(&directory, graph, &loaded.workspace_root, rustc)
            }
            None => BuildOutputs::nothing(graph, "cargo does not tell where it builds"),
        }
    }
}

/// A resolved graph, and all that it is judged by.
#[derive(Debug)]
pub(crate) struct Input<'a> {
    pub(crate) target: &'a str,
    pub(crate) cfg: &'a TargetCfg,
    pub(crate) graph: Graph,
    pub(crate) workspace_root: PathBuf,
    pub(crate) problems: Vec<Problem>,
    /// What builds left of build scripts.
    pub(crate) builds: BuildOutputs,
    pub(crate) in_use: &'a Rustc,
    pub(crate) considered: &'a [Rustc],
    pub(crate) pins: &'a [ToolchainPin],
    pub(crate) sysroot: &'a Path,
    /// What a build made of it.
    pub(crate) built: Option<&'a Parts>,
    /// What the project decides about findings.
    pub(crate) policies: Policies,
    pub(crate) policy_mode: policy::Mode,
    pub(crate) threads: Threads,
    /// What was already seen of packages.
    pub(crate) prefetched: Prefetched,
    pub(crate) cache: &'a Cache,
    pub(crate) ahead: Ahead,
}

/// Analyses a graph that is already resolved.
pub(crate) fn analyse(mut input: Input<'_>, progress: &mut dyn FnMut(Progress)) -> Analysis {
    let mut problems = std::mem::take(&mut input.problems);
    let graph = std::mem::take(&mut input.graph);
    let total = graph.packages.len();
    let symbols = c_symbols(&input, &mut problems);
    let musl = stand_in_musl(&symbols, input.cfg);
    let known =
        KnownSymbols { symbols: &symbols, considered: input.considered, musl: musl.as_ref() };
    let (cfg, root) = (input.cfg, &input.workspace_root);
    let keeper = Keeper::new(input.cache, cfg, &graph, std::mem::take(&mut input.ahead));
    let sources = Sources {
        graph: &graph,
        target: cfg,
        workspace_root: root,
        builds: &input.builds,
        known: &known,
        threads: input.threads,
        prefetched: &input.prefetched,
        keeper: &keeper,
    };
    let mut read = sources.declarations(&mut |done| progress(Progress { done, total }));
    problems.append(&mut read.problems);
    let definers = Definers::new(&graph, &read, known);
    let mut imports = imports(&graph, &read, &definers, input.cfg);
    let misdeclared = misdeclared(&graph, &read, &definers, input.cfg);
    if let Some(built) = input.built {
        exposure::complete(&mut imports, &mut problems, &graph, built);
        imports.sort_by(in_order);
    }
    let opaque = opaque(&graph, &read);
    let definitions = definition::of_graph(&graph, &read, input.cfg.has_wide_pointers());
    let ignored = ignored::of_graph(&graph, &read);
    let pins = pin::placed(input.pins, &graph);
    // The rustc that a pin names is not here to be asked for its C library.
    let any_release = if pins.is_empty() {
        CSymbols::unknown()
    } else {
        CSymbols::for_target(input.target, None).unwrap_or(CSymbols::unknown())
    };
    let facts = Facts {
        target: input.target,
        imports: &imports,
        misdeclared: &misdeclared,
        definitions: &definitions,
        ignored: &ignored,
        opaque: &opaque,
        symbols: &symbols,
        others: &Others::of(&graph, &read.program, &symbols),
        symbols_of_any_release: &any_release,
        considered: input.considered,
        contracts: &input.policies.contracts(&graph),
        pins: &pins,
    };
    let mut findings = rules::run(&facts);
    if let Some(built) = input.built {
        let rustc = &input.in_use.release;
        let shown = exposure::findings(built, &facts, &graph, rustc, &findings);
        findings.extend(shown);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    }
    // Giving back thousands of small maps takes as long as judging what was in them.
    input.threads.drop_beside(read);
    let applied = policy::apply(findings, &input.policies, Date::today(), input.policy_mode);
    Analysis {
        target: input.target.to_owned(),
        rustc: input.in_use.release.clone(),
        considered: input.considered.iter().map(|rustc| rustc.release.clone()).collect(),
        imports,
        opaque,
        findings: applied.findings,
        excepted: applied.excepted,
        expired_exceptions: applied.expired,
        unused_exceptions: applied.unused,
        problems,
        workspace_root: input.workspace_root.clone(),
        graph,
    }
}

/// The C symbols to judge by: the toolchain's own where only the rustc in use is considered, else those of
/// every wasi-libc that is known, since a named rustc's is not here to be read.
fn c_symbols(input: &Input<'_>, problems: &mut Vec<Problem>) -> CSymbols {
    let is_in_use = input.considered.iter().all(|rustc| rustc.release == input.in_use.release);
    let sources = [is_in_use.then_some(input.sysroot), None];
    for sysroot in sources {
        match CSymbols::for_target(input.target, sysroot) {
            Ok(symbols) => return symbols,
            Err(error) => {
                let message = format!("{}: clashes with them are not found", error.message());
                problems.push(Problem { package: None, path: None, message });
            }
        }
    }
    CSymbols::unknown()
}

/// The musl of emscripten for a target that has another one, whose `symbols` are not known.
fn stand_in_musl(symbols: &CSymbols, cfg: &TargetCfg) -> Option<CSymbols> {
    let has_musl = cfg.values.get("target_env").is_some_and(|values| values.contains("musl"));
    let is_needed = symbols.target().is_empty() && has_musl;
    is_needed.then(|| CSymbols::for_target("wasm32-unknown-emscripten", None).ok()).flatten()
}

/// Every import of the graph, in the order of package, module, name, place.
fn imports(
    graph: &Graph,
    read: &Declarations,
    definers: &Definers<'_>,
    cfg: &TargetCfg,
) -> Vec<Import> {
    let wide = cfg.has_wide_pointers();
    let resolver = Resolver::new(&read.program);
    let mut imports = Vec::new();
    let paths = graph.shortest_paths();
    for (crate_id, exposures) in &read.declaring {
        let source = &read.program.crates[*crate_id];
        let package = graph.package(source.package);
        let path = paths.to(source.package);
        for (declared, exposure) in source.imports.iter().zip(exposures) {
            let Some(truth) = definers.truth(declared, package, source.package) else {
                continue;
            };
            // What may be defined elsewhere, and no code names, is not in the link at all.
            if declared.module.is_none()
                && truth != Truth::True
                && exposure.kind == ExposureKind::Unreferenced
            {
                continue;
            }
            let wasm_type = wasm_type::of_import(&resolver, *crate_id, declared, wide);
            let import = import(source, package, declared, exposure, truth, &path);
            imports.push(Import { wasm_type, ..import });
        }
    }
    imports.sort_by(in_order);
    // A package's library and program may share a file, and its imports with it.
    imports.dedup_by(|a, b| a.place == b.place && a.module == b.module && a.name == b.name);
    imports
}

/// Package, module, name, place.
fn in_order(a: &Import, b: &Import) -> std::cmp::Ordering {
    (&a.place.package, &a.place.version, &a.module, &a.name, &a.place).cmp(&(
        &b.place.package,
        &b.place.version,
        &b.module,
        &b.name,
        &b.place,
    ))
}

fn import(
    source: &CrateSource,
    package: &Package,
    declared: &Declared,
    exposure: &Exposure,
    truth: Truth,
    path: &[String],
) -> Import {
    let is_certain = truth == Truth::True && package.certain;
    Import {
        package: source.package,
        source: package.source.clone(),
        place: source.place(package, declared.spot),
        module: declared.module.clone(),
        name: declared.name.clone(),
        ident: declared.ident.clone(),
        kind: declared.kind,
        abi: declared.abi.clone(),
        signature: declared.signature.clone(),
        wasm_type: None,
        certainty: Certainty::of(is_certain),
        surely_compiled: declared.truth == Truth::True && package.certain,
        exposure: exposure.clone(),
        origin: declared.origin,
        path: path.to_vec(),
    }
}

/// Every declaration without a module that has the name of a C function and another type than that, in the
/// order of the source.
fn misdeclared(
    graph: &Graph,
    read: &Declarations,
    definers: &Definers<'_>,
    cfg: &TargetCfg,
) -> Vec<Misdeclared> {
    let wide = cfg.has_wide_pointers();
    let resolver = Resolver::new(&read.program);
    let mut all = Vec::new();
    let paths = graph.shortest_paths();
    for (crate_id, exposures) in &read.declaring {
        let source = &read.program.crates[*crate_id];
        let package = graph.package(source.package);
        let path = paths.to(source.package);
        for (declared, exposure) in source.imports.iter().zip(exposures) {
            let Some(c_type) = &declared.c_type else { continue };
            if definers.is_of_c(declared, source.package) {
                let wasm_type = wasm_type::of_import(&resolver, *crate_id, declared, wide);
                let declaration =
                    import(source, package, declared, exposure, declared.truth, &path);
                let declaration = Import { wasm_type, ..declaration };
                all.push(Misdeclared { declaration, c_type: c_type.clone() });
            }
        }
    }
    all.sort_by(|a, b| in_order(&a.declaration, &b.declaration));
    all.dedup_by(|a, b| a.declaration.place == b.declaration.place);
    all
}

/// The places whose imports cannot be read, in the order of the source.
fn opaque(graph: &Graph, read: &Declarations) -> Vec<Opaque> {
    let mut opaque = Vec::new();
    let paths = graph.shortest_paths();
    for (crate_id, _) in &read.declaring {
        let source = &read.program.crates[*crate_id];
        let package = graph.package(source.package);
        let path = paths.to(source.package);
        for hidden in &source.opaque {
            let place = source.place(package, hidden.spot);
            opaque.push(Opaque { place, reason: hidden.reason.clone(), path: path.clone() });
        }
    }
    for index in (0..graph.packages.len()).map(PackageIndex) {
        let hidden = native::hidden_imports(graph.package(index));
        let path = || paths.to(index);
        opaque.extend(hidden.into_iter().map(|(place, reason)| Opaque {
            place,
            reason,
            path: path(),
        }));
    }
    opaque.sort();
    opaque.dedup();
    opaque
}

/// The imports of a library with this source, on a bare 32-bit wasm target, and what could not be read.
#[cfg(test)]
pub(crate) fn read_for_tests(source: &str) -> (Vec<Import>, Vec<Problem>) {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("wasm-import-guard-unit-{}-{count}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&directory).expect("a directory can be made");
    std::fs::write(directory.join("lib.rs"), source).expect("a file can be written");
    let read = read_library(&directory, &Prefetched::new());
    std::fs::remove_dir_all(&directory).expect("it can be removed");
    read
}

/// The same for the library whose only file is `lib.rs` in `directory`.
#[cfg(any(test, fuzzing))]
pub(crate) fn read_library(
    directory: &Path,
    prefetched: &Prefetched,
) -> (Vec<Import>, Vec<Problem>) {
    use crate::graph::{Entry, EntryKind, PackageIndex, PackageSource};

    let path = directory.join("lib.rs");
    let package = Package {
        id: "unit".to_owned(),
        name: "unit".to_owned(),
        version: "0.1.0".to_owned(),
        source: PackageSource::Path,
        directory: directory.to_owned(),
        crate_name: "unit".to_owned(),
        entries: vec![Entry { kind: EntryKind::Library, path }],
        features: std::collections::BTreeSet::new(),
        possible_features: std::collections::BTreeSet::new(),
        certain: true,
        dependencies: Vec::new(),
        has_build_script: true,
        links: None,
        is_root: true,
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
    let imports = imports(&graph, &read, &definers, &cfg);
    (imports, read.problems)
}
