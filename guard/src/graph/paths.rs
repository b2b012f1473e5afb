//! By which ways a package comes into the graph.

use std::collections::VecDeque;

use super::{Graph, Package, PackageIndex};

/// Longer paths than this are neither listed nor counted. The deepest real graphs have about 40 levels.
const MAX_LENGTH: usize = 256;

/// A shortest way from a root to each package.
#[derive(Debug)]
pub(crate) struct ShortestPaths<'a> {
    graph: &'a Graph,
    /// The package before each on its way.
    before: Vec<Option<PackageIndex>>,
}

impl ShortestPaths<'_> {
    /// `name version` of each package on the way to `index`, the root first.
    pub(crate) fn to(&self, index: PackageIndex) -> Vec<String> {
        let mut path = vec![self.graph.package(index).label()];
        let mut at = index;
        while let Some(before) = self.before[at.0] {
            path.push(self.graph.package(before).label());
            at = before;
        }
        path.reverse();
        path
    }
}

/// The ways from the roots to a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths {
    /// Some of them, the shortest first; each from a root to the package.
    pub paths: Vec<Vec<PackageIndex>>,
    /// How many more there are; [`u64::MAX`] when they cannot be counted.
    pub more: u64,
}

impl Graph {
    /// A shortest path to each package.
    pub(crate) fn shortest_paths(&self) -> ShortestPaths<'_> {
        let mut before: Vec<Option<PackageIndex>> = vec![None; self.packages.len()];
        let mut seen = vec![false; self.packages.len()];
        let mut queue: VecDeque<PackageIndex> = self.roots.iter().copied().collect();
        for root in &self.roots {
            seen[root.0] = true;
        }
        while let Some(at) = queue.pop_front() {
            for dependency in &self.package(at).dependencies {
                if !std::mem::replace(&mut seen[dependency.package.0], true) {
                    before[dependency.package.0] = Some(at);
                    queue.push_back(dependency.package);
                }
            }
        }
        ShortestPaths { graph: self, before }
    }

    /// The paths from the roots to `index`, at most `limit` of them listed.
    ///
    /// A graph of a few hundred packages can have millions of paths, so they are counted, by their length,
    /// before any is walked.
    pub fn paths_to(&self, index: PackageIndex, limit: usize) -> Paths {
        self.paths_from(&self.roots, index, limit)
    }

    /// The same from other packages than the roots.
    pub fn paths_from(&self, from: &[PackageIndex], index: PackageIndex, limit: usize) -> Paths {
        let (counts, is_whole) = self.counts(index);
        let mut found = Paths::default();
        let mut all: u64 = 0;
        for (length, ways) in counts.iter().enumerate() {
            for start in from {
                all = all.saturating_add(ways[start.0]);
                self.walk(&counts[..length], &mut vec![*start], index, limit, &mut found.paths);
            }
        }
        let listed = u64::try_from(found.paths.len()).unwrap_or(u64::MAX);
        found.more = if is_whole && all < u64::MAX { all - listed } else { u64::MAX };
        found
    }

    /// The direct dependencies of roots by which `index` comes in, each with its root: without all of
    /// them it is gone. Empty for a root itself.
    pub fn ways_in(&self, index: PackageIndex) -> Vec<(PackageIndex, PackageIndex)> {
        let mut ways = Vec::new();
        for root in self.roots.iter().filter(|root| **root != index) {
            for dependency in &self.package(*root).dependencies {
                let to = dependency.package;
                // What another root brings in is told at that root.
                if !self.roots.contains(&to) && (to == index || self.depends_on(to, index)) {
                    ways.push((*root, to));
                }
            }
        }
        ways
    }

    /// Whether there is a way from `from` to `to` that does not go over the edge `without`.
    pub fn reaches_without(
        &self,
        from: PackageIndex,
        to: PackageIndex,
        without: (PackageIndex, PackageIndex),
    ) -> bool {
        let mut seen = vec![false; self.packages.len()];
        let mut pending = vec![from];
        while let Some(at) = pending.pop() {
            if at == to {
                return true;
            }
            if !std::mem::replace(&mut seen[at.0], true) {
                let next = self.package(at).dependencies.iter().map(|edge| edge.package);
                pending.extend(next.filter(|next| (at, *next) != without));
            }
        }
        false
    }

    /// For each number of steps, from 0 on, how many ways of so many steps each package has to `index`;
    /// and whether those are all.
    fn counts(&self, index: PackageIndex) -> (Vec<Vec<u64>>, bool) {
        let mut here = vec![0; self.packages.len()];
        here[index.0] = 1;
        let mut counts = vec![here];
        while let Some(last) = counts.last() {
            let ways_of = |package: &Package| {
                let ways = package.dependencies.iter().map(|edge| last[edge.package.0]);
                ways.fold(0, u64::saturating_add)
            };
            let mut next: Vec<u64> = self.packages.iter().map(ways_of).collect();
            // A way ends where it first comes to the package.
            next[index.0] = 0;
            if next.iter().all(|count| *count == 0) {
                return (counts, true);
            }
            if counts.len() > MAX_LENGTH {
                break;
            }
            counts.push(next);
        }
        (counts, false)
    }

    /// Adds the ways to `index` that begin with `path` and take as many steps more as there are `counts`.
    fn walk(
        &self,
        counts: &[Vec<u64>],
        path: &mut Vec<PackageIndex>,
        index: PackageIndex,
        limit: usize,
        found: &mut Vec<Vec<PackageIndex>>,
    ) {
        let Some(at) = path.last().copied() else { return };
        if found.len() >= limit {
            return;
        }
        let Some((ways, fewer)) = counts.split_last() else {
            if at == index {
                found.push(path.clone());
            }
            return;
        };
        for edge in &self.package(at).dependencies {
            if at != index && ways[edge.package.0] > 0 {
                path.push(edge.package);
                self.walk(fewer, path, index, limit, found);
                path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Dependency;

    /// A graph of packages that each depend on those of these numbers; the first is the root.
    fn graph(edges: &[&[usize]]) -> Graph {
        let package = |(at, to): (usize, &&[usize])| Package {
            dependencies: to
                .iter()
                .map(|to| Dependency { package: PackageIndex(*to), extern_name: String::new() })
                .collect(),
            ..Package::without_source(&format!("p{at}"))
        };
        let packages = edges.iter().enumerate().map(package).collect();
        Graph { packages, roots: vec![PackageIndex(0)] }
    }

    fn numbers(paths: &Paths) -> Vec<Vec<usize>> {
        paths.paths.iter().map(|path| path.iter().map(|index| index.0).collect()).collect()
    }

    #[test]
    fn paths_are_listed_by_their_length_and_all_are_counted() {
        let graph = graph(&[&[1, 2, 3], &[2, 3], &[3], &[], &[3]]);
        let paths = graph.paths_to(PackageIndex(3), 10);
        assert_eq!(numbers(&paths), [vec![0, 3], vec![0, 1, 3], vec![0, 2, 3], vec![0, 1, 2, 3]]);
        assert_eq!(paths.more, 0);
        let paths = graph.paths_to(PackageIndex(3), 2);
        assert_eq!((numbers(&paths), paths.more), (vec![vec![0, 3], vec![0, 1, 3]], 2));
        assert_eq!(numbers(&graph.paths_to(PackageIndex(0), 2)), [[0]]);
        assert_eq!(graph.paths_to(PackageIndex(4), 2), Paths::default());
        let index = PackageIndex;
        assert_eq!(
            graph.ways_in(index(3)),
            [(index(0), index(1)), (index(0), index(2)), (index(0), index(3))]
        );
        assert!(graph.ways_in(index(0)).is_empty());
        assert!(graph.reaches_without(index(1), index(3), (index(1), index(3))));
        assert!(!graph.reaches_without(index(2), index(3), (index(2), index(3))));
    }

    #[test]
    fn more_paths_than_could_be_walked_are_counted() {
        // Sixty times two ways to the next level: 2^60 paths.
        let mut edges: Vec<Vec<usize>> = Vec::new();
        for level in 0..60 {
            let at = level * 3;
            edges.extend([vec![at + 1, at + 2], vec![at + 3], vec![at + 3]]);
        }
        edges.push(Vec::new());
        let edges: Vec<&[usize]> = edges.iter().map(Vec::as_slice).collect();
        let paths = graph(&edges).paths_to(PackageIndex(180), 5);
        assert_eq!((paths.paths.len(), paths.more), (5, (1 << 60) - 5));
    }

    #[test]
    fn a_chain_too_long_to_follow_is_not_taken_for_no_path() {
        for (length, more) in [(MAX_LENGTH - 1, 0), (MAX_LENGTH, 0), (MAX_LENGTH + 1, u64::MAX)] {
            let mut edges: Vec<Vec<usize>> = (1..=length).map(|at| vec![at]).collect();
            edges.push(Vec::new());
            let edges: Vec<&[usize]> = edges.iter().map(Vec::as_slice).collect();
            let paths = graph(&edges).paths_to(PackageIndex(length), 5);
            assert_eq!((paths.paths.len(), paths.more), (usize::from(more == 0), more), "{length}");
        }
    }

    #[test]
    fn a_circle_ends() {
        let paths = graph(&[&[1], &[0, 2], &[1]]).paths_to(PackageIndex(2), 5);
        assert_eq!(numbers(&paths)[0], [0, 1, 2]);
    }
}
