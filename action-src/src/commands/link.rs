//! `link`: what built files show of imports.

use std::collections::BTreeMap;

use wasm_import_guard::analysis::{Analysis, Session};
use wasm_import_guard::error::{Error, Problem};
use wasm_import_guard::linked::files::{self, Input};
use wasm_import_guard::linked::{self, Context};
use wasm_import_guard::symbols::CSymbols;

use crate::cli::{Common, LinkArgs};
use crate::exit::Exit;
use crate::progress::Display;
use crate::render::link::LinkReport;
use crate::render::{self, View};
use crate::session::{self, Opened};

pub(super) fn run(args: &LinkArgs) -> anyhow::Result<Exit> {
    let mut problems = Vec::new();
    let inputs = files::gather(&args.paths, &mut problems)?;
    let project = Project::open(&args.common)?;
    let mut reports: Vec<LinkReport> = by_target(inputs, &args.common, &project)
        .into_iter()
        .map(|(target, inputs)| report(target, &inputs, &project, args))
        .collect();
    // What is said of the paths goes before what is said of the files.
    if reports.is_empty() {
        reports.push(LinkReport::default());
    }
    if let Some(first) = reports.first_mut() {
        first.parts.problems.splice(0..0, problems).for_each(drop);
    }
    let view = View::new(&args.common.output);
    if !reports.iter().any(LinkReport::read_anything) {
        render::link::problems(&reports, &view);
        let error = Error::new("there is no wasm object, archive, module or component to read");
        return Err(error
            .help("name files, a target directory that holds a build for a wasm target, or a directory of files")
            .into());
    }
    render::link::print(&reports, args.format, &view)?;
    Ok(Exit::after_link(&reports, args.require_complete))
}

/// The toolchain, and the project whose declarations the files are compared with.
struct Project {
    opened: Option<Opened>,
    /// Whether there is a manifest.
    has_manifest: bool,
}

impl Project {
    /// Without a project, a toolchain is of use and not needed.
    fn open(common: &Common) -> anyhow::Result<Self> {
        let has_manifest = common.packages.manifest_path.is_some()
            || std::env::current_dir()
                .is_ok_and(|it| it.ancestors().any(|above| above.join("Cargo.toml").is_file()));
        let opened = session::open(common);
        let opened = if has_manifest { Some(opened?) } else { opened.ok() };
        Ok(Self { opened, has_manifest })
    }

    fn session(&self) -> Option<&Session> {
        self.opened.as_ref().map(|opened| &opened.session)
    }

    fn analyse(&self, target: &str, common: &Common) -> Option<Result<Analysis, Error>> {
        let session = self.session().filter(|_| self.has_manifest)?;
        let mut display = Display::new(target, !common.output.quiet);
        Some(session.analyse(target, &mut |progress| display.update(progress)))
    }
}

/// The files of each target. One that is asked for is that of files whose path does not tell; files of
/// targets that are not asked for are left out.
fn by_target(
    inputs: Vec<Input>,
    common: &Common,
    project: &Project,
) -> BTreeMap<Option<String>, Vec<Input>> {
    let asked = &common.compilation.targets;
    let named = project.opened.as_ref().filter(|it| it.named_by != session::NamedBy::Default);
    let only = match (asked.as_slice(), named.map(|it| it.targets.as_slice())) {
        ([only], _) | ([], Some([only])) => Some(only.clone()),
        _ => None,
    };
    let mut groups: BTreeMap<Option<String>, Vec<Input>> = BTreeMap::new();
    for input in inputs {
        let target = input.target.clone().or_else(|| only.clone());
        if asked.is_empty() || target.as_ref().is_none_or(|target| asked.contains(target)) {
            groups.entry(target).or_default().push(input);
        }
    }
    groups
}

fn report(
    target: Option<String>,
    inputs: &[Input],
    project: &Project,
    args: &LinkArgs,
) -> LinkReport {
    let mut parts = linked::read(inputs, &mut |_| {});
    let analysis = target.as_ref().and_then(|target| project.analyse(target, &args.common));
    let (analysis, failure) = match analysis {
        Some(Ok(analysis)) => (Some(analysis), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let symbols = target.as_ref().and_then(|target| match project.session() {
        Some(session) => session.c_symbols(target).ok(),
        None => CSymbols::for_target(target, None).ok(),
    });
    if let (Some(target), None) = (&target, &symbols) {
        let message = format!(
            "the C symbols of `{target}` are not known: imports that they take are not found"
        );
        parts.problems.push(Problem { package: None, path: None, message });
    }
    let imports = analysis.as_ref().map(|analysis| analysis.imports.as_slice());
    let verdict = linked::judge(
        &parts,
        Context { target: target.as_deref(), symbols: symbols.as_ref(), imports },
    );
    LinkReport { target, parts, analysis, failure, verdict }
}
