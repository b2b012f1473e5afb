//! rust-lld, given the objects that rustc 1.91.0 would have made: see `tests/imitate-1.91.0`.
//!
//! `IMITATE_1_91_0_LLD` names rust-lld; without it, it is the one of `$RUSTC` (or `rustc`). Each import
//! of another crate is written as a line into the file that `IMITATE_1_91_0_LOG` names.
#![allow(clippy::print_stderr, reason = "this is a command")]

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use wasm_import_guard_tests::Imitation;
use wasm_import_guard_tests::objects::Foreign;

/// What the log says of an import that keeps its name.
const MERGED: &str = " (mangled still: 1.91.0 made it one with another function of that name)";

fn main() -> ExitCode {
    match link() {
        Ok(code) => code,
        Err(message) => {
            eprintln!("imitation of rustc 1.91.0: error: {message}");
            ExitCode::from(2)
        }
    }
}

fn link() -> Result<ExitCode, String> {
    let imitation = Imitation::new(std::env::args_os().skip(1))?;
    if let Some(log) = std::env::var_os("IMITATE_1_91_0_LOG") {
        write_log(Path::new(&log), &imitation)?;
    }
    let lld = lld()?;
    let status = Command::new(&lld).args(&imitation.arguments).status();
    let status = status.map_err(|error| format!("cannot run `{}`: {error}", lld.display()))?;
    // A signal has no code; rustc is to see a failure.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(101)))
}

/// One write, for several links can go on at once.
fn write_log(log: &Path, imitation: &Imitation) -> Result<(), String> {
    let mut lines = String::new();
    for (list, end) in [(&imitation.plain, ""), (&imitation.merged, MERGED)] {
        for (using, Foreign { import, declaring }) in list {
            let (module, name) = (&import.module, &import.name);
            let written = writeln!(lines, "{module}.{name} of {declaring}, in {using}{end}");
            written.map_err(|error| error.to_string())?;
        }
    }
    let file = OpenOptions::new().create(true).append(true).open(log);
    file.and_then(|mut file| file.write_all(lines.as_bytes()))
        .map_err(|error| format!("{}: {error}", log.display()))
}

fn lld() -> Result<PathBuf, String> {
    if let Some(lld) = std::env::var_os("IMITATE_1_91_0_LLD") {
        return Ok(PathBuf::from(lld));
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let ask = |arguments: &[&str]| {
        let output = Command::new(&rustc).args(arguments).output();
        let output = output.map_err(|error| format!("cannot run {}: {error}", rustc.display()))?;
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    };
    let sysroot = ask(&["--print", "sysroot"])?;
    let version = ask(&["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| format!("`{} -vV` does not tell its host", rustc.display()))?;
    let lld = PathBuf::from(sysroot.trim_end()).join(format!("lib/rustlib/{host}/bin/rust-lld"));
    if lld.is_file() {
        Ok(lld)
    } else {
        Err(format!("there is no rust-lld at `{}`: set IMITATE_1_91_0_LLD to one", lld.display()))
    }
}
