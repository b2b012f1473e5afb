//! Requests, as they came.

use std::collections::BTreeMap;

use serde_json::Value;

/// A request that came, and the status that it was answered with.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// The path after the fake's prefix, still percent-encoded.
    pub path: String,
    /// Names and values, decoded, in the order of the address.
    pub query: Vec<(String, String)>,
    /// By their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, where it is JSON.
    pub body: Option<Value>,
    /// Whether there was a body that is not JSON.
    pub is_body_broken: bool,
    /// None where the fake was to hang or to close the connection.
    pub status: Option<u16>,
}

impl Request {
    pub(super) fn new(
        method: &str,
        path: &str,
        query: Option<&str>,
        headers: BTreeMap<String, String>,
        body: &[u8],
    ) -> Self {
        let pairs = query.unwrap_or("").split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        // In a query, unlike in a path, `+` is a blank.
        let decoded = |text: &str| decode(&text.replace('+', " "));
        let json = serde_json::from_slice(body).ok();
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs.map(|(name, value)| (decoded(name), decoded(value))).collect(),
            headers,
            is_body_broken: json.is_none() && !body.is_empty(),
            body: json,
            status: None,
        }
    }

    /// The value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The segments of the path, decoded.
    pub(super) fn segments(&self) -> Vec<String> {
        self.path.split('/').skip(1).map(decode).collect()
    }
}

/// Text without its percent-encoding; what is not well encoded stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let encoded = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let encoded = encoded.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, encoded) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn percent_encoding() {
        assert_eq!(decode("a%2Fb%20c%C3%A9"), "a/b cé");
        assert_eq!(decode("100% %2 %zz"), "100% %2 %zz");
    }
}
