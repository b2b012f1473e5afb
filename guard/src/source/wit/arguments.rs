//! What a call of `wit_bindgen::generate!` asks for.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use crate::source::attributes::split_commas;
use crate::source::tokens::{Delimiter, Tokens};

/// Options that change the generated Rust and none of its imports.
const WITHOUT_IMPORTS: &[&str] = &[
    "additional_derives",
    "additional_derives_ignore",
    "additional_member_attributes",
    "additional_type_attributes",
    "bitflags_path",
    "chainable_methods",
    "debug",
    "default_bindings_module",
    "disable_custom_section_link_helpers",
    "disable_run_ctors_once_workaround",
    "export_macro_name",
    "export_prefix",
    "generate_all",
    "generate_unused_types",
    "map_type",
    "ownership",
    "pub_export_macro",
    "raw_strings",
    "runtime_path",
    "std_feature",
    "stubs",
    "type_section_suffix",
];

/// The arguments of a call, as far as its imports depend on them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    /// The world's name, where the call names one.
    pub(super) world: Option<String>,
    /// Files and directories, relative to the package; `None` is `wit`.
    pub(super) paths: Option<Vec<String>>,
    /// A WIT document in the call itself.
    pub(super) inline: Option<String>,
    /// Features of the WIT documents.
    pub(super) features: Vec<String>,
    /// Functions that are left out.
    pub(super) skip: Vec<String>,
    /// What stands for an interface or a type instead of generated code; `None` is `generate`.
    pub(super) with: HashMap<String, Option<String>>,
    /// Which functions are bound as asynchronous.
    pub(super) asynchronous: Vec<Filter>,
    /// Types with the same structure share one definition.
    pub(super) merges_types: bool,
}

/// One entry of the option `async`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filter {
    enabled: bool,
    only: Option<Side>,
    /// `interface#function`, or a function of the world; `None` means all.
    name: Option<String>,
}

/// The direction a [`Filter`] is limited to.
#[derive(Debug, PartialEq, Eq)]
enum Side {
    Import,
    Export,
}

impl Arguments {
    /// Reads the tokens between the delimiters of a call in the package at `directory`.
    ///
    /// # Errors
    /// Says which argument is not understood.
    pub(super) fn read(
        tokens: &Tokens,
        call: Range<usize>,
        directory: &Path,
    ) -> Result<Self, String> {
        let mut arguments = Self::default();
        if call.is_empty() {
            return Ok(arguments);
        }
        if !tokens.opens(call.start, Delimiter::Brace) {
            arguments.short_form(tokens, call)?;
            return Ok(arguments);
        }
        let fields = tokens.inside(call.start).filter(|_| tokens.after(call.start) == call.end);
        let fields = fields.ok_or("its arguments are not one braced group")?;
        for field in split_commas(tokens, fields) {
            arguments.field(tokens, field, directory)?;
        }
        Ok(arguments)
    }

    /// `generate!("world" in "path")`
    fn short_form(&mut self, tokens: &Tokens, call: Range<usize>) -> Result<(), String> {
        let mut at = call.start;
        if let Some(world) = tokens.string_value(at) {
            self.world = Some(world);
            at += 1;
        }
        if tokens.is_keyword(at, "in") {
            let path = tokens.string_value(at + 1).ok_or("its path is no literal")?;
            self.paths = Some(vec![path]);
            at += 2;
        }
        if at == call.end { Ok(()) } else { Err("its arguments are not understood".to_owned()) }
    }

