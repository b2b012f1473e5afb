//! What a built module imports, read without the project's own object reader.

use wasmparser::{Parser, Payload, TypeRef};

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
