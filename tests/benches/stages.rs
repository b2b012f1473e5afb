//! The stages of a run, each alone and in this process: `cargo bench -p wasm-import-guard-tests --bench stages`.
//!
//! What a user waits for is measured by `tests/benchmark`; here is seen which stage a change made slower.
#![allow(clippy::expect_used, reason = "a benchmark stops where it stands")]

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use wasm_import_guard::analysis::Session;
use wasm_import_guard::cache::CacheChoice;
use wasm_import_guard::graph::{self, Mode, Selection};
use wasm_import_guard::object;
use wasm_import_guard::outcome::link::{Object, link};
use wasm_import_guard::policy::Levels;
use wasm_import_guard::symbols::CSymbols;
use wasm_import_guard::toolchain::Toolchain;
use wasm_import_guard::trust::Trust;
use wasm_import_guard_tests::benchmark::Project;
use wasm_import_guard_tests::linking::{self, Graph, Random};
use wasmparser::Parser;

/// How many random links, and the seed that they come from.
const LINKS: u64 = 200;
const SEED: u64 = 1;

fn main() {
    divan::main();
}

/// Finds the graph's packages: cargo's answer, and each manifest.
#[divan::bench(sample_count = 20)]
fn graph_of_an_edge_application(bencher: Bencher<'_, '_>) {
    let (project, session) = session(CacheChoice::Off);
    let (toolchain, selection) = (&session.toolchain, &session.selection);
    let load = || graph::load(toolchain, selection, project.target, Mode::Command);
    let packages = load().expect("the graph resolves").graph.packages.len();
    bencher.counter(ItemsCount::new(packages)).bench_local(load);
}

/// The same, and reads every source and judges.
#[divan::bench(sample_count = 20)]
fn analysis_of_an_edge_application(bencher: Bencher<'_, '_>) {
    let (project, session) = session(CacheChoice::Off);
    bencher
        .bench_local(|| session.analyse(project.target, &mut |_| ()).expect("the graph resolves"));
}

/// The same with what an earlier run kept.
#[divan::bench(sample_count = 20)]
fn analysis_with_the_cache(bencher: Bencher<'_, '_>) {
    let (project, session) = session(CacheChoice::At(scratch().join("cache")));
    let analyse = || session.analyse(project.target, &mut |_| ()).expect("the graph resolves");
    let imports = analyse().imports.len();
    assert!(imports > 100, "an edge application has more than {imports} imports");
    bencher.bench_local(analyse);
}

/// The C symbols of a target from the table that is built in.
#[divan::bench]
fn c_symbols_of_the_table() -> CSymbols {
    CSymbols::for_target(black_box("wasm32-wasip1"), None).expect("the table has it")
}

/// What the linker makes of random objects.
#[divan::bench]
fn random_links(bencher: Bencher<'_, '_>) {
    let graphs = random_graphs();
    bencher.counter(ItemsCount::new(graphs.len())).bench(|| {
        for graph in &graphs {
            black_box(link(&graph.inputs, graph.options));
        }
    });
}

/// The symbols of the same objects as bytes.
#[divan::bench]
fn symbols_of_objects(bencher: Bencher<'_, '_>) {
    let objects = objects();
    bencher.counter(BytesCount::new(objects.iter().map(Vec::len).sum::<usize>())).bench(|| {
        for bytes in &objects {
            black_box(object::read(bytes).expect("an object"));
        }
    });
}

/// Beside it: wasmparser, which looks at the sections alone.
#[divan::bench]
fn sections_of_objects_by_wasmparser(bencher: Bencher<'_, '_>) {
    let objects = objects();
    bencher.counter(BytesCount::new(objects.iter().map(Vec::len).sum::<usize>())).bench(|| {
        for bytes in &objects {
            black_box(Parser::new(0).parse_all(bytes).take_while(Result::is_ok).count());
        }
    });
}

fn random_graphs() -> Vec<Graph> {
    (0..LINKS).map(|number| linking::graph(&mut Random::new(SEED, number))).collect()
}

fn objects() -> Vec<Vec<u8>> {
    let graphs = random_graphs();
    let inputs = graphs.iter().flat_map(|graph| &graph.inputs);
    let encode = |object: &Object| linking::object(object, 0, 0, |_| false);
    inputs.flat_map(|input| input.objects().iter().map(encode)).collect()
}

/// The smallest graph that `tests/benchmark` measures, downloaded, and a session for it.
fn session(cache: CacheChoice) -> (Project, Session) {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    let project = PROJECT.get_or_init(|| {
        let [small, ..] = Project::all(scratch());
        small.fetch();
        small
    });
    let selection = Selection {
        directory: project.directory.clone(),
        locked: true,
        offline: true,
        ..Selection::default()
    };
    let trust = Trust { config: false, offline: true };
    let toolchain =
        Toolchain::find(&selection.directory, trust).expect("cargo and rustc are there");
    let considered = vec![toolchain.version.clone()];
    let session = Session {
        selection,
        toolchain,
        considered,
        pins: None,
        reads_builds: false,
        levels: Levels::new(),
        cache,
    };
    (project.clone(), session)
}

/// A directory below the build directory, which the next run empties.
fn scratch() -> &'static PathBuf {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stages");
        let _ = fs::remove_dir_all(&scratch);
        fs::create_dir_all(&scratch).expect("the build directory can be written");
        scratch
    })
}
