//! A picture of a terminal in which the command was run, for the documentation.

use std::path::PathBuf;

use anstyle_svg::Term;

use crate::command::{Output, guard};
use crate::environment::repository;

/// Columns of the terminal. What is longer goes on in the next line, as terminals do it.
const COLUMNS: usize = 110;

/// The arguments that the picture shows, given in `examples/fastly`.
const ARGUMENTS: [&str; 5] = ["check", "--target", "wasm32-wasip1", "--rustc-version", "1.91.0"];

/// Runs `check` on the example, and draws its first finding and its end as SVG. What is between them is
/// left out, as is where cargo keeps its sources.
pub fn picture_of_check() -> String {
    let mut command = guard(&repository().join("examples/fastly"));
    let output = Output::of(command.args(ARGUMENTS).args(["--locked", "--color", "always"]));
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    let findings: Vec<&str> = output.stdout.trim_end().split("\n\n").collect();
    let [first, .., help, summary] = findings[..] else {
        panic!("no finding in:\n{}", output.stdout)
    };
    let command = format!("$ cargo wasm-import-guard {}", ARGUMENTS.join(" "));
    let shown = [&command, &home_left_out(first), "…", help, summary].join("\n\n");
    let lines: Vec<String> = shown.lines().map(wrapped).collect();
    Term::new().render_svg(&lines.join("\n"))
}

/// With `~/.cargo/registry/src/…` in place of the directory that cargo has on this machine.
fn home_left_out(text: &str) -> String {
    let home = std::env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").expect("a home directory")).join(".cargo"),
        PathBuf::from,
    );
    let sources = format!("{}/registry/src/", home.display());
    let mut parts = text.split(&sources);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once('/').expect("a directory of a registry");
        shown.push_str("~/.cargo/registry/src/…/");
        shown.push_str(rest);
    }
    shown
}

/// `line` with a line break behind every [`COLUMNS`] characters, not counting what sets colours.
fn wrapped(line: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    let mut is_escape = false;
    for letter in line.chars() {
        is_escape |= letter == '\u{1b}';
        if is_escape {
            is_escape = letter != 'm';
        } else {
            if column == COLUMNS {
                text.push('\n');
                column = 0;
            }
            column += 1;
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, wrapped};

    #[test]
    fn lines_go_on_behind_the_last_column_and_colours_take_none() {
        let full = "x".repeat(COLUMNS);
        assert_eq!(wrapped(&full), full);
        assert_eq!(wrapped(&format!("{full}\u{1b}[1myz")), format!("{full}\u{1b}[1m\nyz"));
        assert_eq!(wrapped("\u{1b}[38;5;12ma\u{1b}[0m"), "\u{1b}[38;5;12ma\u{1b}[0m");
    }
}
