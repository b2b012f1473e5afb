//! Published crates through the imitation of rustc 1.91.0: which of their imports other crates' objects
//! name, against what the source analysis says, and what the link makes of each, against `check`.
//!
//! Each application is made of calls, so that those that do not link can be left out.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use wasm_import_guard_tests::graph::BuiltGraph;
use wasm_import_guard_tests::objects::{CrateId, functions, objects};
use wasm_import_guard_tests::{Build, Scratch, module_imports, run};

/// Module and name.
type Import = (String, String);

/// An application on one published crate.
struct Application {
    dependency: &'static str,
    version: &'static str,
    target: &'static str,
    /// What else the library begins with.
    prelude: &'static str,
    /// How the names of those imports begin whose exposure the source does not tell: none with "-".
    undecided: &'static str,
    /// Imports, `module name`, each with a statement that reaches it.
    calls: &'static [(&'static str, &'static str)],
}

/// What one build of an application gave, and what was said of it.
struct Seen {
    /// The imports of the crate that objects name, each with whether those of another crate do.
    in_objects: BTreeMap<Import, bool>,
    /// The exposure of each import of the crate in the source.
    in_source: BTreeMap<Import, String>,
    /// The imports of the module that rustc and rust-lld made.
    kept: BTreeSet<Import>,
    /// What the link as rustc 1.91.0 has it gives: the module's imports, or the messages.
    imitated: Result<BTreeSet<Import>, String>,
    /// The imports that the imitation gave their plain names.
    plain: BTreeSet<Import>,
    /// What `check` says of rustc 1.91.0, for the imports that it says something of.
    outcomes: BTreeMap<Import, BTreeSet<String>>,
}

impl Application {
    /// The application with the calls that are not in `without`.
    fn project(&self, without: &BTreeSet<Import>) -> Scratch {
        let calls = self.calls.iter().filter(|(import, _)| !without.contains(&split(import)));
        let body: Vec<String> = calls.map(|(_, call)| format!("        {call}\n")).collect();
        let body = body.concat();
        // A file that is opened and closed: std's own use of libc is in the link.
        let lib = format!(
            "{}\n#[unsafe(no_mangle)]\npub extern \"C\" fn run() {{\n    \
             drop(std::fs::File::open(\"x\"));\n    #[allow(unused_unsafe)]\n    unsafe {{\n{body}    \
             }}\n}}\n",
            self.prelude
        );
        let requirement = format!("\"={}\"", self.version);
        Scratch::library("app", &[(self.dependency, &requirement)], &lib)
    }

    fn see(&self, without: &BTreeSet<Import>) -> Seen {
        let project = self.project(without);
        let cargo = Build::new(self.target).env("CARGO_INCREMENTAL", "0");
        let built = cargo.clone().run(&project);
        let graph = BuiltGraph::read(&built, self.target);
        let package = graph
            .packages()
            .into_iter()
            .find(|it| it.split_once(' ').is_some_and(|(name, _)| name == self.dependency));
        let in_objects = graph.exposed(package.expect("the crate was built"));
        self.assert_mangled(&built.files);
        let kept = imports_of(&built.module("app.wasm"));

        let log = project.path("imitation.log");
        let linked = cargo
            .linker(Path::new(env!("CARGO_BIN_EXE_imitate-1-91-0")))
            .env("IMITATE_1_91_0_LOG", log.to_str().expect("UTF-8"))
            .run(&project);
        let of_crate = format!(" of {}[", self.dependency.replace('-', "_"));
        let plain = fs::read_to_string(&log).expect("the linker was called");
        let plain = plain.lines().filter_map(|line| {
            assert!(!line.contains("mangled still"), "{line}");
            line.split_once(&of_crate).map(|(import, _)| import.to_owned())
        });
        let plain: BTreeSet<String> = plain.collect();
        let plain = in_objects.keys().filter(|it| plain.contains(&format!("{}.{}", it.0, it.1)));

        Seen {
            plain: plain.cloned().collect(),
            in_source: self.in_source(&project),
            outcomes: self.outcomes(&project, "1.91.0"),
            imitated: if linked.success {
                Ok(imports_of(&linked.module("app.wasm")))
            } else {
                Err(linked.stderr)
            },
            in_objects,
            kept,
        }
    }

