//! The table against the files that it was made from.
//!
//! The table's text is read anew, by its description alone. A file's names must all be there with their
//! types (recall), and a code and release must have no name that none of its files has (precision).
//! Then guard's own reader of the table is asked for each target.

use std::collections::{BTreeMap, BTreeSet};

use wasm_import_guard::symbols::CSymbols;

use crate::{Input, number_type};

type Names = BTreeSet<(String, String)>;

/// The codes that make up a target, but for what is linked on request.
const TARGETS: [(&str, &[&str]); 8] = [
    ("wasm32-unknown-unknown", &["c-unknown"]),
    ("wasm32v1-none", &["c-none"]),
    ("wasm64-unknown-unknown", &["c-wasm64"]),
    ("wasm32-wasip1", &["p1", "crt1", "c-wasi"]),
    ("wasm32-wasip1-threads", &["p1", "crt1", "c-wasi"]),
    ("wasm32-wasip2", &["p2", "b2", "crt1", "c-wasi"]),
    ("wasm32-wasip3", &["p2", "crt1", "c-wasi"]),
    ("wasm32-unknown-emscripten", &["c-emscripten", "e-"]),
];

/// Prints recall and precision per file, and panics unless all are 100 %.
pub(crate) fn check(text: &str, inputs: &[Input], releases: &BTreeMap<String, BTreeSet<u16>>) {
    let table = read(text, releases);
    let nothing = Names::new();
    let mut right = true;
    for input in inputs {
        let key = (input.code.clone(), input.release);
        let listed = table.get(&key).map_or(&nothing, |it| &it.names);
        let of_code = inputs.iter().filter(|it| (&it.code, it.release) == (&key.0, key.1));
        let every: Names = of_code.flat_map(|it| it.names.iter().cloned()).collect();
        let found = input.names.intersection(listed).count();
        let justified = listed.intersection(&every).count();
        // All targets of a code share one compiler_builtins.
        let is_alike = !input.code.starts_with("c-") || input.names == every;
        let weak_agrees =
            releases.get(&input.code).is_some_and(|it| it.last() != input.release.as_ref())
                || input.code.starts_with("e-")
                || table.get(&key).is_some_and(|it| it.weak == input.weak);
        let release = input.release.map_or(String::new(), |it| format!(":{it}"));
        eprintln!(
            "{:16} {:32} {:5} names, recall {found}/{}, precision {justified}/{}",
            format!("{}{release}", input.code),
            input.file,
            input.names.len(),
            input.names.len(),
            listed.len(),
        );
        let holds = found == input.names.len() && justified == listed.len();
        if !(holds && is_alike && weak_agrees) {
            right = false;
            let lacking: Vec<_> = input.names.difference(listed).take(20).collect();
            let superfluous: Vec<_> = listed.difference(&every).take(20).collect();
            eprintln!(
                "  not so: lacking {lacking:?}, superfluous {superfluous:?}, like the others {is_alike}, \
                 weak {weak_agrees}"
            );
        }
    }
    assert!(right, "the table is not what its files say");
}

/// Whether guard reads the table that it was built with as what `inputs` hold.
pub(crate) fn check_reader(inputs: &[Input]) {
    for (target, codes) in TARGETS {
        let symbols = CSymbols::for_target(target, None).expect("a target of the table");
        let ours: BTreeSet<&str> = symbols
            .iter()
            .filter(|(_, symbol)| symbol.library.is_always_linked())
            .map(|(name, _)| name)
            .collect();
        let of_target = |input: &&Input| {
            codes
                .iter()
                .any(|code| input.code == *code || (*code == "e-" && input.code.starts_with("e-")))
        };
        let files: Vec<&Input> = inputs.iter().filter(of_target).collect();
        let theirs: BTreeSet<&str> =
            files.iter().flat_map(|it| it.names.iter().map(|(name, _)| name.as_str())).collect();
        assert_eq!(ours, theirs, "{target}");
        for (name, symbol) in symbols.iter().filter(|(_, it)| it.library.is_always_linked()) {
            let ty = match &symbol.wasm_type {
                _ if !symbol.is_function => "data".to_owned(),
                Some(ty) => number_type(ty),
                None => "(?)".to_owned(),
            };
            let entry = (name.to_owned(), ty);
            assert!(files.iter().any(|it| it.names.contains(&entry)), "{target}: {entry:?}");
        }
        eprintln!("{target:28} {:5} names as guard reads them", ours.len());
    }
}

#[derive(Default)]
struct Listed {
    names: Names,
    weak: BTreeSet<String>,
}

/// What the table says each code, and each release of it, has.
fn read(
    text: &str,
    releases: &BTreeMap<String, BTreeSet<u16>>,
) -> BTreeMap<(String, Option<u16>), Listed> {
    let mut table: BTreeMap<(String, Option<u16>), Listed> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split(' ');
        let name = fields.next().expect("a name");
        let ty = fields.next().expect("a type");
        for entry in fields.filter(|entry| !entry.starts_with("s-")) {
            let (entry, weak) = entry.strip_suffix("/w").map_or((entry, false), |it| (it, true));
            let (code, range) = entry.split_once(':').map_or((entry, None), |(a, b)| (a, Some(b)));
            let of: Vec<Option<u16>> = range.map_or(vec![None], |range| {
                let (first, last) = range.split_once('-').expect("a range");
                let number = |text: &str| text.parse::<u16>().expect("a number");
                releases[code].range(number(first)..=number(last)).copied().map(Some).collect()
            });
            for release in of {
                let listed = table.entry((code.to_owned(), release)).or_default();
                listed.names.insert((name.to_owned(), ty.to_owned()));
                if weak {
                    listed.weak.insert(name.to_owned());
                }
            }
        }
    }
    table
}
