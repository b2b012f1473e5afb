//! One run over a graph that is resolved: graph → declarations → facts → rules → findings.

use std::path::{Path, PathBuf};

use super::imports::{DeclaringCrates, in_order};
use super::{Analysis, Progress};
use crate::bare_extern::{Definers, KnownSymbols};
use crate::build_output::BuildOutputs;
use crate::cache::Cache;
use crate::cfg::TargetCfg;
use crate::definition;
use crate::error::Problem;
use crate::facts::Facts;
use crate::graph::Graph;
use crate::ignored;
use crate::linked::{Parts, exposure};
use crate::outcome::Others;
use crate::parallel::Threads;
use crate::pin::{self, ToolchainPin};
use crate::policy::{self, Date, Policies};
use crate::rules;
use crate::sorted;
use crate::source::kept::{Ahead, Keeper};
use crate::source::load::{Prefetched, Sources};
use crate::symbols::CSymbols;
use crate::toolchain::Rustc;

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
    let declaring = DeclaringCrates::new(&graph, &read, &definers, input.cfg);
    let mut imports = declaring.imports();
    let (misdeclared, opaque) = (declaring.misdeclared(), declaring.opaque());
    if let Some(built) = input.built {
        exposure::complete(&mut imports, &mut problems, &graph, built);
        sorted::sort_by(&mut imports, in_order);
    }
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
        sorted::sort_by_key(&mut findings, |finding| std::cmp::Reverse(finding.level));
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
