//! What a symbol's own name tells: whether rustc mangled it, and which crate declares the item.

/// Whether `symbol` is one that rustc makes for an item, in either of its manglings.
pub fn is_mangled(symbol: &str) -> bool {
    symbol.starts_with("_R") || symbol.starts_with("_ZN")
}

/// The crate that declares the item of a mangled symbol, as source writes it (`fastly_sys`); `None`
/// when the symbol is not mangled, or in a way this does not follow.
///
/// Only the path to the crate's root is read, not the whole grammar of RFC 2603 (v0): the first name
/// of a legacy symbol, and in a v0 symbol the crate root that the nested paths lead to.
pub fn declaring_crate(symbol: &str) -> Option<&str> {
    if let Some(legacy) = symbol.strip_prefix("_ZN") {
        let (name, rest) = identifier(legacy)?;
        // `<…>` comes first where a type's own path does not: an impl, or a closure in one.
        return (rest.starts_with(|c: char| c.is_ascii_digit()) && is_name(name)).then_some(name);
    }
    let mut rest = symbol.strip_prefix("_R")?;
    // An encoding version, should there ever be one.
    rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    loop {
        let (tag, after) = (rest.chars().next()?, rest.get(1..)?);
        rest = match tag {
            // In a namespace of what follows.
            'N' => after.get(1..)?,
            // A generic instance of what follows.
            'I' => after,
            // In an impl block, whose own path follows.
            'M' | 'X' => disambiguator(after)?,
            'C' => {
                let (name, _) = identifier(disambiguator(after)?)?;
                return is_name(name).then_some(name);
            }
            _ => return None,
        };
    }
}

/// Steps over `s…_`.
fn disambiguator(text: &str) -> Option<&str> {
    match text.strip_prefix('s') {
        Some(number) => number.split_once('_').map(|(_, rest)| rest),
        None => Some(text),
    }
}

/// A decimal length and as many bytes, and what is behind. v0 puts `_` before a name that begins
/// with a digit or `_`.
fn identifier(text: &str) -> Option<(&str, &str)> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let length: usize = text.get(..digits)?.parse().ok()?;
    let rest = &text[digits..];
    let rest = match rest.strip_prefix('_') {
        Some(behind) if behind.starts_with(|c: char| c == '_' || c.is_ascii_digit()) => behind,
        _ => rest,
    };
    Some((rest.get(..length)?, rest.get(length..)?))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::{declaring_crate, is_mangled};

    /// Taken from objects of rustc 1.96, and the last three from one of 1.63.
    #[test]
    fn the_crate_of_an_import_is_in_its_symbol() {
        for (symbol, expected) in [
            ("_RNvNtCsgJaPJB0F56W_10fastly_sys16fastly_http_body5close", Some("fastly_sys")),
            ("_RNvCsJU7LJeYjJJ_15harness_unknown3log", Some("harness_unknown")),
            ("_RNvCsfgHYwM92fyn_7___rustc12___rust_alloc", Some("__rustc")),
            ("_RNvMNtCs5SNYQmWm5Eu_4core3stre3lenCsbyXqpciHx8f_6logapp", Some("core")),
            ("_RNvMs4_NtCs5SNYQmWm5Eu_4core3fmtNtB5_9Arguments8from_str", Some("core")),
            ("_RINvNtCs1_3app3run4calljE", Some("app")),
            ("_ZN11mock_import5close17h0123456789abcdefE", Some("mock_import")),
            ("_ZN54_$LT$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h01E", None),
            ("_ZN3log", None),
            ("close", None),
        ] {
            assert_eq!(declaring_crate(symbol), expected, "{symbol}");
        }
    }

    #[test]
    fn no_symbol_makes_it_panic() {
        let symbol = "_RNvNtCsgJaPJB0F56W_10fastly_sys16fastly_http_body5close";
        for end in 0..symbol.len() {
            let cut = declaring_crate(&symbol[..end]);
            assert!(cut.is_none() || cut == Some("fastly_sys"), "{cut:?}");
        }
        for odd in
            ["_R", "_RC", "_RCs", "_RC99999999999999999999a", "_RC3é", "_RNé", "_ZN9é", "_RCs_0"]
        {
            assert_eq!(declaring_crate(odd), None, "{odd}");
        }
        assert!(is_mangled("_R") && is_mangled("_ZN3a1bE") && !is_mangled("__wasm_import_x"));
    }
}