    /// Every import that the application's own objects name has a mangled symbol.
    fn assert_mangled(&self, files: &[std::path::PathBuf]) {
        let rlib = files.iter().find(|it| it.ends_with("libapp.rlib")).expect("it is an rlib too");
        let bytes = fs::read(rlib).expect("it was copied");
        for (name, object) in objects("", &bytes).expect("an archive") {
            for it in functions(object).expect("sound").undefined {
                if it.module != "env" {
                    assert!(it.explicit_name, "{}: {name}: {it:?}", self.dependency);
                    assert!(CrateId::of_symbol(&it.symbol).is_some(), "{name}: {it:?}");
                }
            }
        }
    }

    fn in_source(&self, project: &Scratch) -> BTreeMap<Import, String> {
        let report = json(project, &["imports", "--format", "json", "--target", self.target]);
        assert_eq!(report["opaque"], Value::Array(Vec::new()), "{}", self.dependency);
        let own = array(&report, "imports").iter().filter(|it| it["package"] == self.dependency);
        own.map(|it| (import(it), text(it, "exposure").to_owned())).collect()
    }

    /// What `check` says of each import of the crate, by all its findings.
    fn outcomes(&self, project: &Scratch, rustc: &str) -> BTreeMap<Import, BTreeSet<String>> {
        let arguments =
            ["check", "--format", "json", "--target", self.target, "--rustc-version", rustc];
        let report = json(project, &arguments);
        let mut outcomes: BTreeMap<Import, BTreeSet<String>> = BTreeMap::new();
        for finding in array(&report, "findings") {
            if finding["package"] == self.dependency && finding["module"].is_string() {
                let of_rustc = array(&finding["outcomes"], rustc).iter();
                let of_rustc = of_rustc.map(|it| it.as_str().expect("a string").to_owned());
                outcomes.entry(import(finding)).or_default().extend(of_rustc);
            }
        }
        outcomes
    }

    /// The whole comparison, with what is known beforehand: how many imports the objects of other crates
    /// name, which names the linker refuses, and which of the others are lost without a word.
    fn assert_agreement(&self, exposed: usize, failing: &[&str], lost: &[&str]) {
        let all = self.see(&BTreeSet::new());
        all.assert_exposure(self);
        assert_eq!(all.plain.len(), exposed, "{}: {:?}", self.dependency, all.plain);
        for (call, _) in self.calls {
            let import = split(call);
            assert!(all.in_objects.contains_key(&import), "nothing reaches {call}");
            // The rustc of the tests mangles: all that is called is there.
            assert!(all.kept.contains(&import), "{call} is lost: {:?}", all.kept);
        }
        let with_mangling = self.outcomes(&self.project(&BTreeSet::new()), "1.96.0");
        let kept = BTreeSet::from(["kept".to_owned()]);
        assert!(with_mangling.values().all(|it| *it == kept), "{with_mangling:?}");

        let mut without = BTreeSet::new();
        if let Err(messages) = &all.imitated {
            let named = all.assert_errors(messages);
            assert_eq!(named, failing.iter().map(|it| (*it).to_owned()).collect(), "{messages}");
            let calls = self.calls.iter().map(|(call, _)| split(call));
            without.extend(calls.filter(|import| named.contains(&import.1)));
        } else {
            assert!(failing.is_empty(), "{}: it links", self.dependency);
        }
        let linked = if without.is_empty() { all } else { self.see(&without) };
        linked.assert_exposure(self);
        let module = linked.imitated.as_ref().unwrap_or_else(|messages| panic!("{messages}"));
        let called = self.calls.iter().map(|(call, _)| split(call));
        let called: Vec<Import> = called.filter(|import| !without.contains(import)).collect();
        let mut missing = BTreeSet::new();
        for import in called {
            let is_there = module.contains(&import);
            let said = linked.outcomes.get(&import).cloned().unwrap_or_else(|| kept.clone());
            if !is_there {
                missing.insert(format!("{} {}", import.0, import.1));
            }
            let agrees = said.contains(if is_there { "kept" } else { "misbound" })
                || (!is_there && said.contains("trap"));
            assert!(agrees, "{import:?} is there: {is_there}, and check says {said:?}");
        }
        assert_eq!(missing, lost.iter().map(|it| (*it).to_owned()).collect());
    }
}

