//! What a built module imports, read without the project's own object reader.

use std::collections::BTreeMap;

use wasmparser::{KnownCustom, Name, Operator, Parser, Payload, TypeRef};

/// An import of a wasm module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleImport {
    /// Its module.
    pub module: String,
    /// Its name.
    pub name: String,
    /// `func`, `memory`, `table`, `global` or `tag`.
    pub kind: &'static str,
}

/// The imports of a core module, in their order.
pub fn module_imports(module: &[u8]) -> Vec<ModuleImport> {
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(section) = payload.expect("a sound module") {
            for import in section.into_imports() {
                let import = import.expect("a sound import");
                let kind = match import.ty {
                    TypeRef::Func(_) | TypeRef::FuncExact(_) => "func",
                    TypeRef::Memory(_) => "memory",
                    TypeRef::Table(_) => "table",
                    TypeRef::Global(_) => "global",
                    TypeRef::Tag(_) => "tag",
                };
                let (module, name) = (import.module.to_owned(), import.name.to_owned());
                imports.push(ModuleImport { module, name, kind });
            }
        }
    }
    imports
}

/// The functions of a core module that its name section names, in their order.
pub fn function_names(module: &[u8]) -> Vec<String> {
    names(module).into_values().collect()
}

/// The names of the functions that the exported function `caller` calls, in their order; `#12` for one
/// without a name.
pub fn calls_of(module: &[u8], caller: &str) -> Vec<String> {
    let names = names(module);
    let mut imported = 0;
    let mut exported = None;
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.expect("a sound module") {
            Payload::ImportSection(section) => {
                let imports = section.into_imports().map(|import| import.expect("a sound import"));
                imported = imports.filter(|import| matches!(import.ty, TypeRef::Func(_))).count();
            }
            Payload::ExportSection(section) => {
                let exports = section.into_iter().map(|export| export.expect("a sound export"));
                exported = exports
                    .filter(|export| export.name == caller)
                    .map(|export| export.index as usize)
                    .next();
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    let index = exported.unwrap_or_else(|| panic!("no function is exported as {caller}"));
    let body = &bodies[index - imported];
    let operators = body.get_operators_reader().expect("a sound body").into_iter();
    operators
        .filter_map(|operator| match operator.expect("a sound operator") {
            Operator::Call { function_index } => Some(function_index),
            _ => None,
        })
        .map(|called| names.get(&called).cloned().unwrap_or_else(|| format!("#{called}")))
        .collect()
}

fn names(module: &[u8]) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CustomSection(section) = payload.expect("a sound module") else { continue };
        let KnownCustom::Name(subsections) = section.as_known() else { continue };
        for subsection in subsections {
            if let Name::Function(functions) = subsection.expect("a sound name section") {
                for naming in functions {
                    let naming = naming.expect("a sound name");
                    names.insert(naming.index, naming.name.to_owned());
                }
            }
        }
    }
    names
}
