//! Runs linked modules with wasmtime: what is called must be what the model named.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;
use wasm_import_guard::import::{ValueType, WasmType};
use wasm_import_guard::outcome::link::{self, Item, ModuleImport, Place, Scope, Target};

use super::Graph;
use super::object::{marker, place};
use crate::environment::repository;

/// As `tests/wasmtime/driver.py` has it: numbers from here on are imports.
const HOST: i64 = 1 << 30;

/// A wasmtime that waits for modules.
#[derive(Debug)]
pub struct Wasmtime {
    driver: Child,
    modules: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What wasmtime made of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ran {
    /// It does not validate.
    Refused(String),
    /// What each exported function did, by name.
    Called(BTreeMap<String, Vec<Event>>),
}

/// Something that happened while an exported function ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A function of the graph began.
    Began(Place),
    /// It is about to call the symbol at that place.
    Calls(Place),
    /// The host's function was called.
    Host(ModuleImport),
    /// The end.
    Trap,
}

impl Wasmtime {
    /// The one that `tests/wasmtime/setup` installs. One that is missing is a failure, never a test left
    /// out.
    pub fn start() -> Self {
        let mut driver = Self::python()
            .arg(repository().join("tests/wasmtime/driver.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the environment's Python runs");
        let modules = driver.stdin.take().expect("it is piped");
        let answers = BufReader::new(driver.stdout.take().expect("it is piped"));
        Self { driver, modules, answers }
    }

    /// The Python that has its module `wasmtime`.
    pub fn python() -> Command {
        let directory = std::env::var_os("WASM_IMPORT_GUARD_WASMTIME").map_or_else(
            || {
                std::env::var_os("WASM_IMPORT_GUARD_TOOLCHAIN")
                    .map_or_else(|| repository().join(".wasm-toolchain"), PathBuf::from)
                    .join("wasmtime")
            },
            PathBuf::from,
        );
        assert!(
            directory.join("stamp").is_file(),
            "wasmtime is not there ({}): run `tests/wasmtime/setup`, or `tests/run`, which does",
            directory.display()
        );
        Command::new(directory.join("bin/python"))
    }

    /// Calls every exported function of `module`.
    pub fn run(&mut self, module: &[u8]) -> Ran {
        let length = u32::try_from(module.len()).expect("modules are small");
        self.modules.write_all(&length.to_le_bytes()).expect("the driver reads");
        self.modules.write_all(module).expect("the driver reads");
        self.modules.flush().expect("the driver reads");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the driver answers");
        let answer: Value = serde_json::from_str(&line).expect("the driver answers with JSON");
        if let Some(message) = answer["refused"].as_str() {
            return Ran::Refused(message.to_owned());
        }
        let imports: Vec<ModuleImport> = list(&answer["imports"]).iter().map(import).collect();
        let exports = answer["exports"].as_object().expect("an object");
        let called = exports.iter().map(|(name, it)| (name.clone(), events(it, &imports)));
        Ran::Called(called.collect())
    }
}

impl Drop for Wasmtime {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("an array")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn import(value: &Value) -> ModuleImport {
    let types = |value: &Value| {
        let all = list(value).iter();
        all.map(|it| match it.as_str() {
            Some("i32") => ValueType::I32,
            Some("i64") => ValueType::I64,
            Some("f32") => ValueType::F32,
            Some("f64") => ValueType::F64,
            other => panic!("no type of these objects: {other:?}"),
        })
        .collect()
    };
    let ty = WasmType { params: types(&value[2]), results: types(&value[3]) };
    ModuleImport { module: text(&value[0]), name: text(&value[1]), ty }
}

fn events(export: &Value, imports: &[ModuleImport]) -> Vec<Event> {
    let place = |number: i64| {
        let marker = i32::try_from(number).expect("a marker");
        place(marker).expect("a marker")
    };
    let mut events: Vec<Event> = list(&export["log"])
        .iter()
        .map(|number| match number.as_i64().expect("a number") {
            number if number >= HOST => {
                let index = usize::try_from(number - HOST).expect("an index");
                Event::Host(imports[index].clone())
            }
            number if number < 0 => Event::Calls(place(-number)),
            number => Event::Began(place(number)),
        })
        .collect();
    if export["trap"].as_bool().expect("a flag") {
        events.push(Event::Trap);
    }
    events
}

/// What a module that the model foretells does when it is run: each exported function that is left calls
/// what its references reach, in their order, up to a stub.
fn foretold(graph: &Graph, module: &link::Module) -> BTreeMap<String, Vec<Event>> {
    let mut all = BTreeMap::new();
    for (input, it) in graph.inputs.iter().enumerate() {
        for (member, object) in it.objects().iter().enumerate() {
            for (number, symbol) in object.symbols.iter().enumerate() {
                let Item::Function { scope: Scope::Exported, references, .. } = &symbol.item else {
                    continue;
                };
                let from = Place { input, member, symbol: number };
                let called = references.iter().filter(|it| it.called);
                let called = called.map(|it| Place { input, member, symbol: it.symbol });
                let called: Vec<Place> = called.collect();
                // Nothing is foretold of an archive's member that nothing asked for.
                if called.iter().all(|&to| module.reaches(from, to).is_some()) {
                    all.insert(symbol.name.clone(), events_of(from, &called, module));
                }
            }
        }
    }
    all
}

fn events_of(from: Place, called: &[Place], module: &link::Module) -> Vec<Event> {
    let mut events = vec![Event::Began(from)];
    for &to in called {
        events.push(Event::Calls(to));
        match module.reaches(from, to) {
            Some(Target::Import(import)) => events.push(Event::Host(import.clone())),
            Some(Target::Definition(place)) => events.push(Event::Began(*place)),
            Some(
                Target::SignatureMismatchStub | Target::UndefinedWeakStub | Target::UndefinedStub,
            ) => {
                events.push(Event::Trap);
                break;
            }
            Some(Target::Null) | None => panic!("the model says of each call what it reaches"),
        }
    }
    events
}

/// What differs between the model and a run of the module, in words; `None` when they agree.
pub fn run_differences(graph: &Graph, model: &link::Module, ran: &Ran) -> Option<String> {
    match ran {
        Ran::Refused(_) if !model.invalid.is_empty() => None,
        Ran::Refused(message) => Some(format!("foretold a valid module, wasmtime says {message}")),
        Ran::Called(_) if !model.invalid.is_empty() => {
            Some(format!("foretold {:?}, wasmtime runs it", model.invalid))
        }
        Ran::Called(found) => {
            let mut expected = foretold(graph, model);
            // Of an archive's member that calls nothing the model does not say whether it is linked.
            expected.retain(|name, events| events.len() > 1 || found.contains_key(name));
            (expected != *found).then(|| format!("calls: foretold {expected:?}, found {found:?}"))
        }
    }
}

/// How many calls a run made.
pub(super) fn calls(ran: &Ran) -> usize {
    let Ran::Called(exports) = ran else {
        return 0;
    };
    exports.values().flatten().filter(|it| matches!(it, Event::Calls(_))).count()
}

/// The number that a function writes down before it calls the symbol at `place`.
pub(super) fn call_marker(place: Place) -> i32 {
    -marker(place)
}
