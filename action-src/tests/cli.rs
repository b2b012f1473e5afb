//! The command line as a user meets it: help, usage errors, and the ways of calling.
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic like the test")]

use std::process::{Command, Output, Stdio};

fn guard(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-wasm-import-guard"));
    command.args(arguments).env_remove("CARGO_TERM_COLOR").env_remove("NO_COLOR");
    command
}

fn run(arguments: &[&str]) -> Output {
    guard(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_three_ways_of_calling_are_one() {
    let direct = run(&["explain", "libc-clash"]);
    let as_cargo_does = run(&["wasm-import-guard", "explain", "libc-clash"]);
    let directory = std::path::Path::new(env!("CARGO_BIN_EXE_cargo-wasm-import-guard"));
    let mut path = vec![directory.parent().unwrap().to_path_buf()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let through_cargo = Command::new(env!("CARGO"))
        .args(["wasm-import-guard", "explain", "libc-clash"])
        .env("PATH", std::env::join_paths(path).unwrap())
        .output()
        .unwrap();
    for output in [&direct, &as_cargo_does, &through_cargo] {
        assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
        assert!(stdout(output).starts_with("# libc-clash\n"));
    }
    assert_eq!(direct.stdout, as_cargo_does.stdout);
    assert_eq!(direct.stdout, through_cargo.stdout);
}

#[test]
fn help_is_not_an_error_and_teaches() {
    for arguments in [&["--help"][..], &["-h"], &["help"], &["check", "--help"], &["-V"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{arguments:?}");
    }
    let help = stdout(&run(&["check", "--help"]));
    for taught in [
        "Usage: cargo wasm-import-guard check",
        "Exit codes:",
        "Verdicts depend on the toolchain:",
        "Examples:",
        "none, wasm32-unknown-unknown and wasm32-wasip1",
    ] {
        assert!(one_line(&help).contains(taught), "no {taught:?} in:\n{help}");
    }
}

#[test]
fn every_graph_command_takes_the_options_of_the_contract() {
    for command in ["check", "imports"] {
        let help = stdout(&run(&[command, "-h"]));
        for option in [
            "--manifest-path <",
            "-p, --package <",
            "--workspace",
            "--target <",
            "--features <",
            "--all-features",
            "--no-default-features",
            "--locked",
            "--offline",
            "--frozen",
            "--rustc-version <",
            "--format <",
            "-q, --quiet",
            "-v, --verbose",
            "--color <",
            "--trust-config",
        ] {
            assert!(help.contains(option), "{command} has no {option}:\n{help}");
        }
        assert_eq!(help.contains("--require-complete"), command == "check");
    }
}

#[test]
fn wrong_usage_ends_with_2_on_stderr() {
    for (arguments, said) in [
        (&[][..], "Usage:"),
        (&["wasm-import-guard"], "Usage:"),
        (&["chek"], "'check'"),
        (&["check", "--no-such-option"], "--no-such-option"),
        (&["check", "--format", "xml"], "[possible values: human, json, github, markdown]"),
        (&["imports", "--format", "github"], "[possible values: human, json]"),
        (&["check", "-q", "-v"], "cannot be used with"),
        (&["check", "--target"], "--target"),
        (&["imports", "--require-complete"], "--require-complete"),
        (&["explain"], "<RULE>"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn explain_prints_the_page_and_knows_the_nearest_rule() {
    for rule in ["libc-clash", "module-clash"] {
        let page = stdout(&run(&["explain", rule]));
        assert!(page.starts_with(&format!("# {rule}\n")));
        for part in ["import module mismatch for symbol", "## Ways out", "1.91.1"] {
            assert!(page.contains(part), "{rule} does not say {part:?}");
        }
    }
    let unknown = run(&["explain", "libc-clas"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("a similar value exists: 'libc-clash'"));
    assert!(stderr(&unknown).contains("[possible values: libc-clash, module-clash]"));
}

#[test]
fn a_colour_setting_that_is_none_is_named() {
    let output = guard(&["explain", "libc-clash"]).env("CARGO_TERM_COLOR", "red").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("'red'"), "{}", stderr(&output));
    // The option comes first, as it does for cargo.
    let output = guard(&["explain", "libc-clash", "--color", "never"])
        .env("CARGO_TERM_COLOR", "red")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    // The page is smaller than a pipe's buffer, so the pipe is closed before the command starts.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = guard(&["explain", "libc-clash"])
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stderr(&output), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = guard(&["explain", "libc-clash"])
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("error: stdout cannot be written"), "{}", stderr(&output));
}

/// `text` with its lines joined, since help is wrapped to the width of the terminal.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
