//! Sorting that costs each type that is sorted little to compile.
//!
//! This crate is compiled in the builds of others, without optimisation. std's `sort` comes to 2,300 lines of
//! LLVM's language for each type and each order, an ordered map or set to 9,000: together they were a third of
//! the whole. Here a type brings its comparison, and the rest is compiled once.

use std::cmp::Ordering;

/// Sorts. Equal items keep their order.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts by a key. Equal items keep their order.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by a comparison. Equal items keep their order.
pub(crate) fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    // Most lists of a link have one item or none: these need no memory for an order.
    if items.len() < 2 {
        return;
    }
    let mut order = order(items.len(), &|a, b| compare(&items[a], &items[b]));
    arrange(&mut order, &mut |a, b| items.swap(a, b));
}

/// The items in their order, each once.
pub(crate) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    sort(&mut items);
    items.dedup();
    items
}

/// The keys in their order, each with its values in the order in which they come.
pub(crate) fn grouped<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> Vec<(K, Vec<V>)> {
    let mut entries: Vec<(K, V)> = entries.into_iter().collect();
    sort_by(&mut entries, |a, b| a.0.cmp(&b.0));
    let mut groups: Vec<(K, Vec<V>)> = Vec::new();
    for (key, value) in entries {
        match groups.last_mut() {
            Some((last, values)) if *last == key => values.push(value),
            _ => groups.push((key, vec![value])),
        }
    }
    groups
}

/// The indices of items in the order of the items.
fn order(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

/// Brings to each index the item that `order` has there, by swaps, each of which puts one where it belongs.
fn arrange(order: &mut [usize], swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        loop {
            let from = std::mem::replace(&mut order[at], at);
            if from == start {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Lists of up to six items with up to four keys: every one of them.
    fn lists() -> Vec<Vec<(u8, usize)>> {
        let mut lists = Vec::new();
        for length in 0..=6_u32 {
            for number in 0..4_usize.pow(length) {
                let key = |at: u32| u8::try_from(number / 4_usize.pow(at) % 4).unwrap();
                lists.push((0..length).map(|at| (key(at), at as usize)).collect());
            }
        }
        lists
    }

    #[test]
    fn every_short_list_is_sorted_as_std_sorts_it() {
        for list in lists() {
            let (mut own, mut of_std) = (list.clone(), list);
            sort_by_key(&mut own, |item| item.0);
            of_std.sort_by_key(|item| item.0);
            assert_eq!(own, of_std);
            sort_by(&mut own, |a, b| b.cmp(a));
            of_std.sort_by(|a, b| b.cmp(a));
            assert_eq!(own, of_std);
            sort(&mut own);
            of_std.sort_unstable();
            assert_eq!(own, of_std);
        }
    }

    #[test]
    fn sets_and_groups_are_those_of_std() {
        for list in lists() {
            let mut groups: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
            for &(key, value) in &list {
                groups.entry(key).or_default().push(value);
            }
            let keys: Vec<u8> = groups.keys().copied().collect();
            assert_eq!(set(list.iter().map(|item| item.0)), keys);
            assert_eq!(grouped(list), Vec::from_iter(groups));
        }
    }
}
