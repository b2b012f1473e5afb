//! Mentions in one crate of something in another.

use std::collections::{HashMap, HashSet};

use super::lookups::Lookups;
use super::model::{CrateSource, Mention, Style};
use super::names::{CrateId, Meaning, Resolver};
use crate::cfg::Truth;
use crate::graph::Graph;

/// A mention in one crate of something in another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference {
    pub(super) from: CrateId,
    pub(super) mention: Mention,
}

/// All mentions that cross a crate boundary.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) by_meaning: HashMap<Meaning, Vec<Reference>>,
    /// Method calls and paths that could not be followed, by their last segment.
    pub(super) unresolved: HashMap<String, Vec<Reference>>,
    /// Paths that led into a crate and were lost there: crate and last segment.
    pub(super) lost: HashMap<(CrateId, String), Vec<Reference>>,
}

impl References {
    /// Those of one crate.
    pub(super) fn of_crate(
        resolver: &Resolver<'_>,
        graph: &Graph,
        from: CrateId,
        names: &HashSet<String>,
    ) -> Self {
        let source = &resolver.program.crates[from];
        let certain = graph.package(source.package).certain;
        let mut all = Self::default();
        let mut lookups = Lookups::new(resolver, from, |last| names.contains(last));
        for mention in source.carriers.iter().flat_map(|carrier| &carrier.mentions) {
            let mut mention = *mention;
            if !certain {
                mention.truth = mention.truth.and(Truth::Unknown);
            }
            if lookups.are_for(&mention) {
                all.note(source, &mut lookups, Reference { from, mention });
            }
        }
        all
    }

    pub(super) fn add(&mut self, other: Self) {
        for (meaning, references) in other.by_meaning {
            self.by_meaning.entry(meaning).or_default().extend(references);
        }
        for (name, references) in other.unresolved {
            self.unresolved.entry(name).or_default().extend(references);
        }
        for (place, references) in other.lost {
            self.lost.entry(place).or_default().extend(references);
        }
    }

    fn note(&mut self, source: &CrateSource, lookups: &mut Lookups<'_>, reference: Reference) {
        let mention = &reference.mention;
        let path = source.path_of(mention);
        let Some(last) = path.segments.last() else { return };
        if matches!(mention.style, Style::Method | Style::Qualified) {
            self.unresolved.entry(last.clone()).or_default().push(reference);
            return;
        }
        let lookup = lookups.of(mention);
        if lookup.meanings.is_empty() {
            if let Some(crate_id) = lookup.lost_in {
                self.lost.entry((crate_id, last.clone())).or_default().push(reference);
            }
            if path.segments.len() > 1 {
                self.unresolved.entry(last.clone()).or_default().push(reference);
            }
        }
        for meaning in &lookup.meanings {
            self.by_meaning.entry(*meaning).or_default().push(reference);
        }
    }
}
