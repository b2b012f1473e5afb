//! What somebody may have meant.

/// How many characters a name may differ in to be taken for a slip.
const MAX_DISTANCE: usize = 3;

/// A help that names the known name nearest to `name`, or else all.
pub(super) fn way_out<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let nearest = known.iter().map(|one| (distance(name, one), *one)).min();
    match nearest {
        // Half of a name that is another's is no slip.
        Some((distance, nearest)) if distance <= MAX_DISTANCE && distance * 2 <= nearest.len() => {
            format!("did you mean `{nearest}`?")
        }
        _ => format!(
            "known are {}",
            known.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// How many characters must be put in, taken out or changed (Levenshtein), for names of a usual length.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, way_out};

    #[test]
    fn the_distance_counts_single_changes() {
        for (a, b, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("level", "levels", 1),
            ("exeption", "exceptions", 2),
            ("abc", "cba", 2),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn a_slip_gets_the_nearest_name_and_anything_else_all_names() {
        let known = ["levels", "contract", "exceptions"];
        assert_eq!(way_out("lvels", known.into_iter()), "did you mean `levels`?");
        assert_eq!(
            way_out("policy", known.into_iter()),
            "known are `levels`, `contract`, `exceptions`"
        );
    }
}
