//! Runs what the fuzz targets of this crate found, and their corpus: `fuzz/` has the targets, `tests/fuzz`
//! runs them.

use std::path::Path;

type Target = fn(&[u8]);

/// The targets by the names of their directories.
const TARGETS: [(&str, Target); 3] = [
    ("markdown", crate::render::markdown::fuzzing::markdown),
    ("workflow_command", crate::github::workflow_command::fuzzing::workflow_command),
    ("workflow_reader", crate::pins::fuzzing::workflow_reader),
];

#[test]
fn what_was_found_and_the_corpus_keep_every_promise() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    for (name, target) in TARGETS {
        let mut inputs = 0;
        for kind in ["regressions", "corpus"] {
            let directory = fuzz.join(kind).join(name);
            for entry in std::fs::read_dir(directory).into_iter().flatten() {
                let path = entry.unwrap().path();
                let data = std::fs::read(&path).unwrap();
                // The harness shows this where the target panics.
                println!("{}", path.display());
                target(&data);
                inputs += 1;
            }
        }
        assert!(inputs > 0, "there are no inputs of {name}");
    }
}
