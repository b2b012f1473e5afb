//! A rustc by its version, and what that version does with wasm imports.

use crate::error::Error;

/// A rustc by its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rustc {
    /// `1.91.0`, `1.92.0-beta.3`, `1.93.0-nightly`; for a nightly that is known by its date alone,
    /// `nightly-2025-10-01`.
    pub release: String,
    /// The commit it was built from, in full; `None` where the build does not say.
    pub commit_hash: Option<String>,
    /// The date of that commit, `2025-10-28`; `None` where the build does not say.
    pub commit_date: Option<String>,
    /// The triple it runs on; `None` for a version that was only named.
    pub host: Option<String>,
}

/// The linker symbol that a rustc gives to a function of an extern block with `wasm_import_module`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportSymbols {
    /// A mangled one everywhere, with the import module and name beside it: nothing can collide.
    Mangled,
    /// A mangled one in the crate that declares the import, the bare import name in the objects of
    /// every other crate that uses it (rust#148347).
    PlainOutsideDeclaringCrate,
    /// The bare import name everywhere (rust#56309).
    Plain,
    /// It cannot be told from the version: see [`Rustc::import_symbols_reason`].
    Unknown,
}

/// What the linker makes of a symbol that nothing defines and that has no import module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UndefinedSymbols {
    /// rustc passes `--allow-undefined`: an import from the module `env`, without a message.
    Imported,
    /// rustc does not pass it (rust#149868): `undefined symbol`, and the link fails.
    LinkError,
    /// The version does not tell.
    Unknown,
}

/// Year, month, day.
type Date = (u16, u8, u8);

/// rust#144678, which brought the defect, is commit 8e62bfd31 of this date (the compiler team's
/// performance triage of 2025-08-18 names the commit). It is also the newest commit of its day that a
/// nightly was made from.
const DEFECT: Date = (2025, 8, 12);
/// See [`DEFECT`].
const DEFECT_COMMIT: &str = "8e62bfd31";
/// rust#148363, which repairs it, was opened on the first of these days; the release of 1.91.1 on the
/// second has it. The day of its merge is not known more exactly.
const REPAIR: (Date, Date) = ((2025, 11, 1), (2025, 11, 10));
/// rust#148591 brought the repair to the 1.92 beta: queued on the first of these days.
const BETA_REPAIR: (Date, Date) = ((2025, 11, 6), (2025, 11, 10));
/// rust#149868 stopped `--allow-undefined` between these days, during 1.96 (its announcement was
/// written on the first and published on 2026-04-04; users saw it in nightlies of the second).
const NO_ALLOW_UNDEFINED: (Date, Date) = ((2026, 3, 12), (2026, 4, 7));

/// Where a build stands in Rust's release trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Stable,
    Beta,
    /// Nightlies, and builds from the main branch (`-dev`).
    Main,
}

