//! What `check` and `imports` print for other programs, read by those programs' own rules: the schema of
//! SARIF, cargo's library. Places are looked up in the files they name.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod cargo;
mod project;
mod sarif;
