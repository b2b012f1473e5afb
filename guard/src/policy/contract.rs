//! The imports that a project's host provides.

use super::Line;
use super::glob::Glob;
use crate::graph::PackageIndex;

/// Patterns of import modules, each with patterns of the names that it may have.
#[derive(Debug, Clone)]
pub struct Contract {
    pub(super) modules: Vec<(Glob, Vec<Glob>)>,
    pub(super) place: Line,
}

impl Contract {
    /// Whether the host provides the import. Without a module it is one of `env`.
    pub fn allows(&self, module: Option<&str>, name: &str) -> bool {
        let module = module.unwrap_or("env");
        self.modules.iter().any(|(modules, names)| {
            modules.matches(module) && names.iter().any(|pattern| pattern.matches(name))
        })
    }

    /// Whether the host provides anything of the module.
    pub fn knows(&self, module: &str) -> bool {
        self.modules.iter().any(|(modules, _)| modules.matches(module))
    }

    /// The manifest that has it, and the line.
    pub fn place(&self) -> String {
        format!("{}:{}", self.place.file.display(), self.place.line)
    }
}

/// A contract, and the packages that it is about.
#[derive(Debug, Clone)]
pub struct ScopedContract {
    pub(crate) contract: Contract,
    /// The selected package that has it, and all that it depends on.
    pub(crate) packages: Vec<PackageIndex>,
}
