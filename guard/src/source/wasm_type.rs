//! The wasm function type of a declaration, where its types tell it.

use std::ops::Range;

use super::attributes::split_commas;
use super::heads::after_generics;
use super::model::{Declared, Definition, Style, TypeText, path_in};
use super::names::{CrateId, Meaning, Resolver};
use super::tokens::{Delimiter, Kind, Tokens};
use crate::import::{ImportKind, ValueType, WasmType};

/// How many aliases of aliases are followed.
const MAX_ALIASES: usize = 16;

/// C's integer types, as `core::ffi` has them for wasm.
const C_TYPES: &[(&str, ValueType)] = &[
    ("c_char", ValueType::I32),
    ("c_double", ValueType::F64),
    ("c_float", ValueType::F32),
    ("c_int", ValueType::I32),
    ("c_longlong", ValueType::I64),
    ("c_schar", ValueType::I32),
    ("c_short", ValueType::I32),
    ("c_uchar", ValueType::I32),
    ("c_uint", ValueType::I32),
    ("c_ulonglong", ValueType::I64),
    ("c_ushort", ValueType::I32),
];

/// The type of an imported function. `wide` says that pointers have 64 bits. `None` when a type is not one
/// whose layout is known here.
pub(crate) fn of_import(
    resolver: &Resolver<'_>,
    crate_id: CrateId,
    declared: &Declared,
    wide: bool,
) -> Option<WasmType> {
    if declared.kind != ImportKind::Function {
        return None;
    }
    Signature { resolver, wide }.of_function(crate_id, &declared.head)
}

/// The same for a function that the crate defines under a symbol of its own. `None` too where the ABI is
/// Rust's, which passes values in ways of its own.
pub(crate) fn of_definition(
    resolver: &Resolver<'_>,
    crate_id: CrateId,
    definition: &Definition,
    wide: bool,
) -> Option<WasmType> {
    if definition.kind != ImportKind::Function || !definition.passes_as_c {
        return None;
    }
    Signature { resolver, wide }.of_function(crate_id, &definition.head)
}

/// What a written type tells by itself.
enum Written {
    /// Its value types: none for `()` and `!`.
    Layout(Vec<ValueType>),
    /// A type whose layout is not known here.
    Unknown,
    /// A path to be followed.
    Path,
}

struct Signature<'a> {
    resolver: &'a Resolver<'a>,
    wide: bool,
}

