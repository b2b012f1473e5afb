//! Every action that is used, here and in what the documentation shows, is pinned by a commit that
//! tests/action/pinned-actions.tsv has, with where it was seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use wasm_import_guard_tests::repository;

/// Action, and what follows `@`: the commit, and the version as a comment.
fn table() -> BTreeMap<String, String> {
    let text = fs::read_to_string(repository().join("tests/action/pinned-actions.tsv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("action\tversion\tsha\tseen"));
    let mut table = BTreeMap::new();
    for line in lines {
        let [action, version, sha, seen] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        assert!(
            sha.len() == 40 && sha.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')),
            "{line}"
        );
        assert!(version.starts_with('v') && version.matches('.').count() == 2, "{line}");
        assert!(!seen.is_empty(), "{line}");
        assert_eq!(table.insert(action.to_owned(), format!("{sha} # {version}")), None, "{line}");
    }
    table
}

/// Every file that uses an action, or tells others to. Not the pages of the rules, which show what is wrong.
fn files() -> Vec<PathBuf> {
    let mut files = vec![repository().join("action.yml"), repository().join("README.md")];
    for directory in [".github/workflows", "action-src/docs"] {
        let entries = fs::read_dir(repository().join(directory)).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()));
    }
    files.sort();
    files
}

/// What is wrong with a line, and the action that it names.
fn judge(line: &str, table: &BTreeMap<String, String>) -> Result<Option<String>, String> {
    let line = line.trim_start().trim_start_matches("- ");
    let Some(uses) = line.strip_prefix("uses:").map(str::trim) else { return Ok(None) };
    // The Action itself: the documentation does not know who hosts it, nor which commit is the newest.
    if uses.starts_with("./") || uses.starts_with("OWNER/wasm-import-guard") {
        return Ok(None);
    }
    let (action, pin) = uses.split_once('@').ok_or_else(|| format!("{uses} is not pinned"))?;
    match table.get(action) {
        None => Err(format!("{action} is not in the table")),
        Some(known) if known == pin => Ok(Some(action.to_owned())),
        Some(known) => Err(format!("{action}@{pin} is not {known}")),
    }
}

#[test]
fn every_action_is_pinned_as_the_table_has_it() {
    let table = table();
    let mut used = BTreeSet::new();
    for file in files() {
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            match judge(line, &table) {
                Ok(action) => used.extend(action),
                Err(wrong) => panic!("{}:{}: {wrong}", shown(&file), number + 1),
            }
        }
    }
    let known: BTreeSet<_> = table.into_keys().collect();
    assert_eq!(used, known, "the table has what is used, and nothing else");
}

#[test]
fn another_pin_would_be_noticed() {
    let table = table();
    let pin = &table["actions/checkout"];
    assert_eq!(
        judge(&format!("- uses: actions/checkout@{pin}"), &table),
        Ok(Some("actions/checkout".into()))
    );
    for wrong in [
        "uses: actions/checkout@v7",
        "uses: actions/checkout",
        &format!("uses: actions/checkout@{}", pin.replace(" # v7", " # v8")),
        &format!("uses: actions/checkout@{}", pin.replacen('3', "4", 1)),
        &format!("- uses: actions/labeler@{pin}"),
    ] {
        assert!(judge(wrong, &table).is_err(), "{wrong}");
    }
}

fn shown(file: &Path) -> String {
    file.strip_prefix(repository()).unwrap().display().to_string()
}
