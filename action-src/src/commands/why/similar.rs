//! What the user may have meant.

use std::collections::BTreeSet;

use wasm_import_guard::import::Import;
use wasm_import_guard::why::Question;

/// How many imports are offered at most.
const MAX_OFFERED: usize = 5;
/// How near a name must be, from 0 to 1: the measure and the bound that clap uses for options.
const NEAR: f64 = 0.8;
/// Longer names are compared by their beginning.
const MAX_COMPARED: usize = 100;

/// Module and name of imports that are nearly what was asked for, the nearest first. Where no name was
/// asked for, each module once, with one of its names.
pub(super) fn to<'a>(
    question: &Question,
    imports: &'a [Import],
) -> Vec<(Option<&'a str>, &'a str)> {
    let mut near: Vec<(f64, Option<&str>, &str)> = Vec::new();
    let mut seen = BTreeSet::new();
    for import in imports {
        let module = import.module.as_deref();
        let key = (module, question.name.as_ref().map(|_| import.name.as_str()));
        if !seen.insert(key) {
            continue;
        }
        let modules = nearness(&question.module, module.unwrap_or("env"));
        let nearness = match &question.name {
            // The name in another module is nearer than another name.
            Some(name) if *name == import.name => 1.0 + modules,
            Some(name) => nearness(name, &import.name),
            None => modules,
        };
        if nearness >= NEAR {
            near.push((nearness, module, &import.name));
        }
    }
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    near.into_iter().take(MAX_OFFERED).map(|(_, module, name)| (module, name)).collect()
}

fn nearness(one: &str, other: &str) -> f64 {
    let compared = |text: &str| text.chars().take(MAX_COMPARED).collect::<String>().to_lowercase();
    let (one, other) = (compared(one), compared(other));
    let nearness = strsim::jaro_winkler(&one, &other);
    // Two letters in the wrong order weigh too much in short names.
    let is_slip = one.chars().count() >= 3 && strsim::osa_distance(&one, &other) == 1;
    if is_slip { nearness.max(NEAR) } else { nearness }
}

#[cfg(test)]
mod tests {
    use wasm_import_guard::import::Import;
    use wasm_import_guard::why::Question;

    use super::{MAX_OFFERED, to};
    use crate::render::samples::import;

    fn named(module: Option<&str>, name: &str) -> Import {
        Import { module: module.map(str::to_owned), ..import(name) }
    }

    fn asked<'a>(
        module: &str,
        name: Option<&str>,
        imports: &'a [Import],
    ) -> Vec<(Option<&'a str>, &'a str)> {
        let question = Question { module: module.to_owned(), name: name.map(str::to_owned) };
        to(&question, imports)
    }

    #[test]
    fn the_name_in_another_module_comes_first() {
        let imports = [
            named(Some("host_body"), "clos"),
            named(Some("host_body"), "read"),
            named(None, "close"),
            named(None, "close"),
        ];
        let expected = [(None, "close"), (Some("host_body"), "clos")];
        assert_eq!(asked("host_bod", Some("close"), &imports), expected);
        assert_eq!(asked("host_bod", None, &imports), [(Some("host_body"), "clos")]);
        assert_eq!(asked("host_body", Some("raed"), &imports), [(Some("host_body"), "read")]);
        assert_eq!(asked("env", Some("claose"), &imports)[0], (None, "close"));
        assert!(asked("x", Some("unlike"), &imports).is_empty());
        let now = [named(None, "now")];
        assert_eq!(asked("env", Some("nwo"), &now), [(None, "now")]);
        assert!(asked("env", Some("n"), &now[..0]).is_empty());
    }

    #[test]
    fn few_are_offered_whatever_there_is() {
        let long = "x".repeat(1_000_000);
        let imports: Vec<Import> =
            (0..20).map(|at| named(Some("m"), &format!("{long}{at}"))).collect();
        assert_eq!(asked("m", Some(&long), &imports).len(), MAX_OFFERED);
    }
}
