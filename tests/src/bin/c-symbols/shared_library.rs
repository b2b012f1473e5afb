//! What a linked `libc.so` tells of the C library in it.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{CompositeInnerType, ExternalKind, KnownCustom, Name, Parser, Payload, ValType};

use crate::letter;

#[derive(Default)]
pub(crate) struct SharedLibrary {
    /// Name and type of what is exported.
    pub(crate) exports: BTreeMap<String, String>,
    /// Name and type of the functions that the name section names.
    pub(crate) functions: Vec<(String, String)>,
    /// The names that wit-bindgen's C bindings have for what is imported.
    pub(crate) bindings: BTreeSet<String>,
    /// What the names of all its bindings begin with.
    pub(crate) prefixes: BTreeSet<String>,
}

impl SharedLibrary {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let mut library = Self::default();
        let mut types = Vec::new();
        let mut functions: Vec<u32> = Vec::new();
        let mut exports = Vec::new();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.expect("a sound module") {
                Payload::TypeSection(section) => {
                    for group in section {
                        types.extend(group.expect("a type").into_types().map(|ty| {
                            let CompositeInnerType::Func(ty) = &ty.composite_type.inner else {
                                return "(?)".to_owned();
                            };
                            let letters = |types: &[ValType]| -> String {
                                types.iter().map(|ty| letter(&ty.to_string())).collect()
                            };
                            format!("({}){}", letters(ty.params()), letters(ty.results()))
                        }));
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.expect("an import");
                        let prefixes = binding_prefixes(import.module);
                        let function = binding_function(import.name);
                        library
                            .bindings
                            .extend(prefixes.iter().map(|prefix| format!("{prefix}_{function}")));
                        library.prefixes.extend(prefixes);
                        if let wasmparser::TypeRef::Func(ty) = import.ty {
                            functions.push(ty);
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    functions.extend(section.into_iter().map(|ty| ty.expect("a function")));
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.expect("an export");
                        exports.push((export.name.to_owned(), export.kind, export.index));
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for subsection in names {
                            if let Name::Function(map) = subsection.expect("names") {
                                for naming in map {
                                    let naming = naming.expect("a name");
                                    let ty = functions[naming.index as usize];
                                    let ty = types[ty as usize].clone();
                                    library.functions.push((naming.name.to_owned(), ty));
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        for (name, kind, index) in exports {
            // The linker's own, which every shared library has.
            if wasm_import_guard::symbols::is_linker_defined(&name) {
                continue;
            }
            let ty = match kind {
                ExternalKind::Func => types[functions[index as usize] as usize].clone(),
                ExternalKind::Global => "data".to_owned(),
                _ => continue,
            };
            library.exports.insert(name, ty);
        }
        library
    }
}

/// `wasi:io/poll@0.2.0` → `io`, `poll`, `io_poll`: the shortest that is unique is wit-bindgen's choice.
fn binding_prefixes(module: &str) -> Vec<String> {
    let Some((package, interface)) = module.split_once('/') else {
        return Vec::new();
    };
    let package = package.rsplit(':').next().unwrap_or(package).replace('-', "_");
    let interface = interface.split('@').next().unwrap_or(interface).replace('-', "_");
    vec![format!("{package}_{interface}"), package, interface]
}

/// `[method]pollable.block` → `method_pollable_block`.
fn binding_function(import: &str) -> String {
    let function = match import.strip_prefix("[resource-drop]") {
        Some(resource) => format!("{resource}_drop_own"),
        None => import.replace("[method]", "method_").replace("[static]", "static_"),
    };
    function.replace(['-', '.'], "_")
}
