//! Findings that a project knows of: a file that has the fingerprint of each, which contains no line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use wasm_import_guard::error::Error;
use wasm_import_guard::finding::{Finding, Level};

use crate::render::TargetReport;
use crate::whole_file;

const SCHEMA: &str = "wasm-import-guard/baseline/1";
/// The largest file that is read, in bytes. An entry has about 200.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The known findings, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    schema: String,
    findings: Vec<Known>,
}

/// A known finding. What is there besides fingerprint and level is for whoever reads the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    pub(crate) rule: String,
    pub(crate) package: String,
    pub(crate) module: Option<String>,
    pub(crate) name: String,
    level: KnownLevel,
    fingerprint: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KnownLevel {
    Warn,
    Deny,
}

impl KnownLevel {
    /// None for a note, which no baseline has.
    fn of(level: Level) -> Option<Self> {
        match level {
            Level::Note => None,
            Level::Warn => Some(Self::Warn),
            Level::Deny => Some(Self::Deny),
        }
    }
}

impl Baseline {
    /// Everything at deny and warn, once each, at its gravest.
    pub(crate) fn of(reports: &[TargetReport]) -> Self {
        let mut known: BTreeMap<&str, Known> = BTreeMap::new();
        for finding in findings(reports) {
            let Some(level) = KnownLevel::of(finding.level) else { continue };
            let entry =
                known.entry(&finding.fingerprint).or_insert_with(|| Known::new(finding, level));
            entry.level = entry.level.max(level);
        }
        let mut findings: Vec<Known> = known.into_values().collect();
        findings.sort();
        Self { schema: SCHEMA.to_owned(), findings }
    }

    /// Reads `file`.
    ///
    /// # Errors
    /// When it cannot be read, or is no baseline.
    pub(crate) fn read(file: &Path) -> Result<Self, Error> {
        let at = |message: String| Error::new(format!("baseline {}: {message}", file.display()));
        let way_out = "`--write-baseline` with this file makes one of the present findings";
        let text = text(file).map_err(|error| at(error).help(way_out))?;
        let baseline: Self =
            serde_json::from_str(&text).map_err(|error| at(error.to_string()).help(way_out))?;
        if baseline.schema != SCHEMA {
            let message = format!("its schema is `{}`, and not `{SCHEMA}`", baseline.schema);
            return Err(at(message).help(way_out));
        }
        Ok(baseline)
    }

    /// Writes it into `file`, which is replaced as a whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        whole_file::replace(file, text.as_bytes()).map_err(|error| {
            Error::new(format!("the baseline {} cannot be written: {error}", file.display())).into()
        })
    }

    /// How many findings it has.
    pub(crate) fn len(&self) -> usize {
        self.findings.len()
    }

    /// Takes the known findings out of `reports`. Gives the entries that no report has, where all
    /// targets were analysed as a whole: else they may be in what was not read.
    pub(crate) fn take_known(&self, reports: &mut [TargetReport]) -> Vec<&Known> {
        let found: BTreeSet<String> =
            findings(reports).map(|finding| finding.fingerprint.clone()).collect();
        let levels: BTreeMap<&str, KnownLevel> =
            self.findings.iter().map(|known| (&*known.fingerprint, known.level)).collect();
        for analysis in reports.iter_mut().filter_map(|report| report.outcome.as_mut().ok()) {
            analysis.findings.retain(|finding| {
                let level = KnownLevel::of(finding.level);
                level.is_none() || levels.get(&*finding.fingerprint).copied() < level
            });
        }
        if !reports.iter().all(TargetReport::complete) {
            return Vec::new();
        }
        self.findings.iter().filter(|known| !found.contains(&known.fingerprint)).collect()
    }
}

impl Known {
    fn new(finding: &Finding, level: KnownLevel) -> Self {
        Self {
            rule: finding.rule.to_owned(),
            package: finding.place.package.clone(),
            module: finding.module.clone(),
            name: finding.name.clone(),
            level,
            fingerprint: finding.fingerprint.clone(),
        }
    }
}

