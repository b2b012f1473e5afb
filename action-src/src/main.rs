//! The command `cargo wasm-import-guard`.
//!
//! It parses the command line, opens a session of the analysis in `wasm-import-guard`, and renders
//! what that finds. It holds no analysis of its own.

mod baseline;
mod cli;
mod commands;
mod diff;
mod exit;
#[cfg(test)]
mod fuzzing;
mod github;
mod pins;
mod progress;
mod render;
mod repository;
mod revision;
#[cfg(test)]
mod scratch;
mod session;
mod terminal;
mod text;
mod whole_file;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::exit::Exit;

/// The name that cargo passes as the first argument when it runs the command as its own.
const SUBCOMMAND: &str = "wasm-import-guard";

fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(arguments(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => {
            // Help that nobody reads to its end is not an error.
            let _ = error.print();
            return if error.use_stderr() { Exit::Failed } else { Exit::Clean }.into();
        }
    };
    let color = cli.command.color();
    match commands::run(cli.command) {
        Ok(exit) => exit.into(),
        Err(error) => {
            terminal::report_failure(&error, color);
            Exit::Failed.into()
        }
    }
}

/// The arguments without the name that cargo adds, so that the three ways of calling are one.
fn arguments(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = given.collect();
    if arguments.get(1).is_some_and(|first| first == SUBCOMMAND) {
        arguments.remove(1);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::arguments;

    fn normal(given: &[&str]) -> Vec<String> {
        arguments(given.iter().map(Into::into))
            .into_iter()
            .map(|argument| argument.into_string().unwrap())
            .collect()
    }

    #[test]
    fn only_the_name_that_cargo_adds_is_dropped() {
        assert_eq!(normal(&["x", "wasm-import-guard", "check"]), ["x", "check"]);
        assert_eq!(normal(&["x", "check"]), ["x", "check"]);
        assert_eq!(
            normal(&["x", "check", "-p", "wasm-import-guard"]),
            ["x", "check", "-p", "wasm-import-guard"]
        );
        assert_eq!(normal(&["x"]), ["x"]);
    }
}
