//! The C symbols of a target: names that the link defines whether the project wants them or not.
//!
//! On WASI targets these are the definitions of wasi-libc's `libc.a`, of `crt1`, and of Rust's
//! `compiler_builtins`; on emscripten's those of the archives that emcc adds; on targets without a C
//! library `compiler_builtins` alone. They satisfy any undefined symbol of the same plain name, although
//! most of them are hidden.
//!
//! The toolchain's own files tell them exactly. Where it has none (its standard library is not
//! installed, or was built from source), a table built into this crate does, with the range of
//! wasi-sdk releases that have the name.

mod by_name;
mod sysroot;
mod table;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;

use self::by_name::ByName;
use crate::error::Error;
use crate::import::WasmType;
use crate::object::{Binding, SymbolKind};
use crate::toolchain::Rustc;

/// The C symbols of one target.
#[derive(Debug, Clone)]
pub struct CSymbols {
    target: Option<&'static Target>,
    symbols: ByName,
    /// Names that the toolchain's own files do not have, and the table has.
    elsewhere: BTreeSet<String>,
    /// Whether the toolchain's own C library was read.
    is_own: bool,
    origin: String,
}

/// A name that the link of a target defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CSymbol {
    /// What defines it; the first in link order where several do.
    pub library: Library,
    /// A function, or else data.
    pub is_function: bool,
    /// The wasm type of the function, where it is known. It is the newest release's where several
    /// are in question.
    pub wasm_type: Option<WasmType>,
    /// Whether the definition gives way to another one.
    pub weak: bool,
    /// Whether Rust's standard library itself refers to the name. Its undefined symbol, of module
    /// `env`, is then in every link, in front of the definition.
    pub referenced_by_std: bool,
    /// The first and the last release of the C library that has the name, as far as the releases that
    /// the table was made from tell. `None` when the toolchain's own files were read, and for what
    /// comes with Rust.
    pub sdk: Option<SdkRange>,
}

/// What defines a C symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Library {
    /// wasi-libc's or emscripten's `libc.a`.
    Libc,
    /// `crt1-command.o` of programs or `crt1-reactor.o` of libraries: only the one that is linked.
    Startup,
    /// Rust's `compiler_builtins`.
    CompilerBuiltins,
    /// An archive beside `libc.a` that only a link with `-l<name>` has, such as
    /// `wasi-emulated-signal`. Without that option the name is free.
    OnRequest(String),
    /// Another archive that the program which links for the target adds by itself: emscripten's
    /// `compiler_rt`, `dlmalloc`, `html5` and the like.
    Default(String),
}

impl Library {
    /// As messages name it.
    pub fn name(&self) -> &str {
        match self {
            Self::Libc => "libc",
            Self::Startup => "crt1",
            Self::CompilerBuiltins => "compiler_builtins",
            Self::OnRequest(name) | Self::Default(name) => name,
        }
    }

    /// Whether every link for the target has it.
    pub fn is_always_linked(&self) -> bool {
        !matches!(self, Self::OnRequest(_))
    }
}

/// The wasi-sdk releases that have a name, all ends included. Where emscripten's libraries are linked, they
/// are releases of emscripten instead: 30106 is 3.1.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SdkRange {
    /// The first of those read that has the name.
    pub first: u16,
    /// The last of those read that has the name.
    pub last: u16,
    /// The first that may have it: behind the release before `first` that was read and has it not.
    pub earliest: u16,
    /// The last that may have it.
    pub latest: u16,
    /// Whether the releases that were read do not settle it, because they are another target's, or
    /// because the name is of the kind that comes and goes between releases.
    pub doubtful: bool,
}

impl CSymbol {
    /// Whether a wasi-libc of one of these wasi-sdk releases may have the name. What does not come from
    /// wasi-sdk, or was read from the toolchain itself, is there whatever the release.
    pub fn may_be_in(&self, releases: &RangeInclusive<u16>) -> bool {
        self.sdk
            .is_none_or(|sdk| sdk.earliest <= *releases.end() && sdk.latest >= *releases.start())
    }

    /// Whether each of these releases has the name. Releases older than the oldest that was read are
    /// taken to have what that has, and newer ones what the newest has.
    pub fn is_surely_in(&self, releases: &RangeInclusive<u16>) -> bool {
        self.sdk.is_none_or(|sdk| {
            let begins = sdk.earliest == 0 || sdk.first <= *releases.start();
            let ends = sdk.latest == u16::MAX || sdk.last >= *releases.end();
            begins && ends && !sdk.doubtful
        })
    }
}

impl CSymbols {
    /// The C symbols of `target`: from the files of the toolchain at `sysroot`
    /// (`rustc --print sysroot`) where it has them, else from the table.
    ///
    /// # Errors
    /// When the table does not have the target, or a file of the toolchain is broken. In the latter
    /// case asking again without `sysroot` gives the table's answer.
    pub fn for_target(target: &str, sysroot: Option<&Path>) -> Result<Self, Error> {
        let known =
            table::TARGETS.iter().find(|known| known.triple == target).ok_or_else(|| {
                Error::new(format!("the C symbols of target `{target}` are not known"))
                    .help(format!("known targets: {}", table::triples()))
            })?;
        let symbols = table::symbols(known);
        let found = match sysroot {
            Some(sysroot) => sysroot::read(sysroot, known)?,
            None => None,
        };
        let Some(mut found) = found else {
            let origin = table::origin(known);
            let elsewhere = BTreeSet::new();
            return Ok(Self { target: Some(known), symbols, elsewhere, is_own: false, origin });
        };
        // Neither is part of a toolchain's files: archives on request come with a wasi-sdk of the
        // user's own, and a std that cargo builds has no rlib there.
        let mut elsewhere = BTreeSet::new();
        let mut more = Vec::new();
        for (name, symbol) in symbols.into_entries() {
            if let Some(own) = found.symbols.get_mut(&name) {
                own.referenced_by_std |= symbol.referenced_by_std;
            } else if found.replaces(&symbol.library) {
                elsewhere.insert(name);
            } else {
                more.push((name, symbol));
            }
        }
        more.extend(found.symbols.into_entries());
        Ok(Self {
            target: Some(known),
            symbols: ByName::first_of_each(more),
            elsewhere,
            is_own: true,
            origin: found.origin,
        })
    }

