//! Three of the applications of `tests/clean-crates`, with lock files of their own: nobody who depends on
//! these crates may hear anything.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::path::Path;

use wasm_import_guard_tests::check_application;
use wasm_import_guard_tests::truth::read_list;

#[test]
fn applications_without_a_hazard_hear_nothing() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = std::fs::read_to_string(directory.join("clean-crates")).expect("it is there");
    let entries = read_list(&list).expect("it is understood");
    // The web, WASI, a contract.
    for (name, at_least) in [("sycamore", 30), ("tokio", 5), ("ic-cdk", 50)] {
        let entry = entries.iter().find(|entry| entry.name == name).expect("the list has it");
        let lock = directory.join("clean-locks").join(format!("{name}.lock"));
        let checked = check_application(entry, Some(&lock)).expect(name);
        assert!(checked.packages >= at_least, "{name}: {checked:?}");
        assert_eq!(checked.alarms, [""; 0], "{name}");
    }
}
