//! From the findings of the rules to those that the project wants to see.

use std::path::PathBuf;

use super::date::Date;
use super::{Exception, Policies, Policy, PolicyLevel};
use crate::finding::{Finding, Level};
use crate::sorted;

/// Rules all of whose findings are notes: a level raises these too, since it would do nothing otherwise.
const OF_NOTES: &[&str] = &["opaque-imports"];

/// Where an exception is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExceptionPlace {
    /// The manifest.
    pub file: PathBuf,
    /// Its first line, from 1.
    pub line: usize,
    /// Whether it is for all members of the workspace.
    pub for_workspace: bool,
}

/// A finding that an exception accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excepted {
    /// The finding.
    pub finding: Finding,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is, as `2027-01-31`.
    pub expires: Option<String>,
    /// Where the exception is.
    pub place: ExceptionPlace,
}

/// Who asks, and with that what an expired exception is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A command: an expired exception accepts nothing.
    Command,
    /// A build script: nothing runs it again on the day, so that an expired exception still holds, and is
    /// told.
    BuildScript,
}

/// What a policy made of findings.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// What is left, the worst first.
    pub(crate) findings: Vec<Finding>,
    /// What exceptions accept.
    pub(crate) excepted: Vec<Excepted>,
    /// Expired exceptions that match a finding, each with the day.
    pub(crate) expired: Vec<(ExceptionPlace, String)>,
    /// Exceptions that match no finding.
    pub(crate) unused: Vec<ExceptionPlace>,
}

/// Applies to each finding the policy of the package that its dependency path begins with.
pub(crate) fn apply(
    findings: Vec<Finding>,
    policies: &Policies,
    today: Date,
    mode: Mode,
) -> Applied {
    let mut applied = Applied::default();
    let mut used: Vec<&ExceptionPlace> = Vec::new();
    let nothing = Policy::default();
    for mut finding in findings {
        let root = finding.path.first();
        let policy = root.and_then(|root| policies.by_root.get(root)).unwrap_or(&nothing);
        let level =
            policies.command_line.get(finding.rule).or_else(|| policy.levels.get(finding.rule));
        let matching: Vec<&Exception> =
            policy.exceptions.iter().filter(|exception| exception.accepts(&finding)).collect();
        used.extend(matching.iter().map(|exception| &exception.place));
        if let Some(level) = level {
            match set(&finding, *level) {
                Some(level) => finding.level = level,
                None => continue,
            }
        }
        if finding.level == Level::Note {
            applied.findings.push(finding);
            continue;
        }
        let (expired, holding): (Vec<&Exception>, Vec<&Exception>) =
            matching.into_iter().partition(|it| it.expires.is_some_and(|day| day < today));
        let accepted = holding.first().or_else(|| match mode {
            Mode::Command => None,
            Mode::BuildScript => expired.first(),
        });
        if holding.is_empty() {
            for exception in &expired {
                let day = exception.expires.map(|day| day.to_string()).unwrap_or_default();
                let place = &exception.place;
                let (file, line) = (place.file.display(), place.line);
                finding.notes.push(format!(
                    "the exception at {file}:{line} expired on {day}; its reason was: {}",
                    exception.reason
                ));
                applied.expired.push((place.clone(), day));
            }
        }
        match accepted {
            Some(exception) => applied.excepted.push(Excepted {
                finding,
                reason: exception.reason.clone(),
                expires: exception.expires.map(|day| day.to_string()),
                place: exception.place.clone(),
            }),
            None => applied.findings.push(finding),
        }
    }
    let all = policies.by_root.values().flat_map(|policy| &policy.exceptions);
    let unused = all.map(|exception| &exception.place).filter(|place| !used.contains(place));
    applied.unused = sorted::set(unused.cloned());
    applied.expired = sorted::set(applied.expired);
    sorted::sort_by_key(&mut applied.findings, |finding| std::cmp::Reverse(finding.level));
    applied
}

/// The finding's level under a policy; none when it is left out.
fn set(finding: &Finding, level: PolicyLevel) -> Option<Level> {
    let stays_note = finding.level == Level::Note && !OF_NOTES.contains(&finding.rule);
    match level {
        PolicyLevel::Allow => None,
        PolicyLevel::Note => Some(Level::Note),
        _ if stays_note => Some(Level::Note),
        PolicyLevel::Warn => Some(Level::Warn),
        PolicyLevel::Deny => Some(Level::Deny),
    }
}

impl Exception {
    fn accepts(&self, finding: &Finding) -> bool {
        let matches = |pattern: &Option<super::glob::Glob>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
        };
        self.rule == finding.rule
            && matches(&self.package, &finding.place.package)
            && matches(&self.module, finding.module.as_deref().unwrap_or("env"))
            && matches(&self.name, &finding.name)
    }
}