impl Seen {
    /// The source analysis' exposure is that of the objects, for each import, and so is what the
    /// imitation changed. What is undecided is `possible`, all of it and nothing else.
    fn assert_exposure(&self, application: &Application) {
        assert!(!self.in_source.is_empty());
        let mut differences = Vec::new();
        for (import, exposure) in &self.in_source {
            let is_exposed = self.in_objects.get(import).copied().unwrap_or_default();
            let agrees = if import.1.starts_with(application.undecided) {
                exposure == "possible"
            } else {
                matches!(
                    (is_exposed, exposure.as_str()),
                    (true, "exposed") | (false, "kept" | "unreferenced")
                )
            };
            if !agrees {
                differences.push(format!("{import:?}: {exposure}, in objects {is_exposed}"));
            }
        }
        for import in self.in_objects.keys().filter(|it| !self.in_source.contains_key(it)) {
            differences.push(format!("{import:?} is not in the source"));
        }
        assert!(differences.is_empty(), "{}:\n{}", application.dependency, differences.join("\n"));
        let exposed = self.in_objects.iter().filter(|(_, is_exposed)| **is_exposed);
        assert_eq!(exposed.map(|it| it.0.clone()).collect::<BTreeSet<_>>(), self.plain);
    }

    /// The names in the linker's errors, all of which were predicted, and no other was for certain.
    fn assert_errors(&self, messages: &str) -> BTreeSet<String> {
        let mismatch = "import module mismatch for symbol: ";
        let named: BTreeSet<String> = messages
            .lines()
            .filter_map(|line| line.split_once(mismatch))
            .map(|(_, name)| name.trim().to_owned())
            .collect();
        assert!(!named.is_empty(), "{messages}");
        let fails = |it: &BTreeSet<String>| it.contains("link-error");
        for name in &named {
            let mut predicted = self.outcomes.iter().filter(|(import, _)| import.1 == *name);
            assert!(predicted.any(|(_, it)| fails(it)), "{name}: {:?}", self.outcomes);
        }
        for ((module, name), said) in self.outcomes.iter().filter(|it| it.1.len() == 1) {
            assert!(!fails(said) || named.contains(name), "{module}.{name} links: {messages}");
        }
        named
    }
}

fn split(import: &str) -> Import {
    let (module, name) = import.split_once(' ').expect("a module and a name");
    (module.to_owned(), name.to_owned())
}

fn imports_of(module: &[u8]) -> BTreeSet<Import> {
    module_imports(module).into_iter().map(|it| (it.module, it.name)).collect()
}

