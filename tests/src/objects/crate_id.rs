//! Which crate an object, or a symbol, is of.
//!
//! rustc writes a crate's stable id into both: as a number in base 62, with the crate's name, into every
//! mangled symbol ([v0 mangling](https://doc.rust-lang.org/rustc/symbol-mangling/v0.html), `crate-root`
//! and `disambiguator`), and in hexadecimal into the names of the objects of a build that is not
//! incremental. Two versions of one crate have two ids. Symbols in the older, legacy mangling hold the
//! crate's name alone.

use std::fmt;

/// A crate as rustc tells crates apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CrateId {
    /// Its name, with underscores.
    pub name: String,
    /// Its stable id; `None` where only the name was written.
    pub id: Option<u64>,
}

impl CrateId {
    /// The crate that an object `app-1a2b.app.1234567890abcdef-cgu.0.rcgu.o` was compiled from; `None` for
    /// the objects of incremental builds, and those that rustc has not made.
    pub fn of_object(file_name: &str) -> Option<Self> {
        let (unit, _) = file_name.strip_suffix(".rcgu.o")?.rsplit_once("-cgu.")?;
        let (before, id) = unit.rsplit_once('.')?;
        let name = before.rsplit_once('.').map_or(before, |(_, name)| name);
        let id = u64::from_str_radix(id, 16).ok()?;
        Some(Self { name: name.to_owned(), id: Some(id) })
    }

    /// The crate that declares what a mangled symbol is the name of; `None` where the symbol is not
    /// mangled, or does not begin with its crate.
    pub fn of_symbol(symbol: &str) -> Option<Self> {
        if let Some(path) = symbol.strip_prefix("_ZN") {
            let (length, rest) = number(path)?;
            let name = rest.get(..length)?;
            return (!name.contains('$')).then(|| Self { name: name.to_owned(), id: None });
        }
        let mut rest = symbol.strip_prefix("_R")?;
        // The path begins with what is innermost; the crate is where its nesting ends.
        loop {
            let mut chars = rest.chars();
            match chars.next()? {
                'N' => {
                    // The namespace is one letter.
                    chars.next().filter(char::is_ascii_alphabetic)?;
                    rest = chars.as_str();
                }
                'I' => rest = chars.as_str(),
                'M' | 'X' => rest = disambiguator(chars.as_str())?.1,
                'C' => {
                    let (id, name) = disambiguator(chars.as_str())?;
                    return Some(Self { name: identifier(name)?.to_owned(), id: Some(id) });
                }
                _ => return None,
            }
        }
    }

    /// Whether both are one crate, as far as they tell.
    pub fn is(&self, other: &Self) -> bool {
        self.name == other.name && (self.id == other.id || self.id.is_none() || other.id.is_none())
    }
}

impl fmt::Display for CrateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{}[{id:x}]", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// `s` and a number in base 62, if it is there: none is 0, `s_` is 1, `s0_` is 2.
fn disambiguator(text: &str) -> Option<(u64, &str)> {
    let Some(number) = text.strip_prefix('s') else { return Some((0, text)) };
    let (digits, rest) = number.split_once('_')?;
    if digits.is_empty() {
        return Some((1, rest));
    }
    let mut value = 0_u64;
    for digit in digits.bytes() {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'z' => digit - b'a' + 10,
            b'A'..=b'Z' => digit - b'A' + 36,
            _ => return None,
        };
        value = value.checked_mul(62)?.checked_add(u64::from(digit))?;
    }
    Some((value.checked_add(2)?, rest))
}

/// The identifier at the beginning: its length, perhaps `_`, and so many bytes.
fn identifier(text: &str) -> Option<&str> {
    let (length, rest) = number(text)?;
    rest.strip_prefix('_').unwrap_or(rest).get(..length)
}

/// The decimal number at the beginning, and what follows.
fn number(text: &str) -> Option<(usize, &str)> {
    let (digits, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str, id: u64) -> CrateId {
        CrateId { name: name.to_owned(), id: Some(id) }
    }

    /// Both as rustc 1.96 wrote them, about one crate.
    #[test]
    fn an_object_and_its_symbols_are_of_one_crate() {
        let object = "std-376518ade7d4a4dd.std.9acd3abea83f2b29-cgu.00.rcgu.o";
        assert_eq!(CrateId::of_object(object), Some(id("std", 0x9acd_3abe_a83f_2b29)));
        let symbol = "_RNvMNtCsdi0lTTc8tsb_3std4pathNtB2_4Path4join";
        assert_eq!(CrateId::of_symbol(symbol), Some(id("std", 0x9acd_3abe_a83f_2b29)));
    }

    #[test]
    fn objects_of_other_makes_are_of_no_crate_known() {
        assert_eq!(CrateId::of_object("app.5v5wfoszj5efqg4jl2p1zf0vi.08zx4ug.rcgu.o"), None);
        assert_eq!(CrateId::of_object("symbols.o"), None);
        assert_eq!(CrateId::of_object("app.app.12-cgu.0.o"), None);
        assert_eq!(CrateId::of_object("app.app.12-cgu.0.rcgu.o"), Some(id("app", 0x12)));
        assert_eq!(CrateId::of_object("app.12-cgu.0.0abc123.rcgu.o"), Some(id("app", 0x12)));
    }

    #[test]
    fn the_crate_of_a_symbol_is_where_its_path_begins() {
        for (symbol, expected) in [
            ("_RNvCs_4host5close", Some(id("host", 1))),
            ("_RNvC4host5close", Some(id("host", 0))),
            ("_RNvNvNtCs0_6wasip27imports4exit11wit_import1", Some(id("wasip2", 2))),
            ("_RNvNvMs0_NtCsZ_4host1aNtB4_1T3run4read", Some(id("host", 63))),
            ("_RNvNvXs_Cs1_3appNtCs2_4host1TNtB4_5Trait3run4read", Some(id("app", 3))),
            ("_RNvCs_5___sys3log", Some(id("__sys", 1))),
            ("_RNvCs_4_1sys3log", Some(id("1sys", 1))),
            ("_ZN46_$LT$app..T$u20$as$u20$app..Trait$GT$3run4read17h0123456789abcdefE", None),
            ("close", None),
            ("_R", None),
            ("_RNvCs_9host", None),
            ("_RNvCszzzzzzzzzzzzzzz_4host", None),
        ] {
            assert_eq!(CrateId::of_symbol(symbol), expected, "{symbol}");
        }
    }

    #[test]
    fn the_legacy_mangling_tells_the_name_alone() {
        let host = CrateId::of_symbol("_ZN4host5close17h0123456789abcdefE").expect("a crate");
        assert_eq!(host, CrateId { name: "host".to_owned(), id: None });
        assert!(id("host", 1).is(&host));
        assert!(!id("app", 1).is(&host));
        assert!(!id("host", 1).is(&id("host", 2)));
        let underscored = CrateId::of_symbol("_ZN5__sys3log17h0123456789abcdefE").expect("a crate");
        assert_eq!(underscored.name, "__sys");
    }
}
