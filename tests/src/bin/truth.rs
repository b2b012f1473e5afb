//! Compares the imports that the command reports with those that rustc sees: see `tests/truth`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use wasm_import_guard_tests::truth::{
    Comparison, Entry, Outcome, json, markdown, read_list, run, text,
};

const USAGE: &str = "usage: tests/truth [--json] [--table FILE] [--only TEXT] [LIST]";

struct Arguments {
    list: PathBuf,
    only: Option<String>,
    table: Option<PathBuf>,
    format: fn(&[Outcome]) -> String,
}

fn arguments() -> Result<Arguments, String> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("truth-crates");
    let mut parsed = Arguments { list: default, only: None, table: None, format: text };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => parsed.format = json,
            "--table" => {
                parsed.table = Some(words.next().ok_or("--table: into which file?")?.into());
            }
            "--only" => parsed.only = Some(words.next().ok_or("--only: of what?")?),
            _ if word.starts_with('-') => return Err(format!("unknown argument `{word}`")),
            _ => parsed.list = PathBuf::from(word),
        }
    }
    Ok(parsed)
}

fn entries(arguments: &Arguments) -> Result<Vec<Entry>, String> {
    let path = arguments.list.display();
    let list = std::fs::read_to_string(&arguments.list).map_err(|e| format!("{path}: {e}"))?;
    let mut entries = read_list(&list).map_err(|e| format!("{path}: {e}"))?;
    if let Some(only) = &arguments.only {
        entries.retain(|entry| entry.to_string().contains(only.as_str()));
    }
    if entries.is_empty() { Err(format!("{path}: no crate is selected")) } else { Ok(entries) }
}

fn main() -> ExitCode {
    let prepared = arguments().and_then(|it| Ok((entries(&it)?, it)));
    let (entries, arguments) = match prepared {
        Ok(prepared) => prepared,
        Err(message) => {
            eprintln!("tests/truth: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let mut done = 0;
    let outcomes = run(&entries, &mut |entry| {
        done += 1;
        eprintln!("[{done}/{}] {entry}", entries.len());
    });
    print!("{}", (arguments.format)(&outcomes));
    if let Some(path) = &arguments.table
        && let Err(error) = std::fs::write(path, markdown(&outcomes))
    {
        eprintln!("tests/truth: {}: {error}", path.display());
        return ExitCode::from(2);
    }
    let exact = |outcome: &Outcome| outcome.result.as_ref().is_ok_and(Comparison::is_exact);
    if outcomes.iter().all(exact) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
