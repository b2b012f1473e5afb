//! `opaque-imports`: what cannot be read is said, and never passes as clean.

use std::collections::BTreeMap;

use super::Rule;
use super::verdict;
use crate::facts::Facts;
use crate::finding::{Finding, Level, Related};
use crate::import::Opaque;
use crate::sorted;

pub(super) const RULE: Rule = Rule {
    id: "opaque-imports",
    summary: "a crate whose imports cannot be read from its source",
    page: include_str!("../../docs/rules/opaque-imports.md"),
    run,
};

/// One finding for each crate: those that wrap the web have thousands of places.
fn run(facts: &Facts<'_>) -> Vec<Finding> {
    let by_package =
        sorted::grouped(facts.opaque.iter().map(|it| ((&it.place.package, &it.place.version), it)));
    by_package.iter().map(|(_, places)| finding(places)).collect()
}

fn finding(places: &[&Opaque]) -> Finding {
    let first = places[0];
    let package = &first.place.package;
    let count = match places.len() {
        1 => "a place".to_owned(),
        count => format!("{count} places"),
    };
    let mut notes = Vec::new();
    if let Some(more) = places.len().checked_sub(verdict::MAX_RELATED + 1).filter(|more| *more > 0)
    {
        notes.push(format!(
            "{more} more places are not shown; `imports --format json` lists them all"
        ));
    }
    Finding {
        rule: RULE.id,
        level: Level::Note,
        place: first.place.clone(),
        label: first.reason.clone(),
        module: None,
        name: String::new(),
        message: format!("`{package}` has {count} whose imports cannot be read from its source"),
        outcomes: BTreeMap::new(),
        notes,
        help: vec![
            "`check --build` or `link` on the built objects tells what they import".to_owned(),
        ],
        related: places[1..]
            .iter()
            .take(verdict::MAX_RELATED)
            .map(|opaque| Related { place: opaque.place.clone(), label: opaque.reason.clone() })
            .collect(),
        path: first.path.clone(),
        fingerprint: verdict::fingerprint(&[RULE.id, package]),
    }
}
