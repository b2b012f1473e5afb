//! The files through which a step answers its workflow: outputs and the summary.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

/// Appends `outputs`, by name, to the file that `GITHUB_OUTPUT` names.
///
/// # Errors
/// When the file cannot be written, or the system has no random numbers.
pub(crate) fn append_outputs(file: &Path, outputs: &[(&str, &str)]) -> anyhow::Result<()> {
    let mut text = String::new();
    for (name, value) in outputs {
        text += &output(name, value, &delimiter()?);
    }
    append(file, &text).context("the outputs of the step cannot be written")
}

/// Appends `markdown` to the file that `GITHUB_STEP_SUMMARY` names.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn append_summary(file: &Path, markdown: &str) -> anyhow::Result<()> {
    append(file, markdown).context("the summary of the step cannot be written")
}

/// One output in the form that takes any value: a line that announces what ends it, the value, the
/// end.
fn output(name: &str, value: &str, delimiter: &str) -> String {
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

/// What ends a value. A value that could guess it would go on as an output of its own choice.
fn delimiter() -> anyhow::Result<String> {
    let random = || getrandom::u64().context("the system gives no random numbers");
    Ok(format!("end-{:016x}{:016x}", random()?, random()?))
}

fn append(file: &Path, text: &str) -> anyhow::Result<()> {
    // The runner has made the file; where it has not, nobody would read what is written here.
    let mut open = OpenOptions::new()
        .append(true)
        .open(file)
        .with_context(|| format!("{} cannot be opened", file.display()))?;
    open.write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{delimiter, output};

    /// Reads outputs as the runner's documentation describes the files: a name and what ends the
    /// value, the lines of the value, the end.
    fn read(text: &str) -> Vec<(String, String)> {
        let mut outputs = Vec::new();
        let mut lines = text.strip_suffix('\n').unwrap().split('\n');
        while let Some(line) = lines.next() {
            let (name, end) = line.split_once("<<").unwrap();
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            outputs.push((name.to_owned(), value.join("\n")));
        }
        outputs
    }

    proptest! {
        #[test]
        fn a_reader_gets_back_what_went_in(
            values in prop::collection::vec("(end-0+|<<|\n|\r|=|conclusion|.){0,20}", 1..4),
        ) {
            let text: String =
                values.iter().map(|value| output("x", value, &delimiter().unwrap())).collect();
            let expected: Vec<_> =
                values.into_iter().map(|value| ("x".to_owned(), value)).collect();
            prop_assert_eq!(read(&text), expected);
        }
    }

    #[test]
    fn an_output_is_a_heredoc_whose_end_nobody_can_guess() {
        assert_eq!(output("findings", "1", "end-x"), "findings<<end-x\n1\nend-x\n");
        let (one, other) = (delimiter().unwrap(), delimiter().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), "end-".len() + 32);
    }
}
