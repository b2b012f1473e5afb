//! What the mentions of a crate stand for, and which of its items lead to its imports.

use std::collections::{HashMap, HashSet};

use super::model::{CarrierId, Code, CrateSource, Mention, Path, ScopeId, Style, Target};
use super::names::{CrateId, Lookup, Meaning, Resolver};
use crate::cfg::Truth;

/// What the paths of a crate stand for: each is looked up once for each scope it stands in.
pub(super) struct Lookups<'a> {
    resolver: &'a Resolver<'a>,
    crate_id: CrateId,
    /// For each of the crate's paths, whether its last segment is asked for.
    is_asked: Vec<bool>,
    found: HashMap<(ScopeId, Style, u32), Lookup>,
}

impl<'a> Lookups<'a> {
    pub(super) fn new(
        resolver: &'a Resolver<'a>,
        crate_id: CrateId,
        asks_for: impl Fn(&str) -> bool,
    ) -> Self {
        let paths = &resolver.program.crates[crate_id].paths;
        let last = |path: &Path| path.segments.last().is_some_and(|last| asks_for(last));
        let is_asked = paths.iter().map(last).collect();
        Self { resolver, crate_id, is_asked, found: HashMap::new() }
    }

    /// Whether the last segment of `mention` is asked for.
    pub(super) fn are_for(&self, mention: &Mention) -> bool {
        self.is_asked.get(mention.path as usize).copied().unwrap_or(false)
    }

    pub(super) fn of(&mut self, mention: &Mention) -> &Lookup {
        let Mention { style, path, .. } = *mention;
        let scope = self.resolver.program.crates[self.crate_id].deciding_scope(mention.scope);
        self.found.entry((scope, style, path)).or_insert_with(|| {
            let path = &self.resolver.program.crates[self.crate_id].paths[path as usize];
            self.resolver.lookup(self.crate_id, scope, path, style)
        })
    }
}

/// For each carrier of a crate: the imports and carriers of the same crate that it mentions, and
/// whether surely.
pub(super) type Edges = HashMap<Meaning, Vec<(CarrierId, Truth)>>;

/// The names by which a crate's own text can lead to its imports: their own, those of the items whose code
/// goes to other crates and mentions one of these names, and what a `use` calls any of them.
///
/// Most mentions of a crate have none of these names, and looking a path up is what costs.
fn leading_names(source: &CrateSource) -> HashSet<&str> {
    let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
    for carrier in source.carriers.iter().filter(|carrier| carrier.code != Code::OwnCrate) {
        let Some(name) = &carrier.name else { continue };
        for mention in &carrier.mentions {
            users.entry(source.last_segment(mention)).or_default().push(name);
        }
    }
    for (alias, bindings) in source.scopes.iter().flat_map(|scope| &scope.names) {
        for binding in bindings {
            if let Target::Path(path) = &binding.target {
                let last = path.segments.last().map_or("", String::as_str);
                users.entry(last).or_default().push(alias);
            }
        }
    }
    let imports = source.imports.iter().map(|import| import.ident.as_str());
    let around = source.imports.iter().filter_map(|import| import.inside);
    let around = around.filter_map(|carrier| source.carriers[carrier].name.as_deref());
    let mut names: HashSet<&str> = imports.chain(around).collect();
    let mut pending: Vec<&str> = names.iter().copied().collect();
    while let Some(name) = pending.pop() {
        for user in users.get(name).into_iter().flatten() {
            if names.insert(user) {
                pending.push(user);
            }
        }
    }
    names
}

pub(super) fn own_edges(resolver: &Resolver<'_>, crate_id: CrateId) -> Edges {
    own_mentions(resolver, crate_id).0
}

/// A crate's edges, and the last segments of paths that stand for nothing known.
pub(super) fn own_mentions(resolver: &Resolver<'_>, crate_id: CrateId) -> (Edges, HashSet<String>) {
    let source = &resolver.program.crates[crate_id];
    let mut unresolved = HashSet::new();
    let names = leading_names(source);
    let mut lookups = Lookups::new(resolver, crate_id, |last| names.contains(last));
    let mut edges: Edges = HashMap::new();
    let mut methods: HashMap<&str, Vec<CarrierId>> = HashMap::new();
    for (id, carrier) in source.carriers.iter().enumerate() {
        if let (Some(_), Some(name)) = (&carrier.owner, &carrier.name) {
            methods.entry(name).or_default().push(id);
        }
    }
    for (id, carrier) in source.carriers.iter().enumerate() {
        for mention in &carrier.mentions {
            if !lookups.are_for(mention) {
                continue;
            }
            let last = source.last_segment(mention);
            let is_followed = matches!(mention.style, Style::Path | Style::Macro);
            let by_path = is_followed.then(|| &lookups.of(mention).meanings);
            for meaning in by_path.into_iter().flatten() {
                edges.entry(*meaning).or_default().push((id, mention.truth));
            }
            if by_path.is_none_or(HashSet::is_empty) {
                if !unresolved.contains(last) {
                    unresolved.insert(last.to_owned());
                }
                // `Self::name`, `value.name()`: any method of that name may be meant.
                for &method in methods.get(last).into_iter().flatten() {
                    let meaning = Meaning::Carrier(crate_id, method);
                    edges.entry(meaning).or_default().push((id, Truth::Unknown));
                }
            }
        }
    }
    (edges, unresolved)
}
