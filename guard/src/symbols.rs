//! The C symbols of a target: names that the link defines whether the project wants them or not.
//!
//! On WASI targets these are the definitions of wasi-libc's `libc.a`, of `crt1`, and of Rust's
//! `compiler_builtins`; on targets without a C library `compiler_builtins` alone. They satisfy any
//! undefined symbol of the same plain name, although all of them are hidden.
//!
//! The toolchain's own files tell them exactly. Where it has none (its standard library is not
//! installed, or was built from source), a table built into this crate does, with the range of
//! wasi-sdk releases that have the name.

mod sysroot;
mod table;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;

use crate::error::Error;
use crate::import::WasmType;
use crate::object::{Binding, SymbolKind};

/// The C symbols of one target.
#[derive(Debug, Clone)]
pub struct CSymbols {
    target: &'static str,
    symbols: BTreeMap<String, CSymbol>,
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
    /// The first and the last wasi-sdk release that has the name, as far as the releases that the
    /// table was made from tell. `None` when the toolchain's own files were read, and for what does
    /// not come from wasi-sdk.
    pub sdk: Option<SdkRange>,
}

/// What defines a C symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Library {
    /// wasi-libc's `libc.a`.
    Libc,
    /// `crt1-command.o` of programs or `crt1-reactor.o` of libraries: only the one that is linked.
    Startup,
    /// Rust's `compiler_builtins`.
    CompilerBuiltins,
    /// An archive beside `libc.a` that only a link with `-l<name>` has, such as
    /// `wasi-emulated-signal`. Without that option the name is free.
    OnRequest(String),
}

impl Library {
    /// As messages name it.
    pub fn name(&self) -> &str {
        match self {
            Self::Libc => "libc",
            Self::Startup => "crt1",
            Self::CompilerBuiltins => "compiler_builtins",
            Self::OnRequest(name) => name,
        }
    }

    /// Whether every link for the target has it.
    pub fn is_always_linked(&self) -> bool {
        !matches!(self, Self::OnRequest(_))
    }
}

/// The wasi-sdk releases that have a name, all ends included.
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
}

impl CSymbol {
    /// Whether a wasi-libc of one of these wasi-sdk releases may have the name. What does not come from
    /// wasi-sdk, or was read from the toolchain itself, is there whatever the release.
    pub fn may_be_in(&self, releases: &RangeInclusive<u16>) -> bool {
        self.sdk
            .is_none_or(|sdk| sdk.earliest <= *releases.end() && sdk.latest >= *releases.start())
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
        let mut symbols = table::symbols(known);
        let mut origin = table::origin(known);
        if let Some(mut found) = match sysroot {
            Some(sysroot) => sysroot::read(sysroot, known)?,
            None => None,
        } {
            // Neither is part of a toolchain's files: archives on request come with a wasi-sdk of
            // the user's own, and a std that cargo builds has no rlib there.
            for (name, symbol) in symbols {
                if let Some(own) = found.symbols.get_mut(&name) {
                    own.referenced_by_std |= symbol.referenced_by_std;
                } else if !found.replaces(&symbol.library) {
                    found.symbols.insert(name, symbol);
                }
            }
            symbols = found.symbols;
            origin = found.origin;
        }
        Ok(Self { target: known.triple, symbols, origin })
    }

    /// No names: for a target whose C symbols are not known.
    pub(crate) fn unknown() -> Self {
        Self { target: "", symbols: BTreeMap::new(), origin: String::new() }
    }

    /// The target triple.
    pub fn target(&self) -> &str {
        self.target
    }

    /// The definition that an undefined symbol `name` meets in the link.
    pub fn get(&self, name: &str) -> Option<&CSymbol> {
        self.symbols.get(name)
    }

    /// Every name, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &CSymbol)> {
        self.symbols.iter().map(|(name, symbol)| (name.as_str(), symbol))
    }

    /// Where the names come from, to follow "according to".
    pub fn origin(&self) -> &str {
        &self.origin
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
