//! Version requirements, as far as telling two dependencies on one crate apart needs them.

/// The numbers of a version, and whether it is a pre-release.
type Version = (u64, u64, u64, bool);

/// Whether `version` fulfils `requirement`, in the sense of cargo's requirements. What cannot be
/// parsed matches: the resolver has accepted it, and a wrong "no" would lose an edge's name.
pub(super) fn matches(requirement: &str, version: &str) -> bool {
    let Some(version) = parse_version(version) else { return true };
    requirement.split(',').all(|comparator| matches_one(comparator.trim(), version).unwrap_or(true))
}

fn parse_version(text: &str) -> Option<Version> {
    let text = text.split('+').next()?;
    let (numbers, pre) = text.split_once('-').map_or((text, false), |(numbers, _)| (numbers, true));
    let mut numbers = numbers.split('.').map(|number| number.parse::<u64>().ok());
    Some((numbers.next()??, numbers.next()??, numbers.next()??, pre))
}

fn matches_one(comparator: &str, version: Version) -> Option<bool> {
    let operator_end = comparator.find(|c: char| !"<>=^~ ".contains(c)).unwrap_or(comparator.len());
    let (operator, rest) = comparator.split_at(operator_end);
    let rest = rest.split(['-', '+']).next().unwrap_or_default();
    let mut parts = Vec::new();
    let mut wildcard = false;
    for part in rest.trim().split('.') {
        match part {
            "*" | "x" | "X" | "" => {
                wildcard = true;
                break;
            }
            number => parts.push(number.parse::<u64>().ok()?),
        }
    }
    let part = |at: usize| parts.get(at).copied().unwrap_or(0);
    let low = (part(0), part(1), part(2));
    let found = (version.0, version.1, version.2);
    // The first version above all that share the first `count` numbers.
    let above = |count: usize| match count {
        0 => (u64::MAX, 0, 0),
        1 => (low.0 + 1, 0, 0),
        2 => (low.0, low.1 + 1, 0),
        _ => (low.0, low.1, low.2 + 1),
    };
    let between = |count: usize| found >= low && found < above(count);
    Some(match operator.trim() {
        "" if wildcard => between(parts.len()),
        "" | "^" => {
            // Caret: the first number that is not zero stays, or the last one that is written.
            let first = parts.iter().position(|part| *part != 0).map_or(parts.len(), |at| at + 1);
            between(first)
        }
        "~" => between(parts.len().min(2)),
        "=" => between(parts.len()),
        ">" => found >= above(parts.len()),
        ">=" => found >= low,
        "<" => found < low,
        "<=" => found < above(parts.len()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn cargo_s_requirements() {
        for (requirement, version, expected) in [
            ("1.2.3", "1.9.0", true),
            ("1.2.3", "1.2.2", false),
            ("1", "2.0.0", false),
            ("0.2.3", "0.2.9", true),
            ("0.2.3", "0.3.0", false),
            ("0.0.3", "0.0.4", false),
            ("0.0", "0.0.7", true),
            ("0", "0.9.0", true),
            ("^0.6", "0.5.9", false),
            ("~1.2", "1.2.9", true),
            ("~1.2", "1.3.0", false),
            ("~1", "1.3.0", true),
            ("=1.2.3", "1.2.3+build.5", true),
            ("=1.2", "1.2.7", true),
            ("=1.2.3", "1.2.4", false),
            (">=1, <2", "1.5.0", true),
            (">=1, <2", "2.0.0", false),
            (">1.2", "1.2.9", false),
            ("<=1.2", "1.2.9", true),
            ("*", "7.0.0", true),
            ("1.*", "2.0.0", false),
            ("1.2.*", "1.2.5", true),
            ("1.0.0-alpha.1", "1.0.0-alpha.2", true),
            ("strange", "1.0.0", true),
        ] {
            assert_eq!(matches(requirement, version), expected, "{requirement} {version}");
        }
    }
}
