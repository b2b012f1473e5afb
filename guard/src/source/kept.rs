//! Reads crates through the cache: what a package that cannot change holds is read once.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::SystemTime;

use super::load::{Found, source_directory};
use super::reader::{Read, Reader};
use super::scanner::SCANNER;
use super::stored::StoredCrate;
use crate::cache::{Cache, Digest, Input, Key, Stored};
use crate::cfg::TargetCfg;
use crate::graph::{Entry, EntryKind, Graph, Package, PackageIndex, PackageSource};
use crate::sorted;

/// How many entries of one directory are taken out ahead of the question.
const MAX_AHEAD: usize = 8;

/// The cache, and what all crates of a graph are read with.
#[derive(Debug)]
pub(crate) struct Keeper<'a> {
    cache: &'a Cache,
    common: Digest,
    ahead: Ahead,
}

/// Entries that were taken out of the cache before it was known whether they would be asked for.
#[derive(Debug, Default)]
pub(crate) struct Ahead(Mutex<HashMap<Digest, (Key, Answer)>>);

/// What a crate is read for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question {
    /// What it declares.
    Declarations,
    /// What it defines.
    Definitions,
    /// What it declares with the macros of other crates.
    ForeignMacros,
    /// Whether it mentions names of which this is the digest.
    Mentions(Digest),
}

impl<'a> Keeper<'a> {
    pub(crate) fn new(cache: &'a Cache, cfg: &TargetCfg, graph: &Graph, ahead: Ahead) -> Self {
        let mut common = format!("{SCANNER} {cfg:?}");
        if cfg!(feature = "wit") {
            // What `wit_bindgen::generate!` makes depends on its version, whoever brings it in.
            let generators = graph.packages.iter().filter(|package| package.name == "wit-bindgen");
            common.extend(generators.map(|package| format!(" wit {}", package.version)));
        }
        Self { cache, common: Digest::of(common.as_bytes()), ahead }
    }

    fn get(&self, key: &Key) -> Option<Answer> {
        // A poisoned lock is that of a thread whose panic is handed on.
        let taken = self.ahead.0.lock().ok()?.remove(&key.digest());
        match taken {
            Some((of, answer)) if of == *key => Some(answer),
            _ => self.cache.get(key),
        }
    }

    /// Keeps `answer` for `key`, and a note that it is of `directory`.
    fn put(&self, key: &Key, answer: &Answer, directory: &Path) {
        self.cache.put(key, answer);
        let note = note(directory);
        let mut noted: Vec<Digest> = self.cache.get(&note).unwrap_or_default();
        noted.retain(|digest| *digest != key.digest());
        noted.insert(0, key.digest());
        noted.truncate(MAX_AHEAD);
        self.cache.put(&note, &noted);
    }
}

/// The digest of words, whatever their order.
pub(super) fn digest_of_words(words: &HashSet<String>) -> Digest {
    Digest::of(sorted::set(words.iter().map(String::as_str)).join("\n").as_bytes())
}

impl Ahead {
    /// Takes out what was last asked of the source in `directory`; false where that was nothing.
    pub(crate) fn take_out(&self, cache: &Cache, directory: &Path) -> bool {
        if cache.is_off() {
            return false;
        }
        let noted: Vec<Digest> = cache.get(&note(directory)).unwrap_or_default();
        for digest in &noted {
            if let (Some(entry), Ok(mut taken)) = (cache.entry(*digest), self.0.lock()) {
                taken.insert(*digest, entry);
            }
        }
        !noted.is_empty()
    }
}

/// The key of the note that says which entries are of `directory`.
fn note(directory: &Path) -> Key {
    Key::new("asked").with(SCANNER).with(directory.as_os_str().as_encoded_bytes())
}

