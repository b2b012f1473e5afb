//! Sets of outcomes.

use std::fmt;

use super::Outcome;

/// What the link can make of an import: one of these outcomes. In their order.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct OutcomeSet(u8);

impl OutcomeSet {
    /// Without an outcome.
    pub const fn new() -> Self {
        Self(0)
    }

    /// Adds an outcome.
    pub fn insert(&mut self, outcome: Outcome) {
        self.0 |= bit(outcome);
    }

    /// Takes an outcome out, where it is in.
    pub fn remove(&mut self, outcome: Outcome) {
        self.0 &= !bit(outcome);
    }

    /// Whether the outcome is in.
    pub fn contains(self, outcome: Outcome) -> bool {
        self.0 & bit(outcome) != 0
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether one of them is another than that the import is kept.
    pub fn has_harm(self) -> bool {
        self.0 & !bit(Outcome::Kept) != 0
    }

    /// The outcomes in their order.
    pub fn iter(self) -> Outcomes {
        Outcomes(self)
    }
}

fn bit(outcome: Outcome) -> u8 {
    1 << outcome as u8
}

/// The outcomes of a set, in their order.
#[derive(Debug, Clone)]
pub struct Outcomes(OutcomeSet);

impl Iterator for Outcomes {
    type Item = Outcome;

    fn next(&mut self) -> Option<Outcome> {
        let next = *Outcome::ALL.get(self.0.0.trailing_zeros() as usize)?;
        self.0.remove(next);
        Some(next)
    }
}

impl IntoIterator for OutcomeSet {
    type Item = Outcome;
    type IntoIter = Outcomes;

    fn into_iter(self) -> Outcomes {
        self.iter()
    }
}

impl fmt::Debug for OutcomeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Extend<Outcome> for OutcomeSet {
    fn extend<I: IntoIterator<Item = Outcome>>(&mut self, outcomes: I) {
        for outcome in outcomes {
            self.insert(outcome);
        }
    }
}

impl FromIterator<Outcome> for OutcomeSet {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        let mut set = Self::new();
        set.extend(outcomes);
        set
    }
}

impl<const N: usize> From<[Outcome; N]> for OutcomeSet {
    fn from(outcomes: [Outcome; N]) -> Self {
        outcomes.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_set_is_that_of_std() {
        for bits in 0..1_u8 << Outcome::ALL.len() {
            let chosen = Outcome::ALL.into_iter().filter(|outcome| bits & bit(*outcome) != 0);
            let of_std: BTreeSet<Outcome> = chosen.collect();
            let set: OutcomeSet = of_std.iter().rev().copied().collect();
            assert!(set.iter().eq(of_std.iter().copied()));
            assert_eq!((set.len(), set.is_empty()), (of_std.len(), of_std.is_empty()));
            assert_eq!(format!("{set:?}"), format!("{of_std:?}"));
            for outcome in Outcome::ALL {
                assert_eq!(set.contains(outcome), of_std.contains(&outcome));
                let (mut more, mut less) = (set, set);
                more.insert(outcome);
                less.remove(outcome);
                assert!(more.contains(outcome) && !less.contains(outcome));
                assert_eq!(more.len() - less.len(), 1);
            }
        }
    }

    #[test]
    fn outcomes_have_the_order_of_their_words() {
        assert!(Outcome::ALL.is_sorted());
        assert!(Outcome::ALL.map(Outcome::as_str).is_sorted());
    }
}
