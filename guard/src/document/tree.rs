//! Events to a tree. What a table may be given depends on how it came to be: TOML says so of each way.

use std::collections::btree_map::Entry;
use std::mem;

use toml_parser::decoder::ScalarKind;
use toml_parser::parser::{Event, EventKind};
use toml_parser::{Source, Span};

use super::date_time::is_date_time;
use super::events::{Decoded, Fault, MAX_NESTING, events, fault, shown};
use super::{Lines, Node, Origin, Table, Value};

/// How many keys may lead to a value. A header, a key below it and the keys of nested inline tables may each
/// have [`MAX_NESTING`]; whoever walks the tree, as its drop does, calls itself for each.
pub(super) const MAX_DEPTH: usize = 3 * MAX_NESTING;

/// The tree of `text`, with the lines that `lines` knows.
pub(super) fn tree(text: &str, lines: &Lines) -> Result<Table, Fault> {
    let source = Source::new(text);
    let events = events(source)?;
    let mut builder = Builder {
        source,
        lines,
        events: &events,
        root: Table::new(),
        header: Vec::new(),
        current: Table::new(),
    };
    builder.document()?;
    Ok(builder.root)
}

struct Builder<'a> {
    source: Source<'a>,
    lines: &'a Lines,
    /// Those to come.
    events: &'a [Event],
    root: Table,
    /// The last header.
    header: Vec<Key>,
    /// The table that it names, taken out of `root` while it is filled: looked up once, not for each key.
    current: Table,
}

/// A part of a dotted key.
struct Key {
    text: String,
    span: Span,
}

impl Builder<'_> {
    fn document(&mut self) -> Result<(), Fault> {
        while let Some(event) = self.events.first() {
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    self.put_back()?;
                    self.header()?;
                }
                _ => {
                    let mut current = mem::take(&mut self.current);
                    self.key_and_value(&mut current, self.header.len())?;
                    self.current = current;
                }
            }
        }
        self.put_back()
    }

    /// Puts what was taken out where it was.
    fn put_back(&mut self) -> Result<(), Fault> {
        let current = mem::take(&mut self.current);
        let header = mem::take(&mut self.header);
        *descend(&mut self.root, &header, false, self.lines)? = current;
        Ok(())
    }

    fn header(&mut self) -> Result<(), Fault> {
        let open = self.next()?;
        let path = self.keys(0)?;
        self.next()?;
        let Some((key, above)) = path.split_last() else { return Err(unexpected(&open)) };
        let is_array = open.kind() == EventKind::ArrayTableOpen;
        let line = self.lines.line(key.span.start());
        let parent = descend(&mut self.root, above, false, self.lines)?;
        let table = |line| Node { line, value: Value::Table(Table::new()), origin: Origin::Header };
        let element = self.lines.line(open.span().start());
        match parent.entry(key.text.clone()) {
            Entry::Vacant(entry) if is_array => {
                let value = Value::Array(vec![table(element)]);
                entry.insert(Node { line, value, origin: Origin::ArrayOfTables });
            }
            Entry::Vacant(entry) => {
                entry.insert(table(line));
            }
            Entry::Occupied(entry) => {
                let node = entry.into_mut();
                match (node.origin, &mut node.value) {
                    (Origin::ArrayOfTables, Value::Array(tables)) if is_array => {
                        tables.push(table(element));
                    }
                    (Origin::Implicit, Value::Table(table)) if !is_array => {
                        self.current = mem::take(table);
                        node.origin = Origin::Header;
                        node.line = line;
                    }
                    _ => return Err(duplicate(key, node.line)),
                }
            }
        }
        self.header = path;
        Ok(())
    }

    /// Reads a key with its value into `table`, to which `above` keys lead.
    fn key_and_value(&mut self, table: &mut Table, above: usize) -> Result<(), Fault> {
        let mut path = self.keys(above)?;
        let value = self.value(above + path.len())?;
        let Some(key) = path.pop() else { return self.next().and_then(|it| Err(unexpected(&it))) };
        let line = self.lines.line(key.span.start());
        match descend(table, &path, true, self.lines)?.entry(key.text.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(Node { line, value, origin: Origin::Value });
                Ok(())
            }
            Entry::Occupied(entry) => Err(duplicate(&key, entry.get().line)),
        }
    }

    /// The parts of the key that is next.
    fn keys(&mut self, above: usize) -> Result<Vec<Key>, Fault> {
        let mut keys = Vec::new();
        while self.is_next(EventKind::SimpleKey) {
            let event = self.next()?;
            if keys.len() == MAX_NESTING {
                let words = format!("a key of more than {MAX_NESTING} parts");
                return Err(Fault { at: event.span().start(), words });
            }
            if above + keys.len() == MAX_DEPTH {
                let words = format!("a table more than {MAX_DEPTH} keys deep");
                return Err(Fault { at: event.span().start(), words });
            }
            let mut text = Decoded::default();
            let mut error = None;
            if let Some(raw) = self.source.get(event) {
                raw.decode_key(&mut text, &mut error);
            }
            if let Some(error) = error {
                return Err(fault(self.source, &error));
            }
            keys.push(Key { text: text.0, span: event.span() });
        }
        Ok(keys)
    }

    /// The value that is next, to which `above` keys lead. Calls itself for what lies in it, which
    /// [`MAX_NESTING`] bounds.
    fn value(&mut self, above: usize) -> Result<Value, Fault> {
        let event = self.next()?;
        match event.kind() {
            EventKind::Scalar => self.scalar(event),
            EventKind::ArrayOpen => {
                let mut array = Vec::new();
                while !self.is_next(EventKind::ArrayClose) {
                    let start = self.events.first().map_or(0, |event| event.span().start());
                    let line = self.lines.line(start);
                    array.push(Node { line, value: self.value(above)?, origin: Origin::Value });
                }
                self.next()?;
                Ok(Value::Array(array))
            }
            EventKind::InlineTableOpen => {
                let mut table = Table::new();
                while !self.is_next(EventKind::InlineTableClose) {
                    self.key_and_value(&mut table, above)?;
                }
                self.next()?;
                Ok(Value::Table(table))
            }
            _ => Err(unexpected(&event)),
        }
    }

    fn scalar(&self, event: Event) -> Result<Value, Fault> {
        let mut text = Decoded::default();
        let mut error = None;
        let raw = self.source.get(event).ok_or_else(|| unexpected(&event))?;
        let kind = raw.decode_scalar(&mut text, &mut error);
        if let Some(error) = error {
            return Err(fault(self.source, &error));
        }
        let text = text.0;
        match kind {
            ScalarKind::String => Ok(Value::String(text)),
            ScalarKind::Boolean(value) => Ok(Value::Boolean(value)),
            ScalarKind::DateTime if is_date_time(&text) => Ok(Value::Date(text)),
            ScalarKind::DateTime => {
                let words = format!(
                    "invalid date-time {}, expected one as `2027-01-31`, `07:32:00` or both",
                    shown(&text)
                );
                Err(Fault { at: event.span().start(), words })
            }
            ScalarKind::Float | ScalarKind::Integer(_) => Ok(Value::Other),
        }
    }

    fn is_next(&self, kind: EventKind) -> bool {
        self.events.first().is_some_and(|event| event.kind() == kind)
    }

    fn next(&mut self) -> Result<Event, Fault> {
        let Some((event, rest)) = self.events.split_first() else {
            let at = self.source.input().len();
            return Err(Fault { at, words: "unexpected end".to_owned() });
        };
        self.events = rest;
        Ok(*event)
    }
}

