//! What is installed beside the program: manual pages and completions, each read by what will read it, and
//! the name of the file that `cargo binstall` downloads.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use wasm_import_guard_tests::{guard_binary, repository, run};

fn stdout(arguments: &[&str]) -> String {
    let output = run(&repository(), arguments);
    assert_eq!(output.status, Some(0), "{arguments:?}: {}", output.stderr);
    output.stdout
}

/// The commands, as help lists them, without `help` itself.
fn commands() -> Vec<String> {
    let help = stdout(&["--help"]);
    let (_, list) = help.split_once("\nCommands:\n").unwrap();
    let list = list.lines().take_while(|line| line.starts_with("  "));
    let names = list.map(|line| line.split_whitespace().next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

/// The long options that a command's help has, with their dashes.
fn options(command: &str) -> BTreeSet<String> {
    let help = stdout(&[command, "-h"]);
    // `  -p, --package <SPEC>  …` and `      --locked  …`; a description is further in.
    let heads = help.lines().filter(|line| line.find(|it| it != ' ').is_some_and(|at| at <= 6));
    let names = heads.flat_map(|line| line.split_whitespace().take_while(|it| it.starts_with('-')));
    names.filter(|name| name.starts_with("--")).map(str::to_owned).collect()
}

/// A program that `tests/toolchain/setup readers` unpacked.
fn reader(name: &str) -> Command {
    let toolchain = std::env::var_os("WASM_IMPORT_GUARD_TOOLCHAIN")
        .map_or_else(|| repository().join(".wasm-toolchain"), PathBuf::from);
    let program = toolchain.join("bin").join(name);
    assert!(program.is_file(), "no {name}: run tests/toolchain/setup readers");
    Command::new(program)
}

/// What a program prints that is given `text`.
fn read_by(mut program: Command, text: &str) -> String {
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.is_empty(), "{program:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_command_has_a_manual_page_with_all_its_options_and_examples() {
    let commands = commands();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in &commands {
        let page = stdout(&["man", command]);
        let mut lint = reader("mandoc");
        lint.args(["-T", "lint", "-W", "error"]);
        assert_eq!(read_by(lint, &page), "", "{command}");
        let mut mandoc = reader("mandoc");
        mandoc.args(["-T", "utf8", "-O", "width=120"]);
        // Bold is a letter struck twice.
        let shown = read_by(mandoc, &page);
        let mut plain = String::new();
        for letter in shown.chars() {
            if letter == '\u{8}' {
                plain.pop();
            } else {
                plain.push(letter);
            }
        }
        assert!(plain.contains(&format!("cargo-wasm-import-guard-{command}")), "{plain}");
        let options = options(command);
        assert!(options.contains("--help"), "{options:?}");
        for option in &options {
            assert!(plain.contains(option.as_str()), "{command}: no {option} in\n{plain}");
        }
        // As help has it: line for line, blank for blank, for it is a table.
        let help = stdout(&[command, "--help"]);
        if let Some((_, codes)) = help.split_once("\nExit codes:\n") {
            let (_, shown) = plain.split_once("\nEXIT CODES\n").expect(command);
            let trimmed = |text: &str| {
                let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
                lines.map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(trimmed(codes), trimmed(shown), "{command}");
        }
    }
    let all = one_line(&stdout(&["man"]));
    for command in &commands {
        assert!(all.contains(&format!("cargo\\-wasm\\-import\\-guard\\-{command}(1)")), "{all}");
    }
    assert!(!all.contains("guard\\-help(1)"), "{all}");
}

#[test]
fn a_page_of_no_command_is_refused_with_those_there_are() {
    let output = run(&repository(), &["man", "chekc"]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""));
    let message = "error: there is no command `chekc`; there are check, imports, diff, why, link, \
                   explain, action, completions, man\n";
    assert_eq!(output.stderr, message);
}

/// What bash offers behind these words, the last of which has been begun.
fn offered_by_bash(words: &[&str]) -> BTreeSet<String> {
    let script = r#"
        source /dev/stdin
        function=$(complete -p cargo-wasm-import-guard | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", script, "bash", "cargo-wasm-import-guard"]).args(words);
    let offered = read_by(bash, &stdout(&["completions", "bash"]));
    offered.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect()
}

#[test]
fn bash_offers_commands_options_and_values() {
    let offered = offered_by_bash(&[""]);
    for command in commands() {
        assert!(offered.contains(&command), "{command}: {offered:?}");
        let offered = offered_by_bash(&[&command, "--"]);
        assert_eq!(offered, options(&command), "{command}");
    }
    let rules = offered_by_bash(&["explain", "un"]);
    assert_eq!(rules, ["undeclared-module", "unlisted-import"].map(str::to_owned).into());
    let formats = offered_by_bash(&["check", "--format", ""]);
    assert!(formats.contains("sarif") && !formats.contains("html"), "{formats:?}");
    assert_eq!(offered_by_bash(&["diff", "--ba"]), ["--base".to_owned()].into());
}

#[test]
fn every_other_shell_gets_a_script_that_knows_every_option() {
    let mut check = reader("zsh");
    check.arg("-n");
    assert_eq!(read_by(check, &stdout(&["completions", "zsh"])), "");
    for (shell, written) in [
        ("zsh", (|name: &str| format!("--{name}")) as fn(&str) -> String),
        ("fish", |name| format!("-l {name} ")),
        ("elvish", |name| format!("cand --{name} ")),
        ("powershell", |name| format!("'--{name}'")),
    ] {
        let script = stdout(&["completions", shell]);
        for command in commands() {
            for option in options(&command) {
                let option = written(option.trim_start_matches('-'));
                assert!(script.contains(&option), "{shell}: no `{option}`");
            }
        }
    }
}

#[test]
fn binstall_looks_for_the_file_that_a_release_has() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = guard_binary().file_stem().unwrap().to_str().unwrap();
    let package = packages.iter().find(|package| package["name"] == name).unwrap();
    let binstall = &package["metadata"]["binstall"];
    assert_eq!(binstall["pkg-fmt"], "tgz");
    assert_eq!(binstall["bin-dir"], "{ bin }{ binary-ext }");

    // As the Action writes addresses, which is tried with a server in `action_install`.
    let install = fs::read_to_string(repository().join("action/install.sh")).unwrap();
    assert!(install.contains("\n  file=$crate-v$version-$target.tar.gz\n"));
    assert!(install.contains("\n  address=${releases%/}/v$version/$file\n"));
    assert!(install.contains("/$repository/releases/download\n"));
    let url = binstall["pkg-url"].as_str().unwrap();
    let written = ["$repository", "$crate", "$version", "$target"];
    let filled = ["{ repo }", "{ name }", "{ version }", "{ target }"].iter().zip(written);
    let url = filled.fold(url.to_owned(), |url, (blank, value)| url.replace(blank, value));
    assert_eq!(url, "$repository/releases/download/v$version/$crate-v$version-$target.tar.gz");
}
