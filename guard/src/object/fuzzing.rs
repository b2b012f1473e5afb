//! Promises about archives, objects and linked modules.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a promise that is broken is a panic"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::judge::Count;
use super::{Archive, Component, Content, Corrupt, Module, read};
use crate::linked::Parts;
use crate::linked::files::Input;

/// Members lie inside the file, one behind the other, errors name a place in it, and objects are read as
/// wasmparser reads them.
pub fn object_reader(data: &[u8]) {
    if let Ok(archive) = Archive::parse(data) {
        let mut behind = 0;
        let mut indexed = 0;
        for member in archive.members() {
            assert!(behind <= member.header_offset, "members overlap");
            assert!(member.header_offset < member.data_offset, "a member without a header");
            let length = member.data.map_or(0, <[u8]>::len);
            behind = member.data_offset + length;
            assert!(behind <= data.len(), "a member ends beyond the file");
            if let Some(content) = member.data {
                assert_eq!(content, &data[member.data_offset..behind], "another place's content");
            }
            indexed += archive.index_of(member).count();
        }
        assert!(indexed <= archive.index_len(), "the index has more than it has");
    }
    match read(data) {
        Ok(units) => {
            for unit in &units {
                assert!(unit.offset + unit.data.len() <= data.len(), "a unit ends beyond the file");
                if let Err(corrupt) = &unit.content {
                    is_in_file(corrupt, data);
                }
                if matches!(unit.content, Ok(Content::Wasm(_)) | Err(_)) {
                    Count::default().compare(unit.data);
                }
            }
        }
        Err(corrupt) => is_in_file(&corrupt, data),
    }
    add_file(data);
}

/// What validates is read, with the imports that it has; an error names a place in the file.
pub fn module_reader(data: &[u8]) {
    match Module::parse(data, 0) {
        Ok(module) => imports_are_the_module_s(data, &module),
        Err(corrupt) => is_in_file(&corrupt, data),
    }
    match Component::parse(data, 0) {
        Ok(component) => {
            for module in &component.modules {
                let end = module.offset + module.data.len();
                assert_eq!(data.get(module.offset..end), Some(module.data), "it lies elsewhere");
            }
        }
        Err(corrupt) => is_in_file(&corrupt, data),
    }
    add_file(data);
}

fn imports_are_the_module_s(data: &[u8], module: &Module<'_>) {
    if super::validation::validate(data, 0, module).is_ok() {
        for import in &module.imports {
            let is_function = import.kind == super::SymbolKind::Function;
            assert!(is_function || import.wasm_type.is_none(), "{import:?} has no function's type");
        }
        let names: BTreeSet<&str> = module.exports.iter().copied().collect();
        assert_eq!(names.len(), module.exports.len(), "two exports of one name validate");
    }
}

fn is_in_file(corrupt: &Corrupt, data: &[u8]) {
    assert!(corrupt.offset <= data.len(), "{corrupt:?} is not in {} bytes", data.len());
}

/// What `link` makes of a file: one file is added, and what refers to it does.
fn add_file(data: &[u8]) {
    let input = Input { path: PathBuf::from("f.wasm"), target: None, crate_name: None };
    let mut parts = Parts::default();
    parts.add_file(&input, data);
    assert!(parts.files.len() + parts.problems.len() > 0, "a file is passed over");
    for reference in &parts.references {
        assert!(reference.site < parts.sites.len(), "a reference from no object");
    }
    for defined in parts.definitions.values().flatten() {
        assert!(defined.site < parts.sites.len(), "a definition in no object");
    }
}