impl Signature<'_> {
    /// The type of a function from its head: its name, its parameters, its result.
    fn of_function(&self, crate_id: CrateId, head: &TypeText) -> Option<WasmType> {
        let tokens = &self.resolver.program.crates[crate_id].text;
        let place = |range| TypeText { range, ..head.clone() };
        let mut list = head.range.start + 1;
        if tokens.is_punct(list, '<') {
            list = after_generics(tokens, list, head.range.end);
        }
        let parameters =
            tokens.inside(list).filter(|_| tokens.opens(list, Delimiter::Parenthesis))?;
        let mut params = Vec::new();
        for parameter in split_commas(tokens, parameters) {
            let start = without_attributes(tokens, parameter.clone());
            let colon = (start..parameter.end).find(|&at| tokens.is_punct(at, ':'))?;
            params.extend(self.of_type(crate_id, place(colon + 1..parameter.end))?);
        }
        let after = tokens.after(list);
        let results = if tokens.is_punct(after, '-') && tokens.is_punct(after + 1, '>') {
            self.of_type(crate_id, place(after + 2..head.range.end))?
        } else {
            Vec::new()
        };
        Some(WasmType { params, results })
    }

    /// The value types of a Rust type: none for `()` and `!`; `None` when unknown.
    fn of_type(&self, mut crate_id: CrateId, mut text: TypeText) -> Option<Vec<ValueType>> {
        for _ in 0..=MAX_ALIASES {
            let tokens = &self.resolver.program.crates[crate_id].text;
            match self.written(tokens, text.range.clone()) {
                Written::Layout(values) => return Some(values),
                Written::Unknown => return None,
                Written::Path => {}
            }
            if let Some(value) = self.c_type(crate_id, tokens, &text) {
                return Some(vec![value]);
            }
            (crate_id, text) = self.definition(crate_id, tokens, &text)?;
        }
        None
    }

    fn written(&self, tokens: &Tokens, range: Range<usize>) -> Written {
        let pointer = if self.wide { ValueType::I64 } else { ValueType::I32 };
        let pointer_to = |target: Range<usize>| {
            if is_thin(tokens, target) { Written::Layout(vec![pointer]) } else { Written::Unknown }
        };
        let first = range.start;
        if range.len() == 1 {
            let value = match tokens.ident(first) {
                Some("i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "bool" | "char") => {
                    ValueType::I32
                }
                Some("i64" | "u64") => ValueType::I64,
                Some("f32") => ValueType::F32,
                Some("f64") => ValueType::F64,
                Some("usize" | "isize") => pointer,
                Some("i128" | "u128" | "str") => return Written::Unknown,
                Some(_) => return Written::Path,
                None if tokens.is_punct(first, '!') => return Written::Layout(Vec::new()),
                None => return Written::Unknown,
            };
            return Written::Layout(vec![value]);
        }
        if tokens.opens(first, Delimiter::Parenthesis) {
            let is_unit = range.len() == 2;
            return if is_unit { Written::Layout(Vec::new()) } else { Written::Unknown };
        }
        if tokens.is_punct(first, '*') {
            return pointer_to(first + 2..range.end);
        }
        if tokens.is_punct(first, '&') {
            let mut target = first + 1;
            if tokens.kind(target) == Some(Kind::Lifetime) {
                target += 1;
            }
            if tokens.is_keyword(target, "mut") {
                target += 1;
            }
            return pointer_to(target..range.end);
        }
        let is_function =
            ["fn", "unsafe", "extern", "for"].iter().any(|word| tokens.is_keyword(first, word));
        if is_function { Written::Layout(vec![pointer]) } else { Written::Path }
    }

    /// The value type of a path to one of C's types: `core::ffi::c_int`, or `c_int` by a `use` of that.
    fn c_type(&self, crate_id: CrateId, tokens: &Tokens, text: &TypeText) -> Option<ValueType> {
        let mut path = path_in(tokens, text.range.clone());
        if let [name] = path.segments.as_slice() {
            path = self.resolver.program.used_as(crate_id, text.scope, name)?.clone();
        }
        let is_std = ["core", "std", "libc"].contains(&path.segments.first()?.as_str());
        let last = path.segments.last()?;
        let (_, value) = C_TYPES.iter().find(|(name, _)| is_std && name == last)?;
        Some(*value)
    }

    /// The text of the type that a path stands for.
    fn definition(
        &self,
        crate_id: CrateId,
        tokens: &Tokens,
        text: &TypeText,
    ) -> Option<(CrateId, TypeText)> {
        // Generic arguments could change the layout.
        if text.range.clone().any(|at| tokens.is_punct(at, '<')) {
            return None;
        }
        let path = path_in(tokens, text.range.clone());
        let lookup = self.resolver.lookup(crate_id, text.scope, &path, Style::Path);
        let mut found = lookup.meanings.iter().filter_map(|meaning| match meaning {
            Meaning::Type(id, item) => Some((*id, *item)),
            _ => None,
        });
        let (id, item) = found.next()?;
        // Alternatives under cfgs that cannot be decided.
        if found.next().is_some() {
            return None;
        }
        Some((id, self.resolver.program.crates[id].types[item].same_as.clone()?))
    }
}

fn without_attributes(tokens: &Tokens, range: Range<usize>) -> usize {
    let mut at = range.start;
    while at < range.end && tokens.is_punct(at, '#') {
        at = tokens.after(at + 1);
    }
    at
}

