//! What a document shows of a terminal: commands, and the lines that they print.

/// Stands for lines, or for a part of one, that are not shown.
const ELIDED: char = '…';

/// A command in a block that is marked `console`, and what is shown of its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The command's line in the document, from 1.
    pub line: usize,
    /// The command, without `$`.
    pub command: String,
    /// What it prints. A lone `…` stands for any lines, one inside a line for any part of it.
    pub shown: Vec<String>,
    /// Its exit code, which `$ echo $?` after it asks for; 0 otherwise.
    pub status: i32,
}

/// The commands of a Markdown text, in their order.
///
/// # Errors
/// The line that cannot be read, and why.
pub fn steps(markdown: &str) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    // Whether the next line is the answer to `echo $?`.
    let mut asked = false;
    for (number, line) in (1..).zip(markdown.lines()) {
        if line.starts_with("```") {
            if asked {
                return Err(format!("line {number}: an exit code was asked for, and is not shown"));
            }
            inside = !inside && line == "```console";
            continue;
        }
        if !inside {
            continue;
        }
        let Some(command) = line.strip_prefix("$ ") else {
            let Some(step) = steps.last_mut() else {
                return Err(format!("line {number}: no command prints this"));
            };
            if std::mem::take(&mut asked) {
                step.status = line
                    .trim()
                    .parse()
                    .map_err(|_| format!("line {number}: `{line}` is no exit code"))?;
            } else {
                step.shown.push(line.trim_end().to_owned());
            }
            continue;
        };
        if command == "echo $?" {
            asked = true;
        } else {
            let command = command.to_owned();
            steps.push(Step { line: number, command, shown: Vec::new(), status: 0 });
        }
    }
    Ok(steps)
}

/// Whether what is shown is what was printed. Empty lines count for nothing.
///
/// # Errors
/// What is shown and was not printed there, or was printed and is not shown.
pub fn compare(shown: &[String], printed: &[&str]) -> Result<(), String> {
    let printed: Vec<&str> =
        printed.iter().map(|it| it.trim_end()).filter(|it| !it.is_empty()).collect();
    // How many printed lines those shown so far may stand for.
    let mut reached = vec![0];
    for line in shown.iter().filter(|it| !it.is_empty()) {
        let next: Vec<usize> = if line.chars().eq([ELIDED]) {
            (reached[0]..=printed.len()).collect()
        } else {
            let fits = |at: &&usize| printed.get(**at).is_some_and(|it| is_shown_as(line, it));
            reached.iter().filter(fits).map(|at| at + 1).collect()
        };
        if next.is_empty() {
            return Err(format!("this is shown, and was not printed there:\n{line}"));
        }
        reached = next;
    }
    match printed.get(reached[reached.len() - 1]) {
        Some(line) => Err(format!("this was printed, and is not shown:\n{line}")),
        None => Ok(()),
    }
}

/// Whether a document may show `printed` by the line `shown`.
pub fn is_shown_as(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split(ELIDED);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn commands_lines_and_exit_codes_are_read() {
        let text = "# A\n```toml\n$ no\n```\n```console\n$ a -b\none\n\ntwo \n$ echo $?\n3\n$ c\n```\n$ no\n\
                    ```console\n$ d\n```\n";
        let step = |line, command: &str, shown: &str, status| {
            let (command, shown) = (command.to_owned(), lines(shown));
            Step { line, command, shown, status }
        };
        let all = [step(6, "a -b", "one\n\ntwo", 3), step(12, "c", "", 0), step(16, "d", "", 0)];
        assert_eq!(steps(text), Ok(all.to_vec()));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (wrong, line) in [
            ("```console\none\n```", "line 2: "),
            ("```console\n$ a\n$ echo $?\n```", "line 4: "),
            ("```console\n$ a\n$ echo $?\nok\n```", "line 4: "),
        ] {
            let error = steps(wrong).expect_err(wrong);
            assert!(error.starts_with(line), "{error}");
        }
    }

    #[test]
    fn only_what_is_elided_may_be_missing() {
        let printed = ["one", "two", "", "three 3 of 4", "two", "four"];
        for shown in [
            "one\ntwo\nthree 3 of 4\ntwo\nfour",
            "…",
            "one\n…\nfour",
            "…\ntwo\nfour",
            "…\nthree … of …\n…",
            "one\ntwo\nthree…4\n…\nfour\n…",
        ] {
            assert_eq!(compare(&lines(shown), &printed), Ok(()), "{shown}");
        }
        for (shown, named) in [
            ("one\nfour", "four"),
            ("…\nthree 4\n…", "three 4"),
            ("…\nfour\n…\nfour", "four"),
            ("one\ntwo\nthree … of 4", "two"),
            ("…\nthree 3 of 4\nfour", "four"),
            ("", "one"),
        ] {
            let error = compare(&lines(shown), &printed).expect_err(shown);
            assert_eq!(error.lines().last(), Some(named), "{shown}: {error}");
        }
    }

    #[test]
    fn parts_of_a_line_are_elided_in_their_order() {
        for shown in ["a b c", "a…", "…c", "a … c", "…b…", "…"] {
            assert!(is_shown_as(shown, "a b c"), "{shown}");
        }
        for shown in ["a b", "b…", "…b", "…c…b…", "a b c d", "a b c…c"] {
            assert!(!is_shown_as(shown, "a b c"), "{shown}");
        }
    }
}
