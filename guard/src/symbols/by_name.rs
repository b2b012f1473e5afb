//! Symbols by their names, as a sorted list: filled once, and asked often.

use super::CSymbol;
use crate::sorted;

/// Each name once, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct ByName(Vec<(String, CSymbol)>);

impl ByName {
    /// Of several symbols of one name the first.
    pub(super) fn first_of_each(mut symbols: Vec<(String, CSymbol)>) -> Self {
        sorted::sort_by(&mut symbols, |a, b| a.0.cmp(&b.0));
        symbols.dedup_by(|after, first| after.0 == first.0);
        Self(symbols)
    }

    pub(super) fn get(&self, name: &str) -> Option<&CSymbol> {
        self.find(name).map(|at| &self.0[at].1)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut CSymbol> {
        self.find(name).map(|at| &mut self.0[at].1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &CSymbol)> {
        self.0.iter().map(|(name, symbol)| (name.as_str(), symbol))
    }

    pub(super) fn into_entries(self) -> Vec<(String, CSymbol)> {
        self.0
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()
    }
}
