//! What changed between two analyses of one project: imports, hidden imports and findings.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::finding::{Finding, Level};
use wasm_import_guard::import::{Import, Opaque, WasmType};

/// The difference for one target. Each list is in the order of package, module and name.
#[derive(Debug, Default)]
pub(crate) struct Diff<'a> {
    /// Imports that no package declared before.
    pub(crate) added: Vec<&'a Import>,
    /// Imports that no package declares any more.
    pub(crate) removed: Vec<&'a Import>,
    /// Imports that another package declares now: before, and now.
    pub(crate) moved: Vec<(&'a Import, &'a Import)>,
    /// Imports whose function type is another now: before, and now.
    pub(crate) changed: Vec<(&'a Import, &'a Import)>,
    /// The first place of each package that hides imports and hid none before.
    pub(crate) newly_opaque: Vec<&'a Opaque>,
    /// The first place of each package that hid imports and hides none now.
    pub(crate) no_longer_opaque: Vec<&'a Opaque>,
}

/// Package, import module and import name: an import, whatever version, file and line it is in.
type Key<'a> = (&'a str, Option<&'a str>, &'a str);

impl<'a> Diff<'a> {
    /// What is different `now`; before there may have been nothing at all.
    pub(crate) fn new(before: Option<&'a Analysis>, now: &'a Analysis) -> Self {
        let (old_imports, old_opaque) = match before {
            Some(before) => (&before.imports[..], &before.opaque[..]),
            None => Default::default(),
        };
        let (old, new) = (by_key(old_imports), by_key(&now.imports));
        let added = only_in(&new, &old);
        let removed = only_in(&old, &new);
        let (added, removed, moved) = without_moved(added, removed);
        Self {
            added,
            removed,
            moved,
            changed: changed(&old, &new),
            newly_opaque: opaque_only_in(&now.opaque, old_opaque),
            no_longer_opaque: opaque_only_in(old_opaque, &now.opaque),
        }
    }

    /// Whether no import changed.
    pub(crate) fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.moved.is_empty()
            && self.changed.is_empty()
            && self.newly_opaque.is_empty()
            && self.no_longer_opaque.is_empty()
    }
}

fn by_key(imports: &[Import]) -> BTreeMap<Key<'_>, Vec<&Import>> {
    let mut by_key: BTreeMap<Key<'_>, Vec<&Import>> = BTreeMap::new();
    for import in imports {
        let key = (&*import.place.package, import.module.as_deref(), &*import.name);
        by_key.entry(key).or_default().push(import);
    }
    by_key
}

fn only_in<'a>(
    these: &BTreeMap<Key<'a>, Vec<&'a Import>>,
    others: &BTreeMap<Key<'_>, Vec<&Import>>,
) -> Vec<&'a Import> {
    let missing = these.iter().filter(|(key, _)| !others.contains_key(*key));
    missing.map(|(_, imports)| imports[0]).collect()
}

type Moved<'a> = Vec<(&'a Import, &'a Import)>;

/// Takes out what one package stopped declaring and another began to declare.
fn without_moved<'a>(
    added: Vec<&'a Import>,
    mut removed: Vec<&'a Import>,
) -> (Vec<&'a Import>, Vec<&'a Import>, Moved<'a>) {
    let mut moved = Vec::new();
    let added = added.into_iter().filter(|new| {
        let same = |old: &&Import| old.module == new.module && old.name == new.name;
        let Some(at) = removed.iter().position(same) else { return true };
        moved.push((removed.remove(at), *new));
        false
    });
    (added.collect(), removed, moved)
}

/// Imports whose type is known on both sides and is another.
fn changed<'a>(
    old: &BTreeMap<Key<'_>, Vec<&'a Import>>,
    new: &BTreeMap<Key<'_>, Vec<&'a Import>>,
) -> Moved<'a> {
    let types = |imports: &[&'a Import]| -> Option<BTreeSet<&'a WasmType>> {
        imports.iter().map(|import| import.wasm_type.as_ref()).collect()
    };
    let both = new.iter().filter_map(|(key, new)| Some((old.get(key)?, new)));
    both.filter(|(old, new)| match (types(old), types(new)) {
        (Some(old), Some(new)) => old != new,
        _ => false,
    })
    .map(|(old, new)| (old[0], new[0]))
    .collect()
}

fn opaque_only_in<'a>(these: &'a [Opaque], others: &[Opaque]) -> Vec<&'a Opaque> {
    let others: BTreeSet<&str> = others.iter().map(|it| it.place.package.as_str()).collect();
    let mut packages = BTreeSet::new();
    let new = these.iter().filter(|it| !others.contains(it.place.package.as_str()));
    new.filter(|it| packages.insert(it.place.package.as_str())).collect()
}

/// Leaves `now` the findings that are new, or graver than before, and `before` those that are gone, or
/// milder now.
pub(crate) fn keep_what_changed(before: &mut Analysis, now: &mut Analysis) {
    let (old, new) = (levels(&before.findings), levels(&now.findings));
    now.findings.retain(|it| old.get(&it.fingerprint).is_none_or(|level| *level < it.level));
    before.findings.retain(|it| new.get(&it.fingerprint).is_none_or(|level| *level < it.level));
}

/// The gravest level of each fingerprint.
fn levels(findings: &[Finding]) -> HashMap<String, Level> {
    let mut levels: HashMap<String, Level> = HashMap::new();
    for finding in findings {
        let level = levels.entry(finding.fingerprint.clone()).or_insert(finding.level);
        *level = finding.level.max(*level);
    }
    levels
}
