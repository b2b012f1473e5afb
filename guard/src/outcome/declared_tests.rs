//! What crates of one graph do to each other: each line is a situation and the set that must come out.

use super::*;
use crate::import::{Exposure, ExposureKind};
use crate::outcome::sample::{I, J, definition, import, libc, rustc, ty, words};

#[test]
fn an_export_takes_the_place_of_an_import() {
    let import = import("render", "host", Some(ty(&[I])));
    let ask = |defined, release: &str| {
        words(beside_definition(&import, &definition("render", defined), &rustc(release)))
    };
    assert_eq!(ask(Some(ty(&[I])), "1.91.0"), "misbound");
    // It depends on which of two crates the linker meets first.
    assert_eq!(ask(Some(ty(&[J])), "1.91.0"), "invalid-module misbound trap");
    assert_eq!(ask(None, "1.91.0"), "invalid-module misbound trap");
    for release in ["1.90.0", "1.91.1", "1.96.0"] {
        assert_eq!(ask(Some(ty(&[J])), release), "kept", "{release}");
    }
    let data = SymbolDefinition { kind: ImportKind::Static, ..definition("render", None) };
    // Data in an archive takes the function's place unseen, and the linker crashes or writes anything.
    let outcomes = beside_definition(&import, &data, &rustc("1.91.0"));
    assert_eq!(words(outcomes), "invalid-module link-error");
}

#[test]
fn what_is_not_sure_to_be_exposed_may_be_kept_beside_an_export() {
    let mut import = import("render", "host", Some(ty(&[I])));
    let same = definition("render", Some(ty(&[I])));
    for (kind, expected) in [
        (ExposureKind::Kept, "kept"),
        (ExposureKind::Possible, "kept misbound"),
        (ExposureKind::Exposed, "misbound"),
    ] {
        import.exposure.kind = kind;
        let outcomes = beside_definition(&import, &same, &rustc("1.91.0"));
        assert_eq!(words(outcomes), expected, "{kind:?}");
    }
}

#[test]
fn an_export_takes_the_place_of_a_c_symbol() {
    let strong = libc(Some(ty(&[I])), true);
    let weak = CSymbol { weak: true, ..strong.clone() };
    let ask = |symbol: &CSymbol, defined, is_called| {
        let own = definition("read", defined);
        words(of_c_symbol_beside_definition(&own, symbol, is_called, &rustc("1.96.0")))
    };
    // libc's object can be needed for another of its names.
    assert_eq!(ask(&strong, Some(ty(&[I])), true), "link-error misbound");
    assert_eq!(ask(&weak, Some(ty(&[I])), true), "misbound");
    assert_eq!(ask(&weak, Some(ty(&[J])), true), "invalid-module trap");
    assert_eq!(ask(&weak, None, true), "invalid-module misbound trap");
    assert_eq!(ask(&weak, Some(ty(&[I])), false), "kept misbound");
}

#[test]
fn data_in_the_place_of_a_function_is_an_error_where_the_linker_notices() {
    let read = libc(Some(ty(&[I])), true);
    let data = SymbolDefinition { kind: ImportKind::Static, ..definition("read", None) };
    let outcomes = of_c_symbol_beside_definition(&data, &read, true, &rustc("1.96.0"));
    assert_eq!(words(outcomes), "invalid-module link-error");
}

#[test]
fn what_the_startup_object_defines_is_linked_whatever_else_is() {
    let start = CSymbol { library: Library::Startup, ..libc(Some(ty(&[])), false) };
    let own = definition("_start", Some(ty(&[])));
    let outcomes = of_c_symbol_beside_definition(&own, &start, true, &rustc("1.96.0"));
    // An object of the crate itself is a second definition; one in an archive is never asked for.
    assert_eq!(words(outcomes), "kept link-error");
}

#[test]
fn what_nothing_defines_follows_the_linker_flags() {
    let ask = |kind, module, release: &str| words(beside_nothing(kind, module, &rustc(release)));
    let function = ImportKind::Function;
    assert_eq!(ask(function, None, "1.95.0"), "kept");
    assert_eq!(ask(function, None, "1.96.0"), "undefined-symbol");
    // rustc takes no notice of the module.
    assert_eq!(ask(function, Some("host"), "1.95.0"), "misbound");
    assert_eq!(ask(function, Some("env"), "1.95.0"), "kept");
    assert_eq!(ask(function, Some("env"), "1.96.0"), "undefined-symbol");
    // The address 0.
    assert_eq!(ask(ImportKind::Static, None, "1.95.0"), "misbound");
    assert_eq!(ask(ImportKind::Static, Some("host"), "1.96.0"), "undefined-symbol");
}

#[test]
fn two_types_of_one_import() {
    let first = import("put", "host", Some(ty(&[I])));
    let second = import("put", "host", Some(ty(&[J])));
    let ask = |second: &Import, apart, release: &str| {
        words(beside_other_type(&first, second, apart, &rustc(release)))
    };
    assert_eq!(ask(&second, true, "1.91.0"), "link-error");
    assert_eq!(ask(&second, false, "1.91.0"), "kept link-error");
    // Two imports of one name.
    assert_eq!(ask(&second, true, "1.96.0"), "kept");
    let exposure = Exposure { kind: ExposureKind::Kept, reason: String::new() };
    assert_eq!(ask(&Import { exposure, ..second }, true, "1.91.0"), "kept");
}
