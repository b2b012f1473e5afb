//! Workflows that have the rights of the base, on a checkout that outsiders decide.

use wasm_import_guard::error::Error;

use crate::cli::Common;
use crate::github::event::Event;
use crate::revision::Git;
use crate::session;

/// Refuses to go on where outsiders' code is checked out in a workflow with rights. The analysis runs none
/// of it; whatever else the workflow does with the checkout may.
///
/// # Errors
/// When the checkout holds that code, or nobody can tell.
pub(super) fn refuse_outsiders(event: &Event, common: &Common) -> anyhow::Result<()> {
    let Some(head) = &event.outsiders_head else { return Ok(()) };
    let opened = session::open(common)?;
    let directory = &opened.session.selection.directory;
    let manifest = opened.session.selection.manifest_path.as_deref();
    let manifest = manifest.map(|path| directory.join(path));
    let directory = manifest.as_deref().and_then(|path| path.parent()).unwrap_or(directory);
    let holds = Git::around(directory, &opened.session.toolchain)
        .and_then(|git| git.holds(head, event.own.as_deref()));
    let what = match holds {
        Ok(false) => return Ok(()),
        Ok(true) => "the checkout holds the head of a pull request".to_owned(),
        Err(error) => format!("whose code is checked out cannot be told ({})", error.message()),
    };
    let message = format!(
        "{what}, and a workflow on `{}` has the rights of the base: code of outsiders is not \
         analysed with them",
        event.name
    );
    Err(Error::new(message)
        .help("analyse on `pull_request`, without any rights, and report from a second workflow on `workflow_run`: action-src/docs/action.md has both")
        .into())
}
