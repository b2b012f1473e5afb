//! YAML as a tree whose scalars know where they stand.
//!
//! `serde_yaml` gives values without places, but an error that arises while it hands over a value names the
//! place of that value: its parser's own, whatever the quotes, anchors and indentation. So the visitor here
//! answers each scalar with an error, and whoever holds the mapping or sequence around it takes the place
//! from that error and goes on.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// How many nodes a file may have, counted again wherever an alias repeats them.
const MAX_NODES: usize = 50_000;
/// How many bytes its keys and scalars may have together, counted like the nodes.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// How long a key may be, in bytes: each error of the parser holds all keys above its place.
const MAX_KEY: usize = 256;
/// The most that the number of brackets and that of bytes may multiply to: a thousand brackets in a
/// megabyte, or ten thousand in a hundred kilobytes.
const MAX_WORK: usize = 1 << 30;
/// How many lines may begin like a directive. GitHub's workflows have none.
const MAX_DIRECTIVES: usize = 16;
/// What an error of the visitor says that is none.
const SCALAR: &str = "scalar";

/// A node of the tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    /// The pairs whose keys are scalars.
    Mapping(Vec<(String, Node)>),
}

/// A scalar.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    /// Its value; of a number, what is written.
    pub(super) value: String,
    /// Where it begins, in bytes of the text: at its quote or block indicator, if it has one. That of an
    /// alias is at its anchor's scalar.
    pub(super) at: usize,
}

impl Node {
    /// The value under `key`, letters of either case.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Mapping(pairs) = self else { return None };
        pairs.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, node)| node)
    }

    pub(super) fn scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    pub(super) fn sequence(&self) -> &[Self] {
        match self {
            Self::Sequence(nodes) => nodes,
            _ => &[],
        }
    }

    pub(super) fn mapping(&self) -> &[(String, Self)] {
        match self {
            Self::Mapping(pairs) => pairs,
            _ => &[],
        }
    }
}

/// Parses a file of one document.
///
/// # Errors
/// When it is no YAML, or goes beyond one of the limits here or the depth that `serde_yaml` allows.
pub(super) fn parse(source: &str) -> Result<Node, String> {
    check_work(source)?;
    let state = State {
        source,
        places: Places::new(source),
        scalar: RefCell::new(None),
        nodes: Cell::new(0),
        bytes: Cell::new(0),
    };
    let deserializer = serde_yaml::Deserializer::from_str(source);
    match Seed(&state).deserialize(deserializer) {
        Ok(node) => Ok(node),
        Err(error) => state.node(error).map_err(|error| error.to_string()),
    }
}

struct State<'a> {
    source: &'a str,
    places: Places,
    /// The scalar that the error on its way tells of.
    scalar: RefCell<Option<Said>>,
    nodes: Cell<usize>,
    bytes: Cell<usize>,
}

/// What a scalar says.
enum Said {
    Text(String),
    /// A number: what is written is not its value.
    Number,
}

impl State<'_> {
    /// The scalar that `error` tells of; the error itself when it is a real one.
    fn node<E: fmt::Display>(&self, error: E) -> Result<Node, E> {
        let Some(said) = self.scalar.borrow_mut().take() else { return Err(error) };
        let at = self.place(&error.to_string()).unwrap_or(0);
        let at = skip_properties(self.source, at);
        let value = match said {
            Said::Text(value) => value,
            Said::Number => plain_word(self.source, at).to_owned(),
        };
        Ok(Node::Scalar(Scalar { value, at }))
    }

    /// `… at line 3 column 9`, both from 1. An error at the very beginning names no place.
    fn place(&self, message: &str) -> Option<usize> {
        let (_, place) = message.rsplit_once(" at line ")?;
        let (line, column) = place.split_once(" column ")?;
        self.places.offset(self.source, line.parse().ok()?, column.parse().ok()?)
    }

    fn count<E: de::Error>(&self) -> Result<(), E> {
        self.nodes.set(self.nodes.get() + 1);
        if self.nodes.get() > MAX_NODES {
            return Err(E::custom(format!("it has more than {MAX_NODES} nodes")));
        }
        Ok(())
    }

    fn count_bytes<E: de::Error>(&self, more: usize) -> Result<(), E> {
        self.bytes.set(self.bytes.get().saturating_add(more));
        if self.bytes.get() > MAX_BYTES {
            return Err(E::custom(format!("it has more than {MAX_BYTES} bytes with its aliases")));
        }
        Ok(())
    }
}

struct Seed<'s, 'a>(&'s State<'a>);

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.0.count()?;
        deserializer.deserialize_any(self)
    }
}

