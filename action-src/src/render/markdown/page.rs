//! Pages that hold only so much: a summary of 1 MiB, a comment of 65,536 characters. The service drops or
//! refuses what is longer as a whole.

/// How much of a page findings may take, so that there is room for what follows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// How many rows a table has at most.
    pub(super) rows: usize,
    /// The size, in bytes, after which a table gets no more rows.
    pub(super) table: usize,
    /// The size of all, in bytes: never less than the characters that the service counts.
    whole: usize,
}

impl Page {
    /// The summary of a step, of 1 MiB at most.
    pub(crate) const SUMMARY: Self = Self { rows: 100, table: 400 * 1024, whole: 1_000_000 };
    /// A comment, of 65,536 characters at most; so is the summary of a check run.
    pub(crate) const COMMENT: Self = Self { rows: 50, table: 24 * 1024, whole: 60_000 };

    /// `text` as far as it has room, in whole lines; `rest` says where all of it is.
    pub(super) fn fit(self, text: String, rest: &str) -> String {
        if text.len() <= self.whole {
            return text;
        }
        let cut = format!("\n**Cut here**: {rest}\n");
        let room = self.whole - cut.len();
        let (mut size, mut end, mut is_in_block) = (0, 0, false);
        for line in text.split_inclusive('\n') {
            size += line.len();
            if size > room {
                break;
            }
            is_in_block ^= line.starts_with("```");
            // A block that is not closed would swallow what follows.
            if !is_in_block {
                end = size;
            }
        }
        let mut text = text;
        text.truncate(end);
        text + &cut
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    const SMALL: Page = Page { rows: 1, table: 1, whole: 100 };

    #[test]
    fn what_fits_is_left_as_it_is() {
        assert_eq!(SMALL.fit("x\n".repeat(50), "…"), "x\n".repeat(50));
    }

    #[test]
    fn what_does_not_is_cut_behind_a_line() {
        let text = SMALL.fit("12345678é\n".repeat(50), "the summary has all");
        assert!(text.len() <= 100 && text.len() > 80, "{text}");
        let (lines, cut) = text.split_once("\n\n").unwrap();
        assert!(lines.lines().all(|line| line == "12345678é"));
        assert_eq!(cut, "**Cut here**: the summary has all\n");
    }

    #[test]
    fn a_block_is_there_as_a_whole_or_not_at_all() {
        let block = format!("before\n```mermaid\n{}```\nafter\n", "a --> b\n".repeat(20));
        assert_eq!(SMALL.fit(block, "…"), "before\n\n**Cut here**: …\n");
        assert_eq!(SMALL.fit("x".repeat(101), "…"), "\n**Cut here**: …\n");
    }
}
