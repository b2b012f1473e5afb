//! Which items without an import module are imports: those that nothing in the link defines.
//!
//! Nothing here is taken from the project's own tables. Asked are, in this order: the expanded crate
//! itself (`no_mangle`, `export_name`, `#[link(name)]`), the objects and archives that its package
//! ships, LLVM (names that begin with `llvm.`), and the linker: a module that calls all the names is
//! linked with std, and rust-lld says which of them are undefined.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wasmparser::{KnownCustom, Linking, Parser, Payload, SymbolInfo};

use super::list::Entry;
use super::project::Subject;
use crate::{Build, Built, Declared, Scratch, toolchain};

/// The names that stay undefined when they are linked, for each target.
#[derive(Debug, Default)]
pub struct Undefined {
    by_target: BTreeMap<&'static str, BTreeSet<String>>,
}

/// rustc's items, sorted by what they are.
#[derive(Debug, Default)]
pub struct Truth {
    /// What must be found.
    pub imports: Vec<Declared>,
    /// Items that the link defines: reporting one is wrong.
    pub defined: usize,
    /// Items that may be defined by C code which the package compiles: not counted at all.
    pub undecided: Vec<Declared>,
}

impl Undefined {
    /// Links once for each target.
    pub fn of<'a>(subjects: impl Iterator<Item = (&'a str, &'a Subject)>) -> Self {
        let mut asked: BTreeMap<&'static str, BTreeMap<String, &'static str>> = BTreeMap::new();
        for (target, subject) in subjects {
            for item in subject.expanded.declared.iter().filter(|it| is_open(it, subject)) {
                asked.entry(linkable(target)).or_default().insert(item.name.clone(), item.kind);
            }
        }
        let by_target =
            asked.into_iter().map(|(target, names)| (target, undefined_names(target, &names)));
        Self { by_target: by_target.collect() }
    }
}

/// The target to ask the linker about: this toolchain has no C library for the others. Those of WASI
/// and musl are asked of wasip1's.
fn linkable(target: &str) -> &'static str {
    match target {
        "wasm32-unknown-unknown" | "wasm32v1-none" | "wasm64-unknown-unknown" => {
            "wasm32-unknown-unknown"
        }
        _ => "wasm32-wasip1",
    }
}

/// Whether only the linker can tell.
fn is_open(item: &Declared, subject: &Subject) -> bool {
    item.module.is_none()
        && item.abi != "Rust"
        && !item.native_library
        && !item.name.starts_with("llvm.")
        && !subject.expanded.defined.contains(&item.name)
}

/// Which of `names` (with their kinds) rust-lld calls undefined in a module that uses them all.
pub fn undefined_names(target: &str, names: &BTreeMap<String, &'static str>) -> BTreeSet<String> {
    let mut asked = names.clone();
    loop {
        if asked.is_empty() {
            return BTreeSet::new();
        }
        let built = link(target, &asked);
        let said_of = |message: &str| -> BTreeSet<String> {
            let lines = built.stderr.lines().filter_map(|line| line.split_once(message));
            lines.map(|(_, name)| name.trim().to_owned()).collect()
        };
        let undefined = said_of("undefined symbol: ");
        if built.success || undefined.iter().any(|it| asked.contains_key(it)) {
            return undefined;
        }
        // std refers to these itself, with their true types: it links, so something defines them.
        let of_std = said_of("error: function signature mismatch: ");
        let before = asked.len();
        asked.retain(|name, _| !of_std.contains(name));
        assert!(
            asked.len() < before,
            "the linker does not say which names are undefined on {target} ({}):\n{}",
            toolchain().rustc.display(),
            built.stderr
        );
    }
}

