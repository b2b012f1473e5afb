//! One graph out of a narrow selection that is certain and a wide one that is possible.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::{Dependency, Graph, Package, PackageIndex};
use crate::sorted;

/// `certain`, and what `wide` could add to it: features that more of its packages' features turn on,
/// the packages these bring in, and the edges to them.
///
/// A build script knows the features of its own package and not those of the other packages that
/// cargo builds along with it, whose features cargo unifies with its dependencies'. `certain` is the
/// own package's selection, `wide` that of the whole workspace. The roots are `certain`'s, and what
/// they themselves depend on; of `wide`, only what can be reached from there counts, since other
/// members' dependencies are not linked into the roots.
#[must_use]
pub fn merge(certain: Graph, wide: &Graph) -> Graph {
    let mut merged = certain;
    let in_wide: HashMap<&str, &Package> =
        wide.packages.iter().map(|package| (package.id.as_str(), package)).collect();
    let mut index: HashMap<String, PackageIndex> = merged
        .packages
        .iter()
        .enumerate()
        .map(|(at, package)| (package.id.clone(), PackageIndex(at)))
        .collect();
    let mut queue: VecDeque<PackageIndex> = (0..merged.packages.len()).map(PackageIndex).collect();
    while let Some(at) = queue.pop_front() {
        let package = &merged.packages[at.0];
        // What a root has of features is exactly known.
        let Some(other) = in_wide.get(package.id.as_str()).filter(|_| !package.is_root) else {
            continue;
        };
        let known = sorted::set(package.dependencies.iter().map(|dependency| dependency.package));
        let more = other.features.difference(&package.features).cloned();
        let possible_features = more.chain(package.possible_features.iter().cloned()).collect();
        let mut added = Vec::new();
        for dependency in &other.dependencies {
            let target = wide.package(dependency.package);
            let to = *index.entry(target.id.clone()).or_insert_with(|| {
                let to = PackageIndex(merged.packages.len());
                merged.packages.push(possible(target));
                queue.push_back(to);
                to
            });
            if known.binary_search(&to).is_err() {
                added.push(Dependency { package: to, extern_name: dependency.extern_name.clone() });
            }
        }
        let package = &mut merged.packages[at.0];
        package.possible_features = possible_features;
        package.dependencies.extend(added);
    }
    merged
}

/// A package that only the wide selection has: nothing of it is certain.
fn possible(package: &Package) -> Package {
    Package {
        certain: false,
        is_root: false,
        features: BTreeSet::new(),
        possible_features: package.features.clone(),
        dependencies: Vec::new(),
        ..package.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, features: &[&str], dependencies: &[usize], is_root: bool) -> Package {
        Package {
            id: format!("{name} v1.0.0"),
            version: "1.0.0".to_owned(),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
            dependencies: dependencies
                .iter()
                .map(|at| Dependency { package: PackageIndex(*at), extern_name: "x".to_owned() })
                .collect(),
            is_root,
            ..Package::without_source(name)
        }
    }

    fn strings(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    #[test]
    fn what_the_workspace_adds_is_possible() {
        let certain = Graph {
            packages: vec![
                package("app", &["a"], &[1], true),
                package("shared", &["x"], &[], false),
            ],
            roots: vec![PackageIndex(0)],
        };
        let wide = Graph {
            packages: vec![
                package("app", &["a", "b"], &[2, 4], true),
                package("other", &[], &[2, 3], true),
                package("shared", &["x", "y"], &[5], false),
                package("only-of-other", &[], &[], false),
                package("of-b", &[], &[], false),
                package("optional", &["z"], &[], false),
            ],
            roots: vec![PackageIndex(0), PackageIndex(1)],
        };
        let merged = merge(certain, &wide);
        let names: Vec<&str> =
            merged.packages.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["app", "shared", "optional"]);
        assert_eq!(merged.roots, [PackageIndex(0)]);
        let [app, shared, optional] = merged.packages.as_slice() else { panic!() };
        assert!(app.possible_features.is_empty());
        assert_eq!(
            (strings(&shared.features), strings(&shared.possible_features)),
            (vec!["x"], vec!["y"])
        );
        assert!(shared.certain && !optional.certain);
        assert_eq!(strings(&optional.possible_features), ["z"]);
        assert!(optional.features.is_empty());
        assert_eq!(
            merged.path_to(PackageIndex(2)),
            ["app 1.0.0", "shared 1.0.0", "optional 1.0.0"]
        );
    }
}