    fn field(
        &mut self,
        tokens: &Tokens,
        field: Range<usize>,
        directory: &Path,
    ) -> Result<(), String> {
        let option = tokens.ident(field.start).unwrap_or_default();
        let value = field.start + 2..field.end;
        let not_understood = || format!("its option `{option}` is not understood");
        if WITHOUT_IMPORTS.contains(&option) {
            return Ok(());
        }
        if value.is_empty() || !tokens.is_punct(field.start + 1, ':') {
            return Err(not_understood());
        }
        let string = || match value.len() {
            1 => tokens.string_value(value.start).ok_or_else(not_understood),
            _ => Err(not_understood()),
        };
        let list = || strings(tokens, value.clone()).ok_or_else(not_understood);
        let set_once = |slot: &mut Option<String>| {
            let value = string()?;
            if slot.replace(value).is_some() { Err(not_understood()) } else { Ok(()) }
        };
        match option {
            "world" => set_once(&mut self.world)?,
            "inline" => set_once(&mut self.inline)?,
            "path" if self.paths.is_none() => {
                let paths = paths(tokens, value.clone(), directory);
                self.paths = Some(paths.ok_or_else(not_understood)?);
            }
            "features" => self.features.extend(list()?),
            "skip" => self.skip.extend(list()?),
            "async" if self.asynchronous.is_empty() => {
                self.asynchronous = match tokens.ident(value.start) {
                    Some(all @ ("true" | "false")) if value.len() == 1 => {
                        vec![Filter { enabled: all == "true", only: None, name: None }]
                    }
                    _ => list()?.iter().map(|entry| Filter::read(entry)).collect(),
                };
            }
            "with" => self.with(tokens, value.clone()).ok_or_else(not_understood)?,
            "merge_structurally_equal_types" => {
                self.merges_types = !tokens.is_keyword(value.start, "false");
            }
            _ => return Err(not_understood()),
        }
        Ok(())
    }

    /// `{ "wasi:io/streams@0.2.0": path::to::bindings, "a:b/c": generate }`
    fn with(&mut self, tokens: &Tokens, value: Range<usize>) -> Option<()> {
        let inside = tokens.inside(value.start).filter(|_| tokens.after(value.start) == value.end);
        for entry in split_commas(tokens, inside?) {
            let key = tokens.string_value(entry.start)?;
            let target = entry.start + 2..entry.end;
            if target.is_empty() || !tokens.is_punct(entry.start + 1, ':') {
                return None;
            }
            let is_generated = target.len() == 1 && tokens.is_keyword(target.start, "generate");
            let text =
                (!is_generated).then(|| target.map(|at| tokens.text(at)).collect::<String>());
            self.with.insert(key, text);
        }
        Some(())
    }

    /// Whether code of `interface` or the type of that name is generated.
    pub(super) fn is_generated(&self, name: &str) -> bool {
        self.with.get(name).is_none_or(Option::is_none)
    }

    /// Whether `function` of `interface` (or of the world) is bound as asynchronous, where its WIT says
    /// `declared`.
    pub(super) fn is_async(
        &self,
        interface: Option<&str>,
        function: &str,
        is_import: bool,
        declared: bool,
    ) -> bool {
        let name = match interface {
            Some(interface) => format!("{interface}#{function}"),
            None => function.to_owned(),
        };
        let decisive = self.asynchronous.iter().find(|filter| {
            let applies = match filter.only {
                None => true,
                Some(Side::Import) => is_import,
                Some(Side::Export) => !is_import,
            };
            applies && filter.name.as_ref().is_none_or(|wanted| *wanted == name)
        });
        decisive.map_or(declared, |filter| filter.enabled)
    }
}

impl Filter {
    fn read(entry: &str) -> Self {
        let (name, enabled) = match entry.strip_prefix('-') {
            Some(rest) => (rest, false),
            None => (entry, true),
        };
        if name == "all" {
            return Self { enabled, only: None, name: None };
        }
        let (name, only) = match (name.strip_prefix("import:"), name.strip_prefix("export:")) {
            (Some(name), _) => (name, Some(Side::Import)),
            (_, Some(name)) => (name, Some(Side::Export)),
            _ => (name, None),
        };
        Self { enabled, only, name: Some(name.to_owned()) }
    }
}

/// `["a", "b"]`
fn strings(tokens: &Tokens, value: Range<usize>) -> Option<Vec<String>> {
    bracketed(tokens, value)?
        .into_iter()
        .map(|part| tokens.string_value(part.start).filter(|_| part.len() == 1))
        .collect()
}

/// One path, or a list of them.
fn paths(tokens: &Tokens, value: Range<usize>, directory: &Path) -> Option<Vec<String>> {
    match bracketed(tokens, value.clone()) {
        Some(parts) => parts.into_iter().map(|part| path(tokens, part, directory)).collect(),
        None => Some(vec![path(tokens, value, directory)?]),
    }
}

