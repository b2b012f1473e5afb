//! The build of `check --build`: cargo's own, as the user would run it, and which files it made.

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use cargo_metadata::{Artifact, Message};
use wasm_import_guard::analysis::Session;
use wasm_import_guard::error::{Error, Problem};
use wasm_import_guard::linked::files::Input;
use wasm_import_guard::linked::{self, Parts};

use crate::cli::{BuildArgs, Common};
use crate::github::api::TOKEN_VARIABLE;

/// More files than any build makes for one target.
const MAX_FILES: usize = 100_000;

/// Builds the selection for `target` and reads what was made. What a failed build made before it
/// failed is read too: the link may have failed for the very reason that is looked for.
///
/// # Errors
/// When cargo cannot be run, or the build fails before it makes a file.
pub(super) fn build(
    session: &Session,
    target: &str,
    options: &BuildArgs,
    common: &Common,
) -> Result<Parts, Error> {
    let mut command = command(session, target, options, common);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| {
        let cargo = session.toolchain.cargo.display();
        Error::new(format!("could not run {cargo}: {error}"))
    })?;
    let read = inputs(&mut child, target);
    let status = child
        .wait()
        .map_err(|error| Error::new(format!("could not wait for `cargo build`: {error}")));
    let (inputs, success) = (read?, status?.success());
    if inputs.is_empty() {
        let what = if success { "made no file" } else { "failed" };
        return Err(Error::new(format!("`cargo build --target {target}` {what}"))
            .help("without --build the source alone is analysed"));
    }
    let mut parts = linked::read(&inputs, &mut |_| {});
    if !success {
        let message = format!(
            "`cargo build --target {target}` failed: what it did not get to build was not looked at"
        );
        parts.problems.push(Problem { package: None, path: None, message });
    }
    Ok(parts)
}

fn command(session: &Session, target: &str, options: &BuildArgs, common: &Common) -> Command {
    let selection = &session.selection;
    let mut command = session.toolchain.build_command(&selection.directory);
    // What a workflow gave us to report with is none of the project's code.
    command.env_remove(TOKEN_VARIABLE);
    command.args(["build", "--message-format=json-render-diagnostics", "--target", target]);
    if let Some(profile) = &options.profile {
        command.args(["--profile", profile]);
    }
    selection.add_to(&mut command);
    if common.output.quiet {
        command.arg("--quiet");
    }
    command
}

/// The rlibs, archives and modules that cargo says it made for `target`, fresh ones too.
fn inputs(child: &mut Child, target: &str) -> Result<Vec<Input>, Error> {
    let mut inputs: Vec<Input> = Vec::new();
    let Some(stdout) = child.stdout.take() else { return Ok(inputs) };
    for message in Message::parse_stream(BufReader::new(stdout)) {
        let message = message.map_err(|error| {
            Error::new(format!("the messages of cargo cannot be read: {error}"))
        })?;
        let Message::CompilerArtifact(artifact) = message else { continue };
        inputs.extend(of_artifact(&artifact, target));
        if inputs.len() > MAX_FILES {
            return Err(Error::new(format!("cargo says it made more than {MAX_FILES} files")));
        }
    }
    Ok(inputs)
}

/// The files of one artifact; none of what is made for the host, such as build scripts.
fn of_artifact(artifact: &Artifact, target: &str) -> Vec<Input> {
    let files = artifact.filenames.iter().map(|file| Path::new(file.as_str()));
    files
        .filter(|file| {
            let extension = file.extension().and_then(|it| it.to_str());
            matches!(extension, Some("rlib" | "wasm" | "a"))
        })
        .map(Input::new)
        .filter(|input| input.target.as_deref() == Some(target))
        .map(|input| match input.path.extension() {
            Some(kind) if kind != "wasm" => {
                Input { crate_name: Some(artifact.target.name.replace('-', "_")), ..input }
            }
            _ => input,
        })
        .collect()
}
