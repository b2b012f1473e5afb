//! The linker model of `wasm_import_guard::outcome::link`, held against a real linker: objects and
//! archives are written for the inputs of the model, rust-lld links them, and what it says or writes is
//! compared with what the model foretold. What links is run with wasmtime, which tells what is called.

mod archive;
mod campaign;
mod compare;
mod linked;
mod linker;
mod object;
mod random;
mod runtime;
mod show;
mod shrink;

pub use archive::{Index, archive};
pub use campaign::{Campaign, campaign};
pub use compare::{differences, observed};
pub use linked::{Linked, read_module};
pub use linker::{Linker, Said};
pub use object::{marker, object};
pub use random::{Random, graph};
pub use runtime::{Event, Ran, Wasmtime, run_differences};
pub use show::show;
pub use shrink::shrink;

use wasm_import_guard::outcome::link::{Input, Options};

/// The inputs of a link, and the options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    /// As on the command line.
    pub inputs: Vec<Input>,
    /// Linker options.
    pub options: Options,
    /// Which definitions are hidden: those whose place, hashed with this number, is odd. The model
    /// does not know visibility, for the linker must not care. 0: none.
    pub hidden: u64,
}

impl Graph {
    /// A graph with nothing hidden.
    pub fn new(inputs: Vec<Input>, options: Options) -> Self {
        Self { inputs, options, hidden: 0 }
    }
}
