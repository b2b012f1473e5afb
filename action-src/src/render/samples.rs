//! Values for the tests of the renderers and of what follows from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::error::{Error, Problem};
use wasm_import_guard::finding::{Finding, Level};
use wasm_import_guard::graph::{Dependency, Graph, Package, PackageIndex, PackageSource};
use wasm_import_guard::import::{
    Certainty, Exposure, ExposureKind, Import, ImportKind, Opaque, Origin, Place, ValueType,
    WasmType,
};
use wasm_import_guard::outcome::{Outcome, OutcomeSet};

use super::TargetReport;

/// A name that tries to move the cursor, forge a line, reorder text and end a workflow command.
pub(crate) const HOSTILE: &str =
    "a\nerror: forged\r\u{1b}[2J\u{9b}31m\u{7f}\u{85}\u{2028}\u{202e}::error::\u{e0041}\"";

/// An analysis of wasm32-wasip1 that found nothing.
pub(crate) fn analysis() -> Analysis {
    Analysis {
        target: "wasm32-wasip1".to_owned(),
        rustc: "1.96.0".to_owned(),
        considered: vec!["1.91.0".to_owned()],
        graph: Graph::default(),
        workspace_root: PathBuf::from("/nowhere"),
        imports: Vec::new(),
        opaque: Vec::new(),
        findings: Vec::new(),
        excepted: Vec::new(),
        expired_exceptions: Vec::new(),
        unused_exceptions: Vec::new(),
        problems: Vec::new(),
    }
}

/// `name version`, whose files are in `/nowhere/name`, with nothing of what else a package may have.
pub(crate) fn package(label: &str) -> Package {
    let (name, version) = label.split_once(' ').unwrap();
    Package {
        id: label.to_owned(),
        version: version.to_owned(),
        source: PackageSource::Path,
        directory: Path::new("/nowhere").join(name),
        ..Package::without_source(name)
    }
}

/// The same in version 1.0.0, with dependencies on the packages of these numbers.
pub(crate) fn package_on(name: &str, dependencies: &[usize]) -> Package {
    let edge = |to: &usize| Dependency { package: PackageIndex(*to), extern_name: String::new() };
    Package {
        dependencies: dependencies.iter().map(edge).collect(),
        ..package(&format!("{name} 1.0.0"))
    }
}

pub(crate) fn report(analysis: Analysis) -> TargetReport {
    TargetReport { target: analysis.target.clone(), outcome: Ok(analysis) }
}

/// A report with one finding of this level.
pub(crate) fn report_with(level: Level) -> TargetReport {
    let mut analysis = analysis();
    analysis.findings.push(finding(level));
    report(analysis)
}

/// The same report of an analysis that could not read everything.
pub(crate) fn incomplete(mut report: TargetReport) -> TargetReport {
    let problem = Problem { package: None, path: None, message: "gone".to_owned() };
    report.outcome.as_mut().unwrap().problems.push(problem);
    report
}

/// Reports of which every text that comes from a project is [`HOSTILE`]: one with a finding and a problem, and
/// one of a target that could not be analysed.
pub(crate) fn hostile() -> Vec<TargetReport> {
    let mut finding = finding(Level::Deny);
    finding.message = HOSTILE.to_owned();
    finding.name = HOSTILE.to_owned();
    finding.module = Some(HOSTILE.to_owned());
    finding.place.file = HOSTILE.to_owned();
    finding.path = vec![HOSTILE.to_owned(); 2];
    finding.help = vec![HOSTILE.to_owned()];
    let mut analysis = analysis();
    analysis.target = HOSTILE.to_owned();
    analysis.findings = vec![finding];
    analysis.problems.push(Problem {
        package: Some(HOSTILE.to_owned()),
        path: None,
        message: HOSTILE.to_owned(),
    });
    let failed = TargetReport {
        target: HOSTILE.to_owned(),
        outcome: Err(Error::new(HOSTILE).help(HOSTILE)),
    };
    vec![report(analysis), failed]
}

/// The report of a target that could not be analysed.
pub(crate) fn failed() -> TargetReport {
    TargetReport { target: "wasm32-x".to_owned(), outcome: Err(Error::new("no such target")) }
}

/// The identifier `close` in line 5 of a file that does not exist.
pub(crate) fn place() -> Place {
    Place {
        package: "host-sys".to_owned(),
        version: "0.13.2".to_owned(),
        directory: PathBuf::from("/nowhere/host-sys-0.13.2"),
        file: "src/lib.rs".to_owned(),
        line: 5,
        column: 16,
        length: 5,
    }
}

pub(crate) fn finding(level: Level) -> Finding {
    Finding {
        rule: "libc-clash",
        level,
        place: place(),
        label: "imported from `host_body`".to_owned(),
        module: Some("host_body".to_owned()),
        name: "close".to_owned(),
        message: "the import `close` of `host_body` has the name of a C function".to_owned(),
        outcomes: BTreeMap::from([(
            "1.91.0".to_owned(),
            OutcomeSet::from([Outcome::LinkError, Outcome::Misbound]),
        )]),
        notes: vec!["libc defines `close` too.".to_owned()],
        help: vec!["build with rustc 1.91.1 or later".to_owned()],
        related: Vec::new(),
        path: vec!["app 0.1.0".to_owned(), "host-sys 0.13.2".to_owned()],
        fingerprint: "libc-clash:host-sys:host_body:close".to_owned(),
    }
}

pub(crate) fn import(name: &str) -> Import {
    Import {
        package: PackageIndex(1),
        source: PackageSource::Path,
        place: place(),
        module: Some("host_body".to_owned()),
        name: name.to_owned(),
        ident: name.to_owned(),
        kind: ImportKind::Function,
        abi: "C".to_owned(),
        signature: format!("fn {name}(handle: u32) -> i32"),
        wasm_type: Some(WasmType { params: vec![ValueType::I32], results: vec![ValueType::I32] }),
        certainty: Certainty::Certain,
        surely_compiled: true,
        exposure: Exposure {
            kind: ExposureKind::Exposed,
            reason: "app 0.1.0 mentions it".to_owned(),
        },
        origin: Origin::Source,
        path: vec!["app 0.1.0".to_owned(), "host-sys 0.13.2".to_owned()],
    }
}

pub(crate) fn opaque() -> Opaque {
    Opaque {
        place: place(),
        reason: "the macro `generate!` writes them".to_owned(),
        path: vec!["app 0.1.0".to_owned(), "host-sys 0.13.2".to_owned()],
    }
}
