//! A whole application: no import in any object of its graph that `imports` does not know.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;

use serde_json::Value;

use super::{BuiltGraph, Coverage, Entry, graphs};
use crate::build::Build;
use crate::command::run;
use crate::module::module_imports;
use crate::scratch::Scratch;

/// What comparing a graph gave.
#[derive(Debug)]
pub struct Checked {
    /// The graph.
    pub entry: Entry,
    /// The numbers.
    pub coverage: Coverage,
    /// What is not as it must be, a sentence each; nothing when all is well.
    pub problems: Vec<String>,
}

/// Builds the project of `entry` for its target, and compares its objects with what the command lists.
pub fn check(entry: &Entry) -> Checked {
    let mut checked =
        Checked { entry: entry.clone(), coverage: Coverage::default(), problems: Vec::new() };
    if let Err(problem) = checked.compare() {
        checked.problems.push(problem);
    }
    checked
}

impl Checked {
    fn compare(&mut self) -> Result<(), String> {
        let Entry { name, target, .. } = &self.entry;
        let project = project(name);
        let cargo = Build::new(target).env("CARGO_INCREMENTAL", "0").argument("--locked");
        let built = cargo.run(&project);
        if !built.success {
            return Err(format!("it does not build:\n{}", built.stderr));
        }
        let graph = BuiltGraph::read(&built, target);
        let arguments = ["imports", "--format", "json", "--locked", "--target", target];
        let output = run(project.root(), &arguments);
        if output.status != Some(0) {
            return Err(format!("`imports` fails:\n{}", output.stderr));
        }
        let report: Value = serde_json::from_str(&output.stdout)
            .map_err(|error| format!("`imports` does not print JSON: {error}"))?;

        self.coverage = graph.coverage(&report);
        let unknown = self.coverage.unknown.iter().map(|(package, module, name)| {
            let module = module.as_deref().map_or_else(String::new, |it| format!("{it}."));
            let package = package.as_deref().unwrap_or("a package that the objects do not tell");
            format!("{module}{name} of {package} is neither listed nor covered")
        });
        self.problems.extend(unknown);
        let found = [
            ("packages", self.coverage.packages, self.entry.packages),
            ("imports in objects", self.coverage.in_objects, self.entry.imports),
            ("imports listed", self.coverage.listed, self.entry.listed),
        ];
        for (what, found, least) in found {
            if found < least {
                self.problems.push(format!("{found} {what}, and at least {least} are known"));
            }
        }

        // What was linked has no other imports than the objects, but for those of the standard library.
        let uses = graph.uses();
        let known: BTreeSet<(&str, &str)> = uses
            .keys()
            .map(|(_, module, name)| (module.as_deref().unwrap_or("env"), name.as_str()))
            .collect();
        let modules = built.files.iter().filter(|it| it.extension().is_some_and(|it| it == "wasm"));
        for file in modules {
            for import in module_imports(&fs::read(file).expect("it was built")) {
                let of_std = import.module == "wasi_snapshot_preview1";
                if !of_std && !known.contains(&(import.module.as_str(), import.name.as_str())) {
                    let import = format!("{}.{}", import.module, import.name);
                    self.problems.push(format!("the module has {import}, and no object has"));
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Coverage { packages, in_objects, listed, covered, unknown } = &self.coverage;
        write!(
            f,
            "{} on {}: {packages} packages, {in_objects} imports in objects, {listed} listed, \
             {covered} covered by an opaque entry, {} unknown",
            self.entry.name,
            self.entry.target,
            unknown.len()
        )?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

/// A copy of the project of that name below `tests/graphs`, for the command to be run in.
pub fn project(name: &str) -> Scratch {
    let scratch = Scratch::new();
    for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs"] {
        let text = fs::read_to_string(graphs().join(name).join(file));
        scratch.write(file, &text.expect("the project is in tests/graphs"));
    }
    scratch
}
