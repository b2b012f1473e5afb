//! Sources that change while they are read.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use wasm_import_guard_tests::Scratch;

use super::{CLASH, check, report, run};

#[test]
fn each_answer_is_that_of_a_moment_or_incomplete() {
    let project = Scratch::library("app", &[], &format!("mod other;\n{CLASH}"));
    let other = project.path("src/other.rs");
    let texts = [
        CLASH.replace("close", "send"),
        CLASH.replace("close", "read"),
        "fn unfinished( {".to_owned(),
    ];
    fs::write(&other, &texts[0]).expect("writable");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for text in texts.iter().cycle() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let _ = fs::remove_file(&other);
                let _ = fs::write(&other, text);
            }
        });
        for _ in 0..8 {
            let report = report(&run(&mut check(&project)));
            let names: Vec<&str> = report["findings"]
                .as_array()
                .expect("a list")
                .iter()
                .filter(|finding| finding["rule"] == "libc-clash")
                .filter_map(|finding| finding["name"].as_str())
                .collect();
            assert!(names.contains(&"close"), "what does not change is found: {report}");
            let is_complete = report["complete"] == Value::Bool(true);
            let is_of_a_moment =
                names.len() == 2 && (names.contains(&"send") || names.contains(&"read"));
            assert!(is_of_a_moment || !is_complete || names.len() == 1, "{report}");
        }
        stop.store(true, Ordering::Relaxed);
    });
}
