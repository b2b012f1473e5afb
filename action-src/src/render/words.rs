//! Small pieces of text that the human formats share.

use std::path::Path;

use wasm_import_guard::finding::Finding;
use wasm_import_guard::import::Import;
use wasm_import_guard::outcome::{Outcome, OutcomeSet};
use wasm_import_guard::text::printable;

/// `1 package`, `2 packages`.
pub(super) fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// What is said of those beyond `limit`, where there are any.
pub(super) fn not_shown(all: usize, limit: usize, one: &str) -> Option<String> {
    let more = all.checked_sub(limit).filter(|more| *more > 0)?;
    Some(format!("{} not shown; `--format json` has all", counted(more, one)))
}

/// `a, b and c`.
pub(super) fn listed(items: &[&str], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [init @ .., end] => format!("{} {last} {end}", init.join(", ")),
    }
}

/// What each rustc makes of the import: one sentence for all that do the same.
pub(super) fn outcome_sentences(finding: &Finding) -> Vec<String> {
    let mut sentences: Vec<(String, Vec<&str>)> = Vec::new();
    for (rustc, set) in &finding.outcomes {
        let clause = outcomes(*set);
        match sentences.iter_mut().find(|(known, _)| *known == clause) {
            Some((_, versions)) => versions.push(rustc),
            None => sentences.push((clause, vec![rustc])),
        }
    }
    sentences
        .into_iter()
        .map(|(clause, versions)| {
            printable(&format!("with rustc {}: {clause}", listed(&versions, "and")))
        })
        .collect()
}

/// What a rustc and its linker make of an import, as a clause.
fn outcomes(set: OutcomeSet) -> String {
    let clauses: Vec<&str> = set.iter().map(clause).collect();
    match clauses.as_slice() {
        [] => "what happens is not known".to_owned(),
        [only] => (*only).to_owned(),
        several => format!("either {}", listed(several, "or")),
    }
}

fn clause(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Kept => "it is linked as it is written",
        Outcome::LinkError => "the link fails",
        Outcome::Misbound => "the call reaches another function without any message",
        Outcome::Trap => "the call traps at run time",
        Outcome::InvalidModule => "the linked module does not validate",
        Outcome::UndefinedSymbol => "the link fails with an undefined symbol",
    }
}

/// `module.name`; an import without a module is not the same as one of `env`.
pub(super) fn full_name(import: &Import) -> String {
    match &import.module {
        Some(module) => format!("{module}.{}", import.name),
        None => format!("{} (no module)", import.name),
    }
}

/// A dependency path from a root.
pub(super) fn dependency_path(path: &[String]) -> String {
    printable(&path.join(" → "))
}

/// `path` as it is shown: relative to `directory` where it lies below.
pub(super) fn shown_path(path: &Path, directory: Option<&Path>) -> String {
    let relative = directory.and_then(|directory| path.strip_prefix(directory).ok());
    let shown = relative.filter(|relative| *relative != Path::new("")).unwrap_or(path);
    printable(&shown.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use wasm_import_guard::outcome::{Outcome, OutcomeSet};

    use super::{counted, listed, outcomes, shown_path};

    #[test]
    fn numbers_and_lists_read_well() {
        assert_eq!(counted(1, "note"), "1 note");
        assert_eq!(counted(0, "note"), "0 notes");
        assert_eq!(listed(&["a"], "and"), "a");
        assert_eq!(listed(&["a", "b", "c"], "and"), "a, b and c");
    }

    #[test]
    fn more_than_one_outcome_is_a_choice() {
        let set = OutcomeSet::from([Outcome::Misbound, Outcome::LinkError]);
        assert_eq!(
            outcomes(set),
            "either the link fails or the call reaches another function without any message"
        );
        assert_eq!(outcomes(OutcomeSet::from([Outcome::Trap])), "the call traps at run time");
    }

    #[test]
    fn paths_are_relative_below_the_directory_only() {
        let shown = |path| shown_path(Path::new(path), Some(Path::new("/a/b")));
        assert_eq!(shown("/a/b/src/lib.rs"), "src/lib.rs");
        assert_eq!(shown("/a/bc/lib.rs"), "/a/bc/lib.rs");
        assert_eq!(shown("/a/b"), "/a/b");
        assert_eq!(shown("/x/\u{1b}y"), "/x/\\u{1b}y");
    }
}