    /// No names: for a target whose C symbols are not known.
    pub(crate) fn unknown() -> Self {
        Self {
            target: None,
            symbols: ByName::default(),
            elsewhere: BTreeSet::new(),
            is_own: false,
            origin: String::new(),
        }
    }

    /// The target triple; empty for one whose C symbols are not known.
    pub fn target(&self) -> &str {
        self.target.map_or("", |target| target.triple)
    }

    /// The definition that an undefined symbol `name` meets in the link.
    pub fn get(&self, name: &str) -> Option<&CSymbol> {
        self.symbols.get(name)
    }

    /// Every name, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &CSymbol)> {
        self.symbols.iter()
    }

    /// Whether a link for the target may define `name`, with any release of the C library that is known
    /// and any archive on request.
    pub fn may_define(&self, name: &str) -> bool {
        self.symbols.get(name).is_some() || self.elsewhere.contains(name)
    }

    /// Where the names come from, to follow "according to".
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The releases of which a link by `rustc` may have the target's C library: those that it may ship,
    /// or any where it ships none.
    pub fn releases(&self, rustc: &Rustc) -> RangeInclusive<u16> {
        match self.target {
            Some(target) if target.libc_of_rustc => rustc.wasi_sdk(),
            _ => 0..=u16::MAX,
        }
    }

    /// Where `symbol` comes from in a link by `rustc`, to follow "according to".
    pub fn origin_for(&self, symbol: &CSymbol, rustc: &Rustc) -> String {
        let table = table::TABLE_NAME;
        let Some(target) = self.target.filter(|_| !self.is_own) else {
            return self.origin.clone();
        };
        if symbol.library == Library::CompilerBuiltins {
            return format!("{} ({table})", table::compiler_builtins());
        }
        let releases = self.releases(rustc);
        let Some(libc) = table::libc(target, Some(&releases)) else {
            return self.origin.clone();
        };
        let ships = if !target.libc_of_rustc || releases == (0..=u16::MAX) {
            String::new()
        } else if releases.start() == releases.end() {
            format!(", which rustc {} ships", rustc.release)
        } else {
            format!(", one of which rustc {} ships", rustc.release)
        };
        let doubt = if symbol.is_surely_in(&releases) {
            ""
        } else {
            "; whether just that release has the name is not known"
        };
        format!("{libc}{ships}{doubt} ({table})")
    }
}

/// Whether the linker itself defines `name`: nothing else needs to, and no host is asked for it.
///
/// Source: `addSyntheticSymbols`, `createOptionalSymbols` and the section boundaries of lld's wasm
/// port, and the tool conventions (`Linking.md`, `DynamicLinking.md`).
pub fn is_linker_defined(name: &str) -> bool {
    LINKER_DEFINED.binary_search(&name).is_ok()
        || ["__start_", "__stop_"].iter().any(|prefix| {
            // The ends of a data segment whose name is a C identifier.
            name.strip_prefix(prefix).is_some_and(|segment| {
                !segment.is_empty()
                    && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            })
        })
}

/// Sorted.
const LINKER_DEFINED: [&str; 23] = [
    "__data_end",
    "__dso_handle",
    "__global_base",
    "__heap_base",
    "__heap_end",
    "__indirect_function_table",
    "__memory_base",
    "__memory_base32",
    "__rodata_end",
    "__rodata_start",
    "__stack_high",
    "__stack_low",
    "__stack_pointer",
    "__table_base",
    "__table_base32",
    "__tls_align",
    "__tls_base",
    "__tls_size",
    "__wasm_apply_data_relocs",
    "__wasm_call_ctors",
    "__wasm_first_page_end",
    "__wasm_init_memory",
    "__wasm_init_tls",
];

/// A target that the table knows, and the table's codes for what its links have.
#[derive(Debug)]
struct Target {
    triple: &'static str,
    /// In link order: the first that defines a name counts.
    libraries: &'static [&'static str],
    /// What its std refers to.
    std: &'static str,
    /// Whether `self-contained/libc.a` is what the toolchain should have.
    has_libc: bool,
    /// The target whose C library the table has for this one.
    stand_in: Option<&'static str>,
    /// Whether each rustc ships a C library for the target.
    libc_of_rustc: bool,
}

fn is_symbol_of_interest(kind: SymbolKind, name: &str) -> bool {
    // compiler_builtins has Rust functions of its own beside the C names.
    matches!(kind, SymbolKind::Function | SymbolKind::Data)
        && !name.starts_with("_R")
        && !name.starts_with("_ZN")
}

fn is_weak(binding: Binding) -> bool {
    binding == Binding::Weak
}

#[cfg(test)]
mod tests;