/// Whether a pointer to the type is one word: not for slices, `str` and trait objects.
fn is_thin(tokens: &Tokens, range: Range<usize>) -> bool {
    let last = range.end.saturating_sub(1);
    if tokens.is_punct(range.start, '*') {
        return true;
    }
    // An array has a `;` and a length behind it, a slice has not.
    if let Some(inside) = tokens.inside(range.start) {
        return tokens.opens(range.start, Delimiter::Bracket)
            && inside.clone().any(|at| tokens.is_punct(at, ';'))
            || inside.is_empty();
    }
    !matches!(tokens.ident(range.start), Some("dyn" | "str" | "impl") | None)
        && tokens.ident(last) != Some("str")
        && !tokens.is_punct(range.start, '$')
}

#[cfg(test)]
mod tests {
    use crate::analysis::read_for_tests;

    /// The wasm type of each import of a crate with this source.
    fn types(source: &str) -> Vec<(String, String)> {
        let (imports, problems) = read_for_tests(source);
        assert_eq!(problems, []);
        imports
            .into_iter()
            .map(|import| {
                let list = |values: &[crate::import::ValueType]| {
                    values.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(" ")
                };
                let written = import.wasm_type.as_ref().map_or("unknown".to_owned(), |ty| {
                    format!("{} -> {}", list(&ty.params), list(&ty.results))
                });
                (import.ident.clone(), written)
            })
            .collect()
    }

    #[test]
    fn plain_types_are_known_and_others_are_not_guessed() {
        let written = [
            ("a()", " -> "),
            ("b(a: u8, #[cfg(x)] b: i64,) -> usize", "i32 i64 -> i32"),
            (
                "c(p: *const T, q: &'a mut [u8; 4], c: extern \"C\" fn(u32)) -> f64",
                "i32 i32 i32 -> f64",
            ),
            ("d() -> !", " -> "),
            ("e() -> ()", " -> "),
            ("f(s: Handle)", "unknown"),
            ("g(s: &str)", "unknown"),
            ("h(s: &[u8])", "unknown"),
            ("i(s: *const dyn X)", "unknown"),
            ("j(s: u128)", "unknown"),
            ("k(s: i32, ...)", "unknown"),
            ("l(s: Generic<fn()>)", "unknown"),
        ];
        let items: Vec<String> = written.iter().map(|(text, _)| format!("fn {text};")).collect();
        let source =
            format!("#[link(wasm_import_module = \"m\")] extern \"C\" {{ {} }}", items.join("\n"));
        let found: Vec<String> = types(&source).into_iter().map(|(_, ty)| ty).collect();
        let expected: Vec<&str> = written.iter().map(|(_, ty)| *ty).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn aliases_and_transparent_structs_are_followed_by_scope() {
        let source = r#"
            type Handle = u64;
            mod inner {
                pub type Handle = super::Wrapped;
                #[link(wasm_import_module = "m")]
                extern "C" { fn a(handle: Handle) -> super::Handle; }
            }
            #[repr(transparent)] pub struct Wrapped { pub code: core::ffi::c_float }
            #[repr(transparent)] pub struct Tuple(#[doc(hidden)] pub(crate) i64);
            pub struct ByValue(i64);
            #[cfg(unknown)] type Either = i32;
            #[cfg(not(unknown))] type Either = i64;
            type Endless = Endless;
            use core::ffi::c_int;
            #[link(wasm_import_module = "m")]
            extern "C" {
                fn b(a: Tuple, b: inner::Handle, c: c_int);
                fn c(a: ByValue);
                fn d(a: Either);
                fn e(a: Endless);
                fn f(a: Unheard);
            }
        "#;
        let expected = [
            ("a", "f32 -> i64"),
            ("b", "i64 f32 i32 -> "),
            ("c", "unknown"),
            ("d", "unknown"),
            ("e", "unknown"),
            ("f", "unknown"),
        ];
        let expected: Vec<_> =
            expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(types(source), expected);
    }
}
