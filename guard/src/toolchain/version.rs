//! A rustc by its version, and what that version does with wasm imports.

use crate::error::Error;

/// A rustc by its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rustc {
    /// `1.91.0`, `1.92.0-beta.3`, `1.93.0-nightly`; for a nightly or beta that is known by its date alone,
    /// `nightly-2025-10-01`, `beta-2025-10-01`.
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
/// A beta that is known by its date alone was 1.90's until 1.91's was made. The main branch went on to
/// 1.92 with rust#146507, which was opened the day after the first of these; by the second 1.90 had been
/// released, so that no beta of it was left.
const BETA_OF_DEFECT: (Date, Date) = ((2025, 9, 12), (2025, 9, 19));
/// rust#149868 stopped `--allow-undefined` between these days, during 1.96 (its announcement was
/// written on the first and published on 2026-04-04; users saw it in nightlies of the second).
const NO_ALLOW_UNDEFINED: (Date, Date) = ((2026, 3, 12), (2026, 4, 7));

/// A beta of later than this is 1.96's or a later one's, whichever day 1.96 left the main branch on: six
/// weeks are between two releases, and it had begun before [`NO_ALLOW_UNDEFINED`].
const BETA_1_96_OVER: Date = (2026, 5, 31);

/// How the name of a beta begins that is known by its date alone.
const DATED_BETA: &str = "beta-";

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
    /// `nightly-2025-10-01`, `beta-2025-10-01`, or the first line of `rustc -V`.
    ///
    /// # Errors
    /// When it is none of these; names that stand for a moving version, such as `stable`, are not.
    pub fn from_release(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let dated = text.strip_prefix("nightly-").or_else(|| text.strip_prefix(DATED_BETA));
        if let Some(date) = dated.and_then(parse_date) {
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

    /// The minor version: 91 of 1.91.0. `None` for a nightly or beta that is known by its date alone.
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
            return if self.release.starts_with(DATED_BETA) {
                self.import_symbols_of_beta()
            } else {
                self.import_symbols_of_main()
            };
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

    /// What a beta does, by the date it was published on. (1.92's, which followed on 1.91's while both had
    /// the defect, was made with rust#148181.)
    fn import_symbols_of_beta(&self) -> ImportSymbols {
        match self.date() {
            None => ImportSymbols::Unknown,
            // No beta of those years was near a change but that of 1.42.
            Some(date) if date < (2020, 5, 1) => ImportSymbols::Unknown,
            Some(date) if date < BETA_OF_DEFECT.0 => ImportSymbols::Mangled,
            Some(date) if date <= BETA_OF_DEFECT.1 => ImportSymbols::Unknown,
            date => within(date, BETA_REPAIR),
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

    /// Whether it has the defect of rust#148347, or may have it for all that its name tells.
    pub fn may_have_defect(&self) -> bool {
        match self.import_symbols() {
            ImportSymbols::PlainOutsideDeclaringCrate => true,
            // What is unknown of 2020 is unknown for another reason.
            ImportSymbols::Unknown => match (self.minor(), self.date()) {
                (Some(minor), _) => minor >= 91,
                (None, Some(date)) => date >= DEFECT,
                (None, None) => true,
            },
            ImportSymbols::Mangled | ImportSymbols::Plain => false,
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
            // The betas were 1.96's some weeks after the nightlies.
            None if self.release.starts_with(DATED_BETA) => match self.date() {
                Some(date) if date < NO_ALLOW_UNDEFINED.0 => UndefinedSymbols::Imported,
                Some(date) if date > BETA_1_96_OVER => UndefinedSymbols::LinkError,
                _ => UndefinedSymbols::Unknown,
            },
            Some((1, 96, _, Channel::Main)) | None => by_date(self.date()),
            Some((0, ..) | (1, ..=95, ..)) => UndefinedSymbols::Imported,
            Some(_) => UndefinedSymbols::LinkError,
        }
    }

    /// One sentence that says why [`Self::undefined_symbols`] answers as it does.
    pub fn undefined_symbols_reason(&self) -> String {
        let release = &self.release;
        match self.undefined_symbols() {
            UndefinedSymbols::Imported => format!(
                "rustc {release} lets the linker make an import of module `env` of a function that \
                 nothing defines, without a message"
            ),
            UndefinedSymbols::LinkError => format!(
                "with rustc {release} a symbol that nothing defines is a link error (rust#149868)"
            ),
            UndefinedSymbols::Unknown => format!(
                "rustc {release} is of the time when undefined symbols became link errors (rust#149868), \
                 and its version does not tell on which side"
            ),
        }
    }

    /// One sentence that says what it makes of a warning of the linker; `None` where that is not known.
    pub fn linker_warnings_reason(&self) -> Option<String> {
        let release = &self.release;
        // rustc 1.97 shows the linker's messages by default.
        match (self.linker_warnings_are_fatal()?, self.minor()) {
            (true, _) => Some(format!("rustc {release} has the linker fail on such a mismatch")),
            (false, Some(..=96)) => Some(format!(
                "rustc {release} hides the linker's warning (`function signature mismatch: …`)"
            )),
            (false, _) => Some(format!(
                "rustc {release} shows the linker's warning (`function signature mismatch: …`), and goes on"
            )),
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
mod tests;
