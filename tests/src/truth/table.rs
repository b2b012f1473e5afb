//! The comparison as a table, as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Comparison, Outcome};

/// `100 %`, `99.5 %`, or `–` of nothing. Never rounded up to 100.
fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let tenths = part * 1000 / whole;
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        rest => format!("{}.{rest} %", tenths / 10),
    }
}

fn total(outcomes: &[Outcome]) -> Comparison {
    let mut total = Comparison::default();
    for comparison in outcomes.iter().filter_map(|it| it.result.as_ref().ok()) {
        total.add(comparison);
    }
    total
}

fn covered(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter_map(|it| it.result.as_ref().ok()).map(Comparison::covered).sum()
}

fn cells(it: &Comparison, covered: usize) -> Vec<String> {
    let right = it.certain + it.possible;
    vec![
        it.truth.to_string(),
        percent(right, it.truth),
        percent(it.certain, it.certain + it.wrong.len()),
        percent(it.possible, right),
        it.superfluous.len().to_string(),
        it.wrong_types.len().to_string(),
        format!("{} / {}", covered, it.missing.len()),
    ]
}

/// The table of `tests/README.md`.
pub fn markdown(outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "| crate | target | features | imports | recall | precision of `certain` | `possible` among the \
         right | superfluous `possible` | wrong types | missing, covered by an opaque entry |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for outcome in outcomes {
        let entry = &outcome.entry;
        write!(
            text,
            "| {} {} | {} | {} |",
            entry.name, entry.version, entry.target, entry.features
        )
        .expect("text");
        match &outcome.result {
            Ok(it) => {
                let cells = cells(it, it.covered());
                writeln!(text, " {} |", cells.join(" | ")).expect("text");
            }
            Err(reason) => {
                let reason = reason.replace('|', "\\|");
                writeln!(text, " not compared: {reason} | | | | | | |").expect("text");
            }
        }
    }
    let cells = cells(&total(outcomes), covered(outcomes));
    writeln!(text, "| **in all** | | | {} |", cells.join(" | ")).expect("text");
    text
}

/// For people: a line for each crate, each difference below it, and the sum.
pub fn text(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        match &outcome.result {
            Ok(it) => {
                writeln!(text, "{}: {}", outcome.entry, line(it, it.covered())).expect("text");
                for (what, list) in [
                    ("missing", &it.missing),
                    ("wrong", &it.wrong),
                    ("superfluous", &it.superfluous),
                    ("type", &it.wrong_types),
                ] {
                    for one in list {
                        writeln!(text, "    {what}: {one}").expect("text");
                    }
                }
            }
            Err(reason) => {
                writeln!(text, "{}: NOT COMPARED: {reason}", outcome.entry).expect("text");
            }
        }
    }
    let compared = outcomes.iter().filter(|it| it.result.is_ok()).count();
    writeln!(text, "{compared} of {} compared", outcomes.len()).expect("text");
    writeln!(text, "in all: {}", line(&total(outcomes), covered(outcomes))).expect("text");
    text
}

fn line(it: &Comparison, covered: usize) -> String {
    let right = it.certain + it.possible;
    format!(
        "{} imports, recall {}, precision {}, possible {}, superfluous {}, wrong types {}, untold \
         types {}, missing {} ({covered} covered by {} opaque places); bare items: {} defined, {} \
         undecided",
        it.truth,
        percent(right, it.truth),
        percent(it.certain, it.certain + it.wrong.len()),
        percent(it.possible, right),
        it.superfluous.len(),
        it.wrong_types.len(),
        it.untold_types,
        it.missing.len(),
        it.opaque,
        it.defined,
        it.undecided,
    )
}

/// For programs: a line for each crate.
pub fn json(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let entry = &outcome.entry;
        let mut object = json!({
            "crate": entry.name,
            "version": entry.version,
            "target": entry.target,
            "features": entry.features,
        });
        let fields = match &outcome.result {
            Ok(it) => comparison(it),
            Err(reason) => json!({ "not_compared": reason }),
        };
        if let (Value::Object(object), Value::Object(fields)) = (&mut object, fields) {
            object.extend(fields);
        }
        writeln!(text, "{object}").expect("text");
    }
    text
}

fn comparison(it: &Comparison) -> Value {
    json!({
        "imports": it.truth,
        "certain": it.certain,
        "possible": it.possible,
        "missing": it.missing,
        "wrong": it.wrong,
        "superfluous": it.superfluous,
        "wrong_types": it.wrong_types,
        "untold_types": it.untold_types,
        "opaque": it.opaque,
        "covered": it.covered(),
        "defined": it.defined,
        "undecided": it.undecided,
    })
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn nearly_all_is_not_all() {
        assert_eq!(percent(0, 0), "–");
        assert_eq!(percent(3, 3), "100 %");
        assert_eq!(percent(1999, 2000), "99.9 %");
        assert_eq!(percent(1, 3), "33.3 %");
    }
}
