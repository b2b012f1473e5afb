//! What the objects of a build tell of the declared imports: which crate's objects name each, and
//! which imports no source shows.

use std::collections::{BTreeMap, BTreeSet};

use super::symbol_name::declaring_crate;
use super::{Context, Evidence, EvidenceKind, FileKind, Parts, Reference};
use crate::error::Problem;
use crate::facts::Facts;
use crate::finding::{Finding, Level};
use crate::graph::{EntryKind, Graph, Package, PackageIndex};
use crate::import::{
    Certainty, Exposure, ExposureKind, Import, ImportKind, Origin, Place, WasmType,
};
use crate::rules::fingerprint;

/// Brings what `built` shows into `imports`: their exposure, and those that no source has.
pub(crate) fn complete(
    imports: &mut Vec<Import>,
    problems: &mut Vec<Problem>,
    graph: &Graph,
    built: &Parts,
) {
    decide(imports, graph, built);
    let undeclared = undeclared(imports, graph, built);
    imports.extend(undeclared);
    problems.extend(built.problems.iter().cloned());
}

/// Decides the exposure of `imports` from the objects of a build of `graph`, where those tell it.
///
/// An import is exposed when objects of another crate than the declaring one name it, kept when only
/// the declaring crate's do, unreferenced when none does. What a crate would do whose objects are not
/// among the files (a program, or a library that is linked at once) only the linked module shows: an
/// import in it that no object names comes from there.
fn decide(imports: &mut [Import], graph: &Graph, parts: &Parts) {
    let seen = Seen::new(graph, parts);
    for import in imports {
        let package = graph.package(import.package);
        // Two releases of a crate have one name.
        if seen.twice.contains(package.crate_name.as_str()) {
            continue;
        }
        if let Some(exposure) = seen.exposure(import, package) {
            import.exposure = exposure;
        }
    }
}

/// The imports that objects of the graph's crates name and `imports`, the sources' list, does not
/// have: those that only a macro or a generated file declares.
fn undeclared(imports: &[Import], graph: &Graph, parts: &Parts) -> Vec<Import> {
    let declared: BTreeSet<(&str, &str)> = imports
        .iter()
        .map(|import| (import.module.as_deref().unwrap_or("env"), import.name.as_str()))
        .collect();
    let packages: BTreeMap<&str, usize> = graph
        .packages
        .iter()
        .enumerate()
        .map(|(index, package)| (package.crate_name.as_str(), index))
        .collect();
    let mut found: BTreeMap<(usize, &str, &str), Option<&WasmType>> = BTreeMap::new();
    for reference in &parts.references {
        let import = (reference.module.as_str(), reference.name.as_str());
        if !reference.is_import() || declared.contains(&import) {
            continue;
        }
        let site = &parts.sites[reference.site];
        let name = reference.declared_by.as_deref().or(site.crate_name.as_deref());
        if let Some(package) = name.and_then(|name| packages.get(name)) {
            found.entry((*package, import.0, import.1)).or_insert(reference.wasm_type.as_ref());
        }
    }
    // The objects of a program are not among the files; the module that is made of them is.
    for entry in parts.modules.iter().flat_map(|module| &module.imports) {
        let import = (entry.module.as_str(), entry.name.as_str());
        let name = entry.symbol.as_deref().and_then(declaring_crate);
        let package = name.and_then(|name| packages.get(name));
        if let Some(package) = package.filter(|_| !declared.contains(&import)) {
            found.entry((*package, import.0, import.1)).or_insert(entry.wasm_type.as_ref());
        }
    }
    let seen = Seen::new(graph, parts);
    found
        .into_iter()
        .map(|((index, module, name), wasm_type)| {
            let package = &graph.packages[index];
            let mut import = of_object(PackageIndex(index), graph, (module, name), wasm_type);
            if let Some(exposure) = seen.exposure(&import, package) {
                import.exposure = exposure;
            }
            import
        })
        .collect()
}

