//! How serious each rule is.

/// How serious each rule is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {}
