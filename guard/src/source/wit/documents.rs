//! Reads WIT documents as `wit_bindgen::generate!` does, bounded in all that a hostile package could
//! make large.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wit_parser::{
    PackageId, PackageName, Resolve, SourceMap, UnresolvedPackage, UnresolvedPackageGroup,
};

use super::arguments::Arguments;
use crate::source::modules::{read_text, relative_name};

/// How many bytes the documents of one call may have together. All of WASI has less than half a megabyte.
pub(super) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// How many files and directories one call may bring in.
pub(super) const MAX_FILES: usize = 4096;

/// How deep types may nest in one expression: the parser is recursive. Published documents stay below
/// ten.
pub(super) const MAX_NESTING: usize = 128;

/// Where documents may be read from.
#[derive(Debug)]
pub(super) struct Place {
    /// The directory of the package's manifest.
    pub(super) package: PathBuf,
    /// The directories that files may lie in.
    pub(super) roots: Vec<PathBuf>,
}

/// The documents of a call, and the packages that its world may be in.
///
/// # Errors
/// Says which document cannot be read or understood, and why.
pub(super) fn load(place: &Place, call: &Arguments) -> Result<(Resolve, Vec<PackageId>), String> {
    let mut reader = Reader { place, resolve: Resolve::default(), bytes: 0, files: 0 };
    reader.resolve.features.extend(call.features.iter().cloned());
    let mut packages = Vec::new();
    let default = place.package.join("wit");
    if let Some(paths) = &call.paths {
        for path in paths {
            packages.push(reader.path(&place.package.join(path))?);
        }
    } else if call.inline.is_none() || default.exists() {
        // A document in the call needs no directory.
        packages.push(reader.path(&default)?);
    }
    if let Some(text) = &call.inline {
        let mut sources = SourceMap::new();
        reader.add(&mut sources, "the call's `inline` document", text.clone())?;
        packages = vec![reader.push(parse(sources)?, Vec::new())?];
    }
    Ok((reader.resolve, packages))
}

struct Reader<'a> {
    place: &'a Place,
    resolve: Resolve,
    bytes: usize,
    files: usize,
}

impl Reader<'_> {
    /// A file, or a directory with its `deps`.
    fn path(&mut self, path: &Path) -> Result<PackageId, String> {
        let name = self.name(path);
        let metadata =
            std::fs::metadata(path).map_err(|error| format!("{name} cannot be read: {error}"))?;
        if !metadata.is_dir() {
            let group = self.file(path)?;
            return self.push(group, Vec::new());
        }
        let main = self.directory(path)?;
        let dependencies = path.join("deps");
        let groups =
            if dependencies.exists() { self.dependencies(&dependencies)? } else { Vec::new() };
        self.push(main, groups)
    }

    /// The documents of a directory: one package.
    fn directory(&mut self, path: &Path) -> Result<UnresolvedPackageGroup, String> {
        let mut sources = SourceMap::new();
        for entry in self.entries(path)? {
            let is_document = entry.extension().is_some_and(|extension| extension == "wit");
            if is_document && !entry.is_dir() {
                self.read(&mut sources, &entry)?;
            }
        }
        parse(sources)
    }

    /// The packages in `deps`: a directory or a file each.
    fn dependencies(&mut self, path: &Path) -> Result<Vec<UnresolvedPackageGroup>, String> {
        let mut groups = Vec::new();
        for entry in self.entries(path)? {
            if entry.is_dir() {
                groups.push(self.directory(&entry)?);
                continue;
            }
            let extension = entry.extension().and_then(|extension| extension.to_str());
            if matches!(extension, Some("wit" | "wat" | "wasm")) {
                groups.push(self.file(&entry)?);
            }
        }
        Ok(groups)
    }

    fn file(&mut self, path: &Path) -> Result<UnresolvedPackageGroup, String> {
        if path.extension().is_some_and(|extension| extension == "wasm" || extension == "wat") {
            return Err(format!("{} is WIT in binary form, which is not read", self.name(path)));
        }
        let mut sources = SourceMap::new();
        self.read(&mut sources, path)?;
        parse(sources)
    }

    /// The entries of a directory below one of the roots, by name.
    fn entries(&mut self, path: &Path) -> Result<Vec<PathBuf>, String> {
        let name = self.name(path);
        let unreadable = |error: std::io::Error| format!("{name} cannot be read: {error}");
        let real = path.canonicalize().map_err(unreadable)?;
        if !self.place.roots.iter().any(|root| real.starts_with(root)) {
            return Err(format!("{name} lies outside its package and workspace: it is not read"));
        }
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(&real).map_err(unreadable)? {
            self.files += 1;
            if self.files > MAX_FILES {
                return Err(format!("its WIT documents are more than {MAX_FILES} files"));
            }
            entries.push(path.join(entry.map_err(unreadable)?.file_name()));
        }
        entries.sort();
        Ok(entries)
    }

    fn read(&mut self, sources: &mut SourceMap, path: &Path) -> Result<(), String> {
        let name = self.name(path);
        let limit = MAX_BYTES.saturating_sub(self.bytes) as u64;
        let text = read_text(path, &self.place.roots, limit)
            .map_err(|message| format!("{name} {message}"))?;
        self.add(sources, &name, text)
    }

    fn add(&mut self, sources: &mut SourceMap, name: &str, text: String) -> Result<(), String> {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > MAX_BYTES {
            return Err(format!("its WIT documents have more than {MAX_BYTES} bytes"));
        }
        if nesting(&text) > MAX_NESTING {
            return Err(format!("{name} nests more than {MAX_NESTING} levels deep"));
        }
        sources.push_str(name, text);
        Ok(())
    }

    /// Adds a package and those it may need, each after what it depends on.
    fn push(
        &mut self,
        main: UnresolvedPackageGroup,
        others: Vec<UnresolvedPackageGroup>,
    ) -> Result<PackageId, String> {
        let wanted = main.main.name.clone();
        let mut waiting: BTreeMap<PackageName, (UnresolvedPackage, u32)> = BTreeMap::new();
        for group in std::iter::once(main).chain(others) {
            let offset = self.resolve.push_source_map(group.source_map);
            for package in group.nested.into_iter().chain([group.main]) {
                if let Some((twice, _)) = waiting.insert(package.name.clone(), (package, offset)) {
                    return Err(format!("the package {} is defined twice", twice.name));
                }
            }
        }
        let mut found = None;
        let order = dependency_order(&waiting)?;
        for name in order {
            let Some((package, offset)) = waiting.remove(&name) else { continue };
            let id = self.resolve.push(package, offset).map_err(|error| said(&error))?;
            if name == wanted {
                found = Some(id);
            }
        }
        found.ok_or_else(|| format!("the package {wanted} is not there"))
    }

    fn name(&self, path: &Path) -> String {
        relative_name(path, &self.place.package)
    }
}

