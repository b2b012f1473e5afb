//! The imports that the command reports, against those that rustc itself sees.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeMap;

use wasm_import_guard_tests::fixture::{Expected, Fixture, What};
use wasm_import_guard_tests::truth::{Comparison, Entry, run, text, undefined_names};
use wasm_import_guard_tests::{Declared, Output, Scratch, read_expanded, toolchain};

/// Crates that need little to be expanded, and how many imports each has by rustc's count.
const EXACT: &[(&str, &str, &str, &str, usize)] = &[
    ("fastly-sys", "0.13.2", "wasm32-wasip1", "default", 246),
    ("wasi", "0.11.1", "wasm32-wasip1", "default", 46),
    ("wasix", "0.13.2", "wasm32-wasip1", "default", 93),
    ("oc-wasm-sys", "0.12.1", "wasm32-unknown-unknown", "default", 46),
    ("turbo-genesis-ffi", "1.0.0", "wasm32-unknown-unknown", "default", 55),
    ("ic0", "1.2.0", "wasm32-unknown-unknown", "default", 67),
    ("multiversx-sc-wasm-adapter", "0.66.2", "wasm32-unknown-unknown", "default", 189),
    ("tari_template_abi", "0.22.0", "wasm32-unknown-unknown", "default", 2),
    ("proxy-wasm", "0.2.5", "wasm32-unknown-unknown", "default", 37),
    ("instant", "0.1.13", "wasm32-unknown-unknown", "now", 1),
    ("dlmalloc", "0.2.14", "wasm32-unknown-unknown", "default", 0),
    ("solana-define-syscall", "5.3.0", "wasm32-unknown-unknown", "default", 44),
    ("gsys", "2.0.0", "wasm32-unknown-unknown", "default", 52),
    // What `wit_bindgen::generate!` declares, of wit-bindgen 0.22 and 0.57.
    ("zed_extension_api", "0.1.0", "wasm32-wasip1", "default", 23),
    ("spin-sdk", "7.0.0", "wasm32-wasip1", "default", 122),
];

/// Crates with imports that the scanner does not find, and why.
const KNOWN_MISSING: &[Known] = &[
    // `#[wasm_bindgen]` blocks, and the intrinsics that only its expansion declares.
    Known {
        entry: ("wasm-bindgen", "0.2.130", "wasm32-unknown-unknown", "default"),
        truth: 70,
        missing: 63,
        is_covered: true,
    },
    // A local `macro_rules!` that makes extern blocks is handed to a macro that another crate's
    // procedural macro makes: the call is an opaque place.
    Known {
        entry: ("soroban-env-guest", "29.0.2", "wasm32-unknown-unknown", "default"),
        truth: 199,
        missing: 199,
        is_covered: true,
    },
];

/// What is missing by rustc's count. When this fails because less is missing, or more is said to be:
/// write the new state down, or move the crate to [`EXACT`].
struct Known {
    entry: (&'static str, &'static str, &'static str, &'static str),
    truth: usize,
    missing: usize,
    /// Whether opaque places answer for what is missing.
    is_covered: bool,
}

fn compared(entries: &[Entry]) -> Vec<Comparison> {
    let outcomes = run(entries, &mut |_| {});
    let said = text(&outcomes);
    let results = outcomes.into_iter().map(|outcome| match outcome.result {
        Ok(comparison) => comparison,
        Err(reason) => panic!("{}: {reason}\n{said}", outcome.entry),
    });
    results.collect()
}

#[test]
fn what_rustc_sees_is_found_and_nothing_else() {
    let entries: Vec<Entry> = EXACT
        .iter()
        .map(|(name, version, target, features, _)| Entry::new(name, version, target, features))
        .collect();
    for ((name, .., count), result) in EXACT.iter().zip(compared(&entries)) {
        assert!(result.is_exact(), "{name}: {result:#?}");
        assert_eq!((result.truth, result.certain, result.possible), (*count, *count, 0), "{name}");
        assert_eq!(result.undecided, 0, "{name}");
    }
}

#[test]
fn what_is_missing_is_known_and_said_to_be_hidden() {
    let entry = |(name, version, target, features)| Entry::new(name, version, target, features);
    let entries: Vec<Entry> = KNOWN_MISSING.iter().map(|known| entry(known.entry)).collect();
    for (known, result) in KNOWN_MISSING.iter().zip(compared(&entries)) {
        let name = known.entry.0;
        assert_eq!(result.truth, known.truth, "{name}");
        assert_eq!(result.missing.len(), known.missing, "{name}: {:#?}", result.missing);
        let covered = if known.is_covered { known.missing } else { 0 };
        assert_eq!(result.covered(), covered, "{name}: {} opaque places", result.opaque);
        assert_eq!((result.wrong, result.wrong_types), (vec![], vec![]), "{name}");
    }
}

