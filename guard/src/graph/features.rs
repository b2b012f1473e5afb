//! Which features bring an optional dependency in.

use std::collections::HashSet;

use super::manifest::{DependencyEntry, Manifest};
use super::{Dependency, Graph, Package, PackageIndex};
use crate::document::Node;
use crate::sorted;

/// Why an optional dependency is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// The features that are on and name the dependency, of the package that has it.
    pub features: Vec<String>,
    /// Who turns them on, directly or by a feature that leads to them. Empty for a root: there it is the
    /// user, or the `default` feature.
    pub requests: Vec<Request>,
}

/// A package that asks for a feature of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// The package that asks.
    pub by: PackageIndex,
    /// What it asks for: `default` when it does not say otherwise.
    pub feature: String,
}

impl Graph {
    /// Which features of `from` bring in its optional dependency `to`, and who turns them on. `None` when the
    /// dependency is not optional, or the manifests do not tell for sure.
    pub fn activation(&self, from: PackageIndex, to: PackageIndex) -> Option<Activation> {
        let package = self.package(from);
        let manifest = Manifest::open(&package.directory).ok()?;
        let all = manifest.entries();
        let entries = self.entries(&all, from, to);
        if entries.is_empty() || !entries.iter().all(|entry| is_optional(entry.own)) {
            return None;
        }
        let keys = sorted::set(entries.iter().map(|entry| entry.key));
        let written = manifest.features();
        let is_on = |feature: &str| package.features.contains(feature);
        let mut direct: Vec<&str> = Vec::new();
        for key in &keys {
            for (feature, list) in written.iter().filter(|(feature, _)| is_on(feature)) {
                if list.iter().any(|item| brings_in(item, key)) {
                    direct.push(feature);
                }
            }
            // The feature that cargo makes of an optional dependency.
            if is_on(key) && !written.iter().any(|(feature, _)| feature == key) {
                direct.push(key);
            }
        }
        if direct.is_empty() {
            return None;
        }
        let direct = sorted::set(direct);
        let leading = leading(&direct, &written, package);
        let mut requests = Vec::new();
        for by in (0..self.packages.len()).map(PackageIndex) {
            let asked = self.asked(by, from);
            let asked = asked.into_iter().filter(|feature| leading.contains(feature.as_str()));
            requests.extend(asked.map(|feature| Request { by, feature }));
        }
        Some(Activation { features: direct.into_iter().map(str::to_owned).collect(), requests })
    }

    /// The features of `of` that `by` surely asks for.
    fn asked(&self, by: PackageIndex, of: PackageIndex) -> Vec<String> {
        let package = self.package(by);
        if !package.dependencies.iter().any(|edge| edge.package == of) {
            return Vec::new();
        }
        let Ok(manifest) = Manifest::open(&package.directory) else { return Vec::new() };
        let all = manifest.entries();
        let entries = self.entries(&all, by, of);
        let mut asked = Vec::new();
        for entry in &entries {
            // One of several may be for another target.
            if entries.len() > 1 && entry.declared.target.is_some() {
                continue;
            }
            for node in [Some(entry.own), entry.inherited].into_iter().flatten() {
                let features = node.get("features").map(Node::strings).unwrap_or_default();
                asked.extend(features.into_iter().map(|(feature, _)| feature.to_owned()));
            }
            if asks_for_default(entry) {
                asked.push("default".to_owned());
            }
        }
        for (feature, list) in manifest.features() {
            if package.features.contains(feature) {
                for entry in &entries {
                    let of_entry = list.iter().filter_map(|item| feature_of(item, entry.key));
                    asked.extend(of_entry.map(str::to_owned));
                }
            }
        }
        sorted::set(asked)
    }

    /// The entries of the manifest of `from` that can be its edge to `to`.
    fn entries<'e, 'm>(
        &self,
        all: &'e [DependencyEntry<'m>],
        from: PackageIndex,
        to: PackageIndex,
    ) -> Vec<&'e DependencyEntry<'m>> {
        let target = self.package(to);
        let edges = self.package(from).dependencies.iter();
        let names: Vec<&Dependency> = edges.filter(|edge| edge.package == to).collect();
        let is_edge = |entry: &&DependencyEntry<'_>| {
            let rename = entry.declared.rename.as_ref().map(|name| name.replace('-', "_"));
            let name = rename.as_ref().unwrap_or(&target.crate_name);
            entry.declared.package == target.name
                && names.iter().any(|edge| edge.extern_name == *name)
        };
        all.iter().filter(is_edge).collect()
    }
}

fn is_optional(entry: &Node) -> bool {
    entry.get("optional").and_then(Node::as_bool) == Some(true)
}

fn asks_for_default(entry: &DependencyEntry<'_>) -> bool {
    let written = |node: &Node| {
        node.get("default-features").or(node.get("default_features")).and_then(Node::as_bool)
    };
    match entry.inherited {
        // A member can turn on what its workspace turns off, and not the other way round.
        Some(inherited) => written(inherited) != Some(false) || written(entry.own) == Some(true),
        None => written(entry.own) != Some(false),
    }
}

/// Whether an item of a feature's list brings in the optional dependency `key`.
fn brings_in(item: &str, key: &str) -> bool {
    item.strip_prefix("dep:") == Some(key)
        || item == key
        || item.split_once('/').is_some_and(|(dependency, _)| dependency == key)
}