fn findings(reports: &[TargetReport]) -> impl Iterator<Item = &Finding> {
    let analyses = reports.iter().filter_map(|report| report.outcome.as_ref().ok());
    analyses.flat_map(|analysis| &analysis.findings)
}

fn text(file: &Path) -> Result<String, String> {
    let metadata = fs::metadata(file).map_err(|error| error.to_string())?;
    // A pipe or device would be waited for.
    if !metadata.is_file() {
        return Err("is no file".to_owned());
    }
    let mut text = String::new();
    let opened = fs::File::open(file).map_err(|error| error.to_string())?;
    opened.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_BYTES {
        return Err(format!("has more than {MAX_BYTES} bytes"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use wasm_import_guard::finding::{Finding, Level};

    use super::{Baseline, MAX_BYTES, text};
    use crate::render::samples::{analysis, finding, incomplete, report};

    #[test]
    fn a_file_at_the_limit_is_read_and_one_byte_more_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for length in [MAX_BYTES - 1, MAX_BYTES, MAX_BYTES + 1] {
            file.as_file().set_len(length).unwrap();
            let read = text(file.path()).map(|text| text.len() as u64);
            let too_large = format!("has more than {MAX_BYTES} bytes");
            assert_eq!(read, if length > MAX_BYTES { Err(too_large) } else { Ok(length) });
        }
    }

    fn with(findings: &[(&str, Level)]) -> Vec<crate::render::TargetReport> {
        let mut analysis = analysis();
        let named = findings.iter().map(|(fingerprint, level)| Finding {
            fingerprint: (*fingerprint).to_owned(),
            ..finding(*level)
        });
        analysis.findings = named.collect();
        vec![report(analysis)]
    }

    fn left(baseline: &Baseline, findings: &[(&str, Level)]) -> (Vec<String>, usize) {
        let mut reports = with(findings);
        let stale = baseline.take_known(&mut reports).len();
        let left = super::findings(&reports).map(|finding| finding.fingerprint.clone()).collect();
        (left, stale)
    }

    #[test]
    fn what_is_known_is_left_out_unless_it_became_graver() {
        let known =
            Baseline::of(&with(&[("a", Level::Deny), ("b", Level::Warn), ("c", Level::Note)]));
        assert_eq!(known.len(), 2);
        let all = [("a", Level::Deny), ("b", Level::Warn), ("c", Level::Note), ("d", Level::Warn)];
        assert_eq!(left(&known, &all), (vec!["c".to_owned(), "d".to_owned()], 0));
        assert_eq!(
            left(&known, &[("a", Level::Warn), ("b", Level::Deny)]),
            (vec!["b".to_owned()], 0)
        );
        assert_eq!(left(&known, &[("c", Level::Deny)]), (vec!["c".to_owned()], 2));
    }

    #[test]
    fn nothing_is_stale_in_what_was_not_read() {
        let known = Baseline::of(&with(&[("a", Level::Deny)]));
        let mut reports: Vec<_> = with(&[]).into_iter().map(incomplete).collect();
        assert_eq!(known.take_known(&mut reports).len(), 0);
    }

    #[test]
    fn a_file_comes_back_and_others_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("baseline.json");
        let known = Baseline::of(&with(&[("a", Level::Deny), ("b", Level::Warn)]));
        known.write(&file).unwrap();
        assert_eq!(Baseline::read(&file).unwrap(), known);
        for (text, words) in [
            ("", "EOF"),
            ("{}", "missing field `schema`"),
            (r#"{"schema":"wasm-import-guard/report/1","findings":[]}"#, "its schema is"),
            (
                r#"{"schema":"wasm-import-guard/baseline/1","findings":[],"more":1}"#,
                "unknown field",
            ),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = Baseline::read(&file).unwrap_err();
            assert!(error.message().contains(words), "{error:?}");
            assert!(error.message().contains("baseline.json"), "{error:?}");
        }
        assert!(Baseline::read(directory.path()).unwrap_err().message().contains("is no file"));
    }
}