/// A literal, or `concat!(env!("CARGO_MANIFEST_DIR"), "/wit")`.
fn path(tokens: &Tokens, value: Range<usize>, directory: &Path) -> Option<String> {
    if value.len() == 1 {
        return tokens.string_value(value.start);
    }
    let inside = tokens.inside(value.start + 2).filter(|_| {
        tokens.is_punct(value.start + 1, '!') && tokens.after(value.start + 2) == value.end
    })?;
    match tokens.ident(value.start)? {
        "env" if tokens.string_value(inside.start)? == "CARGO_MANIFEST_DIR" => {
            Some(directory.to_str()?.to_owned())
        }
        "concat" => split_commas(tokens, inside)
            .into_iter()
            .map(|part| match tokens.ident(part.start) {
                Some("concat") => None,
                _ => path(tokens, part, directory),
            })
            .collect(),
        _ => None,
    }
}

fn bracketed(tokens: &Tokens, value: Range<usize>) -> Option<Vec<Range<usize>>> {
    let is_list =
        tokens.opens(value.start, Delimiter::Bracket) && tokens.after(value.start) == value.end;
    tokens.inside(value.start).filter(|_| is_list).map(|inside| split_commas(tokens, inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(call: &str) -> Result<Arguments, String> {
        let tokens = Tokens::lex(call.to_owned()).expect("lexes");
        Arguments::read(&tokens, 0..tokens.len(), Path::new("/p"))
    }

    #[test]
    fn every_form_of_a_call_is_read() {
        assert_eq!(read(""), Ok(Arguments::default()));
        let short = read(r#""host" in "idl""#).expect("read");
        assert_eq!((short.world.as_deref(), short.paths), (Some("host"), Some(vec!["idl".into()])));
        let long = read(
            r##"{ world: "a:b/c@1.0.0", path: ["one", concat!(env!("CARGO_MANIFEST_DIR"), "/two"),],
                inline: r#"package x:y;"#, features: ["f"], skip: ["g"], generate_all,
                with: { "a:b/c": crate::m::c, "d:e/f": generate }, stubs, async: ["-h", "import:all"],
                ownership: Borrowing { duplicate_if_necessary: true }, }"##,
        )
        .expect("read");
        assert_eq!(long.world.as_deref(), Some("a:b/c@1.0.0"));
        assert_eq!(long.paths, Some(vec!["one".to_owned(), "/p/two".to_owned()]));
        assert_eq!(long.inline.as_deref(), Some("package x:y;"));
        assert_eq!(
            (long.features.as_slice(), long.skip.as_slice()),
            (&["f".to_owned()][..], &["g".to_owned()][..])
        );
        assert!(
            !long.is_generated("a:b/c") && long.is_generated("d:e/f") && long.is_generated("x")
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (call, word) in [
            (r#"{ worldd: "a" }"#, "worldd"),
            ("{ world: WORLD }", "world"),
            (r#"{ path: env!("ELSEWHERE") }"#, "path"),
            (r#"{ path: "a", path: "b" }"#, "path"),
            ("{ exports: { world: Host } }", "exports"),
            ("{ features: [F] }", "features"),
            (r#"{ with: { "a" } }"#, "with"),
            (r#"{ async: { imports: ["a"] } }"#, "async"),
            ("{} x", "braced"),
            ("NAME", "arguments"),
        ] {
            let error = read(call).expect_err(call);
            assert!(error.contains(word), "{call}: {error}");
        }
    }

    #[test]
    fn the_first_filter_that_applies_decides_what_is_asynchronous() {
        let arguments =
            read(r#"{ async: ["-import:a:b/c#f", "a:b/c#f", "export:g", "-all"] }"#).expect("read");
        let is_async = |interface, function, is_import| {
            arguments.is_async(interface, function, is_import, true)
        };
        assert!(!is_async(Some("a:b/c"), "f", true));
        assert!(is_async(Some("a:b/c"), "f", false));
        assert!(is_async(None, "g", false));
        assert!(!is_async(None, "g", true));
        let unsaid = Arguments::default();
        assert!(unsaid.is_async(None, "g", true, true) && !unsaid.is_async(None, "g", true, false));
    }
}
