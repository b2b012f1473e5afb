//! Two lists of imports, item by item.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::bare::Truth;

/// An import that the command reports.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its module.
    pub module: Option<String>,
    /// Its name.
    pub name: String,
    /// The identifier.
    pub ident: String,
    /// `fn` or `static`.
    pub kind: String,
    /// The block's ABI.
    pub abi: String,
    /// Its wasm type as [`crate::Declared`] writes it, where the command gives one.
    pub wasm_type: Option<String>,
    /// `certain` or not.
    pub certain: bool,
    /// `file:line` in the package.
    pub place: String,
}

/// How the lists differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What rustc sees and is an import.
    pub truth: usize,
    /// Found and right, as `certain`.
    pub certain: usize,
    /// Found and right, as `possible`.
    pub possible: usize,
    /// `certain`, and wrong: module, name and place of each.
    pub wrong: Vec<String>,
    /// `possible`, and not there.
    pub superfluous: Vec<String>,
    /// There, and not found.
    pub missing: Vec<String>,
    /// Opaque places of the package.
    pub opaque: usize,
    /// Types that contradict the obvious one.
    pub wrong_types: Vec<String>,
    /// Obvious types that the command does not tell.
    pub untold_types: usize,
    /// Bare items that the link defines.
    pub defined: usize,
    /// Bare items that C code of the package may define.
    pub undecided: usize,
}

type Key = (Option<String>, String, String, String, String);

/// Compares rustc's items with the reported ones. Items count as often as they are declared; two are
/// the same when module, name, identifier, kind and ABI are.
pub fn compare(truth: &Truth, found: &[Found], opaque: usize) -> Comparison {
    let mut result = Comparison {
        truth: truth.imports.len(),
        opaque,
        defined: truth.defined,
        undecided: truth.undecided.len(),
        ..Comparison::default()
    };
    let mut expected: BTreeMap<Key, Vec<Option<&str>>> = BTreeMap::new();
    for item in &truth.imports {
        let key = (
            item.module.clone(),
            item.name.clone(),
            item.ident.clone(),
            item.kind.to_owned(),
            item.abi.clone(),
        );
        expected.entry(key).or_default().push(item.wasm_type.as_deref());
    }
    // The certain ones first: a possible twin must not take a certain one's place.
    let (certain, possible): (Vec<_>, Vec<_>) = found.iter().partition(|it| it.certain);
    for one in certain.into_iter().chain(possible) {
        if one.module.is_none() && truth.undecided.iter().any(|it| it.name == one.name) {
            continue;
        }
        let key = (
            one.module.clone(),
            one.name.clone(),
            one.ident.clone(),
            one.kind.clone(),
            one.abi.clone(),
        );
        let said = format!("{} at {}", label(&key), one.place);
        let Some(types) = expected.get_mut(&key).filter(|types| !types.is_empty()) else {
            let list = if one.certain { &mut result.wrong } else { &mut result.superfluous };
            list.push(said);
            continue;
        };
        *(if one.certain { &mut result.certain } else { &mut result.possible }) += 1;
        // Declarations of one key can differ in type: the same one if it is there, else one that is
        // not obvious, else a contradiction.
        let same = types.iter().position(|ty| *ty == one.wasm_type.as_deref());
        let at = same.or_else(|| types.iter().position(Option::is_none)).unwrap_or(0);
        match (types.remove(at), one.wasm_type.as_deref()) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                result.wrong_types.push(format!("{said}: `{theirs}`, and it is `{ours}`"));
            }
            (Some(_), None) => result.untold_types += 1,
            _ => {}
        }
    }
    for (key, left) in &expected {
        result.missing.extend(left.iter().map(|_| label(key)));
    }
    result
}

fn label((module, name, ident, kind, abi): &Key) -> String {
    let mut text = format!("{}.{name}", module.as_deref().unwrap_or("-"));
    if ident != name {
        write!(text, " ({ident})").expect("text");
    }
    if kind != "fn" || abi != "C" {
        write!(text, " [{abi} {kind}]").expect("text");
    }
    text
}

impl Comparison {
    /// Those of the missing that an opaque place answers for. rustc's text does not say where an item
    /// came from, so it is all or none for a crate.
    pub fn covered(&self) -> usize {
        if self.opaque > 0 { self.missing.len() } else { 0 }
    }

    /// Whether nothing is missing, wrong or superfluous.
    pub fn is_exact(&self) -> bool {
        self.missing.is_empty()
            && self.wrong.is_empty()
            && self.superfluous.is_empty()
            && self.wrong_types.is_empty()
    }

    /// Adds another crate's numbers and differences.
    pub fn add(&mut self, other: &Self) {
        self.truth += other.truth;
        self.certain += other.certain;
        self.possible += other.possible;
        self.opaque += other.opaque;
        self.untold_types += other.untold_types;
        self.defined += other.defined;
        self.undecided += other.undecided;
        self.wrong.extend_from_slice(&other.wrong);
        self.superfluous.extend_from_slice(&other.superfluous);
        self.missing.extend_from_slice(&other.missing);
        self.wrong_types.extend_from_slice(&other.wrong_types);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Declared;

    fn declared(module: &str, name: &str, wasm_type: Option<&str>) -> Declared {
        Declared {
            module: Some(module.to_owned()),
            name: name.to_owned(),
            ident: name.to_owned(),
            kind: "fn",
            abi: "C".to_owned(),
            wasm_type: wasm_type.map(str::to_owned),
            native_library: false,
        }
    }

    fn found(module: &str, name: &str, wasm_type: Option<&str>, certain: bool) -> Found {
        Found {
            module: Some(module.to_owned()),
            name: name.to_owned(),
            ident: name.to_owned(),
            kind: "fn".to_owned(),
            abi: "C".to_owned(),
            wasm_type: wasm_type.map(str::to_owned),
            certain,
            place: "src/lib.rs:1".to_owned(),
        }
    }

    #[test]
    fn every_kind_of_difference_is_counted() {
        let truth = Truth {
            imports: vec![
                declared("m", "right", Some("i32 ->")),
                declared("m", "twice", None),
                declared("m", "twice", None),
                declared("m", "possible", Some("->")),
                declared("m", "other_type", Some("i32 ->")),
                declared("m", "missing", None),
            ],
            ..Truth::default()
        };
        let reported = [
            found("m", "right", Some("i32 ->"), true),
            found("m", "twice", Some("i64 ->"), true),
            found("m", "possible", None, false),
            found("m", "other_type", Some("i64 ->"), true),
            found("m", "other_type", Some("i32 ->"), false),
            found("n", "right", None, true),
        ];
        let result = compare(&truth, &reported, 1);
        assert_eq!((result.truth, result.certain, result.possible), (6, 3, 1));
        assert_eq!(result.missing, ["m.missing", "m.twice"]);
        assert_eq!(result.wrong, ["n.right at src/lib.rs:1"]);
        assert_eq!(result.superfluous, ["m.other_type at src/lib.rs:1"]);
        assert_eq!(
            result.wrong_types,
            ["m.other_type at src/lib.rs:1: `i64 ->`, and it is `i32 ->`"]
        );
        assert_eq!((result.untold_types, result.covered()), (1, 2));
        assert!(!result.is_exact());
    }
}
