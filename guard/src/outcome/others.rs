//! What else of a graph can have an import's name in the link, as far as its source tells.

use std::collections::BTreeSet;

use crate::cfg::Truth;
use crate::graph::Graph;
use crate::source::names::Program;
use crate::symbols::CSymbols;

/// Symbols of the graph that are no imports with a module.
#[derive(Debug, Clone, Default)]
pub struct Others {
    /// Names that a block without a module declares: calls of them are undefined symbols of `env`.
    pub wanted: BTreeSet<String>,
    /// Names that Rust code defines, by `#[no_mangle]` or `#[export_name]`.
    pub defined: BTreeSet<String>,
    /// Whether a package says that it links a native library, which may ask for any name.
    pub native: bool,
    /// Whether a definition of the graph has the name of a C symbol. The C library then asks for a crate,
    /// whose objects come into the link after the C library's definitions are known.
    pub called_by_libc: bool,
}

impl Others {
    /// What the source of `program` tells.
    pub(crate) fn of(graph: &Graph, program: &Program, symbols: &CSymbols) -> Self {
        let mut others = Self::default();
        for source in &program.crates {
            let bare = source.imports.iter().filter(|it| it.module.is_none());
            others.wanted.extend(bare.map(|it| it.name.clone()));
            let definitions = source.definitions.iter().filter(|it| it.truth != Truth::False);
            others.defined.extend(definitions.map(|it| it.name.clone()));
            others.native |= source.imports.iter().any(|it| it.native_library);
        }
        others.native |= graph.packages.iter().any(|package| package.links.is_some());
        others.called_by_libc = others.defined.iter().any(|name| symbols.get(name).is_some());
        others
    }
}
