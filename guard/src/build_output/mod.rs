//! What builds of a project left behind of its build scripts: the `cfg`s and variables they set and the
//! files they made, read from cargo's build directory. Nothing is run.
//!
//! cargo's own notes tell which directory belongs to which package. A build script is compiled once
//! for each version and set of features, for the host, and run once more for each target; the
//! fingerprint of a run names that of the program, and the program's dep-info names its source.
//!
//! A build directory that a project brings along could be made up. cargo believes it by the same
//! marks: whoever can forge it decides what the build is made of, and not only what is said of it.

mod directory;
mod fingerprint;
mod freshness;
mod instructions;
mod layout;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

pub(crate) use directory::BuildDirectory;

use crate::cfg::Truth;
use crate::graph::{Graph, Manifest, Package, PackageIndex};
use crate::toolchain::Rustc;
use fingerprint::{CompiledScript, RunNotes};
use freshness::Watched;
use instructions::Instructions;
use layout::{Profile, Tree, Unit};

/// What is left of the build scripts of a graph's packages.
#[derive(Debug)]
pub(crate) struct BuildOutputs {
    packages: Vec<BuildOutput>,
}

/// What is left of the build script of one package.
#[derive(Debug, Clone, Default)]
pub(crate) struct BuildOutput {
    /// The runs for the target and the package's features. Where some are sure to be what the next
    /// build uses, only those.
    pub(crate) runs: Vec<Run>,
    /// Why the next build may use something else, or why there is nothing.
    pub(crate) doubt: Option<String>,
}

/// What one run of a build script left.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// Its `OUT_DIR`, canonical.
    pub(crate) out_directory: PathBuf,
    /// What `env!` gives for the variables that it set.
    pub(crate) environment: HashMap<String, String>,
    cfgs: Vec<(String, Option<String>)>,
}

impl BuildOutputs {
    /// Nothing, of whatever package, since `why`.
    pub(crate) fn nothing(graph: &Graph, why: &str) -> Self {
        let none = BuildOutput { runs: Vec::new(), doubt: Some(why.to_owned()) };
        Self { packages: vec![none; graph.packages.len()] }
    }

    /// Reads what builds by `rustc` left in `directory`.
    pub(crate) fn read(
        directory: &BuildDirectory,
        graph: &Graph,
        workspace_root: &Path,
        rustc: &Rustc,
    ) -> Self {
        let target = &directory.target;
        let way_out = format!("build once for {target}, and it is read");
        let nothing = |why: &str| Self::nothing(graph, &format!("{why}: {way_out}"));
        let none_left = format!("no build for {target} has left it");
        let Some(tree) = Tree::open(&directory.root) else { return nothing(&none_left) };
        let with_script =
            graph.packages.iter().filter(|package| package.has_build_script).map(|it| &*it.name);
        let names: HashSet<&str> = with_script.collect();
        let profiles = match tree.profiles(target, directory.profile.as_deref(), &names) {
            Ok(profiles) if profiles.is_empty() => return nothing(&none_left),
            Ok(profiles) => profiles,
            Err(limit) => return nothing(&limit),
        };
        let mut reader = Reader { tree: &tree, workspace_root, rustc, known: HashMap::new() };
        let packages = graph.packages.iter();
        let packages = packages.map(|package| {
            let mut output = reader.package(&profiles, package);
            if output.runs.is_empty() {
                let why = output.doubt.as_deref().unwrap_or(&none_left);
                output.doubt = Some(format!("{why}: {way_out}"));
            }
            output
        });
        let packages = packages.collect();
        tree.excess().map_or(Self { packages }, |excess| nothing(&excess))
    }

    /// What is left of the build script of the package at `index`.
    pub(crate) fn of(&self, index: PackageIndex) -> &BuildOutput {
        &self.packages[index.0]
    }
}

