//! The rules, and the list of them. A rule sees facts and returns findings; it knows no output.

mod affected_toolchain;
mod export_clash;
mod ignored_module;
mod libc_clash;
mod module_clash;
mod opaque_imports;
mod signature_clash;
mod undeclared_module;
mod unlisted_import;
mod verdict;

#[cfg(feature = "linked")]
pub(crate) use verdict::fingerprint;

use crate::facts::Facts;
use crate::finding::Finding;
use crate::sorted;

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The id: kebab-case, as findings and documentation write it.
    pub id: &'static str,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Its page, in Markdown.
    pub page: &'static str,
    run: fn(&Facts<'_>) -> Vec<Finding>,
}

/// Every rule, by id.
pub const RULES: &[Rule] = &[
    affected_toolchain::RULE,
    export_clash::RULE,
    ignored_module::RULE,
    libc_clash::RULE,
    module_clash::RULE,
    opaque_imports::RULE,
    signature_clash::RULE,
    undeclared_module::RULE,
    unlisted_import::RULE,
];

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// The findings of all rules, the worst first, then in the order of the source.
pub fn run(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.run)(facts)).collect();
    sorted::sort_by(&mut findings, |a, b| {
        (b.level, &a.place, a.rule, &a.name).cmp(&(a.level, &b.place, b.rule, &b.name))
    });
    findings
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn the_rules_are_sorted_and_each_page_begins_with_its_rule() {
        assert!(RULES.is_sorted_by_key(|rule| rule.id));
        for rule in RULES {
            assert_eq!(rule.page.lines().next(), Some(format!("# {}", rule.id).as_str()));
        }
    }
}
