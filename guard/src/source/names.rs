//! What a path stands for, across the crates that were read.
//!
//! Only as much of Rust's name resolution as tells who names an import: modules, `use`, globs,
//! re-exports, the extern prelude, associated functions by type name. What it cannot follow it says.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::model::{CarrierId, CrateSource, ImportId, Path, ScopeId, Style, Target, TypeId};

/// How many alias and module steps one path may take. A path in published code takes fewer than fifty;
/// a hostile one could take exponentially many.
const MAX_STEPS: usize = 20_000;

/// How many steps may wait on one another, which bounds the stack.
const MAX_DEPTH: usize = 100;

/// A crate's place in [`Program::crates`].
pub(crate) type CrateId = usize;

/// The crates that were read, and how they name one another.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) crates: Vec<CrateSource>,
    /// For each crate, the crates its source can name: extern name → crate.
    pub(crate) extern_names: Vec<HashMap<String, CrateId>>,
}

/// Finds what names stand for in a program, and remembers what many searches ask for: one for each thread.
#[derive(Debug)]
pub(crate) struct Resolver<'a> {
    pub(crate) program: &'a Program,
    /// The modules that each scope's globs stand for, found once.
    glob_modules: RefCell<HashMap<(CrateId, ScopeId), GlobModules>>,
    /// The associated items of each crate, found once.
    associated: RefCell<HashMap<CrateId, Rc<Associated>>>,
}

/// A crate's associated items, by name.
type Associated = HashMap<String, Vec<CarrierId>>;

/// The modules of a scope's globs, each with whether its glob is `pub`.
type GlobModules = Rc<Vec<(CrateId, ScopeId, bool)>>;

/// What a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    Module(CrateId, ScopeId),
    Import(CrateId, ImportId),
    Carrier(CrateId, CarrierId),
    Type(CrateId, TypeId),
}

/// What came of looking a path up.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    pub(crate) meanings: HashSet<Meaning>,
    /// The path led into this crate, where its next name is not to be found, or the search grew too
    /// long: something here is made by a macro or is not followed.
    pub(crate) lost_in: Option<CrateId>,
}

impl Program {
    /// A program of these crates, whose extern names are not known yet.
    pub(crate) fn new(crates: Vec<CrateSource>) -> Self {
        Self { crates, ..Self::default() }
    }

    /// The path that a `use` in or around `scope` gives `name` to.
    pub(crate) fn used_as(&self, crate_id: CrateId, scope: ScopeId, name: &str) -> Option<&Path> {
        let scopes = &self.crates[crate_id].scopes;
        let mut at = Some(scope);
        while let Some(scope) = at {
            let bindings = scopes[scope].names.get(name).into_iter().flatten();
            let mut paths = bindings.filter_map(|binding| match &binding.target {
                Target::Path(path) => Some(path),
                _ => None,
            });
            if let Some(path) = paths.next() {
                return Some(path);
            }
            at = scopes[scope].parent.filter(|_| !scopes[scope].is_module);
        }
        None
    }

    /// `macro_rules!` of the crate, and exported ones of its `#[macro_use]` crates.
    fn macros_in_scope(&self, crate_id: CrateId, name: &str) -> Vec<Meaning> {
        let own = &self.crates[crate_id];
        let mut found: Vec<_> = own
            .macros
            .get(name)
            .into_iter()
            .flatten()
            .map(|carrier| Meaning::Carrier(crate_id, *carrier))
            .collect();
        for other in &own.macro_use_crates {
            let Some(&id) = self.extern_names[crate_id].get(other) else { continue };
            let exported = self.crates[id].macros.get(name).into_iter().flatten();
            found.extend(exported.map(|carrier| Meaning::Carrier(id, *carrier)));
        }
        found
    }
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(program: &'a Program) -> Self {
        Self { program, glob_modules: RefCell::default(), associated: RefCell::default() }
    }

    /// Looks up `path` as it stands in `scope` of `crate_id`.
    pub(crate) fn lookup(
        &self,
        crate_id: CrateId,
        scope: ScopeId,
        path: &Path,
        style: Style,
    ) -> Lookup {
        let mut search =
            Search { resolver: self, in_progress: HashSet::new(), steps: 0, lost_in: None };
        let mut meanings = search.path(crate_id, scope, path, 0);
        if style == Style::Macro {
            if let [name] = path.segments.as_slice() {
                meanings.extend(self.program.macros_in_scope(crate_id, name));
            }
        }
        Lookup { meanings, lost_in: search.lost_in }
    }

