//! The table of C symbols, `data/c-symbols.txt`, that `tests/symbols/generate` makes from archives.
//!
//! A line is `name type entry…`, sorted by name; `#` begins a comment. The type is `data`, `(?)` for
//! a function of unknown type, or the value types of parameters and result as `(ijfd)r`: i32, i64,
//! f32, f64. A name whose type is not the same everywhere has a line for each.
//! An entry says who defines it, or refers to it:
//! * `p1:16-34`: wasi-libc for wasm32-wasip1, wasi-sdk 16 to 34; `p2:…` for wasm32-wasip2; `b2:…` what
//!   in the latter serves WASI 0.2 alone, wit-bindgen's bindings above all.
//! * `crt1`: the startup objects. `l-NAME`: `libNAME.a`, on request.
//! * `e-NAME`: `libNAME.a` of emscripten.
//! * `c-T`: `compiler_builtins` for `T`. `s-T`: std for `T` refers to the name.
//!
//! `/w` behind an entry: the definition is weak.

use std::ops::RangeInclusive;

use super::by_name::ByName;
use super::{CSymbol, Library, SdkRange, Target};
use crate::import::{ValueType, WasmType};
use crate::sorted;

pub(super) const TABLE: &str = include_str!("../../data/c-symbols.txt");

/// The wasi-sdk releases that the table was made from, by code.
pub(super) const RELEASES: [(&str, &[u16]); 3] =
    [("p1", &[16, 27, 33, 34]), ("p2", &[27, 30, 33]), ("b2", &[27, 30, 33])];
/// The emscripten release that the table has, and the number that stands for it.
const EMSCRIPTEN: (&str, u16) = ("3.1.6", 30106);
/// The rustc whose `compiler_builtins` and std the table has.
const RUSTC: &str = "1.96";

pub(super) const TARGETS: &[Target] = &[
    without_libc("wasm32-unknown-unknown", &["c-unknown"], "s-unknown"),
    without_libc("wasm32v1-none", &["c-none"], "s-none"),
    without_libc("wasm64-unknown-unknown", &["c-wasm64"], "s-wasm64"),
    Target {
        triple: "wasm32-wasip1",
        libraries: &["p1", "crt1", "c-wasi", "l-"],
        std: "s-p1",
        has_libc: true,
        stand_in: None,
        libc_of_rustc: true,
    },
    Target {
        triple: "wasm32-wasip1-threads",
        libraries: &["p1", "crt1", "c-wasi", "l-"],
        std: "s-p1t",
        has_libc: true,
        stand_in: Some("wasm32-wasip1"),
        libc_of_rustc: true,
    },
    Target {
        triple: "wasm32-wasip2",
        libraries: &["p2", "b2", "crt1", "c-wasi", "l-"],
        std: "s-p2",
        has_libc: true,
        stand_in: None,
        libc_of_rustc: true,
    },
    Target {
        triple: "wasm32-wasip3",
        libraries: &["p2", "crt1", "c-wasi", "l-"],
        std: "s-p3",
        has_libc: true,
        stand_in: Some("wasm32-wasip2"),
        // A tier 3 target: who builds std for it has a wasi-sdk of any release.
        libc_of_rustc: false,
    },
    // emcc, which links for this target, adds these archives behind Rust's crates, in this order.
    Target {
        triple: "wasm32-unknown-emscripten",
        libraries: &[
            "c-emscripten",
            "e-GL",
            "e-al",
            "e-html5",
            "e-stubs",
            "e-noexit",
            "e-c",
            "e-dlmalloc",
            "e-compiler_rt",
            "e-c++",
            "e-c++abi",
            "e-sockets",
        ],
        std: "s-emscripten",
        has_libc: true,
        stand_in: None,
        libc_of_rustc: false,
    },
];

const fn without_libc(
    triple: &'static str,
    libraries: &'static [&'static str],
    std: &'static str,
) -> Target {
    Target { triple, libraries, std, has_libc: false, stand_in: None, libc_of_rustc: false }
}

