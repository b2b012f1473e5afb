//! Text of any length in places that hold little.

/// `text`, or its beginning and a sign that there is more: at most `limit` characters.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().nth(limit).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn only_what_is_too_long_is_cut() {
        assert_eq!(shortened("aéc", 3), "aéc");
        assert_eq!(shortened("aécd", 3), "aé…");
        assert_eq!(shortened("", 0), "");
    }
}
