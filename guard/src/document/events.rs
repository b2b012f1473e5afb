//! TOML text to events: the keys, values and headers that stand in it, in an order that the grammar allows.

use std::cell::Cell;

use toml_parser::decoder::{Encoding, StringBuilder};
use toml_parser::parser::{Event, EventKind, EventReceiver, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source, Span};

use crate::text::printable;

/// How many arrays and inline tables may lie in each other, and how many parts a key may have. That of the
/// `toml` crate, and so cargo's.
pub(super) const MAX_NESTING: usize = 80;

const TOO_NESTED: &str = "more than 80 arrays or inline tables in each other";

/// The most characters of the text that an error shows.
const MAX_SHOWN: usize = 60;

/// Why a text is no TOML.
#[derive(Debug)]
pub(super) struct Fault {
    /// Where in the text, in bytes.
    pub(super) at: usize,
    pub(super) words: String,
}

/// The events of `source`; the first fault that the grammar finds.
///
/// Spaces, comments and separators leave none: between the others their places are certain. The end of a
/// header of an array of tables is that of any header.
pub(super) fn events(source: Source<'_>) -> Result<Vec<Event>, Fault> {
    let tokens: Vec<_> = source.lex().collect();
    let failed = Cell::new(false);
    let mut first = None;
    let mut errors = |error: ParseError| {
        failed.set(true);
        first.get_or_insert(error);
    };
    let mut receiver = Receiver {
        source,
        events: Vec::with_capacity(tokens.len() / 2),
        depth: 0,
        failed: &failed,
    };
    parse_document(&tokens, &mut receiver, &mut errors);
    let events = receiver.events;
    match first {
        Some(error) => Err(fault(source, &error)),
        None => Ok(events),
    }
}

/// What the parser says of `source`, with what it is about.
pub(super) fn fault(source: Source<'_>, error: &ParseError) -> Fault {
    let mut words = error.description().to_owned();
    for (index, expected) in error.expected().unwrap_or_default().iter().enumerate() {
        words += if index == 0 { ", expected " } else { ", " };
        match expected {
            Expected::Literal("\n") => words += "the end of the line",
            Expected::Literal(literal) => words += &shown(literal),
            Expected::Description(description) => words += description,
            _ => words += "something else",
        }
    }
    if let Some(span) = error.unexpected().filter(|span| !span.is_empty()) {
        words += ", found ";
        words += &shown(source.input().get(span.start()..span.end()).unwrap_or_default());
    }
    let span = error.unexpected().or(error.context());
    Fault { at: span.unwrap_or_default().start(), words }
}

/// The beginning of `text`, quoted.
pub(super) fn shown(text: &str) -> String {
    let (shown, dots) = match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => (&text[..end], "…"),
        None => (text, ""),
    };
    format!("`{}{dots}`", printable(shown))
}

/// What a key or a value says. The parser takes a `String` too, but only with its feature `alloc`, which is a
/// seventh of what it costs to compile.
#[derive(Default)]
pub(super) struct Decoded(pub(super) String);

impl<'s> StringBuilder<'s> for Decoded {
    fn clear(&mut self) {
        self.0.clear();
    }

    fn push_str(&mut self, append: &'s str) -> bool {
        self.0.push_str(append);
        true
    }

    fn push_char(&mut self, append: char) -> bool {
        self.0.push(append);
        true
    }
}

struct Receiver<'s> {
    source: Source<'s>,
    events: Vec<Event>,
    /// Arrays and inline tables that are open.
    depth: usize,
    /// Whether anything was found wrong.
    failed: &'s Cell<bool>,
}

impl Receiver<'_> {
    fn push(&mut self, kind: EventKind, encoding: Option<Encoding>, span: Span) {
        self.events.push(Event::new_unchecked(kind, encoding, span));
    }

    /// Whether the parser may go into what opens here: it calls itself for each.
    fn open(&mut self, kind: EventKind, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.push(kind, None, span);
        self.depth += 1;
        if self.depth > MAX_NESTING {
            error.report_error(ParseError::new(TOO_NESTED).with_context(span));
        }
        // After an error it closes what it has not opened (until toml_parser 1.1.6), so that the count
        // above says nothing about its stack.
        !self.failed.get()
    }

    fn close(&mut self, kind: EventKind, span: Span) {
        self.push(kind, None, span);
        self.depth = self.depth.saturating_sub(1);
    }
}

impl EventReceiver for Receiver<'_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::StdTableOpen, None, span);
    }

    fn std_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::StdTableClose, None, span);
    }

    fn array_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::ArrayTableOpen, None, span);
    }

    fn array_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.push(EventKind::StdTableClose, None, span);
    }

    fn inline_table_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.open(EventKind::InlineTableOpen, span, error)
    }

    fn inline_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close(EventKind::InlineTableClose, span);
    }

    fn array_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.open(EventKind::ArrayOpen, span, error)
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close(EventKind::ArrayClose, span);
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.push(EventKind::SimpleKey, encoding, span);
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.push(EventKind::Scalar, encoding, span);
    }

    fn comment(&mut self, span: Span, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.source.get(span) {
            raw.decode_comment(error);
        }
    }

    fn newline(&mut self, span: Span, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.source.get(span) {
            raw.decode_newline(error);
        }
    }
}
