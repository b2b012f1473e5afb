//! Which scanner this is.

/// A sum of the scanner's own source, so that what another version read is not taken for what this one
/// would: a test compares it, and says what to write here.
pub(super) const SCANNER: &str = "c12bf0e589029252";

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// What decides how a crate is read, and how that is kept.
    const PARTS: [&str; 6] =
        ["source", "cache", "cfg.rs", "ignored.rs", "import.rs", "build_output/mod.rs"];

    #[test]
    fn the_sum_is_that_of_the_source() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut pending: Vec<PathBuf> = PARTS.iter().map(|part| root.join(part)).collect();
        let mut files = Vec::new();
        while let Some(path) = pending.pop() {
            if path.is_dir() {
                pending.extend(
                    fs::read_dir(&path).expect("readable").map(|it| it.expect("readable").path()),
                );
            } else if path.file_name().is_some_and(|name| name != "scanner.rs") {
                files.push(path);
            }
        }
        files.sort();
        assert!(files.len() > 40, "the source is there: {files:?}");
        // FNV-1a: the same with every Rust, as that of std's hasher need not be.
        let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
        for file in files {
            for byte in fs::read_to_string(file).expect("readable").replace('\r', "").bytes() {
                sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        let sum = format!("{sum:016x}");
        assert_eq!(
            super::SCANNER,
            sum,
            "the scanner has changed: write {sum:?} to src/source/scanner.rs"
        );
    }
}
