//! Runs a wasm linker on a graph.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use wasm_import_guard::outcome::link::{
    Input, Item, Object, Place, Problem, ProblemKind, Scope, UndefinedPolicy,
};

use super::{Graph, Index, archive, object};

/// A wasm linker, with a directory of its own to work in.
#[derive(Debug)]
pub struct Linker {
    program: PathBuf,
    flavor: bool,
    directory: TempDir,
}

/// What the linker said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Errors about symbols, and nothing else.
    Refused(BTreeSet<Problem>),
    /// It wrote a module, and warned of these symbols.
    Wrote { module: Vec<u8>, warned: BTreeSet<String> },
    /// It died of a signal.
    Crashed,
    /// Something that no test expects: the whole message.
    Other(String),
}

impl Linker {
    /// rustup's rust-lld, of the rustc that runs the tests.
    pub fn rust_lld() -> Self {
        let output =
            Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc runs");
        let sysroot = PathBuf::from(String::from_utf8(output.stdout).expect("UTF-8").trim());
        let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
        let version = String::from_utf8(output.stdout).expect("UTF-8");
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
        let program = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
        assert!(
            program.is_file(),
            "the rustc in use has no rust-lld (looked for {}): use a rustc of rustup",
            program.display()
        );
        Self::new(program, true)
    }

    /// Every `wasm-ld` that Debian's packages have installed: none is needed.
    pub fn others() -> Vec<Self> {
        ["wasm-ld", "wasm-ld-14", "wasm-ld-19"]
            .iter()
            .map(|name| Path::new("/usr/bin").join(name))
            .filter(|program| program.is_file())
            .map(|program| Self::new(program, false))
            .collect()
    }

    fn new(program: PathBuf, flavor: bool) -> Self {
        let directory = tempfile::Builder::new().prefix("wasm-import-guard-link-").tempdir();
        Self { program, flavor, directory: directory.expect("it can be written") }
    }

    /// Its path.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Links `graph`.
    pub fn link(&self, graph: &Graph) -> Said {
        self.link_indexed(graph, Index::Gnu)
    }

    /// Links `graph` with archives that have an index or none.
    pub fn link_indexed(&self, graph: &Graph, index: Index) -> Said {
        let directory = self.directory.path();
        let written = directory.join("out.wasm");
        let _ = fs::remove_file(&written);
        let mut command = Command::new(&self.program);
        command.current_dir(directory);
        if self.flavor {
            command.args(["-flavor", "wasm"]);
        }
        command.args(["--no-entry", "--error-limit=0", "--no-demangle", "--threads=1"]);
        match graph.options.undefined {
            UndefinedPolicy::Error => {}
            UndefinedPolicy::Import => {
                command.arg("--allow-undefined");
            }
            UndefinedPolicy::Stub => {
                command.arg("--unresolved-symbols=ignore-all");
            }
        }
        if !graph.options.gc_sections {
            command.arg("--no-gc-sections");
        }
        if graph.options.fatal_warnings {
            command.arg("--fatal-warnings");
        }
        for (number, input) in graph.inputs.iter().enumerate() {
            let encode = |member: usize, it: &Object| {
                object(it, number, member, |place| is_hidden(graph.hidden, place))
            };
            let (name, bytes) = match input {
                Input::Object(it) => (format!("{number}.o"), encode(0, it)),
                Input::Archive(members) => {
                    let members: Vec<_> = members
                        .iter()
                        .enumerate()
                        .map(|(member, it)| (encode(member, it), offered(it)))
                        .collect();
                    (format!("{number}.a"), archive(&members, index))
                }
            };
            fs::write(directory.join(&name), bytes).expect("it can be written");
            command.arg(name);
        }
        let output = command.args(["-o", "out.wasm"]).output().expect("the linker can be started");
        let stderr = String::from_utf8_lossy(&output.stderr);
        if output.status.code().is_none_or(|code| code > 100) {
            return Said::Crashed;
        }
        let Some((errors, warnings)) = read_messages(&stderr) else {
            return Said::Other(stderr.into_owned());
        };
        if output.status.success() {
            let module = fs::read(&written).expect("a linker that succeeds writes its output");
            Said::Wrote { module, warned: warnings }
        } else if errors.is_empty() {
            Said::Other(stderr.into_owned())
        } else {
            Said::Refused(errors)
        }
    }
}

fn is_hidden(seed: u64, place: Place) -> bool {
    let Place { input, member, symbol } = place;
    let number = [input, member, symbol].iter().fold(seed, |number, &part| {
        (number ^ part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
    });
    seed != 0 && number.count_ones() % 2 == 1
}

/// The names that other objects can ask for.
fn offered(object: &Object) -> Vec<&str> {
    let offered = object.symbols.iter().filter(|symbol| {
        matches!(&symbol.item, Item::Function { scope, .. } | Item::Data { scope } if *scope != Scope::Local)
    });
    offered.map(|symbol| symbol.name.as_str()).collect()
}

/// The errors, and the symbols that are warned of; `None` where there is any other message.
fn read_messages(stderr: &str) -> Option<(BTreeSet<Problem>, BTreeSet<String>)> {
    const KINDS: [ProblemKind; 6] = [
        ProblemKind::ImportModuleMismatch,
        ProblemKind::ImportNameMismatch,
        ProblemKind::SymbolTypeMismatch,
        ProblemKind::FunctionSignatureMismatch,
        ProblemKind::DuplicateSymbol,
        ProblemKind::UndefinedSymbol,
    ];
    let mut errors = BTreeSet::new();
    let mut warnings = BTreeSet::new();
    for line in stderr.lines().filter(|line| !line.is_empty() && !line.starts_with(">>>")) {
        let (before, kind, symbol) = KINDS.iter().find_map(|kind| {
            let (before, symbol) = line.split_once(&format!("{}: ", kind.message()))?;
            Some((before, *kind, symbol.to_owned()))
        })?;
        if before.contains("error: ") {
            errors.insert(Problem { kind, symbol });
        } else if before.contains("warning: ") && kind == ProblemKind::FunctionSignatureMismatch {
            warnings.insert(symbol);
        } else {
            return None;
        }
    }
    Some((errors, warnings))
}
