//! Check runs: a verdict on a commit, with annotations on lines of its files.

use http::Method;
use serde_json::{Value, json};

use super::{Api, Failure, Repeat, id};

/// How many annotations the service takes with one request.
const MAX_ANNOTATIONS: usize = 50;

/// A check run that is done.
#[derive(Debug, Clone)]
pub(crate) struct CheckRun {
    pub(crate) name: String,
    /// The commit that is judged.
    pub(crate) head: String,
    /// Tells runs of the same name on one commit apart.
    pub(crate) external_id: String,
    /// `success`, `neutral` or `failure`.
    pub(crate) conclusion: &'static str,
    pub(crate) title: String,
    /// Markdown.
    pub(crate) summary: String,
    pub(crate) annotations: Vec<CheckAnnotation>,
}

/// A message on lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckAnnotation {
    pub(crate) path: String,
    pub(crate) line: usize,
    /// `notice`, `warning` or `failure`.
    pub(crate) level: &'static str,
    pub(crate) title: String,
    pub(crate) message: String,
}

impl Api {
    /// Makes a check run; gives its number.
    ///
    /// # Errors
    /// When the service does not say that it took it, or a part of its annotations.
    pub(crate) fn create_check_run(&self, run: &CheckRun) -> Result<u64, Failure> {
        let mut batches = run.annotations.chunks(MAX_ANNOTATIONS);
        let body = json!({
            "name": run.name,
            "head_sha": run.head,
            "external_id": run.external_id,
            "status": "completed",
            "conclusion": run.conclusion,
            "output": output(run, batches.next().unwrap_or_default()),
        });
        let id = self.create_once(run, &body)?;
        for batch in batches {
            let route = self.route(&format!("check-runs/{id}"));
            let body = json!({ "output": output(run, batch) });
            // The service appends: sent twice, they would be there twice.
            self.send(&Method::PATCH, &route, Some(&body), Repeat::Never)?;
        }
        Ok(id)
    }

    /// Sends what makes the run, once more only when it is sure that the first time made none.
    fn create_once(&self, run: &CheckRun, body: &Value) -> Result<u64, Failure> {
        let route = self.route("check-runs");
        let create = || id(&self.send(&Method::POST, &route, Some(body), Repeat::Never)?);
        match create() {
            Err(failure) if failure.is_doubtful() => match self.find_check_run(run)? {
                Some(id) => Ok(id),
                None => create(),
            },
            done => done,
        }
    }

    fn find_check_run(&self, run: &CheckRun) -> Result<Option<u64>, Failure> {
        let rest = format!("commits/{}/check-runs?filter=all&per_page=100", run.head);
        let answer = self.send(&Method::GET, &self.route(&rest), None, Repeat::Safe)?;
        let known = answer.body["check_runs"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = known
            .iter()
            .find(|known| known["name"] == *run.name && known["external_id"] == *run.external_id);
        Ok(found.and_then(|found| found["id"].as_u64()))
    }
}

fn output(run: &CheckRun, annotations: &[CheckAnnotation]) -> Value {
    let annotations: Vec<Value> = annotations.iter().map(annotation).collect();
    json!({ "title": run.title, "summary": run.summary, "annotations": annotations })
}

fn annotation(annotation: &CheckAnnotation) -> Value {
    json!({
        "path": annotation.path,
        "start_line": annotation.line,
        "end_line": annotation.line,
        "annotation_level": annotation.level,
        "title": annotation.title,
        "message": annotation.message,
    })
}
