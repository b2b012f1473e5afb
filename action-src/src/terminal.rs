//! stdout and stderr: colours, errors, and readers that go away.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use wasm_import_guard::error::Error;
use wasm_import_guard::text::printable;

use crate::cli::Color;

/// The style of the word `error`.
pub(crate) const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
/// The style of the word `warning`.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The style of the word `note`.
pub(crate) const NOTE: Style = AnsiColor::BrightGreen.on_default().bold();
/// The style of names that stand out.
pub(crate) const STRONG: Style = Style::new().bold();
/// The style of what frames a message.
pub(crate) const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();

/// How a workflow command of the older kind begins.
const OLD_COMMAND: &str = "##[";

/// Writes `text`, which may hold colours, to stdout. A reader that has gone away (`… | head`) is
/// not an error: what it wanted it has.
///
/// # Errors
/// When stdout cannot be written for another reason, such as a full disk.
pub(crate) fn write_stdout(text: &str, color: Color) -> anyhow::Result<()> {
    let stdout = io::stdout();
    let mut stream = AutoStream::new(stdout.lock(), choice(color, &stdout));
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("stdout cannot be written"),
    }
}

/// Writes `text`, which may hold colours, to stderr. Where that fails there is nobody to tell.
pub(crate) fn write_stderr(text: &str, color: Color) {
    let stderr = io::stderr();
    let mut stream = AutoStream::new(stderr.lock(), choice(color, &stderr));
    let _ = stream.write_all(without_commands(text).as_bytes());
}

/// `text` as it can be shown in a step of GitHub Actions. The runner takes `##[command]` for an order
/// wherever it stands in a line, so a name could give one; a space without width parts it.
pub(crate) fn without_commands(text: &str) -> Cow<'_, str> {
    if std::env::var_os("GITHUB_ACTIONS").is_some() && text.contains(OLD_COMMAND) {
        Cow::Owned(text.replace(OLD_COMMAND, "##\u{200b}["))
    } else {
        Cow::Borrowed(text)
    }
}

/// Says on stderr why nothing could be done.
pub(crate) fn report_failure(error: &anyhow::Error, color: Color) {
    let text = match error.downcast_ref::<Error>() {
        Some(error) => error_text(error),
        None => error_line(&format!("{error:#}"), &[]),
    };
    write_stderr(&text, color);
}

/// An error of the analysis with its ways out, as rustc writes them.
pub(crate) fn error_text(error: &Error) -> String {
    error_line(error.message(), error.helps())
}

fn error_line(message: &str, helps: &[String]) -> String {
    let (first, rest) = paragraph(message);
    let mut text = format!("{ERROR}error{ERROR:#}{STRONG}: {first}{STRONG:#}\n{rest}");
    for help in helps {
        let _ = writeln!(text, "  {FRAME}={FRAME:#} {STRONG}help{STRONG:#}: {}", printable(help));
    }
    text
}

/// A line of the given kind for stderr, such as `note: …`.
pub(crate) fn line(word: &str, style: Style, message: &str) -> String {
    let (first, rest) = paragraph(message);
    format!("{style}{word}{style:#}: {first}\n{rest}")
}

/// The first line of `message`, and the others, where it quotes cargo or rustc, behind a bar. A line
/// that begins with project text could pass for one of ours, or for a command to a CI system, which
/// may overlook blanks before it.
fn paragraph(message: &str) -> (String, String) {
    let mut lines = message.lines().filter(|line| !line.trim().is_empty());
    let first = printable(lines.next().unwrap_or_default());
    let mut rest = String::new();
    for line in lines {
        let _ = writeln!(rest, "  {FRAME}|{FRAME:#} {}", printable(line));
    }
    (first, rest)
}

fn choice(color: Color, stream: &impl anstream::stream::RawStream) -> ColorChoice {
    match color {
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
        // Heeds NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM and whether it is a terminal.
        Color::Auto => AutoStream::choice(stream),
    }
}

#[cfg(test)]
mod tests {
    use wasm_import_guard::error::Error;

    use super::error_text;

    #[test]
    fn an_error_names_its_ways_out_and_cannot_be_forged() {
        let error = Error::new("no `a\nerror: b\u{1b}[2J`").help("run `x`");
        let plain = anstream::adapter::strip_str(&error_text(&error)).to_string();
        assert_eq!(plain, "error: no `a\n  | error: b\\u{1b}[2J`\n  = help: run `x`\n");
    }
}
