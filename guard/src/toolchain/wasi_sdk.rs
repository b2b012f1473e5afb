//! Which wasi-libc a rustc brings.

use std::ops::RangeInclusive;

use super::Rustc;
use super::version::{Channel, parse_release};

impl Rustc {
    /// The wasi-sdk releases whose wasi-libc it may bring for the WASI targets: those that its release
    /// builds were made with, where that is known.
    pub fn wasi_sdk(&self) -> RangeInclusive<u16> {
        match parse_release(&self.release) {
            // A nightly may be older than the change that its version is known for.
            Some((1, minor, _, Channel::Main)) => {
                *of_release(minor.saturating_sub(1)).start()..=*of_release(minor).end()
            }
            Some((1, minor, ..)) => of_release(minor),
            Some((0, ..)) => of_release(0),
            _ => 0..=u16::MAX,
        }
    }
}

/// The same for the stable release of a minor version.
///
/// Sources: the changes of rustc's own builds to wasi-sdk 23 (rust#127977, July 2024), 25 (rust#134227,
/// December 2024), 27 (rust#144586, July 2025), 29 (rust#149037, November 2025), 30 (rust#152183, February
/// 2026), 32 (rust#154596, April 2026) and 34 (rust#161773, August 2026), and the days on which versions
/// were branched. That of July 2025 came within days of one; whether 33 was ever used is not known.
fn of_release(minor: u32) -> RangeInclusive<u16> {
    match minor {
        ..=81 => 0..=23,
        82..=84 => 23..=23,
        85..=89 => 25..=25,
        90 => 25..=27,
        91..=92 => 27..=27,
        93..=94 => 29..=29,
        95..=96 => 30..=30,
        97 => 32..=32,
        98..=99 => 32..=33,
        100 => 34..=34,
        101.. => 34..=u16::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wasi_sdk_of_a_release() {
        let of = |release: &str| Rustc::from_release(release).expect(release).wasi_sdk();
        for (release, expected) in [
            ("1.63.0", 0..=23),
            ("1.84.1", 23..=23),
            ("1.85.0", 25..=25),
            ("1.90.0", 25..=27),
            ("1.91.0", 27..=27),
            ("1.91.0-beta.2", 27..=27),
            ("1.93.0", 29..=29),
            // Before or after the change to 29.
            ("1.93.0-nightly", 27..=29),
            ("1.96.0", 30..=30),
            ("1.99.0", 32..=33),
            ("1.100.0", 34..=34),
            ("1.100.0-nightly", 32..=34),
            ("1.120.0", 34..=u16::MAX),
            ("nightly-2025-09-01", 0..=u16::MAX),
        ] {
            assert_eq!(of(release), expected, "{release}");
        }
    }
}
