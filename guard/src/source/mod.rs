//! Rust source to declarations.
