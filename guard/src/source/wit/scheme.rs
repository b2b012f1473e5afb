//! How the releases of wit-bindgen differ in the imports they write.

/// The oldest and newest minor release of wit-bindgen 0.x whose generated imports were compared.
const OLDEST: u64 = 20;
const NEWEST: u64 = 63;

/// The first one that numbers its imports.
const NUMBERED: u64 = 38;

/// The first one whose asynchronous functions, futures and streams are bound as described here.
const ASYNC: u64 = 45;

/// What a release does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scheme {
    is_numbered: bool,
    /// Whether futures, streams and asynchronous functions are understood.
    pub(super) has_async: bool,
}

impl Scheme {
    /// The scheme of a release.
    ///
    /// # Errors
    /// When the release is not one of those that are known.
    pub(super) fn of(version: &str) -> Result<Self, String> {
        let mut parts = version.split('.');
        let minor = match (parts.next(), parts.next().and_then(|minor| minor.parse().ok())) {
            (Some("0"), Some(minor)) if (OLDEST..=NEWEST).contains(&minor) => minor,
            _ => {
                return Err(format!(
                    "wit-bindgen {version} is not one of the releases whose imports are known \
                     (0.{OLDEST} to 0.{NEWEST})"
                ));
            }
        };
        Ok(Self { is_numbered: minor >= NUMBERED, has_async: minor >= ASYNC })
    }

    /// The identifier of a function's import, `number` temporaries into its code.
    pub(super) fn import_ident(self, number: u64) -> String {
        if self.is_numbered { format!("wit_import{number}") } else { "wit_import".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_releases_have_a_scheme() {
        let of = |version| Scheme::of(version).ok().map(|it| (it.import_ident(3), it.has_async));
        assert_eq!(of("0.24.0"), Some(("wit_import".to_owned(), false)));
        assert_eq!(of("0.41.0"), Some(("wit_import3".to_owned(), false)));
        assert_eq!(of("0.57.1"), Some(("wit_import3".to_owned(), true)));
        for unknown in ["0.19.9", "0.64.0", "1.0.0", "0.x", ""] {
            assert_eq!(of(unknown), None, "{unknown}");
        }
    }
}