struct Seen<'a> {
    parts: &'a Parts,
    /// References by module and name.
    references: BTreeMap<(&'a str, &'a str), Vec<&'a Reference>>,
    /// Crate names that several packages have.
    twice: BTreeSet<&'a str>,
    /// Selected crates whose own objects are not among the files.
    unseen: BTreeSet<&'a str>,
}

impl<'a> Seen<'a> {
    fn new(graph: &'a Graph, parts: &'a Parts) -> Self {
        let mut references: BTreeMap<_, Vec<&Reference>> = BTreeMap::new();
        for reference in &parts.references {
            let import = (reference.module.as_str(), reference.name.as_str());
            references.entry(import).or_default().push(reference);
        }
        let read: BTreeSet<&str> = parts
            .files
            .iter()
            .filter(|file| matches!(file.kind, FileKind::Archive | FileKind::Object))
            .filter_map(|file| file.crate_name.as_deref())
            .collect();
        let (mut once, mut twice, mut unseen) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for package in &graph.packages {
            let name = package.crate_name.as_str();
            if !once.insert(name) {
                twice.insert(name);
            }
            let is_final = package.is_root
                && package.entries.iter().any(|entry| entry.kind != EntryKind::Library);
            if is_final || (!read.contains(name) && !package.entries.is_empty()) {
                unseen.insert(name);
            }
        }
        Self { parts, references, twice, unseen }
    }

    /// `None` when the files do not tell.
    fn exposure(&self, import: &Import, package: &Package) -> Option<Exposure> {
        let own = package.crate_name.as_str();
        let module = import.module.as_deref().unwrap_or("env");
        let named: Vec<&&Reference> = self
            .references
            .get(&(module, import.name.as_str()))
            .into_iter()
            .flatten()
            .filter(|it| it.declared_by.as_deref().is_none_or(|name| name == own))
            // std and C refer to functions of `env` that are no imports.
            .filter(|it| it.is_import() || import.module.is_none())
            .collect();
        let crates = named.iter().filter_map(|it| self.parts.sites[it.site].crate_name.as_deref());
        let others: BTreeSet<&str> = crates.filter(|name| *name != own).collect();
        let exposed = |reason: String| Some(Exposure { kind: ExposureKind::Exposed, reason });
        if !others.is_empty() {
            let others: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
            return exposed(format!("the built objects of {} name it", others.join(", ")));
        }
        let unseen: Vec<&str> = self.unseen.iter().copied().filter(|name| *name != own).collect();
        if !unseen.is_empty() {
            // The module is made of the objects that were read and of those that were not.
            let is_linked = named.is_empty() && self.is_linked(module, import, own);
            return if is_linked {
                let unseen: Vec<String> = unseen.iter().map(|name| format!("`{name}`")).collect();
                let which = unseen.join(" or ");
                exposed(format!(
                    "the linked module imports it and the built objects of `{own}` do not name it, so \
                     those of {which} do"
                ))
            } else {
                None
            };
        }
        // Others than this build may call what a selected library offers.
        if package.is_root && import.exposure.kind == ExposureKind::Exposed {
            return None;
        }
        Some(if named.is_empty() {
            let reason = "no built object names it".to_owned();
            Exposure { kind: ExposureKind::Unreferenced, reason }
        } else {
            let reason = format!("only the built objects of `{own}` name it");
            Exposure { kind: ExposureKind::Kept, reason }
        })
    }

    /// Whether a linked module has the import under a symbol of the crate `own`.
    fn is_linked(&self, module: &str, import: &Import, own: &str) -> bool {
        self.parts.modules.iter().flat_map(|linked| &linked.imports).any(|entry| {
            entry.module == module
                && entry.name == import.name
                && entry.symbol.as_deref().and_then(declaring_crate) == Some(own)
        })
    }
}

