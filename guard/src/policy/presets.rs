//! Contracts of hosts with a published list of imports.

use std::path::Path;

use super::glob::Glob;
use crate::document::Document;

/// The imports of a host.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// What a policy calls it.
    pub name: &'static str,
    /// The published crate that declares the imports, and that the list was made from.
    pub source: &'static str,
    /// `imports --format contract` for that crate.
    pub text: &'static str,
}

/// Every preset, by name.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "fastly",
        source: "fastly-sys 0.13.2",
        text: include_str!("../../data/presets/fastly.toml"),
    },
    Preset {
        name: "internet-computer",
        source: "ic0 1.2.0",
        text: include_str!("../../data/presets/internet-computer.toml"),
    },
    Preset {
        name: "proxy-wasm",
        source: "proxy-wasm 0.2.5",
        text: include_str!("../../data/presets/proxy-wasm.toml"),
    },
    Preset {
        name: "wasi_snapshot_preview1",
        source: "wasi 0.11.1+wasi-snapshot-preview1",
        text: include_str!("../../data/presets/wasi_snapshot_preview1.toml"),
    },
];

pub(super) fn named(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// Its import modules, each with its names.
    pub(super) fn modules(&self) -> Vec<(Glob, Vec<Glob>)> {
        let document = Document::parse(Path::new(self.name), self.text).ok();
        let keys = ["package", "metadata", super::TABLE, "contract"];
        let table = document.as_ref().and_then(|document| document.table(&keys));
        let modules = table.into_iter().flatten().map(|(module, names)| {
            let names = names.strings().iter().map(|(name, _)| Glob::new(name)).collect();
            (Glob::new(module), names)
        });
        modules.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{PRESETS, named};

    #[test]
    fn every_list_is_read_as_a_whole() {
        assert!(PRESETS.is_sorted_by_key(|preset| preset.name));
        for preset in PRESETS {
            let names: usize = preset.modules().iter().map(|(_, names)| names.len()).sum();
            let lines = preset.text.lines().filter(|line| line.starts_with("    \"")).count();
            assert_eq!(names, lines, "{}", preset.name);
            assert!(names > 30, "{}", preset.name);
        }
        let wasi = named("wasi_snapshot_preview1").expect("it is there").modules();
        assert!(wasi.iter().any(|(module, names)| {
            module.matches("wasi_snapshot_preview1")
                && names.iter().any(|name| name.matches("fd_write"))
        }));
    }
}
