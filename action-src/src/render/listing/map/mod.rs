//! `imports` as one page to look at: a picture of the imports that can be searched and filtered.
//!
//! The page asks for nothing: its style and script are in it, and its content security policy allows
//! these two only, by their SHA-256. Project text is in one JSON block, in which no character can end
//! the block; the script puts it into text nodes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use serde::Serialize;
use wasm_import_guard::analysis::Analysis;

use super::super::TargetReport;
use super::super::json::{FindingEntry, ImportsReport, ascii_controls};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
/// One script, in the order in which its parts need each other.
const SCRIPT: &str = concat!(
    "'use strict';\n",
    include_str!("data.js"),
    include_str!("filters.js"),
    include_str!("picture.js"),
    include_str!("table.js"),
    include_str!("comparison.js"),
    include_str!("page.js"),
);

/// What `imports --format json` prints of a target, and the findings that mark its imports.
#[derive(Debug, Serialize)]
struct Marked<'a> {
    #[serde(flatten)]
    report: ImportsReport<'a>,
    /// The rustc versions that the findings are judged by, where that is not `rustc`.
    considered: &'a [String],
    findings: Vec<FindingEntry<'a>>,
}

/// The page of all targets.
///
/// # Errors
/// None in practice: every key is a string.
pub(in crate::render) fn imports(reports: &[TargetReport]) -> serde_json::Result<String> {
    let marked: Vec<Marked<'_>> = reports
        .iter()
        .filter_map(|report| report.outcome.as_ref().ok())
        .map(|analysis: &Analysis| Marked {
            report: ImportsReport::new(analysis),
            considered: &analysis.considered,
            findings: analysis.findings.iter().map(FindingEntry::new).collect(),
        })
        .collect();
    let data = inert(&serde_json::to_string(&marked)?);
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        source_hash(STYLE),
        source_hash(SCRIPT)
    );
    // The data come last: what stands in them is not looked at.
    Ok(PAGE
        .replace("{policy}", &policy)
        .replace("{style}", STYLE)
        .replace("{script}", SCRIPT)
        .replacen("{data}", &data, 1))
}

/// JSON in which nothing can end a script block or begin a comment.
fn inert(json: &str) -> String {
    ascii_controls(json).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// As a content security policy names an inline style or script.
fn source_hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(digest(&SHA256, text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::{PAGE, SCRIPT, STYLE, imports};
    use crate::render::samples::{HOSTILE, analysis, import, report};

    #[test]
    fn hostile_names_stay_in_the_data() {
        let mut analysis = analysis();
        let name = format!("{HOSTILE}</script><!--<script>alert(1)</script>{{script}}");
        analysis.imports.push(import(&name));
        let page = imports(&[report(analysis)]).unwrap();
        assert_eq!(page.matches("</script>").count(), 2, "{page}");
        assert!(!page.contains("alert(1)<") && !page.contains("<!--"));
        assert!(!page.contains('\u{2028}') && !page.contains('\u{202e}'));
        let (_, data) = page.split_once("type=\"application/json\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(data[0]["imports"][0]["name"], name);
    }

    #[test]
    fn the_page_names_nothing_outside_itself() {
        let own = [PAGE, STYLE, SCRIPT].concat().replace("http://www.w3.org/2000/svg", "");
        for reach in ["http:", "https:", "url(", "@import", "import(", "fetch(", "src=", "href"] {
            assert!(!own.contains(reach), "{reach}");
        }
        let page = imports(&[report(analysis())]).unwrap();
        assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    }

    #[test]
    fn the_script_makes_text_nodes_only() {
        for maker in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            assert!(!SCRIPT.contains(maker), "{maker}");
        }
    }
}