fn json(project: &Scratch, arguments: &[&str]) -> Value {
    let output = run(project.root(), arguments);
    serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", output.stdout, output.stderr))
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no {key} in {value}"))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

fn import(value: &Value) -> Import {
    (text(value, "module").to_owned(), text(value, "name").to_owned())
}

#[test]
fn the_pub_imports_of_fastly_sys() {
    Application {
        dependency: "fastly-sys",
        version: "0.13.2",
        target: "wasm32-wasip1",
        prelude: "
use std::ptr::{null, null_mut};
use fastly_sys::{fastly_async_io as io, fastly_http_body as body, *};
/// Instantiated here, as a generic function of a third crate would be.
fn through<F: Fn() -> R, R>(call: F) { call(); }
",
        undecided: "-",
        calls: &[
            ("fastly_abi init", "fastly_abi::init(1);"),
            ("fastly_http_body new", "body::new(null_mut());"),
            ("fastly_http_body read", "body::read(1, null_mut(), 0, null_mut());"),
            ("fastly_http_body append", "through(|| body::append(1, 2));"),
            ("fastly_http_body close", "through(|| body::close(1));"),
            ("fastly_dictionary open", "fastly_dictionary::open(null(), 0, null_mut());"),
            ("fastly_dictionary get", "std::hint::black_box(fastly_dictionary::get as *const ());"),
            ("fastly_log write", "fastly_log::write(1, null(), 0, null_mut());"),
            ("fastly_async_io select", "io::select(null(), 0, 0, null_mut());"),
            ("fastly_async_io is_ready", "io::is_ready(1, null_mut());"),
        ],
    }
    .assert_agreement(10, &["close", "open", "read", "write"], &["fastly_async_io select"]);
}

#[test]
fn the_inline_wrappers_of_ic0() {
    Application {
        dependency: "ic0",
        version: "1.2.0",
        target: "wasm32-wasip1",
        prelude: "",
        undecided: "-",
        calls: &[
            ("ic0 time", "std::hint::black_box(ic0::time());"),
            ("ic0 msg_reply", "ic0::msg_reply();"),
            ("ic0 msg_arg_data_copy", "ic0::msg_arg_data_copy(&mut [0; 4], 0);"),
            ("ic0 env_var_name_size", "std::hint::black_box(ic0::env_var_name_size(1));"),
            ("ic0 canister_cycle_balance128", "ic0::canister_cycle_balance128();"),
            ("ic0 stable64_size", "std::hint::black_box(ic0::sys::stable64_size());"),
            ("ic0 trap", "if std::env::args().count() == 7 { ic0::trap(b\"x\") }"),
        ],
    }
    .assert_agreement(7, &[], &["ic0 time"]);
}

#[test]
fn the_pub_imports_of_oc_wasm_sys() {
    Application {
        dependency: "oc-wasm-sys",
        version: "0.12.1",
        target: "wasm32-wasip1",
        prelude: "
use std::ptr::{null, null_mut};
use oc_wasm_sys::{component, computer, descriptor, execute};
",
        undecided: "-",
        calls: &[
            ("computer uptime", "std::hint::black_box(computer::uptime());"),
            ("computer cpuTime", "std::hint::black_box(computer::cpu_time());"),
            ("computer beep", "computer::beep(1, 2);"),
            ("computer error", "if std::env::args().count() == 7 { computer::error(null(), 0) }"),
            ("computer shutdown", "if std::env::args().count() == 8 { computer::shutdown() }"),
            ("descriptor close", "descriptor::close(1);"),
            ("descriptor dup", "descriptor::dup(1);"),
            ("component type", "component::component_type(null(), null_mut(), 0);"),
            ("component slot", "component::slot(null());"),
            ("execute add", "execute::add(null(), 0);"),
        ],
    }
    .assert_agreement(10, &["close"], &["computer shutdown"]);
}

#[test]
fn the_plain_wrappers_of_turbo_genesis() {
    Application {
        dependency: "turbo-genesis-ffi",
        version: "1.0.0",
        target: "wasm32-unknown-unknown",
        prelude: "use std::ptr::{null, null_mut};\nuse turbo_genesis_ffi::{os, sys};",
        undecided: "-",
        calls: &[
            ("@turbo_genesis/sys log", "sys::log(null(), 0);"),
            ("@turbo_genesis/sys tick", "std::hint::black_box(sys::tick());"),
            ("@turbo_genesis/sys rand", "std::hint::black_box(sys::rand());"),
            ("turbo log", "os::server::log(null(), 0);"),
            ("turbo random_bytes", "os::server::random_bytes(null_mut(), 0);"),
        ],
    }
    .assert_agreement(0, &[], &[]);
}

#[test]
fn the_generated_bindings_of_wasip2() {
    Application {
        dependency: "wasip2",
        version: "2.0.1",
        target: "wasm32-wasip1",
        prelude: "",
        // `drop` of a trait, which dropping a value of the type calls.
        undecided: "[resource-drop]",
        calls: &[
            (
                "wasi:cli/exit@0.2.12 exit",
                "if std::env::args().count() == 7 { wasip2::cli::exit::exit(Ok(())) }",
            ),
            (
                "wasi:cli/environment@0.2.12 get-environment",
                "wasip2::cli::environment::get_environment();",
            ),
            ("wasi:clocks/monotonic-clock@0.2.12 now", "wasip2::clocks::monotonic_clock::now();"),
            ("wasi:cli/stdout@0.2.12 get-stdout", "let out = wasip2::cli::stdout::get_stdout();"),
            (
                "wasi:io/streams@0.2.12 [method]output-stream.check-write",
                "let _ = out.check_write();",
            ),
            ("wasi:io/streams@0.2.12 [resource-drop]output-stream", "drop(out);"),
        ],
    }
    .assert_agreement(1, &[], &[]);
}
