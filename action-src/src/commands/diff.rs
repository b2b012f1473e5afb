//! `diff`: which imports and findings appeared or went since a revision.

use std::path::Path;

use anyhow::Context as _;
use wasm_import_guard::error::{Error, Problem};
use wasm_import_guard::graph::Selection;
use wasm_import_guard::policy::Levels;

use crate::cli::{Common, DiffArgs, DiffFormat};
use crate::diff::keep_what_changed;
use crate::exit::Exit;
use crate::render::diff::Compared;
use crate::render::{self, TargetReport, View};
use crate::revision::{Checkout, Git, Revision};
use crate::session::{self, Opened};
use crate::terminal;

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    let levels = args.policy.levels();
    let compared = match compare(&args.base, args.merge_base, &args.common, &levels) {
        Ok(compared) => compared,
        // Whoever reads annotations should find the reason among them.
        Err(error) if args.format == DiffFormat::Github => {
            let text = render::github::failure(&error);
            terminal::write_stdout(&text, args.common.output.color)?;
            return Ok(Exit::Failed);
        }
        Err(error) => return Err(error),
    };
    render::diff::diff(&compared, args.format, &View::new(&args.common.output))?;
    Ok(Exit::after_check(&compared.now, args.require_complete))
}

/// Compares the present state with the revision `base`; with `merge_base`, with the last commit that both
/// have in common.
///
/// # Errors
/// When there is no such revision, or nothing can be analysed.
pub(super) fn compare(
    base: &str,
    merge_base: bool,
    common: &Common,
    levels: &Levels,
) -> anyhow::Result<Compared> {
    let mut opened = session::open(common)?;
    opened.session.reads_builds = false;
    opened.session.levels.clone_from(levels);
    let git = Git::around(&opened.session.selection.directory, &opened.session.toolchain)?;
    let mut revision = git.revision(base)?;
    if merge_base {
        revision = git.common_ancestor(&revision)?;
    }
    let checkout = git.check_out(&revision)?;
    super::say_targets(&opened, common);
    let now = super::analyse_targets(&opened, &opened.targets, common, None);
    let before = if let Some(mut base) = open_base(&git, &checkout, &opened, common)? {
        base.session.reads_builds = false;
        base.session.levels.clone_from(levels);
        super::analyse_targets(&base, &opened.targets, common, None)
    } else {
        let message = format!("{} has no Cargo.toml there: all is new", revision.label());
        super::note(&message, common);
        Vec::new()
    };
    Ok(joined(revision, now, before))
}

/// A session at the same place of the revision; `None` when it has no manifest there.
fn open_base(
    git: &Git,
    checkout: &Checkout,
    opened: &Opened,
    common: &Common,
) -> anyhow::Result<Option<Opened>> {
    let present = &opened.session.selection;
    let inside = |path: &Path| {
        git.relative(path).ok_or_else(|| {
            Error::new(format!("{} is outside of the git checkout", path.display()))
                .help("run `diff` in the checkout that holds the manifest")
        })
    };
    let relative = inside(&present.directory)?;
    let mut selection = Selection { directory: checkout.path(&relative), ..present.clone() };
    let mut governed = relative;
    if let Some(manifest) = &present.manifest_path {
        let relative = inside(&present.directory.join(manifest))?;
        selection.manifest_path = Some(checkout.path(&relative));
        governed = relative.parent().map(Path::to_owned).unwrap_or_default();
        // cargo needs some directory to run in.
        if !selection.directory.is_dir() {
            selection.directory = checkout.path(&governed);
        }
    }
    if !checkout.has_manifest(&checkout.path(&governed)) {
        return Ok(None);
    }
    for directory in governed.ancestors() {
        let lock_file = directory.join("Cargo.lock");
        let lent = checkout
            .lend_lock_file(&lock_file, &git.path(&lock_file))
            .context("the present Cargo.lock cannot be copied")?;
        // What is lent may have to change.
        selection.locked &= !lent;
        selection.offline |= lent && selection.frozen;
        selection.frozen &= !lent;
    }
    session::open_selection(common, selection).map(Some)
}

/// Each target's two analyses, with the findings that differ. What is missing on the revision's side is
/// missing from the comparison.
fn joined(revision: Revision, now: Vec<TargetReport>, before: Vec<TargetReport>) -> Compared {
    let label = revision.label();
    let mut compared = Compared { revision, before: Vec::new(), now };
    let mut before = before.into_iter();
    for now in &mut compared.now {
        let old = match (before.next().map(|report| report.outcome), &mut now.outcome) {
            (Some(Ok(mut old)), Ok(new)) => {
                keep_what_changed(&mut old, new);
                new.problems.extend(old.problems.drain(..).map(|problem| Problem {
                    message: format!("at {label}: {}", problem.message),
                    path: None,
                    ..problem
                }));
                Some(old)
            }
            (Some(Err(error)), Ok(_)) => {
                let at = Error::new(format!("at {label}: {}", error.message()));
                let helps = error.helps().iter();
                now.outcome = Err(helps.fold(at, Error::help));
                None
            }
            _ => None,
        };
        compared.before.push(old);
    }
    compared
}