impl BuildOutput {
    /// Whether the build script sets `name`, or `name = "value"`; `None` where that cannot be told.
    pub(crate) fn sets(&self, name: &str, value: Option<&str>) -> Option<Truth> {
        if self.doubt.is_some() || self.runs.is_empty() {
            return None;
        }
        let cfg = (name.to_owned(), value.map(str::to_owned));
        let setting = self.runs.iter().filter(|run| run.cfgs.binary_search(&cfg).is_ok()).count();
        Some(match setting {
            0 => Truth::False,
            all if all == self.runs.len() => Truth::True,
            // A build of another profile says otherwise.
            _ => Truth::Unknown,
        })
    }
}

struct Reader<'a> {
    tree: &'a Tree,
    workspace_root: &'a Path,
    rustc: &'a Rustc,
    /// Whether the rustc of a fingerprint is the one in use.
    known: HashMap<u64, bool>,
}

impl Reader<'_> {
    fn package(&mut self, profiles: &[Profile], package: &Package) -> BuildOutput {
        if !package.has_build_script {
            let doubt = Some("the package has no build script".to_owned());
            return BuildOutput { runs: Vec::new(), doubt };
        }
        let script = Manifest::read(&package.directory)
            .ok()
            .and_then(|manifest| manifest.build_script()?.canonicalize().ok());
        let Some(script) = script else { return BuildOutput::default() };
        let (mut fresh, mut doubtful) = (Vec::new(), Vec::new());
        let mut of_others = false;
        for profile in profiles {
            for unit in profile.runs_of(&package.name) {
                match self.run(profile, unit, package, &script) {
                    Some((run, None)) => fresh.push(run),
                    Some((run, Some(doubt))) => doubtful.push((run, doubt)),
                    None => of_others = true,
                }
            }
        }
        if !fresh.is_empty() {
            return BuildOutput { runs: fresh, doubt: None };
        }
        let mut doubt = doubtful.first().map(|(_, doubt)| doubt.clone());
        if doubtful.is_empty() && of_others {
            doubt =
                Some("builds have left it for another version or other features only".to_owned());
        }
        BuildOutput { runs: doubtful.into_iter().map(|(run, _)| run).collect(), doubt }
    }

    /// What `unit` holds, with what speaks against its use by the next build; `None` where it is no run
    /// of `script` with the package's features.
    fn run(
        &mut self,
        profile: &Profile,
        unit: &Unit,
        package: &Package,
        script: &Path,
    ) -> Option<(Run, Option<String>)> {
        let notes = RunNotes::read(self.tree, unit)?;
        let mut programs = profile.programs_of(&package.name).iter();
        let program = programs
            .find_map(|program| CompiledScript::read(self.tree, program, &notes))
            .filter(|program| program.is_compiled_from(script, self.workspace_root))?;
        // A wider selection of packages turns possible features on.
        let suits = program.features.is_superset(&package.features)
            && program.features.iter().all(|feature| {
                package.features.contains(feature) || package.possible_features.contains(feature)
            });
        if !suits {
            return None;
        }
        let out_directory = self.tree.inside(&unit.out)?;
        let said = Instructions::parse(&self.tree.text(&unit.output)?);
        let doubt = if !notes.is_complete {
            Some("the build script is running, or did not succeed when it ran last".to_owned())
        } else if !self.is_in_use(program.rustc, profile) {
            Some("another rustc than the one in use may have left it".to_owned())
        } else {
            let sources = program.sources(self.workspace_root);
            let watched = Watched { package, sources: &sources, said: &said, notes: &notes };
            freshness::doubt(&watched, &unit.output, &self.tree.watched_left)
        };
        let mut environment = said.environment;
        // cargo moves the paths along when the whole directory was moved.
        if let Some(before) = self.tree.text(&unit.root_output).filter(|it| !it.is_empty()) {
            let now = unit.out.to_string_lossy();
            for value in environment.values_mut().filter(|_| before != now) {
                *value = value.replace(&before, &now);
            }
        }
        Some((Run { out_directory, environment, cfgs: said.cfgs }, doubt))
    }

    /// Whether the rustc that a fingerprint knows by `number` is the one in use.
    fn is_in_use(&mut self, number: u64, profile: &Profile) -> bool {
        let (tree, rustc) = (self.tree, self.rustc);
        *self
            .known
            .entry(number)
            .or_insert_with(|| fingerprint::is_rustc(tree, profile, number, rustc))
    }
}