fn of_object(
    index: PackageIndex,
    graph: &Graph,
    (module, name): (&str, &str),
    wasm_type: Option<&WasmType>,
) -> Import {
    let package = graph.package(index);
    let reason = "its declaration is not in the source".to_owned();
    Import {
        package: index,
        source: package.source.clone(),
        place: manifest(package),
        module: Some(module.to_owned()),
        name: name.to_owned(),
        ident: name.to_owned(),
        kind: ImportKind::Function,
        abi: "C".to_owned(),
        signature: String::new(),
        wasm_type: wasm_type.cloned(),
        certainty: Certainty::Certain,
        surely_compiled: true,
        exposure: Exposure { kind: ExposureKind::Possible, reason },
        origin: Origin::Object,
        path: graph.path_to(index),
    }
}

/// The beginning of the package's manifest: the place of what has no line in its source.
fn manifest(package: &Package) -> Place {
    Place {
        package: package.name.clone(),
        version: package.version.clone(),
        directory: package.directory.clone(),
        file: "Cargo.toml".to_owned(),
        line: 1,
        column: 1,
        length: 1,
    }
}

/// The findings that `built` alone shows: evidence from a warning on that `known` does not hold yet.
pub(crate) fn findings(
    built: &Parts,
    facts: &Facts<'_>,
    graph: &Graph,
    rustc: &str,
    known: &[Finding],
) -> Vec<Finding> {
    let imports = facts.imports;
    let context = Context {
        target: Some(facts.target),
        symbols: Some(facts.symbols),
        imports: Some(imports),
    };
    let evidence = super::judge(built, context).findings;
    let mut found: Vec<Finding> = Vec::new();
    for one in evidence.iter().filter(|one| one.level > Level::Note) {
        let rule = rule_of(one.kind);
        let is_known = known.iter().chain(&found).any(|finding| {
            finding.rule == rule
                && finding.name == one.name
                && finding.level >= one.level
                && (one.module.is_none() || finding.module == one.module)
        });
        let import = one.declared.first().and_then(|index| imports.get(*index));
        let Some(package) = package_of(one, graph) else { continue };
        let place =
            import.map_or_else(|| manifest(graph.package(package)), |import| import.place.clone());
        if is_known {
            continue;
        }
        let module = one.module.as_deref().unwrap_or_default();
        let mut notes = one.notes.clone();
        notes.extend(one.sites.iter().map(|site| {
            let file = site.path.file_name().unwrap_or_default().to_string_lossy();
            match &site.member {
                Some(member) => format!("seen in `{member}` of `{file}`"),
                None => format!("seen in `{file}`"),
            }
        }));
        let path = import.map_or_else(|| graph.path_to(package), |it| it.path.clone());
        found.push(Finding {
            rule,
            level: one.level,
            label: "what the build made of this".to_owned(),
            fingerprint: fingerprint(&[
                rule,
                "built",
                one.kind.as_str(),
                &place.package,
                module,
                &one.name,
            ]),
            place,
            module: one.module.clone(),
            name: one.name.clone(),
            message: one.message.clone(),
            outcomes: BTreeMap::from([(rustc.to_owned(), one.outcomes)]),
            notes,
            help: Vec::new(),
            related: Vec::new(),
            path,
        });
    }
    found
}

/// The package whose objects show it, else the first that was selected.
fn package_of(evidence: &Evidence, graph: &Graph) -> Option<PackageIndex> {
    let crates = evidence.sites.iter().filter_map(|site| site.crate_name.as_deref());
    crates
        .filter_map(|name| graph.packages.iter().position(|package| package.crate_name == name))
        .map(PackageIndex)
        .next()
        .or_else(|| graph.roots.first().copied())
}

/// The rule that a piece of evidence belongs to.
fn rule_of(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::ImportMismatch => "module-clash",
        EvidenceKind::PlainImport => "libc-clash",
        EvidenceKind::SignatureMismatch
        | EvidenceKind::Stub
        | EvidenceKind::InvalidModule
        | EvidenceKind::DuplicateImport => "signature-clash",
        EvidenceKind::UndefinedSymbol | EvidenceKind::EnvImport => "undeclared-module",
        EvidenceKind::UndeclaredImport => "opaque-imports",
    }
}
