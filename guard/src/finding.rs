//! What a rule found, ready for any renderer.

use std::collections::BTreeMap;

use crate::import::Place;
use crate::outcome::OutcomeSet;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing; harmless on the rustc considered.
    Note,
    /// Possibly harmful.
    Warn,
    /// Harmful.
    Deny,
}

impl Level {
    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// One hazard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How serious it is.
    pub level: Level,
    /// The identifier's place.
    pub place: Place,
    /// What stands at `place`, for a label under the source line.
    pub label: String,
    /// Import module; `None` when the declaration names none.
    pub module: Option<String>,
    /// Import name.
    pub name: String,
    /// One sentence that stands alone.
    pub message: String,
    /// For each rustc considered (its release), what the link may make of the import.
    pub outcomes: BTreeMap<String, OutcomeSet>,
    /// Why it is so: full sentences, each on a line of its own.
    pub notes: Vec<String>,
    /// What to do, the best first.
    pub help: Vec<String>,
    /// Other places that take part.
    pub related: Vec<Related>,
    /// `name version` of each package from a root to the declaring one.
    pub path: Vec<String>,
    /// The same for the same hazard, whatever line it stands on.
    pub fingerprint: String,
}

/// Another place that takes part in a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What stands there.
    pub label: String,
}
