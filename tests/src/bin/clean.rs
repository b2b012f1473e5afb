//! Checks applications that have no hazard: see `tests/clean`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

use std::path::Path;
use std::process::ExitCode;

use wasm_import_guard_tests::check_application;
use wasm_import_guard_tests::truth::{Entry, read_list};

fn entries() -> Result<Vec<Entry>, String> {
    let mut only = String::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--only" => only = words.next().ok_or("--only: of what?")?,
            _ => {
                return Err(format!(
                    "unknown argument `{word}` (usage: tests/clean [--only TEXT])"
                ));
            }
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("clean-crates");
    let list = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut entries = read_list(&list)?;
    entries.retain(|entry| entry.to_string().contains(&only));
    if entries.is_empty() { Err(format!("no entry holds `{only}`")) } else { Ok(entries) }
}

fn main() -> ExitCode {
    let entries = match entries() {
        Ok(entries) => entries,
        Err(message) => {
            eprintln!("clean: error: {message}");
            return ExitCode::from(2);
        }
    };
    let mut alarmed = 0;
    for entry in &entries {
        match check_application(entry, None) {
            Ok(checked) => {
                println!(
                    "{entry}: {} packages, {} notes, {} alarms",
                    checked.packages,
                    checked.notes,
                    checked.alarms.len()
                );
                for alarm in &checked.alarms {
                    println!("  {alarm}");
                }
                alarmed += usize::from(!checked.alarms.is_empty());
            }
            Err(message) => {
                println!("{entry}: cannot be checked: {message}");
                alarmed += 1;
            }
        }
    }
    println!("{} of {} without an alarm", entries.len() - alarmed, entries.len());
    if alarmed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