impl Rustc {
    /// Reads the output of `rustc -vV`.
    ///
    /// # Errors
    /// When it has no line `release:` with a version.
    pub fn parse_verbose(text: &str) -> Result<Self, Error> {
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(str::trim)
                .filter(|value| !value.is_empty() && *value != "unknown")
                .map(str::to_owned)
        };
        let release = field("release").ok_or_else(|| {
            let first = text.lines().next().unwrap_or_default();
            Error::new(format!(
                "`rustc -vV` does not name its release; its first line is `{first}`"
            ))
        })?;
        if parse_release(&release).is_none() {
            return Err(Error::new(format!(
                "`rustc -vV` gives `{release}` as its release, which is no version"
            )));
        }
        Ok(Self {
            release,
            commit_hash: field("commit-hash"),
            commit_date: field("commit-date"),
            host: field("host"),
        })
    }

    /// Reads a version as a person names it: `1.91.0`, `1.91`, `1.92.0-beta.3`, `1.93.0-nightly`,
    /// `nightly-2025-10-01`, or the first line of `rustc -V`.
    ///
    /// # Errors
    /// When it is none of these; names that stand for a moving version, such as `stable`, are not.
    pub fn from_release(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if let Some(date) = text.strip_prefix("nightly-").and_then(parse_date) {
            return Ok(Self {
                release: text.to_owned(),
                commit_hash: None,
                commit_date: Some(write_date(day_before(date))),
                host: None,
            });
        }
        let words = text.strip_prefix("rustc ").unwrap_or(text);
        let (release, rest) = words.split_once(' ').unwrap_or((words, ""));
        if parse_release(release).is_none() {
            return Err(Error::new(format!("`{text}` is not a version of rustc"))
                .help("write it as `1.91.0`, `1.92.0-beta.3` or `nightly-2025-10-01`"));
        }
        // `(f8297e351 2025-10-28)`
        let commit = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let commit = commit.and_then(|(inside, _)| inside.split_once(' '));
        let release = if release.matches('.').count() == 1 && !release.contains('-') {
            format!("{release}.0")
        } else {
            release.to_owned()
        };
        Ok(Self {
            release,
            commit_hash: commit.map(|(hash, _)| hash.to_owned()),
            commit_date: commit
                .map(|(_, date)| date.to_owned())
                .filter(|date| parse_date(date).is_some()),
            host: None,
        })
    }

    /// The minor version: 91 of 1.91.0. `None` for a nightly that is known by its date alone.
    pub fn minor(&self) -> Option<u32> {
        parse_release(&self.release).map(|(_, minor, _, _)| minor)
    }

    /// What it makes of imports that name a module.
    ///
    /// Sources: rust#67363 (mangling begins), rust#144678 (the defect), rust#148347 (the report),
    /// rust#148363 (the repair), rust#148591 (its backport).
    pub fn import_symbols(&self) -> ImportSymbols {
        use ImportSymbols::{Mangled, Plain, PlainOutsideDeclaringCrate, Unknown};
        let date = self.date();
        let Some((major, minor, patch, channel)) = parse_release(&self.release) else {
            return self.import_symbols_of_main();
        };
        match (major, minor, channel) {
            (0, ..) | (1, ..=41, _) => Plain,
            // rust#67363 was opened on 2019-12-16, as 1.42 began; which release has it first is not
            // known here.
            (1, 42..=43, _) => Unknown,
            (1, 91, Channel::Stable) if patch == 0 => PlainOutsideDeclaringCrate,
            // The 1.91 beta left the main branch in September 2025, a month after the defect; the
            // repair came after the last of its betas.
            (1, 91, Channel::Beta) => PlainOutsideDeclaringCrate,
            // 1.92's beta left the main branch in the last week of October 2025.
            (1, 92, Channel::Beta) => within(date, BETA_REPAIR),
            (1, 91..=93, Channel::Main) => self.import_symbols_of_main(),
            _ => Mangled,
        }
    }

    /// What a build of the main branch does, by the date of its commit.
    fn import_symbols_of_main(&self) -> ImportSymbols {
        match self.date() {
            None => ImportSymbols::Unknown,
            Some(date) if date < (2020, 3, 1) => {
                if date < (2019, 12, 16) {
                    ImportSymbols::Plain
                } else {
                    ImportSymbols::Unknown
                }
            }
            Some(date) if date < DEFECT => ImportSymbols::Mangled,
            Some(date) if date == DEFECT => match &self.commit_hash {
                Some(hash) if !hash.starts_with(DEFECT_COMMIT) => ImportSymbols::Unknown,
                _ => ImportSymbols::PlainOutsideDeclaringCrate,
            },
            date => within(date, REPAIR),
        }
    }

    /// One sentence that says why [`Self::import_symbols`] answers as it does.
    pub fn import_symbols_reason(&self) -> String {
        let release = &self.release;
        match self.import_symbols() {
            ImportSymbols::Mangled => format!(
                "rustc {release} gives imports that name a module mangled symbols, which no other \
                 symbol can collide with"
            ),
            ImportSymbols::PlainOutsideDeclaringCrate => format!(
                "rustc {release} leaves an import's symbol unmangled in every crate but the one that \
                 declares it (rust#148347)"
            ),
            ImportSymbols::Plain => {
                format!("rustc {release} does not mangle the symbols of imports (rust#56309)")
            }
            ImportSymbols::Unknown => match (&self.commit_date, self.minor()) {
                (_, Some(42..=43)) => format!(
                    "rustc {release} is of the time when mangling of imports began (rust#67363), and \
                     its version does not tell whether it has it"
                ),
                (Some(date), _) => format!(
                    "rustc {release} is of {date}, close to a change in how imports are mangled \
                     (rust#144678, rust#148363), and its date does not tell on which side"
                ),
                (None, _) => format!(
                    "rustc {release} does not say which commit it was built from, and builds of that \
                     version differ in how they mangle imports (rust#144678, rust#148363)"
                ),
            },
        }
    }

    /// What its linker makes of a symbol that nothing defines and that has no import module
    /// (rust#149868).
    pub fn undefined_symbols(&self) -> UndefinedSymbols {
        let by_date = |date: Option<Date>| match date {
            None => UndefinedSymbols::Unknown,
            Some(date) if date < NO_ALLOW_UNDEFINED.0 => UndefinedSymbols::Imported,
            Some(date) if date < NO_ALLOW_UNDEFINED.1 => UndefinedSymbols::Unknown,
            Some(_) => UndefinedSymbols::LinkError,
        };
        match parse_release(&self.release) {
            Some((1, 96, _, Channel::Main)) | None => by_date(self.date()),
            Some((0, ..) | (1, ..=95, ..)) => UndefinedSymbols::Imported,
            Some(_) => UndefinedSymbols::LinkError,
        }
    }

    /// Whether it passes `--fatal-warnings`, so that a `function signature mismatch` fails the link;
    /// `None` about 1.77, when it stopped to.
    pub fn linker_warnings_are_fatal(&self) -> Option<bool> {
        match self.minor() {
            Some(..=76) => Some(true),
            Some(77..=78) => None,
            Some(_) => Some(false),
            None => self.date().map(|date| date < (2024, 1, 1)),
        }
    }

    fn date(&self) -> Option<Date> {
        parse_date(self.commit_date.as_deref()?)
    }
}