pub(super) fn triples() -> String {
    TARGETS.iter().map(|target| target.triple).collect::<Vec<_>>().join(", ")
}

/// What the table is made from, as far as `target` is concerned.
pub(super) fn origin(target: &Target) -> String {
    let libc = libc(target, None).map_or(String::new(), |libc| format!("{libc} and "));
    format!("{TABLE_NAME} ({libc}{})", compiler_builtins())
}

/// The table, as messages name it.
pub(super) const TABLE_NAME: &str =
    concat!("the table built into wasm-import-guard ", env!("CARGO_PKG_VERSION"));

pub(super) fn compiler_builtins() -> String {
    format!("compiler_builtins of rustc {RUSTC}")
}

/// The C library that the table has for `target`: of `releases`, or of all that were read.
pub(super) fn libc(target: &Target, releases: Option<&RangeInclusive<u16>>) -> Option<String> {
    if target.libraries.contains(&"e-c") {
        return Some(format!("the libraries of emscripten {}", EMSCRIPTEN.0));
    }
    let (_, read) = RELEASES.iter().find(|(code, _)| target.libraries.contains(code))?;
    let (oldest, newest) = (*read.first()?, *read.last()?);
    let span = match releases.map_or((oldest, newest), |it| (*it.start(), *it.end())) {
        (first, last) if first == last => first.to_string(),
        (0, u16::MAX) => format!("{oldest} to {newest}"),
        (0, last) => format!("{last} or earlier"),
        (first, u16::MAX) => format!("{first} or later"),
        (first, last) => format!("{first} to {last}"),
    };
    let instead = target.stand_in.map_or(String::new(), |other| format!(" for {other}"));
    Some(format!("wasi-libc{instead} as in wasi-sdk {span}"))
}

/// The names of `target`.
pub(super) fn symbols(target: &Target) -> ByName {
    let mut ranked: Vec<(&str, usize, CSymbol)> = Vec::new();
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
            let symbol = CSymbol {
                library: library(code),
                is_function: ty != "data",
                wasm_type: function_type(ty),
                weak,
                referenced_by_std: false,
                sdk: sdk_range(code, range).map(|sdk| doubt(sdk, name, target)),
            };
            ranked.push((name, rank, symbol));
        }
    }
    // Of several libraries the first in link order.
    sorted::sort_by(&mut ranked, |a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let named = ranked.into_iter().map(|(name, _, symbol)| (name.to_owned(), symbol));
    let mut symbols = ByName::first_of_each(named.collect());
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
        code => match (code.strip_prefix("l-"), code.strip_prefix("e-")) {
            (Some(name), _) => Library::OnRequest(name.to_owned()),
            (_, Some(name)) if name != "c" => Library::Default(name.to_owned()),
            _ => Library::Libc,
        },
    }
}

pub(super) fn sdk_range(code: &str, range: &str) -> Option<SdkRange> {
    if code.starts_with("e-") {
        let (_, number) = EMSCRIPTEN;
        let (first, last) = (number, number);
        return Some(SdkRange { first, last, earliest: 0, latest: u16::MAX, doubtful: false });
    }
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
        doubtful: false,
    })
}

/// The range of `name` where what was read is not quite what `target` links.
fn doubt(sdk: SdkRange, name: &str, target: &Target) -> SdkRange {
    let everywhere = sdk.earliest == 0 && sdk.latest == u16::MAX;
    // Another target's C library has what every release of it has, and the rest perhaps, from another
    // release on. Between emscripten's releases its internals come and go; C and POSIX stay.
    let doubtful = if target.stand_in.is_some() {
        !everywhere
    } else {
        sdk.first == EMSCRIPTEN.1 && (name.starts_with('_') || name.contains("emscripten"))
    };
    if doubtful { SdkRange { earliest: 0, latest: u16::MAX, doubtful, ..sdk } } else { sdk }
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
