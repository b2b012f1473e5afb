//! What the facts of a source leave open: each line is a situation and the set that must come out.

use std::collections::BTreeSet;

use super::*;
use crate::import::{Exposure, ExposureKind};
use crate::outcome::sample::{I, J, import, libc, rustc, ty, words};

fn beside_libc(import: &Import, symbol: &CSymbol, others: &Others) -> String {
    words(beside_c_symbol(import, &rustc("1.91.0"), symbol, others))
}

#[test]
fn the_situation_of_rust_148347() {
    let import = import("close", "test", Some(ty(&[I])));
    let close = libc(Some(ty(&[I])), true);
    let others = Others::default();
    // Where std is linked and there is no LTO the link fails; else libc's function is called.
    assert_eq!(beside_libc(&import, &close, &others), "link-error misbound");
    for release in ["1.90.0", "1.91.1", "1.96.0"] {
        let outcomes = beside_c_symbol(&import, &rustc(release), &close, &others);
        assert_eq!(words(outcomes), "kept", "{release}");
    }
}

#[test]
fn types_decide_between_another_function_and_a_trap() {
    let others = Others::default();
    let same = libc(Some(ty(&[I])), false);
    let other = libc(Some(ty(&[J])), false);
    let known = import("log", "test", Some(ty(&[I])));
    let unknown = import("log", "test", None);
    assert_eq!(beside_libc(&known, &same, &others), "misbound");
    assert_eq!(beside_libc(&known, &other, &others), "trap");
    assert_eq!(beside_libc(&unknown, &same, &others), "misbound trap");
    assert_eq!(beside_libc(&known, &libc(None, false), &others), "misbound trap");
    assert_eq!(beside_libc(&unknown, &libc(None, false), &others), "misbound trap");
}

#[test]
fn whoever_else_asks_for_the_name_breaks_the_link() {
    let import = import("time", "ic0", Some(ty(&[I])));
    let same = libc(Some(ty(&[I])), false);
    let other = libc(Some(ty(&[J])), false);
    let declared = Others { wanted: BTreeSet::from(["time".to_owned()]), ..Others::default() };
    let native = Others { native: true, ..Others::default() };
    for others in [declared, native] {
        assert_eq!(beside_libc(&import, &same, &others), "link-error misbound");
        // LTO can merge the two declarations before the linker compares them.
        assert_eq!(beside_libc(&import, &other, &others), "link-error misbound trap");
    }
    let unrelated = Others { wanted: BTreeSet::from(["clock".to_owned()]), ..Others::default() };
    assert_eq!(beside_libc(&import, &same, &unrelated), "misbound");
}

#[test]
fn a_crate_that_libc_calls_is_linked_behind_it() {
    let import = import("time", "ic0", Some(ty(&[I])));
    let other = libc(Some(ty(&[J])), false);
    let late = Others { called_by_libc: true, ..Others::default() };
    assert_eq!(beside_libc(&import, &other, &late), "invalid-module trap");
    // A function that leaves the argument on the stack passes for one that returns it.
    let nothing = libc(Some(WasmType { params: Vec::new(), results: Vec::new() }), false);
    assert_eq!(beside_libc(&import, &nothing, &late), "misbound trap");
}

#[test]
fn a_definition_of_the_graph_takes_the_place_of_libcs() {
    let import = import("time", "ic0", Some(ty(&[I])));
    let defined = BTreeSet::from(["time".to_owned()]);
    let others = Others { defined, called_by_libc: true, ..Others::default() };
    let same = libc(Some(ty(&[I])), false);
    // Its type is not known.
    assert_eq!(beside_libc(&import, &same, &others), "invalid-module misbound trap");
}

#[test]
fn data_is_no_function() {
    let others = Others::default();
    let environ = CSymbol { is_function: false, ..libc(None, false) };
    let function = import("environ", "test", Some(ty(&[I])));
    assert_eq!(beside_libc(&function, &environ, &others), "link-error");
    let data = Import { kind: ImportKind::Static, ..function };
    assert_eq!(beside_libc(&data, &environ, &others), "misbound");
    assert_eq!(beside_libc(&data, &libc(None, false), &others), "link-error");
}

#[test]
fn old_rustc_make_an_error_of_what_is_a_trap_today() {
    let import = import("log", "test", Some(ty(&[I])));
    let other = libc(Some(ty(&[J])), false);
    let others = Others::default();
    let outcomes = beside_c_symbol(&import, &rustc("1.40.0"), &other, &others);
    assert_eq!(words(outcomes), "link-error");
}

#[test]
fn what_is_not_sure_to_be_exposed_may_be_kept() {
    let mut import = import("log", "test", Some(ty(&[I])));
    let same = libc(Some(ty(&[I])), false);
    let others = Others::default();
    for (kind, expected) in [
        (ExposureKind::Kept, "kept"),
        (ExposureKind::Unreferenced, "kept"),
        (ExposureKind::Possible, "kept misbound"),
        (ExposureKind::Exposed, "misbound"),
    ] {
        import.exposure.kind = kind;
        assert_eq!(beside_libc(&import, &same, &others), expected, "{kind:?}");
    }
}

#[test]
fn two_modules_of_one_name() {
    let first = import("send", "one", Some(ty(&[I])));
    let second = import("send", "two", Some(ty(&[I])));
    let other_type = import("send", "two", Some(ty(&[J])));
    let ask = |second: &Import, release: &str| {
        words(beside_other_module(&first, second, &rustc(release)))
    };
    // Two objects are an error; one codegen unit, and LTO, take the first module.
    assert_eq!(ask(&second, "1.91.0"), "link-error misbound");
    assert_eq!(ask(&other_type, "1.91.0"), "link-error misbound trap");
    assert_eq!(ask(&second, "1.96.0"), "kept");
    let private =
        Import { exposure: Exposure { kind: ExposureKind::Kept, reason: String::new() }, ..second };
    assert_eq!(ask(&private, "1.91.0"), "kept");
}
