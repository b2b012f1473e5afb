use wasm_import_guard::error::{Error, Problem};
use wasm_import_guard::finding::Level;
use wasm_import_guard::graph::{Graph, Package, PackageSource};
use wasm_import_guard::linked::files::Input;
use wasm_import_guard::linked::{Declaration, Evidence, EvidenceKind, Parts, Site, State};
use wasm_import_guard::object::SymbolKind;

use super::*;
use crate::exit::Exit;
use crate::render::samples::{self, HOSTILE, analysis, import};
use crate::render::tests::view;

fn evidence(level: Level, name: &str) -> Evidence {
    let site = Site {
        path: "libapp.rlib".into(),
        member: Some("app.o".to_owned()),
        crate_name: Some("app".to_owned()),
    };
    Evidence {
        kind: EvidenceKind::PlainImport,
        level,
        module: Some("host_body".to_owned()),
        name: name.to_owned(),
        message: format!("the import `host_body.{name}` is linked by its plain name"),
        notes: vec!["libc defines it".to_owned()],
        outcomes: [wasm_import_guard::outcome::Outcome::Misbound].into(),
        sites: vec![site],
        declared: Vec::new(),
    }
}

/// The packages that the samples' imports are of.
fn graph() -> Graph {
    let packages = ["app 0.13.2", "host-sys 0.13.2"]
        .map(|label| Package { source: PackageSource::Downloaded, ..samples::package(label) });
    Graph { packages: packages.into(), roots: Vec::new() }
}

/// The report of a module with one import, `host_body.close` by a mangled symbol.
fn report() -> LinkReport {
    let mut parts = Parts::default();
    parts.add_file(&Input::new(std::path::Path::new("app.wasm")), b"\0asm\x01\0\0\0");
    parts.modules[0].imports.push(ImportEntry {
        module: "host_body".to_owned(),
        name: "close".to_owned(),
        kind: SymbolKind::Function,
        wasm_type: None,
        symbol: Some("_RNvCs1_8host_sys5close".to_owned()),
    });
    LinkReport { target: Some("wasm32-wasip1".to_owned()), parts, ..LinkReport::default() }
}

fn shown(report: &LinkReport) -> String {
    anstream::adapter::strip_str(&human(report, &view())).to_string()
}

#[test]
fn a_module_and_a_finding_as_people_see_them() {
    let mut report = report();
    let mut analysis = analysis();
    analysis.imports.push(import("close"));
    analysis.graph = graph();
    report.analysis = Some(analysis);
    report.verdict.findings.push(evidence(Level::Deny, "read"));
    report.verdict.findings[0].declared.push(0);
    report.verdict.findings.push(evidence(Level::Note, "hidden"));
    report.verdict.declared.push(Declaration {
        import: 0,
        state: State::Present,
        evidence: "`app.wasm` imports it".to_owned(),
    });
    assert_eq!(
        shown(&report),
        "error[plain-import]: the import `host_body.read` is linked by its plain name\n  \
         --> libapp.rlib (app.o), compiled from crate `app`\n   \
         = note: declared at /nowhere/host-sys-0.13.2/src/lib.rs:5:16\n   \
         = note: brought in by app 0.1.0 → host-sys 0.13.2\n   \
         = note: libc defines it\n\n\
         app.wasm\n  host_body.close  mangled, host-sys 0.13.2 src/lib.rs:5\n\n\
         wasm32-wasip1: 1 denied, 0 warnings, 1 note (-v shows them), 1 file read\n  \
         imports that the source declares: 1 present, 0 unused, 0 misbound, 0 absent for a reason \
         that the files do not show\n"
    );
}

#[test]
fn json_has_the_keys_of_its_schema() {
    let mut report = report();
    report.verdict.findings.push(evidence(Level::Deny, "read"));
    let text = json::link(&[report]).unwrap();
    assert_eq!(text.lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let mut documented = keys(&value);
    documented.extend(keys(&value["imports"][0]));
    documented.extend(keys(&value["findings"][0]));
    documented.extend(keys(&value["findings"][0]["sites"][0]));
    documented.extend(keys(&value["files"][0]));
    let page = include_str!("../../../docs/link.md");
    for key in documented {
        assert!(page.contains(&format!("\"{key}\"")), "docs/link.md does not have {key}");
    }
    assert_eq!(value["schema"], "wasm-import-guard/link/1");
    assert_eq!(value["imports"][0]["declaring_crate"], "host_sys");
    assert_eq!(value["findings"][0]["outcomes"], serde_json::json!(["misbound"]));
}

#[test]
fn every_kind_of_finding_is_documented() {
    let page = include_str!("../../../docs/link.md");
    for kind in [
        EvidenceKind::ImportMismatch,
        EvidenceKind::SignatureMismatch,
        EvidenceKind::Stub,
        EvidenceKind::InvalidModule,
        EvidenceKind::PlainImport,
        EvidenceKind::UndefinedSymbol,
        EvidenceKind::DuplicateImport,
        EvidenceKind::EnvImport,
        EvidenceKind::UndeclaredImport,
    ] {
        assert!(page.contains(&format!("| `{}` |", kind.as_str())), "{kind:?}");
    }
}

#[test]
fn hostile_names_stay_in_their_line() {
    let mut report = report();
    let entry = &mut report.parts.modules[0].imports[0];
    HOSTILE.clone_into(&mut entry.module);
    HOSTILE.clone_into(&mut entry.name);
    entry.symbol = Some(HOSTILE.to_owned());
    report.parts.modules[0].path = HOSTILE.into();
    let mut finding = evidence(Level::Deny, HOSTILE);
    finding.notes.push(HOSTILE.to_owned());
    finding.sites[0].member = Some(HOSTILE.to_owned());
    finding.sites[0].crate_name = Some(HOSTILE.to_owned());
    report.verdict.findings.push(finding);
    report.target = Some(HOSTILE.to_owned());
    let text = shown(&report);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    assert!(!text.lines().any(|line| line.starts_with("error: ")), "{text}");
    assert_eq!(text.lines().count(), 9, "{text}");
}

#[test]
fn the_exit_codes_row_by_row() {
    let clean = report;
    let denied = || {
        let mut report = report();
        report.verdict.findings.push(evidence(Level::Deny, "read"));
        report
    };
    let incomplete = |mut report: LinkReport| {
        report.parts.problems.push(Problem {
            package: None,
            path: None,
            message: "gone".to_owned(),
        });
        report
    };
    let unread = || incomplete(LinkReport::default());
    let no_project = || LinkReport { failure: Some(Error::new("no manifest")), ..report() };
    let rows = [
        (vec![clean()], true, Exit::Clean),
        (vec![denied()], false, Exit::Denied),
        (vec![incomplete(denied())], true, Exit::Denied),
        (vec![incomplete(clean())], false, Exit::Clean),
        (vec![incomplete(clean())], true, Exit::Incomplete),
        (vec![no_project()], true, Exit::Incomplete),
        (vec![unread()], false, Exit::Failed),
        (vec![unread(), clean()], true, Exit::Incomplete),
    ];
    for (reports, require_complete, expected) in rows {
        assert_eq!(Exit::after_link(&reports, require_complete), expected, "{reports:?}");
    }
}