impl Seed<'_, '_> {
    fn scalar<E: de::Error>(&self, said: Said) -> Result<Node, E> {
        *self.0.scalar.borrow_mut() = Some(said);
        Err(E::custom(SCALAR))
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar, sequence or mapping")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        self.0.count_bytes(value.len())?;
        self.scalar(Said::Text(value.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        self.scalar(Said::Text(value.to_string()))
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        self.scalar(Said::Text(String::new()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        self.scalar(Said::Text(String::new()))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Node, E> {
        self.scalar(Said::Number)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Node, E> {
        self.scalar(Said::Number)
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Node, E> {
        self.scalar(Said::Number)
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Node, E> {
        self.scalar(Said::Number)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Node, E> {
        self.scalar(Said::Number)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        loop {
            match access.next_element_seed(Seed(self.0)) {
                Ok(Some(node)) => nodes.push(node),
                Ok(None) => return Ok(Node::Sequence(nodes)),
                Err(error) => nodes.push(self.0.node(error)?),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut pairs = Vec::new();
        while let Some(Key(key)) = access.next_key()? {
            if key.len() > MAX_KEY {
                return Err(de::Error::custom(format!(
                    "it has a key of more than {MAX_KEY} bytes"
                )));
            }
            self.0.count_bytes(key.len())?;
            let node = match access.next_value_seed(Seed(self.0)) {
                Ok(node) => node,
                Err(error) => self.0.node(error)?,
            };
            pairs.push((key, node));
        }
        Ok(Node::Mapping(pairs))
    }
}

/// A key as it is written: `on` and `1.0` are names here.
struct Key(String);

impl<'de> de::Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// Finds a line and column of the parser in bytes. A file may be one line of a megabyte with a scalar at
/// every other character, so that counting from the line's beginning would take too long.
struct Places {
    /// Where each line begins, in characters.
    lines: Vec<usize>,
    /// Where every [`STEP`]th character begins, in bytes.
    steps: Vec<usize>,
}

const STEP: usize = 64;

impl Places {
    fn new(source: &str) -> Self {
        let (mut lines, mut steps) = (vec![0], Vec::new());
        let mut characters = source.char_indices().enumerate().peekable();
        while let Some((count, (at, c))) = characters.next() {
            if count % STEP == 0 {
                steps.push(at);
            }
            // YAML has more line breaks than editors count.
            let is_break = match c {
                '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => true,
                '\r' => characters.peek().is_none_or(|(_, (_, next))| *next != '\n'),
                _ => false,
            };
            if is_break {
                lines.push(count + 1);
            }
        }
        Self { lines, steps }
    }

    /// `line` and `column` from 1.
    fn offset(&self, source: &str, line: usize, column: usize) -> Option<usize> {
        let count = self.lines.get(line.checked_sub(1)?)? + column.checked_sub(1)?;
        let step = *self.steps.get(count / STEP)?;
        let rest = source.get(step..)?;
        let (at, _) = rest.char_indices().nth(count % STEP).unwrap_or((rest.len(), ' '));
        Some(step + at)
    }
}

/// A node's place is that of its anchor or tag.
fn skip_properties(source: &str, mut at: usize) -> usize {
    while source.get(at..).is_some_and(|rest| rest.starts_with(['&', '!'])) {
        let rest = &source[at..];
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let blank = rest[word..].find(|c: char| !c.is_whitespace()).unwrap_or(rest.len() - word);
        at += word + blank;
    }
    at
}

/// The number at `at`, as it is written.
fn plain_word(source: &str, at: usize) -> &str {
    let rest = source.get(at..).unwrap_or_default();
    let is_of_number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_');
    &rest[..rest.find(|c| !is_of_number(c)).unwrap_or(rest.len())]
}

/// Refuses what the parser would need a day for: at each token it looks at every flow collection that is
/// open, and at each `%TAG` at all before it. (That brackets close again does not help: a quote may hold
/// what closes them, so that only a parser could tell.)
fn check_work(source: &str) -> Result<(), String> {
    let bytes = source.as_bytes();
    // Those of `${{` are within a scalar, or an error at once.
    let is_of_expression = |at: usize| bytes[..at].ends_with(b"$") || bytes[..at].ends_with(b"${");
    let opens = |at: &usize| match bytes[*at] {
        b'[' => true,
        b'{' => !is_of_expression(*at),
        _ => false,
    };
    let opened = (0..bytes.len()).filter(opens).count();
    if opened.saturating_mul(source.len()) > MAX_WORK {
        return Err(format!("{opened} brackets in {} bytes are too many to parse", source.len()));
    }
    let directives = source.lines().filter(|line| line.starts_with('%')).count();
    if directives > MAX_DIRECTIVES {
        return Err(format!("it has more than {MAX_DIRECTIVES} directives"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::{MAX_BYTES, MAX_DIRECTIVES, MAX_KEY, MAX_NODES, MAX_WORK, Node, parse};

    fn scalars(node: &Node, source: &str, found: &mut Vec<(String, String)>) {
        match node {
            Node::Scalar(scalar) => {
                let written = source[scalar.at..].lines().next().unwrap_or_default();
                found.push((scalar.value.clone(), written.to_owned()));
            }
            Node::Sequence(nodes) => {
                for node in nodes {
                    scalars(node, source, found);
                }
            }
            Node::Mapping(pairs) => {
                for (_, node) in pairs {
                    scalars(node, source, found);
                }
            }
        }
    }

    #[test]
    fn every_scalar_knows_where_it_begins_and_numbers_are_as_written() {
        let source = "a: 1.10\nb:\n- 0x1f\n-   'x y'\n- &n !!str z\n- *n\non: yes\nc: |\n  t\nd: ~\n1.0: -.inf\n";
        let mut found = Vec::new();
        scalars(&parse(source).unwrap(), source, &mut found);
        let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (&**a, &**b)).collect();
        let expected = [
            ("1.10", "1.10"),
            ("0x1f", "0x1f"),
            ("x y", "'x y'"),
            ("z", "z"),
            ("z", "z"),
            ("yes", "yes"),
            ("t\n", "|"),
            ("", "~"),
            ("-.inf", "-.inf"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_at_a_limit_is_read_and_what_is_beyond_is_an_error() {
        // The sequence is a node too.
        let nodes = |count: usize| format!("[{}]", "1,".repeat(count - 1));
        let key = |length: usize| format!("{}: 1", "k".repeat(length));
        let long = "x".repeat(1 << 16);
        let bytes = |count: usize| {
            let (aliases, rest) = (count / long.len() - 1, "y".repeat(count % long.len()));
            format!("- &a {long}\n{}- {rest}\n", "- *a\n".repeat(aliases))
        };
        let directives = |count: usize| {
            let tags = (0..count).map(|at| format!("%TAG !{at}! a\n")).collect::<Vec<_>>().concat();
            format!("{tags}---\na: 1\n")
        };
        let brackets = 1_000;
        let work = |size: usize| {
            let text = format!("a: [{}]\n# ", "[],".repeat(brackets - 1));
            format!("{text}{}", "x".repeat(size - text.len()))
        };
        for (what, limit, make) in [
            ("nodes", MAX_NODES, &nodes as &dyn Fn(usize) -> String),
            ("key", MAX_KEY, &key),
            ("bytes", MAX_BYTES, &bytes),
            ("directives", MAX_DIRECTIVES, &directives),
            ("too many to parse", MAX_WORK / brackets, &work),
        ] {
            for size in [limit - 1, limit] {
                assert_eq!(parse(&make(size)).err(), None, "{size}, {what}");
            }
            let error = parse(&make(limit + 1)).err().unwrap();
            assert!(error.contains(what), "{error}");
        }
    }

    #[test]
    fn what_repeats_or_nests_without_end_is_an_error() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..20 {
            let below = vec![format!("*a{}", level - 1); 10].join(", ");
            writeln!(bomb, "a{level}: &a{level} [{below}]").unwrap();
        }
        assert!(parse(&bomb).is_err());
        for nested in [
            "[",
            "{",
            "- ",
            "? ",
            "[[",
            "{a: ",
            "- - ",
            "!!x [",
            "&a [",
            "a: &a [*a, ",
            "[${{",
            "{${{",
            "? [${{, ",
            "%TAG !a! b\n",
        ] {
            for size in [200_000, 20_000] {
                let deep = nested.repeat(size / nested.len());
                assert!(parse(&deep).is_err(), "{nested}");
            }
        }
        let closed = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(parse(&closed).is_err());
        // In a flow collection the braces of an expression would open more of them.
        assert!(parse(&format!("[{}", "${{ ".repeat(200_000))).is_err());
        assert!(parse(&format!("a:\n{}", "- ${{ x }}\n".repeat(40_000))).is_ok());
        let flat = format!("[{}]", "1,".repeat(250_000));
        assert!(parse(&flat).unwrap_err().contains("nodes"));
        let wide = format!("[{}]", "é,".repeat(40_000));
        assert!(parse(&wide).is_ok());
        let long = "x".repeat(100_000);
        let repeated = format!("a: &a {long}\nb: [{}]", "*a,".repeat(100));
        assert!(parse(&repeated).unwrap_err().contains("bytes with its aliases"));
        let keys = format!("a: &a {{{}: 1}}\nb: [{}]", "k".repeat(200), "*a,".repeat(24_000));
        assert!(parse(&keys).unwrap_err().contains("bytes with its aliases"));
        assert!(parse(&format!("{}: [1]", "k".repeat(257))).unwrap_err().contains("key"));
        assert!(parse(&format!("{}: [1]", "k".repeat(256))).is_ok());
        assert!(parse("a: *gone").is_err());
        assert!(parse("a: 1\n---\nb: 2\n").is_err());
        assert!(parse("a: !custom 1").is_err());
    }
}