/// The feature of the dependency `key` that an item of a feature's list turns on.
fn feature_of<'a>(item: &'a str, key: &str) -> Option<&'a str> {
    let (dependency, feature) = item.split_once('/')?;
    (dependency.strip_suffix('?').unwrap_or(dependency) == key).then_some(feature)
}

/// The features of `package` that are on and lead to one of `direct`, these included.
fn leading<'a>(
    direct: &[&'a str],
    written: &[(&'a str, Vec<&'a str>)],
    package: &Package,
) -> HashSet<&'a str> {
    let mut leading: HashSet<&str> = direct.iter().copied().collect();
    loop {
        let before = leading.len();
        for (feature, list) in written {
            if package.features.contains(*feature) && list.iter().any(|it| leading.contains(it)) {
                leading.insert(feature);
            }
        }
        if leading.len() == before {
            return leading;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    /// Features, and who asks for what.
    type Found = (Vec<String>, Vec<(usize, String)>);

    /// Packages whose manifests are files. The first is the root; each depends on the next.
    struct Chain {
        _directory: Scratch,
        graph: Graph,
    }

    impl Chain {
        /// Name, features that are on, manifest.
        fn new(packages: &[(&str, &[&str], &str)]) -> Self {
            let directory = Scratch::new(&[]);
            let mut graph = Graph { packages: Vec::new(), roots: vec![PackageIndex(0)] };
            for (at, (name, features, manifest)) in packages.iter().enumerate() {
                directory.write(&format!("{name}/Cargo.toml"), manifest);
                let next = packages.get(at + 1).map(|(next, ..)| Dependency {
                    package: PackageIndex(at + 1),
                    extern_name: next.replace('-', "_"),
                });
                graph.packages.push(Package {
                    directory: directory.path(name),
                    features: features.iter().map(|feature| (*feature).to_owned()).collect(),
                    dependencies: next.into_iter().collect(),
                    ..Package::without_source(name)
                });
            }
            Self { _directory: directory, graph }
        }

        /// The features that bring in the last package, and who asks for what.
        fn last(&self) -> Option<Found> {
            let last = self.graph.packages.len() - 1;
            let found = self.graph.activation(PackageIndex(last - 1), PackageIndex(last))?;
            let requests = found.requests.into_iter().map(|one| (one.by.0, one.feature));
            Some((found.features, requests.collect()))
        }
    }

    const TIME: &str = "[dependencies]\nclock = { version = '1', optional = true }\n";

    fn strings(features: &[&str]) -> Vec<String> {
        features.iter().map(|feature| (*feature).to_owned()).collect()
    }

    #[test]
    fn a_feature_and_who_turns_it_on() {
        let middle = format!("{TIME}[features]\nwasm = ['js']\njs = ['dep:clock']\nother = []\n");
        let app = "[dependencies]\ntime = { version = '1', features = ['wasm', 'other'] }\n";
        let chain = Chain::new(&[
            ("app", &[], app),
            ("time", &["wasm", "js", "other"], &middle),
            ("clock", &[], ""),
        ]);
        let expected = (strings(&["js"]), vec![(0, "wasm".to_owned())]);
        assert_eq!(chain.last(), Some(expected));
    }

    #[test]
    fn what_default_turns_on() {
        let middle = format!("{TIME}[features]\ndefault = ['clock']\n");
        for (app, requests) in [
            ("[dependencies]\ntime = '1'\n", vec![(0, "default".to_owned())]),
            ("[dependencies]\ntime = { version = '1', default-features = false }\n", Vec::new()),
            (
                "[dependencies]\ntime = { version = '1', default-features = false }\n\
                 [features]\nx = ['time?/clock']\n",
                vec![(0, "clock".to_owned())],
            ),
        ] {
            let chain = Chain::new(&[
                ("app", &["x"], app),
                ("time", &["default", "clock"], &middle),
                ("clock", &[], ""),
            ]);
            assert_eq!(chain.last(), Some((strings(&["clock", "default"]), requests)), "{app}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_is_not_sure() {
        let last = |middle: &str, features: &[&str]| {
            Chain::new(&[("time", features, middle), ("clock", &[], "")]).last()
        };
        // Not optional, or not everywhere.
        assert_eq!(last("[dependencies]\nclock = '1'\n", &["clock"]), None);
        let partly = format!("{TIME}[target.'cfg(unix)'.dependencies]\nclock = '1'\n");
        assert_eq!(last(&partly, &["clock"]), None);
        // No feature that is on names it; another dependency has the name.
        assert_eq!(last(TIME, &["other"]), None);
        let other =
            "[dependencies]\nclock = { package = 'other', version = '1', optional = true }\n";
        assert_eq!(last(other, &["clock"]), None);
        // A root's feature has no one who asks for it but the user.
        assert_eq!(last(TIME, &["clock"]), Some((strings(&["clock"]), Vec::new())));
        // `?` turns on a feature of what is there already.
        let weak = format!("{TIME}[features]\nweak = ['clock?/x']\nstrong = ['clock/x']\n");
        assert_eq!(last(&weak, &["weak"]), None);
        assert_eq!(last(&weak, &["weak", "strong"]), Some((strings(&["strong"]), Vec::new())));
    }
}