/// No table has the C library of this target. It is a musl, as emscripten's is, which lacks a few of its
/// functions.
#[test]
fn functions_of_a_musl_are_no_imports() {
    let entry = Entry::new("libc", "0.2.191", "wasm32-wali-linux-musl", "default");
    let result = compared(&[entry]).remove(0);
    assert_eq!((result.truth, result.certain, result.wrong.len()), (142, 142, 0), "{result:#?}");
    assert_eq!(result.superfluous.len(), 13, "{result:#?}");
}

/// The names of a fixture's packages.
fn packages(fixture: &Fixture, project: &Scratch) -> Vec<String> {
    let mut cargo = toolchain().cargo(project.root());
    let output =
        Output::of(cargo.args(["metadata", "--no-deps", "--offline", "--format-version=1"]));
    assert_eq!(output.status, Some(0), "{}: {}", fixture.name, output.stderr);
    let metadata: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages.map(|it| it["name"].as_str().expect("a name").to_owned()).collect()
}

/// rustc's list for all packages of a fixture, without what the fixture itself defines.
fn rustc_sees(fixture: &Fixture) -> Result<Vec<Declared>, String> {
    let project = Scratch::new();
    fixture.write(project.root());
    let features: Vec<&str> =
        fixture.features.iter().flat_map(|features| ["--features", features]).collect();
    let mut declared = Vec::new();
    let mut open = BTreeMap::new();
    for package in packages(fixture, &project) {
        let selected = fixture.package.is_none() || fixture.package.as_ref() == Some(&package);
        let features: &[&str] = if selected { &features } else { &[] };
        project.try_check(&package, &fixture.target, features)?;
        let expanded = project.try_expand(&package, &fixture.target, features)?;
        let read = read_expanded(&expanded).map_err(|error| error.to_string())?;
        for item in read.declared {
            // rustc's own hooks, libraries and intrinsics are no host's business.
            let is_bare = item.module.is_none();
            if is_bare
                && (item.abi == "Rust"
                    || item.native_library
                    || item.name.starts_with("llvm.")
                    || read.defined.contains(&item.name))
            {
                continue;
            }
            if is_bare {
                open.insert(item.name.clone(), item.kind);
            }
            declared.push(item);
        }
    }
    let undefined = undefined_names(
        if fixture.target.contains("wasi") { "wasm32-wasip1" } else { "wasm32-unknown-unknown" },
        &open,
    );
    declared.retain(|item| item.module.is_some() || undefined.contains(&item.name));
    Ok(declared)
}

/// The text of the line that an expectation stands on, without the expectations.
fn line_of<'a>(fixture: &'a Fixture, expected: &Expected) -> &'a str {
    let (_, content) =
        fixture.files.iter().find(|(path, _)| *path == expected.file).expect("the file is there");
    let line = content.lines().nth(expected.line - 1).expect("the line is there");
    line.split("//~").next().unwrap_or_default()
}

fn holds_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|it| it == word)
}

/// What a fixture announces must be what rustc sees.
fn differences(fixture: &Fixture) -> Vec<String> {
    let declared = match rustc_sees(fixture) {
        Ok(declared) => declared,
        Err(stderr) => return vec![format!("{}: does not compile:\n{stderr}", fixture.name)],
    };
    let mut left: Vec<&Declared> = declared.iter().collect();
    let mut differences = Vec::new();
    for wanted in ["certain", "possible"] {
        for expected in &fixture.expected {
            let What::Import { module, name, certainty, .. } = &expected.what else { continue };
            if certainty != wanted {
                continue;
            }
            let line = line_of(fixture, expected);
            // What a macro has of its own is placed at the call, whose line does not name it.
            let is_call = ["!(", "! {", "!{"].iter().any(|it| line.contains(it));
            let found = left.iter().position(|item| {
                item.module == *module
                    && item.name == *name
                    && (is_call || holds_word(line, &item.ident))
            });
            match found {
                Some(at) => drop(left.remove(at)),
                None if wanted == "possible" => {}
                None => {
                    differences.push(format!("{}: rustc does not see {expected:?}", fixture.name));
                }
            }
        }
    }
    // What a place hides may be written there: the names in a macro's call.
    let opaque: Vec<&str> = fixture
        .expected
        .iter()
        .filter(|it| it.what == What::Opaque)
        .map(|it| line_of(fixture, it))
        .collect();
    left.retain(|item| !opaque.iter().any(|line| holds_word(line, &item.ident)));
    differences.extend(left.iter().map(|it| format!("{}: rustc sees {it:?}", fixture.name)));
    differences
}

#[test]
fn fixtures_announce_what_rustc_sees() {
    let fixtures = Fixture::all();
    let compared = fixtures.iter().filter(|fixture| fixture.no_rustc.is_none());
    let wrong: Vec<String> = compared.flat_map(differences).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