/// The names of `packages`, each behind those it depends on.
fn dependency_order(
    packages: &BTreeMap<PackageName, (UnresolvedPackage, u32)>,
) -> Result<Vec<PackageName>, String> {
    let mut order: Vec<PackageName> = Vec::new();
    let mut done: BTreeMap<&PackageName, bool> = BTreeMap::new();
    let mut pending: Vec<(&PackageName, bool)> =
        packages.keys().rev().map(|it| (it, false)).collect();
    while let Some((name, dependencies_done)) = pending.pop() {
        match done.get(name) {
            Some(true) => continue,
            Some(false) if !dependencies_done => {
                return Err(format!("the package {name} depends on itself"));
            }
            _ => {}
        }
        let Some((package, _)) = packages.get(name) else { continue };
        if dependencies_done {
            done.insert(name, true);
            order.push(name.clone());
            continue;
        }
        done.insert(name, false);
        pending.push((name, true));
        let dependencies = package.foreign_deps.keys().rev();
        let known = dependencies.filter_map(|it| packages.get_key_value(it));
        pending
            .extend(known.map(|(it, _)| (it, false)).filter(|(it, _)| done.get(it) != Some(&true)));
    }
    Ok(order)
}

fn parse(sources: SourceMap) -> Result<UnresolvedPackageGroup, String> {
    sources.parse().map_err(|(map, error)| folded(&error.highlight(&map)))
}

/// A parser's error on one line.
pub(super) fn said(error: &impl std::fmt::Display) -> String {
    folded(&format!("{error:#}"))
}

/// The first line of a message, and where it says the error is.
fn folded(message: &str) -> String {
    let mut lines = message.lines().map(str::trim);
    let first = lines.next().unwrap_or_default().to_owned();
    match lines.find_map(|line| line.strip_prefix("--> ")) {
        Some(place) => format!("{place}: {first}"),
        None => first,
    }
}

/// How deep brackets nest in WIT text, counted without its comments; unmatched ones only add.
fn nesting(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut deepest, mut comments, mut at) = (0_usize, 0, 0_usize, 0);
    while at < bytes.len() {
        let two = (bytes[at], bytes.get(at + 1).copied().unwrap_or(0));
        let mut width = 1;
        match two {
            (b'/', b'*') => (comments, width) = (comments + 1, 2),
            (b'*', b'/') if comments > 0 => (comments, width) = (comments - 1, 2),
            _ if comments > 0 => {}
            (b'/', b'/') => {
                width = text[at..].find('\n').unwrap_or(bytes.len() - at);
            }
            (b'-', b'>') => width = 2,
            (b'<' | b'(' | b'{', _) => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (b'>' | b')' | b'}', _) => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += width;
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::nesting;

    #[test]
    fn only_brackets_outside_comments_nest() {
        assert_eq!(nesting("f: func(a: list<list<u8>>) -> option<u8>;"), 3);
        assert_eq!(nesting("// ((((\n/* <<< /* ( */ ((( */ {}"), 1);
        assert_eq!(nesting("\u{e9}// \u{e9}<\n<"), 1);
        assert_eq!(nesting(&"list<".repeat(500)), 500);
    }
}
