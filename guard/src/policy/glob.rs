//! Patterns of names: `*` stands for any characters, `?` for one, everything else for itself.

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob(Vec<char>);

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        let mut pattern: Vec<char> = pattern.chars().collect();
        // Several in a row say no more than one, and cost more.
        pattern.dedup_by(|a, b| *a == '*' && *b == '*');
        Self(pattern)
    }

    /// The pattern as text.
    #[cfg(any(test, fuzzing))]
    pub(super) fn text(&self) -> String {
        self.0.iter().collect()
    }

    /// Whether it matches all of `name`.
    pub(super) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut at, mut in_name) = (0, 0);
        // Where the last `*` stands, and how far into the name it reaches.
        let mut star: Option<(usize, usize)> = None;
        while in_name < name.len() {
            match self.0.get(at) {
                Some('*') => {
                    star = Some((at, in_name));
                    at += 1;
                }
                Some(c) if *c == '?' || *c == name[in_name] => {
                    at += 1;
                    in_name += 1;
                }
                _ => {
                    let Some((star_at, reached)) = star else { return false };
                    star = Some((star_at, reached + 1));
                    at = star_at + 1;
                    in_name = reached + 1;
                }
            }
        }
        self.0[at..].iter().all(|c| *c == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("*", "anything", true),
            ("", "", true),
            ("", "a", false),
            ("db_*", "db_read", true),
            ("db_*", "db_", true),
            ("db_*", "db", false),
            ("*_read", "db_read", true),
            ("*_read", "db_reader", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("?", "é", true),
            ("?", "ab", false),
            ("fd_????", "fd_read", true),
            ("[resource-drop]*", "[resource-drop]pollable", true),
            ("[resource-drop]*", "r", false),
            ("**a**", "bab", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn no_pattern_takes_long() {
        let name = "a".repeat(20_000);
        assert!(!Glob::new(&format!("{}b", "*a".repeat(200))).matches(&name));
    }
}
