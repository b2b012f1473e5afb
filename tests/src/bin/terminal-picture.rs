//! Draws `docs/images/check.svg`: see `tests/terminal-picture`.
#![allow(clippy::print_stdout, reason = "this is a command")]

use wasm_import_guard_tests::picture_of_check;

fn main() {
    print!("{}", picture_of_check());
}
