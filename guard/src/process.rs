//! Running cargo and rustc as children whose output and time are bounded.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::error::Error;

/// How long a child that needs no network may take.
pub(crate) const LOCAL_TIME_LIMIT: Duration = Duration::from_secs(120);

/// How long a cargo that may download may take: a whole registry index and hundreds of crates over a
/// slow line.
pub(crate) const DOWNLOAD_TIME_LIMIT: Duration = Duration::from_secs(60 * 60);

/// The most a child may write to standard output, in bytes. `cargo tree` writes about 150 bytes for a
/// package and the same for each edge.
pub(crate) const MAX_STDOUT_BYTES: u64 = 256 * 1024 * 1024;

/// How much of a child's standard error is kept, in bytes; the rest is read and dropped.
pub(crate) const MAX_STDERR_BYTES: u64 = 1024 * 1024;

/// The most lines of an error that are quoted.
const MAX_QUOTED_LINES: usize = 40;

/// How often a child's end is looked for.
const POLL: Duration = Duration::from_millis(2);

/// What a child left behind.
#[derive(Debug)]
pub(crate) struct Output {
    /// Whether it exited with 0.
    pub(crate) success: bool,
    /// Its standard output.
    pub(crate) stdout: Vec<u8>,
    /// Its standard error, the first [`MAX_STDERR_BYTES`] of it.
    pub(crate) stderr: String,
}

/// Runs `command` without standard input.
///
/// # Errors
/// When it cannot be started, takes longer than `limit` or writes more than [`MAX_STDOUT_BYTES`].
/// An exit code other than 0 is no error here.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Output, Error> {
    let name = describe(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            let program = Path::new(command.get_program()).display();
            Error::new(format!("could not run {program}: {error}"))
        })?;
    let stdout = collect(pipe(child.stdout.take()), MAX_STDOUT_BYTES);
    let stderr = collect(pipe(child.stderr.take()), MAX_STDERR_BYTES);
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() >= end => {
                stop(&mut child);
                return Err(Error::new(format!(
                    "`{name}` did not end within {} seconds and was stopped",
                    limit.as_secs()
                ))
                .help("something it waits for may be locked: another cargo may hold the package cache"));
            }
            Ok(None) => std::thread::sleep(POLL),
            Err(error) => {
                stop(&mut child);
                return Err(Error::new(format!("could not wait for `{name}`: {error}")));
            }
        }
    };
    // A grandchild can hold the pipes open after the child is gone; what has come by then counts.
    let grace = Duration::from_secs(5);
    let (stdout, cut) = stdout.recv_timeout(grace).unwrap_or_default();
    let (stderr, _) = stderr.recv_timeout(grace).unwrap_or_default();
    if cut {
        return Err(Error::new(format!(
            "`{name}` wrote more than the limit of {MAX_STDOUT_BYTES} bytes"
        )));
    }
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    Ok(Output { success: status.success(), stdout, stderr })
}

/// cargo's or rustc's own words: the first paragraph of `stderr` that begins with `error`, or else its
/// last lines.
pub(crate) fn first_error(stderr: &str) -> String {
    let mut paragraph: Vec<&str> = Vec::new();
    for line in stderr.lines() {
        if paragraph.is_empty() {
            if let Some(words) = line.strip_prefix("error: ") {
                paragraph.push(words);
            } else if line.starts_with("error") {
                paragraph.push(line);
            }
        } else if line.starts_with("error") || line.starts_with("warning") {
            break;
        } else {
            paragraph.push(line);
        }
    }
    if paragraph.is_empty() {
        let lines: Vec<&str> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
        let from = lines.len().saturating_sub(5);
        paragraph.extend(&lines[from..]);
    }
    paragraph.truncate(MAX_QUOTED_LINES);
    let text = paragraph.join("\n");
    let text = text.trim_end();
    if text.is_empty() { "it gave no reason".to_owned() } else { text.to_owned() }
}

/// The program's file name and its arguments, for messages. Arguments that only we can read, the
/// format of `cargo tree`, are left out.
fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let mut words = vec![name];
    let mut skip = false;
    for argument in command.get_args() {
        if std::mem::replace(&mut skip, argument == OsStr::new("--format")) {
            continue;
        }
        if argument != OsStr::new("--format") {
            words.push(argument.to_string_lossy().into_owned());
        }
    }
    words.join(" ")
}

fn stop(child: &mut Child) {
    // It may have ended in between; there is nobody to tell.
    let _ = child.kill();
    let _ = child.wait();
}

fn pipe(of_child: Option<impl Read + Send + 'static>) -> Box<dyn Read + Send> {
    match of_child {
        Some(pipe) => Box::new(pipe),
        None => Box::new(std::io::empty()),
    }
}

/// Reads `pipe` to its end on a thread; gives what fits into `limit` and whether there was more.
fn collect(mut pipe: Box<dyn Read + Send>, limit: u64) -> mpsc::Receiver<(Vec<u8>, bool)> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        // A pipe that breaks gives what came before.
        let _ = pipe.by_ref().take(limit).read_to_end(&mut kept);
        // What is over is read all the same, or the child would wait for ever.
        let cut = std::io::copy(&mut pipe, &mut std::io::sink()).is_ok_and(|rest| rest > 0);
        // The receiver may have stopped waiting.
        let _ = sender.send((kept, cut));
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_quoted_with_its_causes() {
        let stderr = "warning: unused\n\nerror: failed to load manifest\n\nCaused by:\n  no such file\n\
                      error: another\n";
        assert_eq!(first_error(stderr), "failed to load manifest\n\nCaused by:\n  no such file");
        assert_eq!(first_error("error[E0001]: x\n"), "error[E0001]: x");
        assert_eq!(first_error("one\ntwo\n"), "one\ntwo");
        assert_eq!(first_error(""), "it gave no reason");
    }

    #[test]
    fn what_fits_is_kept_and_the_rest_is_known_to_be_there() {
        for (limit, kept, cut) in [(6, "whole", false), (5, "whole", false), (4, "whol", true)] {
            let read = collect(Box::new(&b"whole"[..]), limit).recv().unwrap();
            assert_eq!(read, (kept.as_bytes().to_vec(), cut), "{limit}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_child_that_hangs_is_stopped() {
        let error = run(Command::new("sleep").arg("60"), Duration::from_millis(50)).unwrap_err();
        assert!(error.message().contains("`sleep 60` did not end within 0 seconds"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn both_streams_are_read_and_a_failure_is_no_error() {
        let output = run(
            Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]),
            LOCAL_TIME_LIMIT,
        )
        .unwrap();
        assert!(!output.success);
        assert_eq!(output.stdout, b"out\n");
        assert_eq!(output.stderr, "err\n");
    }
}
