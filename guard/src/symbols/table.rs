//! The table of C symbols, `data/c-symbols.txt`, that `tests/symbols/generate` makes from archives.
//!
//! A line is `name type entry…`, sorted by name; `#` begins a comment. The type is `data`, `(?)` for
//! a function of unknown type, or the value types of parameters and result as `(ijfd)r`: i32, i64,
//! f32, f64. A name whose type is not the same everywhere has a line for each.
//! An entry says who defines it, or refers to it:
//! * `p1:16-34`: wasi-libc for wasm32-wasip1, wasi-sdk 16 to 34; `p2:…` for wasm32-wasip2.
//! * `crt1`: the startup objects. `l-NAME`: `libNAME.a`, on request.
//! * `c-T`: `compiler_builtins` for `T`. `s-T`: std for `T` refers to the name.
//!
//! `/w` behind an entry: the definition is weak.

use std::collections::BTreeMap;

use super::{CSymbol, Library, SdkRange, Target};
use crate::import::{ValueType, WasmType};

pub(super) const TABLE: &str = include_str!("../../data/c-symbols.txt");

/// The wasi-sdk releases that the table was made from, by code.
pub(super) const RELEASES: [(&str, &[u16]); 2] = [("p1", &[16, 27, 33, 34]), ("p2", &[33])];
/// The rustc whose `compiler_builtins` and std the table has.
const RUSTC: &str = "1.96";

pub(super) const TARGETS: &[Target] = &[
    Target {
        triple: "wasm32-unknown-unknown",
        libraries: &["c-unknown"],
        std: "s-unknown",
        has_libc: false,
    },
    Target { triple: "wasm32v1-none", libraries: &["c-none"], std: "s-none", has_libc: false },
    Target {
        triple: "wasm64-unknown-unknown",
        libraries: &["c-wasm64"],
        std: "s-wasm64",
        has_libc: false,
    },
    Target {
        triple: "wasm32-wasip1",
        libraries: &["p1", "crt1", "c-wasi", "l-"],
        std: "s-p1",
        has_libc: true,
    },
    // Its libc.a is wasip1's with threads that work; the names are wasip1's to within a few dozen
    // internal ones.
    Target {
        triple: "wasm32-wasip1-threads",
        libraries: &["p1", "crt1", "c-wasi", "l-"],
        std: "s-p1",
        has_libc: true,
    },
    Target {
        triple: "wasm32-wasip2",
        libraries: &["p2", "crt1", "c-wasi", "l-"],
        std: "s-p2",
        has_libc: true,
    },
];

pub(super) fn triples() -> String {
    TARGETS.iter().map(|target| target.triple).collect::<Vec<_>>().join(", ")
}

/// What the table is made from, as far as `target` is concerned.
pub(super) fn origin(target: &Target) -> String {
    let libc = RELEASES.iter().find(|(code, ..)| target.libraries.contains(code));
    let libc = libc.and_then(|(_, releases)| Some((*releases.first()?, *releases.last()?)));
    let libc = libc.map_or(String::new(), |(first, last)| {
        if first == last {
            format!("wasi-libc as in wasi-sdk {first} and ")
        } else {
            format!("wasi-libc as in wasi-sdk {first} to {last} and ")
        }
    });
    format!(
        "the table built into wasm-import-guard {} ({libc}compiler_builtins of rustc {RUSTC})",
        env!("CARGO_PKG_VERSION")
    )
}

/// The names of `target`.
pub(super) fn symbols(target: &Target) -> BTreeMap<String, CSymbol> {
    let mut symbols: BTreeMap<String, CSymbol> = BTreeMap::new();
    let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
    let mut referenced: Vec<&str> = Vec::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split(' ');
        let (Some(name), Some(ty)) = (fields.next(), fields.next()) else {
            continue;
        };
        for entry in fields {
            if entry == target.std {
                referenced.push(name);
                continue;
            }
            let (entry, weak) = match entry.strip_suffix("/w") {
                Some(entry) => (entry, true),
                None => (entry, false),
            };
            let (code, range) = entry.split_once(':').unwrap_or((entry, ""));
            let rank = target.libraries.iter().position(|library| {
                *library == code || (*library == "l-" && code.starts_with("l-"))
            });
            let Some(rank) = rank else {
                continue;
            };
            if ranks.get(name).is_some_and(|&first| first <= rank) {
                continue;
            }
            ranks.insert(name, rank);
            let symbol = CSymbol {
                library: library(code),
                is_function: ty != "data",
                wasm_type: function_type(ty),
                weak,
                referenced_by_std: false,
                sdk: sdk_range(code, range),
            };
            symbols.insert(name.to_owned(), symbol);
        }
    }
    for name in referenced {
        if let Some(symbol) = symbols.get_mut(name) {
            symbol.referenced_by_std = true;
        }
    }
    symbols
}

fn library(code: &str) -> Library {
    match code {
        "crt1" => Library::Startup,
        code if code.starts_with("c-") => Library::CompilerBuiltins,
        code => match code.strip_prefix("l-") {
            Some(name) => Library::OnRequest(name.to_owned()),
            None => Library::Libc,
        },
    }
}

pub(super) fn sdk_range(code: &str, range: &str) -> Option<SdkRange> {
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    let (_, releases) = RELEASES.iter().find(|(known, _)| *known == code)?;
    // A name lives through one unbroken run of releases, which may begin and end between two of those
    // that were read.
    let before = releases.iter().rev().find(|release| **release < first);
    let behind = releases.iter().find(|release| **release > last);
    Some(SdkRange {
        first,
        last,
        earliest: before.map_or(0, |release| release + 1),
        latest: behind.map_or(u16::MAX, |release| release - 1),
    })
}

pub(super) fn function_type(text: &str) -> Option<WasmType> {
    let (params, results) = text.strip_prefix('(')?.split_once(')')?;
    let types = |text: &str| text.chars().map(value_type).collect::<Option<Vec<_>>>();
    Some(WasmType { params: types(params)?, results: types(results)? })
}

fn value_type(letter: char) -> Option<ValueType> {
    match letter {
        'i' => Some(ValueType::I32),
        'j' => Some(ValueType::I64),
        'f' => Some(ValueType::F32),
        'd' => Some(ValueType::F64),
        _ => None,
    }
}
