//! `imports` as a contract with the host: TOML to paste into a manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use wasm_import_guard::import::{ExposureKind, Import};
use wasm_import_guard::policy::TABLE;

use super::TargetReport;
use super::words::counted;

/// The imports of all targets by module and name, without those that no object can have.
pub(super) fn imports(reports: &[TargetReport]) -> String {
    let analyses: Vec<_> =
        reports.iter().filter_map(|report| report.outcome.as_ref().ok()).collect();
    if analyses.is_empty() {
        return String::new();
    }
    let mut modules: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let linked = |import: &&Import| import.exposure.kind != ExposureKind::Unreferenced;
    for import in analyses.iter().flat_map(|analysis| analysis.imports.iter().filter(linked)) {
        let module = import.module.as_deref().unwrap_or("env");
        modules.entry(module).or_default().insert(&import.name);
    }
    let has_one_root = analyses.iter().all(|analysis| analysis.graph.roots.len() == 1);
    let kind = if has_one_root { "package" } else { "workspace" };
    let mut text = String::new();
    let hidden = analyses.iter().map(|analysis| analysis.opaque.len()).max().unwrap_or_default();
    if hidden > 0 {
        let places = counted(hidden, "place");
        let _ =
            writeln!(text, "# {places} whose imports cannot be read: these are not listed here.");
    }
    let _ = writeln!(text, "[{kind}.metadata.{TABLE}.contract]");
    for (module, names) in modules {
        let _ = writeln!(text, "{} = [", quoted(module));
        for name in names {
            let _ = writeln!(text, "    {},", quoted(name));
        }
        text.push_str("]\n");
    }
    text
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // Also what a terminal obeys, or shows as something else.
            c if wasm_import_guard::text::printable(c.encode_utf8(&mut [0; 4]))
                .starts_with('\\') =>
            {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{imports, quoted};
    use crate::render::samples::{HOSTILE, analysis, import, report};

    #[test]
    fn every_name_comes_back_from_the_table() {
        let mut analysis = analysis();
        analysis.imports.clear();
        for name in ["plain", "with \"quotes\" and \\", HOSTILE, "\u{202e}", "é\t"] {
            let mut one = import(name);
            one.module = Some(format!("module {name}"));
            analysis.imports.push(one);
        }
        let expected: Vec<(String, String)> = analysis
            .imports
            .iter()
            .map(|it| (it.module.clone().unwrap_or_default(), it.name.clone()))
            .collect();
        let text = imports(&[report(analysis)]);
        let table = toml::de::DeTable::parse(&text).unwrap();
        // The sample has no root of its own, so that the table is the workspace's.
        let contract = ["workspace", "metadata", "wasm-import-guard", "contract"]
            .iter()
            .fold(table.get_ref(), |table, key| {
                table.get(*key).unwrap().get_ref().as_table().unwrap()
            });
        for (module, name) in expected {
            let names = contract.get(module.as_str()).unwrap().get_ref().as_array().unwrap();
            assert!(names.iter().any(|one| one.get_ref().as_str() == Some(&name)), "{name:?}");
        }
    }

    #[test]
    fn a_character_that_a_terminal_obeys_is_escaped() {
        assert_eq!(quoted("a\u{1b}[31m\"\\"), "\"a\\U0000001B[31m\\\"\\\\\"");
    }
}
