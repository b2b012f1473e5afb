//! The real graphs that are measured.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

use super::Program;
use crate::environment::{cargo, repository};

/// A project with a lock file, and the target it is compiled for.
#[derive(Debug, Clone)]
pub struct Project {
    /// What it is called in the table.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    /// The target triple.
    pub target: &'static str,
    /// The directory of its manifest.
    pub directory: PathBuf,
}

impl Project {
    /// Small, medium and large, copied to `scratch`: where they lie they are below this workspace.
    pub fn all(scratch: &Path) -> [Self; 3] {
        let project = |name, what, target, directory: &str| Self {
            name,
            what,
            target,
            directory: copy(&repository().join("tests").join(directory), &scratch.join(name)),
        };
        [
            project("small", "an edge application on fastly", "wasm32-wasip1", "graphs/fastly-app"),
            project(
                "medium",
                "a web application on leptos",
                "wasm32-unknown-unknown",
                "graphs/leptos-app",
            ),
            project(
                "large",
                "four web frameworks, a renderer and a contract SDK in one",
                "wasm32-unknown-unknown",
                "benchmarks/large",
            ),
        ]
    }

    /// `cargo tree` on the graph.
    pub fn tree(&self) -> Program {
        let arguments =
            ["tree", "--offline", "--locked", "--edges", "normal", "--target", self.target];
        Program::new(cargo(), &self.directory).args(arguments)
    }

    /// Downloads what the graph is made of, and gives the directories of the packages that are compiled
    /// for the target.
    ///
    /// # Panics
    /// When cargo cannot.
    pub fn fetch(&self) -> Vec<PathBuf> {
        let fetch = ["fetch", "--locked", "--target", self.target];
        Program::new(cargo(), &self.directory).args(fetch).run();
        let listed = self.listed();
        let metadata = MetadataCommand::new()
            .cargo_path(cargo())
            .manifest_path(self.directory.join("Cargo.toml"))
            .other_options(
                ["--locked", "--filter-platform", self.target].map(str::to_owned).to_vec(),
            )
            .exec()
            .expect("cargo tells where packages are");
        let packages = metadata.packages.into_iter();
        let compiled = packages
            .filter(|it| listed.contains(&(it.name.to_string(), it.version.to_string())))
            .map(|it| it.manifest_path.into_std_path_buf());
        compiled.filter_map(|manifest| manifest.parent().map(Path::to_owned)).collect()
    }

    /// Name and version of the packages that `cargo tree` lists for the target.
    fn listed(&self) -> BTreeSet<(String, String)> {
        let edges = "normal,no-proc-macro";
        let output = crate::environment::clean_command(&cargo(), &self.directory)
            .args(["tree", "--locked", "--edges", edges, "--target", self.target])
            .args(["--prefix", "none", "--format", "{p}"])
            .output()
            .expect("cargo can be started");
        let text = String::from_utf8_lossy(&output.stdout);
        let lines = text.lines().filter_map(|line| {
            let (name, rest) = line.split_once(" v")?;
            let version = rest.split_whitespace().next()?;
            Some((name.to_owned(), version.to_owned()))
        });
        lines.collect()
    }
}

/// Copies a project of one package, as a workspace of its own.
fn copy(from: &Path, to: &Path) -> PathBuf {
    fs::create_dir_all(to.join("src")).expect("the scratch directory can be written");
    for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs"] {
        fs::copy(from.join(file), to.join(file)).expect("the project is there");
    }
    let manifest = to.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("it was copied");
    fs::write(manifest, text + "\n[workspace]\n").expect("the scratch directory can be written");
    to.to_owned()
}