/// The defect before a span in which the repair came, mangled after it.
fn within(date: Option<Date>, repair: (Date, Date)) -> ImportSymbols {
    match date {
        None => ImportSymbols::Unknown,
        Some(date) if date < repair.0 => ImportSymbols::PlainOutsideDeclaringCrate,
        Some(date) if date <= repair.1 => ImportSymbols::Unknown,
        Some(_) => ImportSymbols::Mangled,
    }
}

/// `1.92.0-beta.3` → (1, 92, 0, beta). `1.92` is taken as `1.92.0`.
pub(super) fn parse_release(text: &str) -> Option<(u32, u32, u32, Channel)> {
    let (numbers, suffix) = text.split_once('-').unwrap_or((text, ""));
    let channel = match suffix.split('.').next() {
        Some("") => Channel::Stable,
        Some("beta") => Channel::Beta,
        Some("nightly" | "dev") => Channel::Main,
        _ => return None,
    };
    let mut numbers = numbers.split('.').map(str::parse::<u32>);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next()?.ok()?;
    let patch = numbers.next().unwrap_or(Ok(0)).ok()?;
    numbers.next().is_none().then_some((major, minor, patch, channel))
}

fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
}

/// A nightly is named after the day it was published on, and made from the newest commit of the day
/// before.
fn day_before((year, month, day): Date) -> Date {
    if day > 1 {
        return (year, month, day - 1);
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 => (year.saturating_sub(1), 12, 31),
        3 => (year, 2, if leap { 29 } else { 28 }),
        5 | 7 | 10 | 12 => (year, month - 1, 30),
        _ => (year, month - 1, 31),
    }
}

