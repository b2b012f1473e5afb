//! What linked modules show.

use std::collections::{BTreeMap, BTreeSet};

use super::objects::signature;
use super::{
    Context, Evidence, EvidenceKind, ImportEntry, Linkage, ModuleFacts, Parts, Site, Stub,
    declarations_of,
};
use crate::finding::Level;
use crate::import::WasmType;
use crate::object::SymbolKind;
use crate::outcome::{Outcome, OutcomeSet};

pub(super) fn judge(parts: &Parts, context: Context<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    for module in &parts.modules {
        let judge = Judge { module, context };
        found.extend(module.stubs.iter().filter_map(|stub| judge.stub(stub)));
        judge.duplicates(&mut found);
        let functions = module.imports.iter().filter(|it| it.kind == SymbolKind::Function);
        for import in functions {
            found.extend(judge.import(import));
        }
        found.extend(judge.invalid());
    }
    found
}

struct Judge<'a> {
    module: &'a ModuleFacts,
    context: Context<'a>,
}

impl Judge<'_> {
    fn stub(&self, function: &str) -> Option<Evidence> {
        let (name, level, what) = match Stub::of(function)? {
            Stub::SignatureMismatch(name) => (
                name,
                Level::Deny,
                format!("calls of `{name}` trap: it is defined with another signature"),
            ),
            Stub::BitcastInvalid(name) => (
                name,
                Level::Deny,
                format!("calls of `{name}` trap: link-time optimisation met two signatures"),
            ),
            Stub::UndefinedWeak(name) => {
                // Code that asks first whether a weak symbol is there has the same stub.
                let is_declared = self.declares(name);
                let level = if is_declared { Level::Deny } else { Level::Note };
                (name, level, format!("calls of `{name}` trap: the weak symbol stayed undefined"))
            }
            Stub::Undefined => (
                "undefined_stub",
                Level::Warn,
                "calls of an undefined symbol trap: the linker was told to ignore it".to_owned(),
            ),
        };
        let note = format!("the module has the linker's stub `{function}`");
        let outcomes = OutcomeSet::from([Outcome::Trap]);
        let mut evidence = self.evidence(EvidenceKind::Stub, level, None, name, what);
        evidence.declared = self.named(name);
        Some(Evidence { notes: vec![note], outcomes, ..evidence })
    }

    /// One import with two types.
    fn duplicates(&self, found: &mut Vec<Evidence>) {
        let mut types: BTreeMap<(&str, &str), BTreeSet<&WasmType>> = BTreeMap::new();
        for import in &self.module.imports {
            if let Some(ty) = &import.wasm_type {
                types.entry((&import.module, &import.name)).or_default().insert(ty);
            }
        }
        for ((module, name), types) in types.into_iter().filter(|(_, types)| types.len() > 1) {
            let message =
                format!("the module imports `{module}.{name}` with {} types", types.len());
            let types: Vec<String> = types.into_iter().map(signature).collect();
            let note = format!("{}: a host gives a function one type", types.join(" and "));
            let kind = EvidenceKind::DuplicateImport;
            let mut evidence = self.evidence(kind, Level::Warn, Some(module), name, message);
            evidence.declared = declarations_of(self.context.imports, module, name);
            let outcomes = OutcomeSet::from([Outcome::Kept]);
            found.push(Evidence { notes: vec![note], outcomes, ..evidence });
        }
    }

    /// An import whose symbol was its plain name, or that nobody declares.
    fn import(&self, import: &ImportEntry) -> Option<Evidence> {
        let ImportEntry { module, name, .. } = import;
        let declared = declarations_of(self.context.imports, module, name);
        let outcomes = OutcomeSet::from([Outcome::Kept]);
        let plain = import.linkage() == Linkage::Plain;
        let all = self.context.imports.unwrap_or_default();
        if module == "env" && import.linkage() != Linkage::Mangled {
            let meant = declared.iter().any(|index| all[*index].module.is_some());
            if meant {
                return None;
            }
            let is_odd = plain && !self.context.is_host_in_env();
            let level = if is_odd { Level::Warn } else { Level::Note };
            let message = format!("the module imports `{name}` from `env`");
            let note = if plain {
                "its symbol was the plain name, as of a function that is declared without a module \
                 and that nothing defines"
            } else {
                "the module's functions have no names: it may have been declared without a module"
            };
            let kind = EvidenceKind::EnvImport;
            let evidence = self.evidence(kind, level, Some(module), name, message);
            return Some(Evidence { notes: vec![note.to_owned()], outcomes, declared, ..evidence });
        }
        if plain {
            let message = format!("the import `{module}.{name}` was linked by its plain name");
            let note = "it came through because nothing else in the link had that name";
            let kind = EvidenceKind::PlainImport;
            let evidence = self.evidence(kind, Level::Note, Some(module), name, message);
            return Some(Evidence { notes: vec![note.to_owned()], outcomes, declared, ..evidence });
        }
        let is_libc = import.symbol.as_ref().is_some_and(|it| it.starts_with("__imported_wasi"));
        if self.context.imports.is_some() && declared.is_empty() && !is_libc {
            let message = format!(
                "the module imports `{module}.{name}`, which no source that was read declares"
            );
            let note = match &import.symbol {
                Some(symbol) => match super::symbol_name::declaring_crate(symbol) {
                    Some(name) => {
                        format!("the crate `{name}` declares it: its symbol is `{symbol}`")
                    }
                    None => format!("its symbol is `{symbol}`"),
                },
                None => "the module's functions have no names that would tell who does".to_owned(),
            };
            let kind = EvidenceKind::UndeclaredImport;
            let evidence = self.evidence(kind, Level::Note, Some(module), name, message);
            return Some(Evidence { notes: vec![note], outcomes, ..evidence });
        }
        None
    }

    fn invalid(&self) -> Option<Evidence> {
        let invalid = self.module.invalid.as_ref()?;
        let message = "the module does not validate".to_owned();
        let mut notes = vec![invalid.what.clone()];
        let mut declared = Vec::new();
        if let Some(callee) = &invalid.callee {
            notes.push(format!(
                "what does not fit there is a call of `{callee}`: a linker makes that, without a \
                 message, of a name that an archive before it defines with another signature"
            ));
            declared = self.named(callee);
        }
        let name = invalid.callee.clone().unwrap_or_default();
        let kind = EvidenceKind::InvalidModule;
        let evidence = self.evidence(kind, Level::Deny, None, &name, message);
        let outcomes = OutcomeSet::from([Outcome::InvalidModule]);
        Some(Evidence { notes, outcomes, declared, ..evidence })
    }

    fn declares(&self, name: &str) -> bool {
        self.context.imports.unwrap_or_default().iter().any(|import| import.name == name)
    }

    fn named(&self, name: &str) -> Vec<usize> {
        let all = self.context.imports.unwrap_or_default().iter().enumerate();
        all.filter(|(_, import)| import.name == name).map(|(index, _)| index).collect()
    }

    fn evidence(
        &self,
        kind: EvidenceKind,
        level: Level,
        module: Option<&str>,
        name: &str,
        message: String,
    ) -> Evidence {
        let member = self.module.within_component.map(|index| format!("core module {index}"));
        let site = Site { path: self.module.path.clone(), member, crate_name: None };
        Evidence::shown_by([site], kind, level, (module, name), message)
    }
}