/// The table to which `path` leads from `table`, made where there is none: by a dotted key, or by a header
/// that names what lies in it.
fn descend<'t>(
    mut table: &'t mut Table,
    path: &[Key],
    dotted: bool,
    lines: &Lines,
) -> Result<&'t mut Table, Fault> {
    for (index, key) in path.iter().enumerate() {
        let origin = if dotted { Origin::Dotted } else { Origin::Implicit };
        let node = table.entry(key.text.clone()).or_insert_with(|| {
            let line = lines.line(key.span.start());
            Node { line, value: Value::Table(Table::new()), origin }
        });
        let line = node.line;
        table = match (node.origin, &mut node.value) {
            // A dotted key sets nothing in an array of tables, but, as the `toml` crate has it, in tables
            // of its last.
            (Origin::ArrayOfTables, Value::Array(_)) if dotted && index + 1 == path.len() => {
                return Err(duplicate(key, line));
            }
            (Origin::ArrayOfTables, Value::Array(tables)) => {
                match tables.last_mut().map(|node| &mut node.value) {
                    Some(Value::Table(table)) => table,
                    _ => return Err(duplicate(key, line)),
                }
            }
            (Origin::Header, Value::Table(_)) if dotted => return Err(duplicate(key, line)),
            (Origin::Implicit, Value::Table(table)) => {
                node.origin = origin;
                table
            }
            (Origin::Header | Origin::Dotted, Value::Table(table)) => table,
            (_, value) => {
                let words = format!(
                    "cannot extend {} with the {} that line {line} gives it",
                    shown(&key.text),
                    describe(value),
                );
                return Err(Fault { at: key.span.start(), words });
            }
        };
    }
    Ok(table)
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Boolean(_) => "boolean",
        Value::Array(_) => "array",
        Value::Table(_) => "inline table",
        Value::Date(_) => "date-time",
        Value::Other => "number",
    }
}

fn duplicate(key: &Key, line: usize) -> Fault {
    let words = format!("duplicate key {}, which is on line {line} too", shown(&key.text));
    Fault { at: key.span.start(), words }
}

/// For what the grammar does not let through.
fn unexpected(event: &Event) -> Fault {
    let words = format!("unexpected {}", event.kind().description());
    Fault { at: event.span().start(), words }
}