fn write_date((year, month, day): Date) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ImportSymbols::{Mangled, Plain, PlainOutsideDeclaringCrate, Unknown};

    fn named(text: &str) -> Rustc {
        Rustc::from_release(text).unwrap()
    }

    #[test]
    fn stable_releases() {
        for (release, expected) in [
            ("1.36.0", Plain),
            ("1.41.1", Plain),
            ("1.42.0", Unknown),
            ("1.63.0", Mangled),
            ("1.90.0", Mangled),
            ("1.91.0", PlainOutsideDeclaringCrate),
            ("1.91", PlainOutsideDeclaringCrate),
            ("1.91.1", Mangled),
            ("1.92.0", Mangled),
            ("1.96.0", Mangled),
        ] {
            assert_eq!(named(release).import_symbols(), expected, "{release}");
        }
        assert_eq!(named("1.91").release, "1.91.0");
    }

    #[test]
    fn nightlies_go_by_the_date_of_their_commit() {
        for (release, expected) in [
            ("nightly-2019-06-01", Plain),
            ("nightly-2025-08-12", Mangled),
            ("nightly-2025-08-13", PlainOutsideDeclaringCrate),
            ("nightly-2025-10-01", PlainOutsideDeclaringCrate),
            ("nightly-2025-11-01", PlainOutsideDeclaringCrate),
            ("nightly-2025-11-05", Unknown),
            ("nightly-2025-11-12", Mangled),
            ("1.91.0-nightly (8e62bfd31 2025-08-12)", PlainOutsideDeclaringCrate),
            ("1.91.0-nightly (000000000 2025-08-12)", Unknown),
            ("1.91.0-nightly (f34ba774c 2025-08-03)", Mangled),
            ("1.91.0-nightly", Unknown),
            ("1.91.0-dev", Unknown),
            ("1.93.0-nightly (000000000 2025-10-29)", PlainOutsideDeclaringCrate),
            ("1.93.0-nightly (000000000 2025-12-01)", Mangled),
            ("1.94.0-nightly", Mangled),
            ("1.90.0-nightly", Mangled),
        ] {
            assert_eq!(named(release).import_symbols(), expected, "{release}");
        }
        assert!(named("nightly-2025-11-05").import_symbols_reason().contains("2025-11-04"));
        assert!(named("1.91.0-dev").import_symbols_reason().contains("which commit"));
    }

    #[test]
    fn betas() {
        for (release, expected) in [
            ("1.90.0-beta.5", Mangled),
            ("1.91.0-beta.3", PlainOutsideDeclaringCrate),
            ("1.92.0-beta.3", Unknown),
            ("1.92.0-beta.2 (000000000 2025-10-30)", PlainOutsideDeclaringCrate),
            ("1.92.0-beta.6 (000000000 2025-11-25)", Mangled),
            ("1.93.0-beta.1", Mangled),
        ] {
            assert_eq!(named(release).import_symbols(), expected, "{release}");
        }
    }

    #[test]
    fn verbose_output_of_rustup_and_of_distributions() {
        let official = "rustc 1.91.0 (f8297e351 2025-10-28)\nbinary: rustc\n\
            commit-hash: f8297e351a40c1439a467bbbb6879088047f50b3\ncommit-date: 2025-10-28\n\
            host: x86_64-unknown-linux-gnu\nrelease: 1.91.0\nLLVM version: 21.1.2\n";
        let rustc = Rustc::parse_verbose(official).unwrap();
        assert_eq!(rustc.release, "1.91.0");
        assert_eq!(rustc.commit_date.as_deref(), Some("2025-10-28"));
        assert_eq!(rustc.host.as_deref(), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(rustc.import_symbols(), PlainOutsideDeclaringCrate);

        let tarball = "rustc 1.91.1 (ed61e7d7e 2025-11-07) (built from a source tarball)\n\
            binary: rustc\ncommit-hash: unknown\ncommit-date: unknown\nhost: aarch64-alpine-linux-musl\n\
            release: 1.91.1\nLLVM version: 21.1.4\n";
        let rustc = Rustc::parse_verbose(tarball).unwrap();
        assert_eq!((rustc.commit_hash.as_deref(), rustc.commit_date.as_deref()), (None, None));
        assert_eq!(rustc.import_symbols(), Mangled);

        assert!(Rustc::parse_verbose("clang version 19\n").is_err());
        assert!(Rustc::parse_verbose("release: many\n").is_err());
        assert!(Rustc::parse_verbose("").is_err());
    }

    #[test]
    fn names_that_move_are_refused() {
        for text in
            ["stable", "nightly", "beta", "", "1", "1.x", "1.91.0.1", "nightly-2025-13-01", "-1.2"]
        {
            let error = Rustc::from_release(text).unwrap_err();
            assert!(error.message().contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn the_linker_flags_follow_the_version() {
        use UndefinedSymbols::{Imported, LinkError};
        for (release, undefined) in [
            ("1.63.0", Imported),
            ("1.95.0", Imported),
            ("1.96.0", LinkError),
            ("1.96.0-beta.2", LinkError),
            ("1.96.0-nightly", UndefinedSymbols::Unknown),
            ("nightly-2026-01-01", Imported),
            ("nightly-2026-04-01", UndefinedSymbols::Unknown),
            ("nightly-2026-05-20", LinkError),
            ("1.97.0-nightly", LinkError),
        ] {
            assert_eq!(named(release).undefined_symbols(), undefined, "{release}");
        }
        assert_eq!(named("1.63.0").linker_warnings_are_fatal(), Some(true));
        assert_eq!(named("1.77.0").linker_warnings_are_fatal(), None);
        assert_eq!(named("1.96.0").linker_warnings_are_fatal(), Some(false));
    }

    #[test]
    fn the_day_before_a_month_begins() {
        assert_eq!(day_before((2025, 3, 1)), (2025, 2, 28));
        assert_eq!(day_before((2024, 3, 1)), (2024, 2, 29));
        assert_eq!(day_before((2025, 11, 1)), (2025, 10, 31));
        assert_eq!(day_before((2025, 1, 1)), (2024, 12, 31));
    }
}