    /// Everything of `crate_id` that another crate can name through `pub` items and re-exports.
    pub(crate) fn public_surface(&self, crate_id: CrateId) -> HashSet<Meaning> {
        let mut surface = HashSet::new();
        let mut pending = vec![Meaning::Module(crate_id, 0)];
        while let Some(meaning) = pending.pop() {
            let Meaning::Module(id, scope) = meaning else {
                surface.insert(meaning);
                continue;
            };
            if id != crate_id || !surface.insert(Meaning::Module(id, scope)) {
                continue;
            }
            let scope_data = &self.program.crates[id].scopes[scope];
            for binding in scope_data.names.values().flatten().filter(|binding| binding.public) {
                let mut search = Search::new(self);
                pending.extend(search.target(id, scope, &binding.target, 0));
            }
            for glob in scope_data.globs.iter().filter(|glob| glob.public) {
                let mut search = Search::new(self);
                pending.extend(search.path(id, scope, &glob.path, 0));
            }
        }
        surface
    }

    /// The carriers of `crate_id` with this owner and name.
    fn associated(&self, crate_id: CrateId, owner: &str, name: &str) -> Vec<Meaning> {
        let carriers = &self.program.crates[crate_id].carriers;
        let known = self.associated.borrow().get(&crate_id).cloned();
        let by_name = known.unwrap_or_else(|| {
            let mut by_name = Associated::new();
            for (id, carrier) in carriers.iter().enumerate() {
                if let (Some(_), Some(name)) = (&carrier.owner, &carrier.name) {
                    by_name.entry(name.clone()).or_default().push(id);
                }
            }
            let by_name = Rc::new(by_name);
            self.associated.borrow_mut().insert(crate_id, Rc::clone(&by_name));
            by_name
        });
        let of_name = by_name.get(name).into_iter().flatten();
        of_name
            .filter(|&&id| carriers[id].owner.as_deref() == Some(owner))
            .map(|&id| Meaning::Carrier(crate_id, id))
            .collect()
    }
}

/// One search, with its bounds.
struct Search<'a> {
    resolver: &'a Resolver<'a>,
    /// Names being looked up: asking for one again while it is here is a cycle of globs or aliases.
    in_progress: HashSet<(CrateId, ScopeId, String)>,
    steps: usize,
    lost_in: Option<CrateId>,
}

impl<'a> Search<'a> {
    fn new(resolver: &'a Resolver<'a>) -> Self {
        Self { resolver, in_progress: HashSet::new(), steps: 0, lost_in: None }
    }

