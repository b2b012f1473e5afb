//! `rust-toolchain` and `rust-toolchain.toml`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use wasm_import_guard::pin::{PinKind, ToolchainPin};
use wasm_import_guard::trust::ToolchainFile;

use super::text;
use crate::repository::Repository;

/// Toolchain files above this size are not read.
const MAX_BYTES: u64 = 1024 * 1024;

/// The channels that the toolchain files from each of `packages` up to the repository's top name. Each
/// of them holds for a cargo that is started in its directory.
pub(super) fn read(
    packages: &[PathBuf],
    repository: &Repository,
    notices: &mut BTreeSet<String>,
) -> Vec<ToolchainPin> {
    let directories: BTreeSet<PathBuf> =
        packages.iter().flat_map(|package| repository.upwards(package)).collect();
    let mut pins = Vec::new();
    for directory in directories {
        match ToolchainFile::in_directory(&directory) {
            Ok(Some(file)) => pins.extend(pin(&file, repository)),
            Ok(None) => {}
            Err(error) => {
                notices.insert(error.message().to_owned());
            }
        }
    }
    pins
}

fn pin(file: &ToolchainFile, repository: &Repository) -> Option<ToolchainPin> {
    let (channel, line) = file.channel()?;
    let source = text::read(&file.path, MAX_BYTES, repository).ok()?;
    let lines = source.split_inclusive('\n');
    let mut start: usize = lines.clone().take(line - 1).map(str::len).sum();
    let mut written = lines.skip(line - 1).collect::<Vec<_>>().concat();
    // In `toolchain = { path = "…", channel = "…" }` the value is behind its key.
    if let Some(key) = written.find("channel") {
        written.drain(..key);
        start += key;
    }
    // Where the value is not written as it reads, its key is pointed at.
    let range = match written.find(channel) {
        Some(at) => start + at..start + at + channel.len(),
        None => start..start + written.lines().next()?.len(),
    };
    text::pin(&file.path, &source, range, channel, PinKind::ToolchainFile)
}
