//! JSON as cargo writes it: its notes in a target directory, and what `cargo metadata` prints.

use std::iter::Peekable;
use std::str::CharIndices;

/// How deep arrays and objects may nest. What cargo writes nests seven deep.
const MAX_DEPTH: usize = 32;

/// A value, as far as this crate asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    /// A whole number from 0.
    Number(u64),
    String(String),
    Array(Vec<Json>),
    /// Members in the order of the text.
    Object(Vec<(String, Json)>),
    /// `null`, a truth value, and every other number: nothing here depends on what they say.
    Other,
}

impl Json {
    /// The value that all of `text` is; `None` where it is none, or nests too deep.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { text, chars: text.char_indices().peekable() };
        let value = parser.value(0)?;
        parser.blanks();
        parser.chars.peek().is_none().then_some(value)
    }

    /// The member `key`, when this is an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text, when this is a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when this is one.
    pub(crate) fn as_number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements; none when this is no array.
    pub(crate) fn elements(&self) -> &[Self] {
        match self {
            Self::Array(elements) => elements,
            _ => &[],
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.blanks();
        match self.peek()? {
            '"' => self.string().map(Json::String),
            '[' => {
                let mut elements = Vec::new();
                self.list(']', |parser| {
                    elements.push(parser.value(depth + 1)?);
                    Some(())
                })?;
                Some(Json::Array(elements))
            }
            '{' => {
                let mut members = Vec::new();
                self.list('}', |parser| {
                    let name = parser.string()?;
                    parser.blanks();
                    parser.take(':')?;
                    members.push((name, parser.value(depth + 1)?));
                    Some(())
                })?;
                Some(Json::Object(members))
            }
            _ => self.word(),
        }
    }

    /// What stands between an opening delimiter and `close`, with commas between.
    fn list(&mut self, close: char, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.chars.next();
        self.blanks();
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            self.blanks();
            item(self)?;
            self.blanks();
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(',')?;
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<Json> {
        let start = self.chars.peek()?.0;
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) {
            self.chars.next();
        }
        let end = self.chars.peek().map_or(self.text.len(), |(at, _)| *at);
        let word = &self.text[start..end];
        match word {
            "true" | "false" | "null" => Some(Json::Other),
            _ => match word.parse::<u64>() {
                Ok(number) => Some(Json::Number(number)),
                Err(_) => word.parse::<f64>().ok().map(|_| Json::Other),
            },
        }
    }

    fn string(&mut self) -> Option<String> {
        self.take('"')?;
        let mut out = String::new();
        loop {
            match self.chars.next()?.1 {
                '"' => return Some(out),
                '\\' => out.push(self.escaped()?),
                c => out.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        match self.chars.next()?.1 {
            c @ ('"' | '\\' | '/') => Some(c),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => {
                let high = self.unit()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return char::from_u32(high);
                }
                // A character beyond the first 65,536 is written as two units.
                self.take('\\')?;
                self.take('u')?;
                let low = self.unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)
            }
            _ => None,
        }
    }

    fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| Some(unit * 16 + self.chars.next()?.1.to_digit(16)?))
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|(_, c)| *c)
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        self.chars.next_if(|(_, c)| *c == wanted).map(|_| ())
    }

    fn blanks(&mut self) {
        while self.chars.next_if(|(_, c)| c.is_ascii_whitespace()).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_writes_is_read() {
        let text = r#"{"rustc":7458672600737419911,"features":"[\"a\"]","deps":[[1,"b",false,18446744073709551615]],"local":[{"RerunIfEnvChanged":{"var":"X","val":null}}],"x":-1.5e3, "e": "\u00e9\ud83d\ude00\n"}"#;
        let json = Json::parse(text).expect("JSON");
        assert_eq!(json.get("rustc").and_then(Json::as_number), Some(7_458_672_600_737_419_911));
        assert_eq!(json.get("features").and_then(Json::as_str), Some("[\"a\"]"));
        assert_eq!(json.get("e").and_then(Json::as_str), Some("é😀\n"));
        let dependency = json.get("deps").expect("deps").elements()[0].elements();
        assert_eq!(dependency[3], Json::Number(u64::MAX));
        assert_eq!(json.get("x"), Some(&Json::Other));
        let local = &json.get("local").expect("local").elements()[0];
        let variable = local.get("RerunIfEnvChanged").expect("it is there");
        assert_eq!(variable.get("val"), Some(&Json::Other));
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "\"\\ud800\"", "1 2", "nul", "[1 2]", "\"\\x\""]
        {
            assert_eq!(Json::parse(text), None, "{text}");
        }
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        // The outermost value is no deeper than the text.
        for depth in [MAX_DEPTH, MAX_DEPTH + 1] {
            assert!(Json::parse(&nested(depth)).is_some(), "{depth}");
        }
        for depth in [MAX_DEPTH + 2, 1_000_000] {
            assert_eq!(Json::parse(&nested(depth)), None, "{depth}");
        }
    }
}
