//! How the command ends.

use std::process::ExitCode;

use wasm_import_guard::finding::Level;

use crate::render::TargetReport;
use crate::render::link::LinkReport;

/// How the command ends; the numbers are a contract with its callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing denied.
    Clean = 0,
    /// A finding at deny.
    Denied = 1,
    /// Nothing could be analysed.
    Failed = 2,
    /// Incomplete, and `--require-complete` was given.
    Incomplete = 3,
}

impl Exit {
    /// How `check` ends after these targets.
    pub(crate) fn after_check(reports: &[TargetReport], require_complete: bool) -> Self {
        let mut analysed = reports.iter().filter_map(|report| report.outcome.as_ref().ok());
        if analysed.clone().next().is_none() {
            Self::Failed
        } else if analysed.any(|analysis| analysis.count(Level::Deny) > 0) {
            Self::Denied
        } else if require_complete && !reports.iter().all(TargetReport::complete) {
            Self::Incomplete
        } else {
            Self::Clean
        }
    }

    /// How `link` ends after the files of these targets.
    pub(crate) fn after_link(reports: &[LinkReport], require_complete: bool) -> Self {
        if !reports.iter().any(LinkReport::read_anything) {
            Self::Failed
        } else if reports.iter().any(|report| report.count(Level::Deny) > 0) {
            Self::Denied
        } else if require_complete && !reports.iter().all(LinkReport::complete) {
            Self::Incomplete
        } else {
            Self::Clean
        }
    }

    /// How `why` ends: whether the import was found for any target. Not found is 1 as a denied finding is,
    /// and only where everything was read is it certain.
    pub(crate) fn after_why(reports: &[TargetReport], found: bool) -> Self {
        if !reports.iter().any(|report| report.outcome.is_ok()) {
            Self::Failed
        } else if found {
            Self::Clean
        } else if reports.iter().all(TargetReport::complete) {
            Self::Denied
        } else {
            Self::Incomplete
        }
    }

    /// How a command ends that lists and does not judge.
    pub(crate) fn after_listing(reports: &[TargetReport]) -> Self {
        if reports.iter().any(|report| report.outcome.is_ok()) { Self::Clean } else { Self::Failed }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use wasm_import_guard::finding::Level;

    use super::Exit;
    use crate::render::samples::{failed, incomplete, report_with};

    #[test]
    fn the_contract_row_by_row() {
        let rows = [
            (vec![failed()], true, Exit::Failed),
            (vec![failed(), failed()], false, Exit::Failed),
            (vec![report_with(Level::Deny)], false, Exit::Denied),
            (vec![incomplete(report_with(Level::Deny))], true, Exit::Denied),
            (vec![report_with(Level::Note), report_with(Level::Deny)], false, Exit::Denied),
            (vec![failed(), report_with(Level::Deny)], true, Exit::Denied),
            (vec![report_with(Level::Warn)], true, Exit::Clean),
            (vec![incomplete(report_with(Level::Warn))], true, Exit::Incomplete),
            (vec![incomplete(report_with(Level::Warn))], false, Exit::Clean),
            (vec![failed(), report_with(Level::Note)], true, Exit::Incomplete),
            (vec![failed(), report_with(Level::Note)], false, Exit::Clean),
        ];
        for (reports, require_complete, expected) in rows {
            assert_eq!(Exit::after_check(&reports, require_complete), expected, "{reports:?}");
        }
    }

    #[test]
    fn not_found_is_certain_only_where_all_was_read() {
        let whole = report_with(Level::Deny);
        for (reports, found, expected) in [
            (vec![failed()], false, Exit::Failed),
            (vec![whole], false, Exit::Denied),
            (vec![incomplete(report_with(Level::Deny))], false, Exit::Incomplete),
            (vec![report_with(Level::Deny), failed()], false, Exit::Incomplete),
            (vec![report_with(Level::Deny), failed()], true, Exit::Clean),
        ] {
            assert_eq!(Exit::after_why(&reports, found), expected, "{reports:?}");
        }
    }

    #[test]
    fn a_listing_ends_well_when_one_target_was_read() {
        assert_eq!(Exit::after_listing(&[failed(), report_with(Level::Deny)]), Exit::Clean);
        assert_eq!(Exit::after_listing(&[failed()]), Exit::Failed);
    }
}
