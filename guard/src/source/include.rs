//! `include!`: the file that stands at a place of a text, out of the package or made by its build
//! script.

use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};

use super::attributes::split_commas;
use super::modules::{self, ModuleDirectory};
use super::tokens::MAX_FILE_BYTES;
use super::tokens::{Delimiter, Tokens};
use super::walk::{Region, Walker};
use crate::build_output::Run;
use crate::cfg::Truth;
use crate::graph::Package;
use crate::import::Origin;

/// How deep `concat!(concat!(…))` may nest.
const MAX_CONCAT_DEPTH: usize = 16;

impl Walker<'_> {
    /// `include!(…)` at `name_token`, with `inside` as its argument: the file stands here, as items or as
    /// one expression. A path of literals and of what the manifest says names a file of the package;
    /// any other one a file that a build makes.
    pub(super) fn include(&mut self, region: &Region, name_token: usize, inside: Range<usize>) {
        let tokens = self.tokens(region.file);
        let argument = match split_commas(tokens, inside.clone()).as_slice() {
            [argument] => argument.clone(),
            _ => inside,
        };
        let of_manifest = |name: &str| manifest_variable(self.package, name);
        if let Some(path) = spelled(tokens, argument.clone(), &of_manifest, 0) {
            let path = self.directory_of(region).join(path);
            let before = self.pending.len();
            let children = ModuleDirectory::beside(&path);
            self.load(&path, children, region.scope, region.truth, Some(region.file));
            if let Some(loaded) = self.pending.get_mut(before) {
                suit(loaded, region, region.origin);
            }
            return;
        }
        self.include_generated(region, name_token, argument);
    }

    /// The same for a file that the package's build script makes.
    fn include_generated(&mut self, region: &Region, name_token: usize, argument: Range<usize>) {
        let tokens = self.tokens(region.file);
        let call = format!("`include!({})`", tokens.folded(argument.clone()));
        let runs = &self.build_output.runs;
        let paths: Vec<Option<PathBuf>> = runs
            .iter()
            .map(|run| {
                let variable = |name: &str| run_variable(self.package, run, name);
                let path = spelled(tokens, argument.clone(), &variable, 0)?;
                Some(self.directory_of(region).join(path))
            })
            .collect();
        if let (true, Some(why)) = (runs.is_empty(), &self.build_output.doubt) {
            let reason = format!("{call} brings in a file that only a build makes, and {why}");
            self.opaque(region.file, name_token, reason);
            return;
        }
        let mut doubt = self.build_output.doubt.clone();
        let mut texts: Vec<(PathBuf, String)> = Vec::new();
        for path in paths {
            let Some(path) = path else {
                doubt = Some("no build script is seen to set a variable in it".to_owned());
                continue;
            };
            match modules::read_text(&path, self.roots, MAX_FILE_BYTES) {
                Ok(text) if texts.iter().any(|(_, known)| *known == text) => {}
                Ok(text) => texts.push((path, text)),
                Err(why) => doubt = Some(format!("what a build left of it {why}")),
            }
        }
        if texts.len() > 1 {
            doubt = Some("builds of the project left files that differ".to_owned());
        }
        if let Some(doubt) = &doubt {
            let so = if texts.is_empty() { "" } else { ": what was left is read as possible" };
            let reason =
                format!("{call} brings in a file that only a build makes, and {doubt}{so}");
            self.opaque(region.file, name_token, reason);
        }
        let certainty = if doubt.is_none() { Truth::True } else { Truth::Unknown };
        let region = Region { truth: region.truth.and(certainty), ..region.clone() };
        for (path, _) in texts {
            self.load_generated(&path, &region, name_token);
        }
    }

    /// Reads a generated file. Its text is none of the package's: for the place of what it declares stands
    /// the call that brings it in.
    fn load_generated(&mut self, path: &FilePath, region: &Region, name_token: usize) {
        let before = self.pending.len();
        let children = ModuleDirectory::beside(path);
        self.texts.generated_by = Some((region.file, name_token));
        self.load(path, children, region.scope, region.truth, Some(region.file));
        self.texts.generated_by = None;
        if let Some(loaded) = self.pending.get_mut(before) {
            suit(loaded, region, Origin::Macro);
        }
    }

    /// The directory that a relative path in `region` starts from.
    fn directory_of(&self, region: &Region) -> &FilePath {
        self.path_of(region.file).parent().unwrap_or(FilePath::new(""))
    }
}

