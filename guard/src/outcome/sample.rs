//! Facts for the tests of this module.

use std::path::PathBuf;

use super::{Outcome, OutcomeSet};
use crate::definition::SymbolDefinition;
use crate::graph::{PackageIndex, PackageSource};
use crate::import::{
    Certainty, Exposure, ExposureKind, Import, ImportKind, Origin, Place, ValueType, WasmType,
};
use crate::sorted;
use crate::symbols::{CSymbol, Library};
use crate::toolchain::Rustc;

pub(super) fn ty(params: &[ValueType]) -> WasmType {
    WasmType { params: params.to_vec(), results: vec![ValueType::I32] }
}

pub(super) fn import(name: &str, module: &str, wasm_type: Option<WasmType>) -> Import {
    Import {
        package: PackageIndex(0),
        source: PackageSource::Path,
        place: Place {
            package: "sys".to_owned(),
            version: "1.0.0".to_owned(),
            directory: PathBuf::new(),
            file: "src/lib.rs".to_owned(),
            line: 1,
            column: 1,
            length: 1,
        },
        module: Some(module.to_owned()),
        name: name.to_owned(),
        ident: name.to_owned(),
        kind: ImportKind::Function,
        abi: "C".to_owned(),
        signature: String::new(),
        wasm_type,
        certainty: Certainty::Certain,
        surely_compiled: true,
        exposure: Exposure { kind: ExposureKind::Exposed, reason: String::new() },
        origin: Origin::Source,
        path: Vec::new(),
    }
}

pub(super) fn libc(wasm_type: Option<WasmType>, referenced_by_std: bool) -> CSymbol {
    CSymbol {
        library: Library::Libc,
        is_function: true,
        wasm_type,
        weak: false,
        referenced_by_std,
        sdk: None,
    }
}

pub(super) fn rustc(release: &str) -> Rustc {
    Rustc::from_release(release).expect("a release")
}

pub(super) fn words(outcomes: OutcomeSet) -> String {
    let mut words: Vec<&str> = outcomes.into_iter().map(Outcome::as_str).collect();
    sorted::sort(&mut words);
    words.join(" ")
}

pub(super) const I: ValueType = ValueType::I32;
pub(super) const J: ValueType = ValueType::I64;

pub(super) fn definition(name: &str, wasm_type: Option<WasmType>) -> SymbolDefinition {
    let Import { package, source, place, kind, certainty, path, .. } = import(name, "", None);
    let name = name.to_owned();
    SymbolDefinition { package, source, place, name, kind, wasm_type, certainty, path }
}
