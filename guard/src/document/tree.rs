//! TOML text to a tree. What a table may be given depends on how it came to be: TOML says so of each way.

use std::collections::btree_map::Entry;
use std::mem;

use super::reader::{Fault, Reader, shown};
use super::{Lines, Node, Origin, Table, Value};

/// How many arrays and inline tables may lie in each other, and how many parts a key may have. That of the
/// `toml` crate, and so cargo's.
pub(super) const MAX_NESTING: usize = 80;

/// How many keys may lead to a value. A header, a key below it and the keys of nested inline tables may each
/// have [`MAX_NESTING`]; whoever walks the tree, as its drop does, calls itself for each.
pub(super) const MAX_DEPTH: usize = 3 * MAX_NESTING;

/// The tree of `text`, with the lines that `lines` knows.
pub(super) fn tree(text: &str, lines: &Lines) -> Result<Table, Fault> {
    let mut builder = Builder {
        reader: Reader::new(text),
        lines,
        nesting: 0,
        root: Table::new(),
        header: Vec::new(),
        current: Table::new(),
    };
    builder.document()?;
    Ok(builder.root)
}

struct Builder<'a> {
    reader: Reader<'a>,
    lines: &'a Lines,
    /// Arrays and inline tables that are open.
    nesting: usize,
    root: Table,
    /// The last header.
    header: Vec<Key>,
    /// The table that it names, taken out of `root` while it is filled: looked up once, not for each key.
    current: Table,
}

/// A part of a dotted key.
struct Key {
    text: String,
    /// Where it begins, in bytes.
    at: usize,
}

impl Builder<'_> {
    fn document(&mut self) -> Result<(), Fault> {
        loop {
            self.reader.lines()?;
            match self.reader.peek() {
                None => return self.put_back(),
                Some(b'[') => {
                    self.put_back()?;
                    self.header()?;
                }
                Some(_) => {
                    let mut current = mem::take(&mut self.current);
                    self.key_and_value(&mut current, self.header.len())?;
                    self.current = current;
                }
            }
            self.reader.rest_of_line()?;
        }
    }

    /// Puts what was taken out where it was.
    fn put_back(&mut self) -> Result<(), Fault> {
        let current = mem::take(&mut self.current);
        let header = mem::take(&mut self.header);
        *descend(&mut self.root, &header, false, self.lines)? = current;
        Ok(())
    }

    fn header(&mut self) -> Result<(), Fault> {
        let element = self.lines.line(self.reader.at);
        let is_array = self.reader.take("[[");
        let close = if is_array { "]]" } else { "]" };
        self.reader.at += usize::from(!is_array);
        let path = self.keys(0)?;
        if !self.reader.take(close) {
            return Err(self.reader.unexpected(&format!("`.` or `{close}`")));
        }
        let Some((key, above)) = path.split_last() else { return Ok(()) };
        let line = self.lines.line(key.at);
        let parent = descend(&mut self.root, above, false, self.lines)?;
        let table = |line| Node { line, value: Value::Table(Table::new()), origin: Origin::Header };
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
        self.around_equals()?;
        if !self.reader.take("=") {
            return Err(self.reader.unexpected("`.` or `=`"));
        }
        self.around_equals()?;
        let value = self.value(above + path.len())?;
        let Some(key) = path.pop() else { return Ok(()) };
        let line = self.lines.line(key.at);
        match descend(table, &path, true, self.lines)?.entry(key.text.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(Node { line, value, origin: Origin::Value });
                Ok(())
            }
            Entry::Occupied(entry) => Err(duplicate(&key, entry.get().line)),
        }
    }

    /// In an inline table cargo lets the line end there.
    fn around_equals(&mut self) -> Result<(), Fault> {
        if self.nesting > 0 {
            return self.reader.lines();
        }
        self.reader.blanks();
        Ok(())
    }

    /// The parts of the key that is next, of which there is at least one, and blanks around them.
    fn keys(&mut self, above: usize) -> Result<Vec<Key>, Fault> {
        let mut keys = Vec::new();
        loop {
            self.reader.blanks();
            let at = self.reader.at;
            if keys.len() == MAX_NESTING {
                return Err(self.reader.fault(format!("a key of more than {MAX_NESTING} parts")));
            }
            if above + keys.len() == MAX_DEPTH {
                return Err(self.reader.fault(format!("a table more than {MAX_DEPTH} keys deep")));
            }
            keys.push(Key { text: self.reader.key_part()?, at });
            self.reader.blanks();
            if !self.reader.take(".") {
                return Ok(keys);
            }
        }
    }

    /// The value that is next, to which `above` keys lead. Calls itself for what lies in it, which
    /// [`MAX_NESTING`] bounds.
    fn value(&mut self, above: usize) -> Result<Value, Fault> {
        if !matches!(self.reader.peek(), Some(b'[' | b'{')) {
            return self.reader.scalar();
        }
        if self.nesting == MAX_NESTING {
            let words = format!("more than {MAX_NESTING} arrays or inline tables in each other");
            return Err(self.reader.fault(words));
        }
        self.nesting += 1;
        let value = if self.reader.take("[") {
            let mut array = Vec::new();
            self.listed("]", &mut |builder| {
                let line = builder.lines.line(builder.reader.at);
                array.push(Node { line, value: builder.value(above)?, origin: Origin::Value });
                Ok(())
            })?;
            Value::Array(array)
        } else {
            self.reader.at += 1;
            let mut table = Table::new();
            self.listed("}", &mut |builder| builder.key_and_value(&mut table, above))?;
            Value::Table(table)
        };
        self.nesting -= 1;
        Ok(value)
    }

    /// What `item` reads, with commas between and maybe one behind, up to `close`.
    fn listed(
        &mut self,
        close: &str,
        item: &mut dyn FnMut(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.reader.lines()?;
        while !self.reader.take(close) {
            item(self)?;
            self.reader.lines()?;
            if self.reader.take(",") {
                self.reader.lines()?;
            } else if self.reader.peek() != close.bytes().next() {
                return Err(self.reader.unexpected(&format!("`,` or `{close}`")));
            }
        }
        Ok(())
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
            let line = lines.line(key.at);
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
                return Err(Fault { at: key.at, words });
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
    Fault { at: key.at, words }
}
