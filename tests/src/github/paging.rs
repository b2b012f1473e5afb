//! Pages of a list, and the `Link` header that leads from one to the next.

use super::request::Request;

/// A page of `items`, and its `Link` header where there are more pages than one. `address` is the list's.
pub(super) fn page<T>(items: Vec<T>, request: &Request, address: &str) -> (Vec<T>, Option<String>) {
    let number = |name| request.query(name).and_then(|value| value.parse::<usize>().ok());
    // More than 100 are 100, without a word.
    let size = number("per_page").filter(|size| *size > 0).unwrap_or(30).min(100);
    let current = number("page").unwrap_or(1).max(1);
    let last = items.len().div_ceil(size).max(1);
    let link = |page: usize, relation| {
        let kept = request.query.iter().filter(|(name, _)| name != "page");
        let kept = kept.map(|(name, value)| format!("{name}={}&", encode(value)));
        format!("<{address}?{}page={page}>; rel=\"{relation}\"", kept.collect::<String>())
    };
    let mut links = Vec::new();
    if current > 1 {
        links.push(link(current - 1, "prev"));
    }
    if current < last {
        links.push(link(current + 1, "next"));
        links.push(link(last, "last"));
    }
    if current > 1 {
        links.push(link(1, "first"));
    }
    let links = (!links.is_empty()).then(|| links.join(", "));
    (items.into_iter().skip((current - 1).saturating_mul(size)).take(size).collect(), links)
}

fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                encoded.push(byte.into());
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
