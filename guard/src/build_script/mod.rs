//! What happens inside a `build.rs`: the scope of the check, and the lines that cargo reads.
//!
//! This is the only part of the crate that prints.

mod environment;
mod instructions;

use std::io::Write as _;
use std::panic::Location;

use crate::analysis::{Analysis, Input, analyse};
use crate::build_output::{BuildDirectory, BuildOutputs};
use crate::cache::CacheChoice;
use crate::error::{Error, Problem};
use crate::finding::Level;
use crate::graph::{self, Graph, Loaded, Mode, Selection};
use crate::parallel::Threads;
use crate::policy;
use crate::source::kept::Ahead;
use crate::source::load::Prefetched;
use crate::toolchain::{Rustc, Toolchain};
use environment::{Environment, Position, Strictness};
use instructions::Instructions;

/// Checks the package whose `build.rs` calls it, with the defaults of [`Guard`].
///
/// For a target that is not WebAssembly, and on docs.rs, it returns at once and prints nothing.
/// Otherwise it prints one [`cargo::error=`][error] line for each import that the rustc in use will not
/// bind as written (at most about a dozen; the rest is in a report below `OUT_DIR`), and returns: cargo
/// then fails the build before the link. Warnings are `cargo::warning=` lines.
///
/// A package of the workspace being built is checked with all its dependencies. A package that is
/// somebody's dependency is checked alone, for what its users would hit.
///
/// `WASM_IMPORT_GUARD=off|warn|deny` in the environment decides for every package of the build.
///
/// What is read of downloaded packages is kept in `wasm-import-guard`, in the directory that cargo builds
/// into, for the other members of the workspace and for the next run. `WASM_IMPORT_GUARD_CACHE=off` keeps
/// nothing; an absolute path names another directory.
///
/// ```no_run
/// // in `main` of build.rs
/// wasm_import_guard::check();
/// ```
///
/// [error]: https://doc.rust-lang.org/cargo/reference/build-scripts.html#cargo-error
#[track_caller]
pub fn check() {
    Guard::new().check();
}

/// The builder behind [`check`].
///
/// ```no_run
/// // in `main` of the build.rs of a library whose users build with many compilers
/// wasm_import_guard::Guard::new().also_consider("1.91.0").warn_only().check();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Guard {
    also_considered: Vec<String>,
    warn_only: bool,
}

impl Guard {
    /// A guard that judges by the rustc in use and fails the build on harm.
    pub fn new() -> Self {
        Self::default()
    }

    /// Judges by this rustc too: `1.91.0`, `1.92.0-beta.3`, `nightly-2025-10-01`.
    #[must_use]
    pub fn also_consider(mut self, rustc: impl Into<String>) -> Self {
        self.also_considered.push(rustc.into());
        self
    }

    /// Warns where it would fail the build.
    #[must_use]
    pub fn warn_only(mut self) -> Self {
        self.warn_only = true;
        self
    }

    /// Runs the check; see [`check`] for what it prints.
    ///
    /// It ends the process with exit code 1 only under a cargo older than 1.84, which knows no
    /// `cargo::error=`.
    #[track_caller]
    pub fn check(&self) {
        let caller = Location::caller().file();
        let Some(environment) = Environment::read(caller) else { return };
        let mut out = Instructions::new(&environment);
        out.rerun_if_env_changed("WASM_IMPORT_GUARD");
        match environment.strictness {
            Ok(Strictness::Off) => {}
            Ok(strictness) => {
                let strictness =
                    if self.warn_only { strictness.at_most_warn() } else { strictness };
                self.run(&environment, strictness, &mut out);
            }
            Err(ref error) => out.error(error),
        }
        let text = out.finish();
        // Nothing can be done where cargo no longer listens.
        let _ = std::io::stdout().write_all(text.stdout.as_bytes());
        if let Some(message) = text.fatal {
            let _ = std::io::stderr().write_all(message.as_bytes());
            std::process::exit(1);
        }
    }

    fn run(&self, environment: &Environment, strictness: Strictness, out: &mut Instructions<'_>) {
        match self.analyse(environment, out) {
            Ok(analysis) => out.report(&analysis, strictness),
            Err(Trouble::Policy(error)) if environment.position == Position::Member => {
                out.error(&error);
            }
            // The guard's own trouble is no reason to stop a build that may be sound, and neither is a
            // mistake in the manifest of somebody's dependency.
            Err(Trouble::Policy(error) | Trouble::Analysis(error)) => out.not_checked(&error),
        }
    }

