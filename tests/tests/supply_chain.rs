//! What the project depends on is what deny.toml allows, and what a release says of itself is true. The
//! advisories, which need the network, are checked by .github/workflows/advisories.yml.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use cargo_metadata::{Metadata, MetadataCommand};
use serde_json::Value;
use toml::de::DeTable;
use wasm_import_guard_tests::repository;

const PLATFORM: &str = "x86_64-unknown-linux-musl";

fn metadata(options: &[&str]) -> Metadata {
    let options = ["--locked"].iter().chain(options).map(|&option| option.to_owned());
    let mut command = MetadataCommand::new();
    command.current_dir(repository()).other_options(options.collect::<Vec<_>>()).exec().unwrap()
}

/// The texts of a list in deny.toml, or of the `crate` of each of its tables.
fn listed(section: &str, key: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(repository().join("deny.toml")).unwrap();
    let document = DeTable::parse(&source).unwrap();
    let list =
        document.get_ref()[section].get_ref().get(key).unwrap().get_ref().as_array().unwrap();
    let text = |one: &toml::de::DeValue<'_>| {
        one.as_str().or_else(|| one.get("crate")?.get_ref().as_str()).unwrap().to_owned()
    };
    list.iter().map(|one| text(one.get_ref())).collect()
}

/// The licences that `expression` needs from `allowed`; `None` when they do not suffice.
/// Expressions here nest one level: `(a OR b) AND c`.
fn needed(expression: &str, allowed: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let all = expression.split(" AND ").map(|part| {
        let part = part.trim_start_matches('(').trim_end_matches(')').replace('/', " OR ");
        part.split(" OR ").map(|one| one.trim().to_owned()).find(|one| allowed.contains(one))
    });
    all.collect()
}

#[test]
fn licences_are_read_as_they_are_meant() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "ISC".to_owned()]);
    for fine in ["MIT", "GPL-3.0/MIT", "(MIT OR Apache-2.0) AND ISC", "GPL-3.0 OR ISC"] {
        assert!(needed(fine, &allowed).is_some(), "{fine}");
    }
    for foul in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "MITX"] {
        assert_eq!(needed(foul, &allowed), None, "{foul}");
    }
}

#[test]
fn every_licence_is_allowed_and_every_allowance_needed() {
    let allowed = listed("licenses", "allow");
    let mut possible = BTreeSet::new();
    for package in metadata(&["--all-features"]).packages {
        let licence =
            package.license.as_deref().unwrap_or_else(|| panic!("{}: none", package.name));
        assert!(needed(licence, &allowed).is_some(), "{}: {licence}", package.name);
        possible.extend(allowed.iter().filter(|one| licence.contains(one.as_str())).cloned());
    }
    assert_eq!(possible, allowed, "an entry that nothing declares");
}

#[test]
fn every_package_comes_from_here_or_from_crates_io() {
    let metadata = metadata(&["--all-features"]);
    let members: BTreeSet<_> = metadata.workspace_members.iter().collect();
    for package in &metadata.packages {
        match &package.source {
            Some(source) => assert!(source.is_crates_io(), "{}: {source}", package.name),
            None => assert!(members.contains(&package.id), "{} lies elsewhere", package.name),
        }
    }
}

#[test]
fn no_package_is_banned_or_there_twice_without_a_word() {
    let mut versions: BTreeMap<String, usize> = BTreeMap::new();
    for package in metadata(&["--all-features"]).packages {
        *versions.entry(package.name.to_string()).or_default() += 1;
    }
    for banned in listed("bans", "deny") {
        assert!(!versions.contains_key(&banned), "{banned} is banned");
    }
    let several = versions.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name);
    assert_eq!(several.collect::<BTreeSet<_>>(), listed("bans", "skip"));
}

/// What release/sbom writes, as release.yml runs it.
fn bill() -> Value {
    let metadata = metadata(&["--filter-platform", PLATFORM]);
    let mut script = Command::new("python3");
    script.args(["release/sbom", "Cargo.lock"]).current_dir(repository());
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(&metadata).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_bill_of_materials_has_what_cargo_compiles() {
    let bill = bill();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.6".into()));
    assert_eq!(bill["metadata"]["component"]["name"], "cargo-wasm-import-guard");
    let components = bill["components"].as_array().unwrap();
    let listed: BTreeSet<String> = components
        .iter()
        .map(|one| {
            format!("{} v{}", one["name"].as_str().unwrap(), one["version"].as_str().unwrap())
        })
        .collect();
    // cargo's own answer, by another way.
    let arguments =
        "tree --locked -p cargo-wasm-import-guard -e normal,build --prefix none --target";
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments.split(' ')).arg(PLATFORM).current_dir(repository());
    let tree = String::from_utf8(cargo.output().unwrap().stdout).unwrap();
    let packages = tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    let compiled: BTreeSet<String> = packages
        .filter(|one| !one.starts_with("cargo-wasm-import-guard ") && !one.is_empty())
        .collect();
    assert!(compiled.len() > 50, "{tree}");
    let missing: Vec<_> = compiled.difference(&listed).collect();
    assert!(missing.is_empty(), "compiled, and not in the bill: {missing:?}");
    for tests_only in ["insta", "comrak", "proptest"] {
        assert!(!components.iter().any(|one| one["name"] == tests_only), "{tests_only}");
    }
    for component in components.iter().filter(|one| one["name"] != "wasm-import-guard") {
        assert_eq!(component["hashes"][0]["content"].as_str().unwrap().len(), 64, "{component}");
    }
}
