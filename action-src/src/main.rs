//! The command `cargo wasm-import-guard`.

fn main() {}