/// Links a module that uses all of `names`.
fn link(target: &str, names: &BTreeMap<String, &'static str>) -> Built {
    use std::fmt::Write as _;
    let (mut items, mut uses) = (String::new(), String::new());
    for (index, (name, kind)) in names.iter().enumerate() {
        writeln!(items, "    #[link_name = {name:?}]").expect("text");
        if *kind == "static" {
            writeln!(items, "    static ITEM_{index}: u8;").expect("text");
            writeln!(uses, "    core::hint::black_box(&raw const ITEM_{index});").expect("text");
        } else {
            writeln!(items, "    fn item_{index}();").expect("text");
            writeln!(uses, "    unsafe {{ item_{index}() }};").expect("text");
        }
    }
    let source = format!(
        "unsafe extern \"C\" {{\n{items}}}\n#[unsafe(no_mangle)]\n\
         pub extern \"C\" fn asks_the_linker() {{\n{uses}}}\n"
    );
    let project = Scratch::library("truth-names", &[], &source);
    // Up to 1.95 rustc allows undefined symbols. The last such option counts.
    project.write(
        "build.rs",
        "fn main() {\n    for argument in [\"--error-limit=0\", \"--unresolved-symbols=report-all\"] {\n        \
         println!(\"cargo::rustc-link-arg={argument}\");\n    }\n}\n",
    );
    Build::new(target).run(&project)
}

/// Sorts rustc's items.
pub(super) fn judge(entry: &Entry, subject: &Subject, undefined: &Undefined) -> Truth {
    let mut truth = Truth::default();
    let shipped = shipped_symbols(&subject.directory);
    let nothing = BTreeSet::new();
    let undefined = undefined.by_target.get(linkable(&entry.target)).unwrap_or(&nothing);
    // Bindings of the target's C library: what is at hand of it is another target's, or older than
    // these bindings.
    let binds_libc = entry.name == "libc";
    for item in &subject.expanded.declared {
        if item.module.is_some() {
            truth.imports.push(item.clone());
        } else if !is_open(item, subject)
            || shipped.contains(&item.name)
            || !undefined.contains(&item.name)
            || binds_libc
        {
            truth.defined += 1;
        } else if ships_c(&subject.directory) {
            truth.undecided.push(item.clone());
        } else {
            truth.imports.push(item.clone());
        }
    }
    truth
}

/// Calls `look` with every file below `directory`.
fn visit(directory: &Path, look: &mut dyn FnMut(&Path)) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => visit(&entry.path(), look),
            Ok(kind) if kind.is_file() => look(&entry.path()),
            _ => {}
        }
    }
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().and_then(|it| it.to_str()).is_some_and(|it| extensions.contains(&it))
}

fn ships_c(directory: &Path) -> bool {
    let mut found = false;
    visit(directory, &mut |path| found |= has_extension(path, &["c", "cc", "cpp"]));
    found
}

/// The symbols that wasm objects and archives in the package define.
fn shipped_symbols(directory: &Path) -> BTreeSet<String> {
    let mut symbols = BTreeSet::new();
    visit(directory, &mut |path| {
        if has_extension(path, &["o", "a"]) {
            let bytes = std::fs::read(path).expect("cargo unpacked it");
            for object in objects(&bytes) {
                defined_symbols(object, &mut symbols);
            }
        }
    });
    symbols
}

/// The members of an archive, or the object itself.
fn objects(bytes: &[u8]) -> Vec<&[u8]> {
    const HEADER: usize = 60;
    let Some(mut rest) = bytes.strip_prefix(b"!<arch>\n") else { return vec![bytes] };
    let mut members = Vec::new();
    while let Some((header, behind)) = rest.split_at_checked(HEADER) {
        let size = std::str::from_utf8(&header[48..58]).expect("an archive's sizes are digits");
        let size: usize = size.trim().parse().expect("an archive's sizes are digits");
        let (member, behind) = behind.split_at_checked(size).expect("a whole archive");
        members.push(member);
        rest = behind.get(size % 2..).unwrap_or_default();
    }
    members
}

/// Adds what an object's symbol table defines; other formats define nothing here.
fn defined_symbols(object: &[u8], symbols: &mut BTreeSet<String>) {
    if !object.starts_with(b"\0asm") {
        return;
    }
    for payload in Parser::new(0).parse_all(object) {
        let Ok(Payload::CustomSection(section)) = payload else { continue };
        let KnownCustom::Linking(reader) = section.as_known() else { continue };
        for subsection in reader {
            let Ok(Linking::SymbolTable(table)) = subsection else { continue };
            for symbol in table {
                let Ok(
                    SymbolInfo::Func { flags, name: Some(name), .. }
                    | SymbolInfo::Data { flags, name, .. },
                ) = symbol
                else {
                    continue;
                };
                if !flags.contains(wasmparser::SymbolFlags::UNDEFINED) {
                    symbols.insert(name.to_owned());
                }
            }
        }
    }
}
