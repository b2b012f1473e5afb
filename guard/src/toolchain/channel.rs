//! Which rustc a toolchain's name in rustup selects, where the name says it.

use super::version::Rustc;

/// 1.91.1, the release with the repair of rust#148347, takes the place of 1.91.0 wherever `1.91` is asked
/// for.
const NEWEST_PATCH: (&str, &str) = ("1.91", "1.91.1");

/// The releases that the dated names of stable stand for around the defect: the day of the first release
/// and that of the next (the dates of their announcements).
const STABLE_1_91_0: (&str, &str) = ("2025-10-30", "2025-11-10");

impl Rustc {
    /// The rustc that the toolchain `name` selects, as rust-toolchain files and `rustup` write it:
    /// `1.91.0`, `1.91` (its newest patch), `1.92.0-beta.2`, `nightly-2025-10-01`, `beta-2025-10-01`,
    /// `stable-2025-10-30`, each with or without a host's triple.
    ///
    /// `None` for what moves (`stable`, `beta`, `nightly`), for a path and for any other name.
    pub fn of_channel(name: &str) -> Option<Self> {
        let (channel, _) = without_host(name.trim())?;
        // What may follow in the output of `rustc -V` is none of a channel's.
        if channel.contains(char::is_whitespace) {
            return None;
        }
        if let Some(date) = channel.strip_prefix("stable-") {
            return of_stable(date);
        }
        if channel == NEWEST_PATCH.0 {
            return Self::from_release(NEWEST_PATCH.1).ok();
        }
        let mut rustc = Self::from_release(channel).ok()?;
        // Which patch is the newest is known of no other: the name itself says it best.
        channel.clone_into(&mut rustc.release);
        Some(rustc)
    }
}

/// The name of one rustc, and `-host` where a host follows.
pub(crate) fn without_host(name: &str) -> Option<(&str, &str)> {
    let (channel, rest) = name.split_once('-').unwrap_or((name, ""));
    let length = match channel {
        "nightly" | "beta" | "stable" => channel.len() + "-YYYY-MM-DD".len(),
        _ if !channel.starts_with(|c: char| c.is_ascii_digit()) => return None,
        _ if rest == "beta" || rest.starts_with("beta.") || rest.starts_with("beta-") => {
            channel.len() + 1 + rest.find('-').unwrap_or(rest.len())
        }
        _ => channel.len(),
    };
    let (rustc, host) = (name.get(..length)?, name.get(length..)?);
    // Anything else, such as the text behind a version in `rustc -V`, is no name.
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.chars().all(plain) {
        return None;
    }
    let is_host = |host: &str| host.starts_with(|c: char| c.is_ascii_alphabetic());
    (host.is_empty() || host.strip_prefix('-').is_some_and(is_host)).then_some((rustc, host))
}

/// There is one only of the days on which a release came out.
fn of_stable(date: &str) -> Option<Rustc> {
    (STABLE_1_91_0.0..STABLE_1_91_0.1)
        .contains(&date)
        .then(|| Rustc::from_release("1.91.0").ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::ImportSymbols::{self, Mangled, PlainOutsideDeclaringCrate, Unknown};

    fn symbols(name: &str) -> Option<ImportSymbols> {
        Rustc::of_channel(name).map(|rustc| rustc.import_symbols())
    }

    #[test]
    fn names_that_select_one_rustc() {
        for (name, expected) in [
            ("1.91.0", PlainOutsideDeclaringCrate),
            (" 1.91.0 ", PlainOutsideDeclaringCrate),
            ("1.91.0-x86_64-unknown-linux-gnu", PlainOutsideDeclaringCrate),
            ("1.91", Mangled),
            ("1.91-x86_64-pc-windows-msvc", Mangled),
            ("1.91.1", Mangled),
            ("1.90", Mangled),
            ("1.91.0-beta.3", PlainOutsideDeclaringCrate),
            ("1.91.0-beta.3-aarch64-apple-darwin", PlainOutsideDeclaringCrate),
            ("1.91.0-beta", PlainOutsideDeclaringCrate),
            ("1.90.0-beta.1", Mangled),
            ("nightly-2025-08-12", Mangled),
            ("nightly-2025-10-01", PlainOutsideDeclaringCrate),
            ("nightly-2025-10-01-x86_64-unknown-linux-gnu", PlainOutsideDeclaringCrate),
            ("nightly-2025-11-05", Unknown),
            ("nightly-2025-12-01", Mangled),
            ("beta-2025-08-20", Mangled),
            ("beta-2025-09-15", Unknown),
            ("beta-2025-10-01", PlainOutsideDeclaringCrate),
            ("beta-2025-11-02", PlainOutsideDeclaringCrate),
            ("beta-2025-11-08", Unknown),
            ("beta-2025-11-20", Mangled),
            ("stable-2025-10-30", PlainOutsideDeclaringCrate),
        ] {
            assert_eq!(symbols(name), Some(expected), "{name}");
        }
        let release = |name: &str| Rustc::of_channel(name).map(|rustc| rustc.release);
        assert_eq!(release("1.91").as_deref(), Some("1.91.1"));
        assert_eq!(release("1.70").as_deref(), Some("1.70"));
        assert_eq!(release("1.91.0-x86_64-unknown-linux-gnu").as_deref(), Some("1.91.0"));
        assert_eq!(release("beta-2025-10-01").as_deref(), Some("beta-2025-10-01"));
    }

    #[test]
    fn names_that_move_or_say_nothing() {
        for name in [
            "stable",
            "beta",
            "nightly",
            "nightly-x86_64-unknown-linux-gnu",
            "my-toolchain",
            "",
            "1",
            "master",
            "v1",
            "1.91.0/bin",
            "1.91.0-",
            "nightly-2025-10-0é",
            "nightly-2025-10-01x",
            "nightly-2025-13-01",
            "stable-2025-12-11",
            "${{ matrix.rust }}",
            "stable minus 6 releases",
            "1.91.0 extra",
            "./1.91.0",
            "1.91.0-9",
        ] {
            assert_eq!(Rustc::of_channel(name), None, "{name}");
        }
    }
}
