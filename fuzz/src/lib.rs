//! The parts of the command that are fuzzed, by their own files: the command is no library, and all of it
//! would have to be compiled with the fuzzer's flags, its client of GitHub's API included.
//!
//! What the targets of the analysis run is in `wasm_import_guard::fuzzing`.
#![allow(dead_code)]

pub use self::github::workflow_command::fuzzing::workflow_command;
pub use self::pins::fuzzing::workflow_reader;
pub use self::render::markdown::fuzzing::markdown;

#[path = "../../action-src/src/text.rs"]
mod text;

#[path = "../../action-src/src/github"]
mod github {
    pub(crate) mod workflow_command;
}

#[path = "../../action-src/src/pins"]
mod pins {
    pub(crate) mod fuzzing;
    mod workflow;
    mod yaml;
}

#[path = "../../action-src/src/render"]
mod render {
    #[path = "markdown"]
    pub(crate) mod markdown {
        pub(in crate::render) mod escape;
        pub(crate) mod fuzzing;
    }
}

#[path = "../../action-src/src/repository"]
mod repository {
    mod location;
    pub(crate) use self::location::Location;
}