/// Makes `loaded`, the text of an included file, stand at the place of `region`.
fn suit(loaded: &mut Region, region: &Region, origin: Origin) {
    loaded.context = region.context.clone();
    loaded.carrier = region.carrier;
    loaded.origin = origin;
    loaded.is_guessed = region.is_guessed;
}

/// What cargo sets in the environment of a compiler from the manifest.
fn manifest_variable(package: &Package, name: &str) -> Option<String> {
    match name {
        "CARGO_MANIFEST_DIR" => package.directory.to_str().map(str::to_owned),
        "CARGO_PKG_NAME" => Some(package.name.clone()),
        "CARGO_PKG_VERSION" => Some(package.version.clone()),
        _ => None,
    }
}

/// The same, with what a run of the package's build script adds.
fn run_variable(package: &Package, run: &Run, name: &str) -> Option<String> {
    if name == "OUT_DIR" {
        return run.out_directory.to_str().map(str::to_owned);
    }
    let set = run.environment.get(name).cloned();
    set.or_else(|| manifest_variable(package, name))
}

/// The string that `range` spells: a literal, `env!(…)`, `stringify!(…)`, or `concat!` of such. `variable`
/// gives what `env!` does.
fn spelled(
    tokens: &Tokens,
    range: Range<usize>,
    variable: &dyn Fn(&str) -> Option<String>,
    depth: usize,
) -> Option<String> {
    if depth > MAX_CONCAT_DEPTH {
        return None;
    }
    if range.len() == 1 {
        let text = tokens.text(range.start);
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        return tokens.string_value(range.start).or_else(|| is_number.then(|| text.to_owned()));
    }
    // `std::concat!` is `concat!`.
    let bang = range.clone().find(|at| tokens.is_punct(*at, '!'))?;
    let name = tokens.ident(bang.checked_sub(1)?)?;
    let is_call = [Delimiter::Parenthesis, Delimiter::Bracket, Delimiter::Brace]
        .into_iter()
        .any(|delimiter| tokens.opens(bang + 1, delimiter));
    if !is_call || tokens.after(bang + 1) != range.end {
        return None;
    }
    let inside = tokens.inside(bang + 1)?;
    match name {
        "stringify" => Some(tokens.folded(inside)),
        // Behind a comma may stand the message for when there is no such variable.
        "env" => {
            let first = split_commas(tokens, inside).into_iter().next()?;
            variable(&tokens.string_value(first.start).filter(|_| first.len() == 1)?)
        }
        "concat" => split_commas(tokens, inside)
            .into_iter()
            .map(|part| spelled(tokens, part, variable, depth + 1))
            .collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Option<String> {
        let tokens = Tokens::lex(text.to_owned()).expect("lexes");
        let variable = |name: &str| (name == "OUT_DIR").then(|| "/out".to_owned());
        spelled(&tokens, 0..tokens.len(), &variable, 0)
    }

    #[test]
    fn paths_are_spelled_as_the_compiler_spells_them() {
        for (text, expected) in [
            ("\"a.rs\"", Some("a.rs")),
            ("concat!(env!(\"OUT_DIR\"), \"/b.rs\")", Some("/out/b.rs")),
            (
                "std::concat!(::core::env!(\"OUT_DIR\", \"why\",), \"/b\", 1, \".rs\",)",
                Some("/out/b1.rs"),
            ),
            (
                "concat![env!{\"OUT_DIR\"}, concat!(\"/\", stringify!(b)), r\".rs\"]",
                Some("/out/b.rs"),
            ),
            ("concat!(env!(\"OTHER\"), \"/b.rs\")", None),
            ("concat!(name(), \"/b.rs\")", None),
            ("env!(\"OUT_DIR\") + \"x\"", None),
            ("other!(\"OUT_DIR\")", None),
        ] {
            assert_eq!(path(text).as_deref(), expected, "{text}");
        }
        let deep = "concat!(".repeat(100_000) + "\"a\"" + &")".repeat(100_000);
        assert_eq!(path(&deep), None);
    }
}
