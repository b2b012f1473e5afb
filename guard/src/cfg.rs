//! Three-valued evaluation of `cfg` predicates: what is surely on, surely off, or unknown.

use std::collections::{BTreeMap, BTreeSet};

/// Whether a `cfg` predicate holds, as far as can be known without compiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Truth {
    /// Surely off.
    False,
    /// Depends on something that cannot be seen: a `--cfg` from a build script, a profile.
    Unknown,
    /// Surely on.
    True,
}

impl Truth {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Either holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

/// The cfg values of a target, as `rustc --print cfg --target …` or a build script's `CARGO_CFG_*`
/// variables tell them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetCfg {
    /// Bare names that are set, such as `unix`.
    pub names: BTreeSet<String>,
    /// Keys with their values, such as `target_os` → `wasi`.
    pub values: BTreeMap<String, BTreeSet<String>>,
}

/// What decides a package's `cfg` predicates: the target, and the package's features.
#[derive(Debug, Clone, Copy)]
pub struct CfgContext<'a> {
    /// The target's own values.
    pub target: &'a TargetCfg,
    /// Features that are surely on.
    pub features: &'a BTreeSet<String>,
    /// Features that may be on: only some of the selections that cargo could be building turn them on.
    pub possible_features: &'a BTreeSet<String>,
}
