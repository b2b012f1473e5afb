//! What could not be reported. It is a warning and an output, and never fails the step.

use std::fmt::Write as _;

use crate::github::api::Failure;
use crate::github::event::Event;

/// The reports that could not be made, by the names of outputs and inputs, and why.
#[derive(Debug, Default)]
pub(super) struct Degraded {
    names: Vec<&'static str>,
    reasons: Vec<String>,
}

impl Degraded {
    /// What was made, or nothing and a note of why.
    pub(super) fn keep<T: Default>(&mut self, name: &'static str, made: anyhow::Result<T>) -> T {
        made.unwrap_or_else(|error| {
            self.add(name, &format!("{error:#}"));
            T::default()
        })
    }

    /// The same for what the API was asked for: `permission` is what a token needs for it.
    pub(super) fn keep_asked<T: Default>(
        &mut self,
        name: &'static str,
        made: Result<T, Failure>,
        permission: &str,
        event: &Event,
    ) -> T {
        made.unwrap_or_else(|failure| {
            let mut reason = failure.to_string();
            if failure.is_missing_permission() {
                let _ = write!(reason, "; the token needs `permissions: {permission}: write`");
                if event.pull_request.as_ref().is_some_and(|it| it.is_from_fork) {
                    reason += ", which no workflow of a fork's pull request gets";
                }
            }
            self.add(name, &reason);
            T::default()
        })
    }

    fn add(&mut self, name: &'static str, reason: &str) {
        self.reasons.push(format!("{name}: {reason}"));
        self.names.push(name);
    }

    /// The output `degraded`.
    pub(super) fn output(&self) -> String {
        self.names.join(",")
    }

    /// One warning for all.
    pub(super) fn warning(&self) -> Option<String> {
        if self.names.is_empty() {
            return None;
        }
        let reports = if self.names.len() == 1 { "a report" } else { "reports" };
        let reasons = self.reasons.join("\n");
        Some(format!(
            "{reports} could not be made; findings, exit code and other reports are not affected\n\
             {reasons}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::Degraded;
    use crate::github::api::Failure;
    use crate::github::event::{Event, PullRequest};

    #[test]
    fn nothing_lost_is_nothing_said() {
        let mut degraded = Degraded::default();
        assert_eq!(degraded.keep("summary", Ok(7)), 7);
        assert_eq!((degraded.output(), degraded.warning()), (String::new(), None));
    }

    #[test]
    fn a_missing_permission_is_named_and_a_fork_too() {
        let refused = || Failure::Refused { status: 403, message: "not accessible".to_owned() };
        let fork = PullRequest { number: 1, is_from_fork: true };
        let fork = Event { pull_request: Some(fork), ..Event::default() };
        let mut degraded = Degraded::default();
        let id: Option<u64> =
            degraded.keep_asked("comment", Err(refused()), "pull-requests", &Event::default());
        assert_eq!(id, None);
        let _: Option<u64> = degraded.keep_asked("check-run", Err(refused()), "checks", &fork);
        assert_eq!(degraded.output(), "comment,check-run");
        assert_eq!(
            degraded.warning().unwrap(),
            "reports could not be made; findings, exit code and other reports are not affected\n\
             comment: GitHub answers 403: not accessible; the token needs `permissions: \
             pull-requests: write`\n\
             check-run: GitHub answers 403: not accessible; the token needs `permissions: checks: \
             write`, which no workflow of a fork's pull request gets"
        );
    }
}