impl Reader<'_> {
    /// What is kept of the crate at `entry`, or else what `look` finds, which is kept.
    pub(super) fn kept_or(
        &self,
        index: PackageIndex,
        entry: &Entry,
        question: Question,
        look: impl FnOnce() -> Found,
    ) -> Found {
        let keeper = self.sources.keeper;
        let Some(key) = self.key(index, entry, question) else { return look() };
        if let Some(answer) = keeper.get(&key).filter(|answer| answer.holds(self)) {
            return answer.found(index, entry);
        }
        let found = look();
        match Answer::of(found, self) {
            Ok(answer) => {
                keeper.put(&key, &answer, source_directory(entry));
                answer.found(index, entry)
            }
            Err(found) => found,
        }
    }

    /// Everything that what is read of the crate depends on; `None` where it may change.
    fn key(&self, index: PackageIndex, entry: &Entry, question: Question) -> Option<Key> {
        let sources = self.sources;
        let package = sources.graph.package(index);
        if sources.keeper.cache.is_off() || package.source != PackageSource::Downloaded {
            return None;
        }
        let (asked, words) = match question {
            Question::Declarations => ("declarations", None),
            Question::Definitions => ("definitions", None),
            Question::ForeignMacros => ("foreign macros", None),
            Question::Mentions(words) => ("mentions", Some(words)),
        };
        let kind = match entry.kind {
            EntryKind::Library => "library",
            EntryKind::FinalLibrary => "final library",
            EntryKind::Binary => "binary",
        };
        let mut key = Key::new("crate")
            .with(asked)
            .with_digest(sources.keeper.common)
            .with(&package.id)
            .with(stamp(package)?)
            .with(entry.path.as_os_str().as_encoded_bytes())
            .with(kind);
        for features in [&package.features, &package.possible_features] {
            key = key.with(features.iter().map(String::as_str).collect::<Vec<_>>().join("\n"));
        }
        if package.has_build_script {
            key = key.with(format!("{:?}", sources.builds.of(index)));
        }
        for dependency in &package.dependencies {
            key = key
                .with(&dependency.extern_name)
                .with(&sources.graph.package(dependency.package).id);
        }
        for digest in self.macros.digests(index).chain(words) {
            key = key.with_digest(digest);
        }
        Some(key)
    }
}

/// What tells whether the directory is still what was unpacked there: size and time of its manifest, and
/// of the list of sums in a directory of vendored packages.
fn stamp(package: &Package) -> Option<String> {
    let of = |name: &str| {
        let metadata = fs::metadata(package.directory.join(name)).ok()?;
        let written = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(format!("{} {}", metadata.len(), written.as_nanos()))
    };
    let sums = of(".cargo-checksum.json").unwrap_or_default();
    of("Cargo.toml").map(|manifest| format!("{manifest} {sums}"))
}

/// What was found, as it is kept.
#[derive(Debug)]
enum Answer {
    Nothing,
    Defines,
    Declares(Box<Kept>),
}

/// A crate that was read, and what the target's C symbols said of the names it declares.
#[derive(Debug)]
struct Kept {
    source: StoredCrate,
    symbols: Vec<(String, bool, bool)>,
}

impl Answer {
    /// `found`, where it can be kept: what met a problem, or read what a build made, may be another the next
    /// time.
    fn of(found: Found, reader: &Reader<'_>) -> Result<Self, Found> {
        match found {
            Found::Nothing => Ok(Self::Nothing),
            Found::Defines => Ok(Self::Defines),
            Found::Declares(read) if read.problems.is_empty() && !read.is_generated => {
                let source = StoredCrate::new(read.source);
                let bare = source.source().imports.iter().filter(|it| it.module.is_none());
                let names = sorted::set(bare.map(|it| it.name.as_str()));
                let symbols = names.into_iter().map(|name| of_symbols(reader, name)).collect();
                Ok(Self::Declares(Box::new(Kept { source, symbols })))
            }
            other => Err(other),
        }
    }

    /// Whether the C symbols still say what they said.
    fn holds(&self, reader: &Reader<'_>) -> bool {
        match self {
            Self::Nothing | Self::Defines => true,
            Self::Declares(kept) => {
                kept.symbols.iter().all(|known| *known == of_symbols(reader, &known.0))
            }
        }
    }

    fn found(self, index: PackageIndex, entry: &Entry) -> Found {
        match self {
            Self::Nothing => Found::Nothing,
            Self::Defines => Found::Defines,
            Self::Declares(kept) => Found::Declares(Box::new(Read {
                source: kept.source.of(index, entry),
                problems: Vec::new(),
                is_generated: false,
            })),
        }
    }
}

fn of_symbols(reader: &Reader<'_>, name: &str) -> (String, bool, bool) {
    let known = reader.sources.known;
    (name.to_owned(), known.surely_define(name), known.function_type(name).is_some())
}

impl Stored for Answer {
    fn store(&self, out: &mut Vec<u8>) {
        match self {
            Self::Nothing => out.push(0),
            Self::Defines => out.push(1),
            Self::Declares(kept) => {
                out.push(2);
                kept.source.store(out);
                kept.symbols.store(out);
            }
        }
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        Some(match u8::restore(input)? {
            0 => Self::Nothing,
            1 => Self::Defines,
            2 => Self::Declares(Box::new(Kept {
                source: Stored::restore(input)?,
                symbols: Stored::restore(input)?,
            })),
            _ => return None,
        })
    }
}
