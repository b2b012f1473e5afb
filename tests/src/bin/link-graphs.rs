//! Random link graphs, the model against rust-lld and wasmtime: `tests/link-graphs --count 20000 --seed 1`.
#![allow(clippy::expect_used, reason = "a test program stops where it stands")]

use std::process::ExitCode;

use wasm_import_guard_tests::linking::campaign;

const USAGE: &str = "usage: link-graphs [--count N] [--seed N]";

fn main() -> ExitCode {
    let (mut count, mut seed) = (1_000, 1);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|it| it.parse().ok());
        match (name.as_str(), value) {
            ("--count", Some(value)) => count = value,
            ("--seed", Some(value)) => seed = value,
            _ => {
                eprintln!("link-graphs: {USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let campaign = campaign(seed, count);
    println!("{campaign}");
    if campaign.disagreements.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
