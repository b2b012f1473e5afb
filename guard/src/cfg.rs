//! Three-valued evaluation of `cfg` predicates: what is surely on, surely off, or unknown.

use std::collections::{BTreeMap, BTreeSet};

use crate::build_output::BuildOutput;

/// Whether a `cfg` predicate holds, as far as can be known without compiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Truth {
    /// Surely off.
    False,
    /// Depends on something that cannot be seen: a `--cfg` from a build script that no build has left, a
    /// profile.
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

impl TargetCfg {
    /// Whether pointers have 64 bits.
    pub(crate) fn has_wide_pointers(&self) -> bool {
        self.values.get("target_pointer_width").is_some_and(|widths| widths.contains("64"))
    }
}

/// What decides a package's `cfg` predicates: the target, the package's features, and its build script.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CfgContext<'a> {
    /// The target's own values.
    pub target: &'a TargetCfg,
    /// Features that are surely on.
    pub features: &'a BTreeSet<String>,
    /// Features that may be on: only some of the selections that cargo could be building turn them on.
    pub possible_features: &'a BTreeSet<String>,
    /// Whether the package has a build script, which can set values of its own.
    pub has_build_script: bool,
    /// What a build left of that script.
    pub(crate) build_output: Option<&'a BuildOutput>,
}

/// `cfg` names that are never set when cargo compiles a package as a dependency or as the artefact
/// that is linked: they belong to tests, documentation and tools that never link.
const NEVER_SET: &[&str] = &["test", "doc", "doctest", "miri", "clippy", "rust_analyzer"];

/// What a cargo profile decides, which cannot be seen.
const DECIDED_BY_PROFILE: &[&str] = &["debug_assertions", "overflow_checks", "ub_checks"];

impl CfgContext<'_> {
    /// Whether the bare `name` is set.
    pub(crate) fn name(&self, name: &str) -> Truth {
        match name {
            "true" => Truth::True,
            "false" => Truth::False,
            _ if NEVER_SET.contains(&name) => Truth::False,
            _ if DECIDED_BY_PROFILE.contains(&name) => Truth::Unknown,
            _ if self.target.names.contains(name) => Truth::True,
            _ => self.absent(name, None),
        }
    }

    /// Whether `key = "value"` holds.
    pub(crate) fn value(&self, key: &str, value: &str) -> Truth {
        if key == "feature" {
            return if self.features.contains(value) {
                Truth::True
            } else if self.possible_features.contains(value) {
                Truth::Unknown
            } else {
                // A build script may set a feature that the manifest does not have.
                self.set_by_build_script(key, Some(value)).unwrap_or(Truth::False)
            };
        }
        if self.target.values.get(key).is_some_and(|values| values.contains(value)) {
            return Truth::True;
        }
        // The profile may choose another panic strategy than the target's own.
        if key == "panic" { Truth::Unknown } else { self.absent(key, Some(value)) }
    }

    /// Whether something is surely off that rustc and the flags for all crates do not set: only the
    /// package's own build script can still set it, and not what is the target's.
    fn absent(&self, name: &str, value: Option<&str>) -> Truth {
        let is_targets = name.starts_with("target_") || matches!(name, "unix" | "windows");
        let unseen =
            if is_targets || !self.has_build_script { Truth::False } else { Truth::Unknown };
        self.set_by_build_script(name, value).unwrap_or(unseen)
    }

    fn set_by_build_script(&self, name: &str, value: Option<&str>) -> Option<Truth> {
        self.build_output?.sets(name, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_profile_or_a_build_script_decides_is_unknown() {
        let mut target = TargetCfg::default();
        target.values.insert("target_os".into(), BTreeSet::from(["wasi".into()]));
        let on = BTreeSet::from(["on".to_owned()]);
        let maybe = BTreeSet::from(["maybe".to_owned()]);
        let context = CfgContext {
            target: &target,
            features: &on,
            possible_features: &maybe,
            has_build_script: true,
            build_output: None,
        };
        assert_eq!(context.value("target_os", "wasi"), Truth::True);
        assert_eq!(context.value("target_os", "linux"), Truth::False);
        assert_eq!(context.value("feature", "on"), Truth::True);
        assert_eq!(context.value("feature", "maybe"), Truth::Unknown);
        assert_eq!(context.value("feature", "off"), Truth::False);
        assert_eq!(context.value("panic", "abort"), Truth::Unknown);
        assert_eq!(context.name("test"), Truth::False);
        assert_eq!(context.name("unix"), Truth::False);
        assert_eq!(context.name("debug_assertions"), Truth::Unknown);
        assert_eq!(context.value("target_feature", "atomics"), Truth::False);
        assert_eq!(context.name("from_a_build_script"), Truth::Unknown);
        let without = CfgContext { has_build_script: false, ..context };
        assert_eq!(without.name("from_a_build_script"), Truth::False);
        assert_eq!(without.name("debug_assertions"), Truth::Unknown);
    }
}