    fn analyse(
        &self,
        environment: &Environment,
        out: &mut Instructions<'_>,
    ) -> Result<Analysis, Trouble> {
        let toolchain = Toolchain::in_build_script()?;
        if let Some(minor) = toolchain.version.minor() {
            out.suit_rustc(minor);
        }
        let mut considered = vec![toolchain.version.clone()];
        for release in &self.also_considered {
            considered.push(Rustc::from_release(release)?);
        }
        let scope = Scope::find(environment, &toolchain)?;
        out.rerun_if_inputs_changed(&scope);
        let policies =
            policy::of_packages(&scope.graph, &scope.workspace_root).map_err(Trouble::Policy)?;
        let directory = BuildDirectory::around(&environment.out_directory, &environment.target);
        let cache = CacheChoice::of_environment()?;
        let cache = cache.of_build(directory.as_ref().map(|it| it.root.as_path()));
        let builds = builds(directory.as_ref(), &scope, &toolchain);
        let analysis = analyse(
            Input {
                built: None,
                target: &environment.target,
                cfg: &environment.cfg,
                graph: scope.graph,
                workspace_root: scope.workspace_root,
                problems: scope.problems,
                builds,
                in_use: &toolchain.version,
                considered: &considered,
                pins: &[],
                sysroot: &toolchain.sysroot,
                policies,
                policy_mode: policy::Mode::BuildScript,
                threads: Threads::ONE,
                prefetched: Prefetched::new(),
                cache: &cache,
                ahead: Ahead::default(),
            },
            &mut |_| {},
        );
        Ok(analysis)
    }
}

/// Why there is no analysis.
enum Trouble {
    /// A policy in a manifest is wrong.
    Policy(Error),
    /// Anything else.
    Analysis(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Analysis(error)
    }
}

/// What this build, and earlier ones of the same profile, left of the other packages' build scripts. Those
/// still at work, this one among them, are in doubt: what they will leave is not known yet.
fn builds(
    directory: Option<&BuildDirectory>,
    scope: &Scope,
    toolchain: &Toolchain,
) -> BuildOutputs {
    match directory {
        Some(directory) => {
            let root = &scope.workspace_root;
            BuildOutputs::read(directory, &scope.graph, root, &toolchain.version)
        }
        None => BuildOutputs::nothing(&scope.graph, "OUT_DIR does not lie where cargo puts it"),
    }
}

/// The packages that a build script can speak for.
pub(super) struct Scope {
    graph: Graph,
    workspace_root: std::path::PathBuf,
    problems: Vec<Problem>,
}

impl Scope {
    fn find(environment: &Environment, toolchain: &Toolchain) -> Result<Self, Error> {
        if environment.position == Position::Dependency {
            return Self::own_package(environment, Vec::new());
        }
        match Self::workspace(environment, toolchain) {
            Ok(loaded) => Ok(Self {
                graph: loaded.graph,
                workspace_root: loaded.workspace_root,
                problems: loaded.problems,
            }),
            Err(error) => {
                let problem = Problem {
                    package: None,
                    path: None,
                    message: format!(
                        "the dependencies of {} were not checked: {}",
                        environment.package, error
                    ),
                };
                Self::own_package(environment, vec![problem])
            }
        }
    }

    /// The package's own selection is certain. cargo unifies features over all packages it builds, and
    /// which these are cannot be seen here: what only the whole workspace adds is possible.
    fn workspace(environment: &Environment, toolchain: &Toolchain) -> Result<Loaded, Error> {
        let own = Selection {
            directory: environment.manifest_directory.clone(),
            packages: vec![environment.package.replacen(' ', "@", 1)],
            features: environment.features.iter().cloned().collect(),
            no_default_features: true,
            ..Selection::default()
        };
        let wide = Selection {
            directory: environment.manifest_directory.clone(),
            workspace: true,
            ..Selection::default()
        };
        let target = &environment.target;
        let own = graph::load(toolchain, &own, target, Mode::BuildScript)?;
        match graph::load(toolchain, &wide, target, Mode::BuildScript) {
            Ok(wide) => Ok(Loaded { graph: graph::merge(own.graph, &wide.graph), ..own }),
            // A member of another kind may not resolve for this target; the build does not need it.
            Err(_) => Ok(own),
        }
    }

    fn own_package(environment: &Environment, mut problems: Vec<Problem>) -> Result<Self, Error> {
        let loaded = graph::single_package(&environment.manifest_directory, &environment.features)?;
        problems.extend(loaded.problems);
        Ok(Self { graph: loaded.graph, workspace_root: loaded.workspace_root, problems })
    }
}

/// How much a finding of this level weighs under `strictness`.
fn weigh(level: Level, strictness: Strictness) -> Level {
    match strictness {
        Strictness::Deny => level,
        Strictness::Warn | Strictness::Off => level.min(Level::Warn),
    }
}
