//! Applications on published crates that have no hazard: nothing at deny or warn may be found in them.

use std::path::Path;

use serde_json::Value;

use crate::truth::Entry;
use crate::{Scratch, run};

/// What `check` found in an application on one crate.
#[derive(Debug)]
pub struct Checked {
    /// Packages in its lock file.
    pub packages: usize,
    /// Findings at deny and warn, a line each.
    pub alarms: Vec<String>,
    /// Findings at note.
    pub notes: usize,
}

/// The rustc to judge by. It need not be there: what is said of the C library is then said of the one that it
/// ships. (That of the tests' own toolchain is older than its rustc.)
const CURRENT_STABLE: &str = "1.100.0";

/// Checks an application on the crate of `entry`, resolved as `lock` says where one is given.
///
/// # Errors
/// When it cannot be checked, or not completely.
pub fn check_application(entry: &Entry, lock: Option<&Path>) -> Result<Checked, String> {
    let project = Scratch::library("app", &[(&entry.name, &entry.requirement())], "");
    if let Some(lock) = lock {
        std::fs::copy(lock, project.path("Cargo.lock"))
            .map_err(|e| format!("{}: {e}", lock.display()))?;
        project.fetch_locked();
    } else {
        project.fetch();
    }
    let arguments = [
        &["check", "--locked", "--format", "json", "--target", &entry.target][..],
        &["--rustc-version", CURRENT_STABLE],
    ]
    .concat();
    let output = run(project.root(), &arguments);
    let report: Value =
        serde_json::from_str(&output.stdout).map_err(|e| format!("{e}: {}", output.stderr))?;
    if report["complete"] != true {
        return Err(format!("is not complete: {}", output.stderr));
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().ok_or("no findings")?;
    let (notes, alarms): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| finding["level"] == "note");
    let lock = std::fs::read_to_string(project.path("Cargo.lock")).map_err(|e| e.to_string())?;
    Ok(Checked {
        packages: lock.matches("[[package]]").count(),
        notes: notes.len(),
        alarms: alarms
            .into_iter()
            .map(|finding| {
                format!(
                    "{}[{}] {} {}:{}: {}",
                    text(&finding["level"]),
                    text(&finding["rule"]),
                    text(&finding["package"]),
                    text(&finding["file"]),
                    finding["line"],
                    text(&finding["message"])
                )
            })
            .collect(),
    })
}
