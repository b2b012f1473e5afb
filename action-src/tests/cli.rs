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
fn the_help_of_formats_and_why_teaches() {
    for (command, taught) in [
        (
            "check",
            &[
                "sarif: For code scanning",
                "cargo: For editors",
                "`check.overrideCommand`",
                "at the line of your Cargo.toml",
            ][..],
        ),
        ("imports", &["sarif: For SARIF viewers", "mermaid: For drawing", "--format mermaid"]),
        (
            "why",
            &[
                "Usage: cargo wasm-import-guard why [OPTIONS] <MODULE> [NAME]",
                "`-` for an import without one",
                "why env now --target",
                "1 not found, and everything could be read",
                "the feature that brings it in",
            ],
        ),
    ] {
        let help = one_line(&stdout(&run(&[command, "--help"])));
        for taught in taught {
            assert!(help.contains(taught), "{command} does not say {taught:?}:\n{help}");
        }
    }
}

#[test]
fn every_graph_command_takes_the_options_of_the_contract() {
    for command in ["check", "imports", "why", "diff", "link", "action"] {
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
            "-q, --quiet",
            "-v, --verbose",
            "--color <",
            "--trust-config",
        ] {
            assert!(help.contains(option), "{command} has no {option}:\n{help}");
        }
        let judges = ["check", "diff", "link"].contains(&command);
        assert_eq!(help.contains("--require-complete"), judges);
        assert_eq!(help.contains("--build"), command == "check");
        // The Action has its own places for its reports.
        assert_eq!(help.contains("--format <"), command != "action");
    }
}

#[test]
fn wrong_usage_ends_with_2_on_stderr() {
    for (arguments, said) in [
        (&[][..], "Usage:"),
        (&["wasm-import-guard"], "Usage:"),
        (&["chek"], "'check'"),
        (&["check", "--no-such-option"], "--no-such-option"),
        (&["check", "--format", "xml"], "human, json, github, markdown, sarif, cargo]"),
        (
            &["imports", "--format", "cargo"],
            "human, json, contract, sarif, github, markdown, mermaid, html]",
        ),
        (&["check", "-q", "-v"], "cannot be used with"),
        (&["check", "--target"], "--target"),
        (&["imports", "--require-complete"], "--require-complete"),
        (&["explain"], "<RULE>"),
        (&["why"], "<MODULE>"),
        (&["why", "env", "now", "more"], "unexpected argument 'more'"),
        (&["why", "env", "--format", "sarif"], "[possible values: human, json]"),
        (&["link"], "<PATH>"),
        (&["link", "--build", "x"], "--build"),
        (&["check", "--profile", "release"], "--build"),
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
    let rules = wasm_import_guard::rules::RULES.iter().map(|rule| rule.id).collect::<Vec<_>>();
    // The width of a terminal may break the line.
    let said = stderr(&unknown).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(&format!("[possible values: {}]", rules.join(", "))), "{said}");
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

/// A file that a runner would have made for a step, removed when it goes.
struct StepFile(std::path::PathBuf);

impl StepFile {
    fn new(name: &str) -> Self {
        let name = format!("wasm-import-guard-{}-{name}", std::process::id());
        let file = Self(std::env::temp_dir().join(name));
        std::fs::write(&file.0, "").unwrap();
        file
    }
}

impl Drop for StepFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn the_action_names_a_mistake_in_an_annotation_and_an_output() {
    let outputs = StepFile::new("outputs");
    let mut action = guard(&["action"]);
    action.env("INPUT_FAIL_ON", "a\n::error::b").env("GITHUB_OUTPUT", &outputs.0);
    let output = action.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stdout(&output),
        "::error title=wasm-import-guard::the input `fail-on` is `a%0A::error::b`%0Ahelp: give \
         one of `deny`, `warn`, `never`\n"
    );
    assert_eq!(stderr(&output), "");
    let text = std::fs::read_to_string(&outputs.0).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let delimiter = lines[0].strip_prefix("findings<<").unwrap();
    assert_eq!(&lines[1..3], ["", delimiter]);
    let other = lines[3].strip_prefix("conclusion<<").unwrap();
    assert_eq!(lines[4..6], ["error", other]);
    assert!(lines[6].starts_with("degraded<<") && lines[7].is_empty(), "{lines:?}");
    assert_ne!(delimiter, other);
}

#[test]
fn what_cannot_be_reported_is_a_warning_and_changes_no_exit_code() {
    let mut action = guard(&["action"]);
    let nowhere = std::env::temp_dir().join("wasm-import-guard-nowhere/outputs");
    let output = action.env("INPUT_FAIL_ON", "x").env("GITHUB_OUTPUT", &nowhere).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stdout = stdout(&output);
    let [error, warning] = stdout.lines().collect::<Vec<_>>()[..] else { panic!("{stdout}") };
    assert!(error.starts_with("::error title=wasm-import-guard::the input "), "{error}");
    let said = "::warning title=wasm-import-guard::the outputs of the step cannot be written: ";
    assert!(warning.starts_with(said), "{warning}");
}

#[test]
fn a_failure_is_told_in_the_format_that_was_asked_for() {
    let missing = "no\n##[error]such/Cargo.toml";
    let arguments = ["check", "--format", "github", "--manifest-path", missing];
    let output = guard(&arguments).env("GITHUB_ACTIONS", "true").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stdout(&output).starts_with("::error title=wasm-import-guard::"),
        "{}",
        stdout(&output)
    );
    assert!(!stderr(&output).contains("##["), "{}", stderr(&output));
    // The runner looks for commands in whatever a step prints.
    let output = guard(&["check", "--manifest-path", missing, "--target", "wasm32-wasip1"])
        .env("GITHUB_ACTIONS", "true")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("such/Cargo.toml"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("##["), "{}", stderr(&output));
}

/// `text` with its lines joined, since help is wrapped to the width of the terminal.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
