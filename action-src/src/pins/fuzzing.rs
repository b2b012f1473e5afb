//! Promises about workflow files.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a promise that is broken is a panic, and the fuzz targets are another crate"
)]

use super::{workflow, yaml};

/// Whatever the text, each toolchain that is found has a place in it, and each scalar begins in it.
pub fn workflow_reader(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    let Ok(root) = yaml::parse(source) else { return };
    let mut pending = vec![&root];
    while let Some(node) = pending.pop() {
        if let Some(scalar) = node.scalar() {
            assert!(source.is_char_boundary(scalar.at), "{scalar:?} begins nowhere in the text");
        }
        pending.extend(node.sequence());
        pending.extend(node.mapping().iter().map(|(_, node)| node));
    }
    let Ok(found) = workflow::toolchains(source, &root) else { return };
    let mut before = 0;
    for found in &found {
        let written = source.get(found.at.clone());
        assert!(written.is_some(), "{found:?} is not in the text");
        assert!(before <= found.at.start, "they are not in the order of the text");
        assert_eq!(found.text, found.text.trim(), "blanks around a name");
        before = found.at.start;
    }
}
