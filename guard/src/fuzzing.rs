//! What the fuzz targets run: each takes any bytes, and panics where a promise about them is broken.
//!
//! They are no part of the interface: only `--cfg fuzzing` and the tests compile them. `fuzz/` has the
//! targets, `tests/fuzz` runs them, and the test below runs what they once found.

pub use crate::graph::tree_reader;
#[cfg(feature = "linked")]
pub use crate::object::fuzzing::{module_reader, object_reader};
pub use crate::policy::fuzzing::policy_parser;
pub use crate::source::fuzzing::{cfg_parser, macro_expander, source_scanner};

/// The bytes as two texts, parted by the first NUL; `None` where they are no text.
pub(crate) fn two_texts(data: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(data).ok()?.split_once('\0')
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    type Target = fn(&[u8]);

    /// The targets by the names of their directories.
    const TARGETS: &[(&str, Target)] = &[
        ("cfg_parser", super::cfg_parser),
        ("macro_expander", super::macro_expander),
        #[cfg(feature = "linked")]
        ("module_reader", super::module_reader),
        #[cfg(feature = "linked")]
        ("object_reader", super::object_reader),
        ("policy_parser", super::policy_parser),
        ("source_scanner", super::source_scanner),
        ("tree_reader", super::tree_reader),
    ];

    #[test]
    fn what_was_found_and_the_corpus_keep_every_promise() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        for (name, target) in TARGETS {
            let mut inputs = 0;
            for kind in ["regressions", "corpus"] {
                let directory = fuzz.join(kind).join(name);
                for entry in std::fs::read_dir(directory).into_iter().flatten() {
                    let path = entry.expect("an entry").path();
                    let data = std::fs::read(&path).expect("it can be read");
                    // The harness shows this where the target panics.
                    println!("{}", path.display());
                    target(&data);
                    inputs += 1;
                }
            }
            assert!(inputs > 0, "there are no inputs of {name}");
        }
    }
}