    fn program(&self) -> &'a Program {
        self.resolver.program
    }

    fn path(
        &mut self,
        crate_id: CrateId,
        scope: ScopeId,
        path: &Path,
        depth: usize,
    ) -> HashSet<Meaning> {
        self.steps += 1;
        if self.steps > MAX_STEPS || depth > MAX_DEPTH {
            self.lost_in.get_or_insert(crate_id);
            return HashSet::new();
        }
        let Some((first, mut rest)) = path.segments.split_first() else {
            // `use {a, b}` at the root has an empty prefix.
            return HashSet::new();
        };
        let mut current: HashSet<Meaning> = match first.as_str() {
            "crate" => HashSet::from([Meaning::Module(crate_id, 0)]),
            "self" => HashSet::from([Meaning::Module(crate_id, self.module_of(crate_id, scope))]),
            "super" => {
                let mut module = self.outer_module(crate_id, scope);
                while rest.first().is_some_and(|segment| segment == "super") {
                    module = self.outer_module(crate_id, module);
                    rest = &rest[1..];
                }
                HashSet::from([Meaning::Module(crate_id, module)])
            }
            name if path.absolute => self.prelude_or_root(crate_id, name, depth),
            name => self.lexical(crate_id, scope, name, depth),
        };
        for segment in rest {
            current = self.step(crate_id, &current, segment, depth);
        }
        current
    }

    /// What `segment` names in each of `current`, seen from `from`.
    fn step(
        &mut self,
        from: CrateId,
        current: &HashSet<Meaning>,
        segment: &str,
        depth: usize,
    ) -> HashSet<Meaning> {
        let mut next = HashSet::new();
        for meaning in current {
            match meaning {
                Meaning::Module(id, scope) => {
                    let found = self.in_scope(*id, *scope, segment, *id != from, depth);
                    if found.is_empty() && *id != from {
                        self.lost_in.get_or_insert(*id);
                    }
                    next.extend(found);
                }
                Meaning::Type(id, owner) => {
                    let owner = &self.program().crates[*id].types[*owner].name;
                    next.extend(self.resolver.associated(*id, owner, segment));
                }
                Meaning::Import(..) | Meaning::Carrier(..) => {}
            }
        }
        next
    }

    /// A first segment: the scopes around, then the extern prelude, then (2015) the crate root.
    fn lexical(
        &mut self,
        crate_id: CrateId,
        scope: ScopeId,
        name: &str,
        depth: usize,
    ) -> HashSet<Meaning> {
        let mut at = scope;
        loop {
            let found = self.in_scope(crate_id, at, name, false, depth);
            if !found.is_empty() {
                return found;
            }
            let scope_data = &self.program().crates[crate_id].scopes[at];
            match scope_data.parent {
                Some(parent) if !scope_data.is_module => at = parent,
                _ => break,
            }
        }
        self.prelude_or_root(crate_id, name, depth)
    }

    fn prelude_or_root(&mut self, crate_id: CrateId, name: &str, depth: usize) -> HashSet<Meaning> {
        match self.program().extern_names[crate_id].get(name) {
            Some(&id) => HashSet::from([Meaning::Module(id, 0)]),
            None => self.in_scope(crate_id, 0, name, false, depth),
        }
    }

    /// What `name` is in one scope: its own names, else those that globs bring in.
    fn in_scope(
        &mut self,
        crate_id: CrateId,
        scope: ScopeId,
        name: &str,
        public_only: bool,
        depth: usize,
    ) -> HashSet<Meaning> {
        let mut found = HashSet::new();
        let data = &self.program().crates[crate_id].scopes[scope];
        if data.globs.is_empty() && !data.names.contains_key(name) {
            return found;
        }
        let key = (crate_id, scope, name.to_owned());
        if depth > MAX_DEPTH || !self.in_progress.insert(key.clone()) {
            return found;
        }
        let program = self.program();
        let mut seen = HashSet::new();
        let mut pending = vec![(crate_id, scope, public_only)];
        while let Some(place) = pending.pop() {
            self.steps += 1;
            if self.steps > MAX_STEPS || !seen.insert(place) {
                continue;
            }
            let (id, at, public_only) = place;
            let data = &program.crates[id].scopes[at];
            let mut hides = false;
            for binding in data.names.get(name).into_iter().flatten() {
                if binding.public || !public_only {
                    let meanings = self.target(id, at, &binding.target, depth + 1);
                    // A module or type of that name does not hide a function that a glob brings in.
                    hides |= meanings
                        .iter()
                        .any(|m| matches!(m, Meaning::Import(..) | Meaning::Carrier(..)));
                    found.extend(meanings);
                }
            }
            if !hides && !data.globs.is_empty() {
                for (inner_id, inner, is_public) in self.glob_modules(id, at, depth).iter() {
                    if *is_public || !public_only {
                        pending.push((*inner_id, *inner, public_only || *inner_id != id));
                    }
                }
            }
        }
        self.in_progress.remove(&key);
        found
    }

    /// The modules that the globs of a scope stand for.
    fn glob_modules(&mut self, crate_id: CrateId, scope: ScopeId, depth: usize) -> GlobModules {
        let program = self.program();
        let key = (crate_id, scope);
        if let Some(known) = self.resolver.glob_modules.borrow().get(&key) {
            return Rc::clone(known);
        }
        // While they are looked for, a scope's globs help in no lookup: a path through themselves is
        // none that published code has.
        self.resolver.glob_modules.borrow_mut().insert(key, GlobModules::default());
        let mut modules = Vec::new();
        for glob in &program.crates[crate_id].scopes[scope].globs {
            for meaning in self.path(crate_id, scope, &glob.path, depth + 1) {
                if let Meaning::Module(id, inner) = meaning {
                    modules.push((id, inner, glob.public));
                }
            }
        }
        let modules = Rc::new(modules);
        self.resolver.glob_modules.borrow_mut().insert(key, Rc::clone(&modules));
        modules
    }

    fn target(
        &mut self,
        crate_id: CrateId,
        scope: ScopeId,
        target: &Target,
        depth: usize,
    ) -> HashSet<Meaning> {
        match target {
            Target::Module(inner) => HashSet::from([Meaning::Module(crate_id, *inner)]),
            Target::Import(id) => HashSet::from([Meaning::Import(crate_id, *id)]),
            Target::Carrier(id) => HashSet::from([Meaning::Carrier(crate_id, *id)]),
            Target::Type(id) => HashSet::from([Meaning::Type(crate_id, *id)]),
            Target::Path(path) => self.path(crate_id, scope, path, depth + 1),
            Target::Crate(name) => self.program().extern_names[crate_id]
                .get(name)
                .map(|id| Meaning::Module(*id, 0))
                .into_iter()
                .collect(),
        }
    }

    fn module_of(&self, crate_id: CrateId, mut scope: ScopeId) -> ScopeId {
        let scopes = &self.program().crates[crate_id].scopes;
        while !scopes[scope].is_module {
            match scopes[scope].parent {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        scope
    }

    fn outer_module(&self, crate_id: CrateId, scope: ScopeId) -> ScopeId {
        let module = self.module_of(crate_id, scope);
        match self.program().crates[crate_id].scopes[module].parent {
            Some(parent) => self.module_of(crate_id, parent),
            None => module,
        }
    }
}
