//! The command line.

mod baseline;
mod diff;
mod install;
mod link;
mod policy;
mod why;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use wasm_import_guard::graph::Selection;
use wasm_import_guard::rules;

pub(crate) use baseline::BaselineArgs;
pub(crate) use diff::DiffArgs;
pub(crate) use install::{CompletionsArgs, ManArgs};
pub(crate) use link::{BuildArgs, LinkArgs};
pub(crate) use policy::PolicyArgs;
pub(crate) use why::WhyArgs;

/// The name of the program's file.
pub(crate) const PROGRAM: &str = "cargo-wasm-import-guard";

/// Tells, before the link, which host imports a Rust dependency graph declares and which of them a
/// rustc will not bind where their authors meant
#[derive(Debug, Parser)]
#[command(
    name = PROGRAM,
    bin_name = "cargo wasm-import-guard",
    version,
    arg_required_else_help = true,
    after_help = "`cargo wasm-import-guard <command> --help` tells more.",
    after_long_help = ABOUT_VERDICTS
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report the imports that the linker will not bind where they belong
    #[command(after_help = CHECK_EXAMPLES, after_long_help = CHECK_LONG)]
    Check(CheckArgs),
    /// List every host import that the dependency graph declares
    #[command(after_help = IMPORTS_EXAMPLES, after_long_help = IMPORTS_LONG)]
    Imports(ImportsArgs),
    /// Show which imports and findings appeared or went since a git revision
    #[command(after_help = diff::EXAMPLES, after_long_help = diff::LONG)]
    Diff(DiffArgs),
    /// Tell who declares an import, what brought it in, and what would remove it
    #[command(after_help = why::EXAMPLES, after_long_help = why::LONG)]
    Why(WhyArgs),
    /// Report what built objects, archives and modules show of imports
    #[command(after_help = link::EXAMPLES, after_long_help = link::LONG)]
    Link(LinkArgs),
    /// Print what a rule finds, why it matters and the ways out
    Explain(ExplainArgs),
    /// Do what the GitHub Action does: check, annotate, summarise
    #[command(after_help = ACTION_HELP)]
    Action(ActionArgs),
    /// Write a completion script for a shell to stdout
    #[command(after_help = install::COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// Write a manual page to stdout
    #[command(after_help = install::MAN_EXAMPLES)]
    Man(ManArgs),
}

impl Command {
    /// When to colour what this command prints.
    pub(crate) fn color(&self) -> Color {
        match self {
            Self::Check(check) => check.common.output.color,
            Self::Imports(imports) => imports.common.output.color,
            Self::Diff(diff) => diff.common.output.color,
            Self::Why(why) => why.common.output.color,
            Self::Link(link) => link.common.output.color,
            Self::Explain(explain) => explain.color,
            Self::Action(action) => action.common.output.color,
            Self::Completions(_) | Self::Man(_) => Color::Auto,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// What to print on stdout
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub(crate) format: Format,
    /// Exit with 3 when a part of the graph could not be read and nothing was denied
    #[arg(long, help_heading = "Verdict")]
    pub(crate) require_complete: bool,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    #[command(flatten)]
    pub(crate) build: link::BuildArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ImportsArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    /// What to print on stdout
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub(crate) format: ImportsFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ActionArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule's id, as a finding shows it in brackets
    #[arg(value_parser = PossibleValuesParser::new(rules::RULES.iter().map(|rule| rule.id)))]
    pub(crate) rule: String,
    /// When to use colours
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        env = "CARGO_TERM_COLOR",
        hide_env = true
    )]
    pub(crate) color: Color,
}

/// What every command that reads a graph takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) packages: PackageArgs,
    #[command(flatten)]
    pub(crate) features: FeatureArgs,
    #[command(flatten)]
    pub(crate) compilation: CompilationArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Package selection (as cargo's)")]
pub(crate) struct PackageArgs {
    /// Package to read with all that it depends on; may be repeated
    #[arg(short, long = "package", value_name = "SPEC")]
    pub(crate) packages: Vec<String>,
    /// Read every member of the workspace
    #[arg(long)]
    pub(crate) workspace: bool,
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Feature selection (as cargo's)")]
pub(crate) struct FeatureArgs {
    /// Features to turn on, separated by blanks or commas; may be repeated
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub(crate) features: Vec<String>,
    /// Turn on all features of the selected packages
    #[arg(long)]
    pub(crate) all_features: bool,
    /// Leave the `default` feature off
    #[arg(long)]
    pub(crate) no_default_features: bool,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to judge by")]
pub(crate) struct CompilationArgs {
    /// wasm target to resolve the graph for; may be repeated
    ///
    /// Without it: the wasm targets that the project names in its cargo configuration, in
    /// `CARGO_BUILD_TARGET` or in its rust-toolchain file; when it names none,
    /// wasm32-unknown-unknown and wasm32-wasip1. What is chosen is said on stderr.
    #[arg(long = "target", value_name = "TRIPLE")]
    pub(crate) targets: Vec<String>,
    /// Judge by this rustc instead of the one in use, e.g. `1.91.0`; may be repeated
    ///
    /// The version need not be installed: what it does with wasm imports is known. The graph is
    /// still resolved by the cargo and rustc in use.
    #[arg(long = "rustc-version", value_name = "VERSION")]
    pub(crate) rustc_versions: Vec<String>,
    /// Trust the rustc or toolchain path that the project's own configuration names
    ///
    /// Without it such a program is never run; where one is named the command stops with exit
    /// code 2 and names the line. Compiler wrappers are not needed, and never run.
    #[arg(long)]
    pub(crate) trust_config: bool,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Lock file and network (as cargo's)")]
pub(crate) struct LockArgs {
    /// Stop when Cargo.lock would have to change
    #[arg(long)]
    pub(crate) locked: bool,
    /// Do not use the network
    #[arg(long)]
    pub(crate) offline: bool,
    /// The same as `--locked --offline`
    #[arg(long)]
    pub(crate) frozen: bool,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Show notes, and the places whose imports cannot be read
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Leave out the summary, hints and the progress display
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// When to use colours; `CARGO_TERM_COLOR` and `NO_COLOR` are heeded
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        env = "CARGO_TERM_COLOR",
        hide_env = true
    )]
    pub(crate) color: Color,
}

/// How `check` reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: like rustc's own diagnostics
    #[default]
    Human,
    /// For programs: one JSON object per target, a line each
    Json,
    /// For GitHub Actions: annotations on lines of the repository
    Github,
    /// For GitHub's pages: a verdict and a table
    Markdown,
    /// For code scanning: one SARIF 2.1.0 log, with places in the repository's own files
    Sarif,
    /// For editors: messages as `cargo check --message-format=json` prints them, a line each
    Cargo,
}

/// How `imports` lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportsFormat {
    /// For people: a table by package and import module
    #[default]
    Human,
    /// For programs: one JSON object per target, a line each
    Json,
    /// For a Cargo.toml: the imports as a contract with the host, which the rule unlisted-import checks
    Contract,
    /// For SARIF viewers: one log, each import a result that has not failed
    Sarif,
    /// For the log of GitHub Actions: a group to unfold for each package
    Github,
    /// For GitHub's pages: a table
    Markdown,
    /// For drawing: a Mermaid graph from the roots to the packages and their import modules
    Mermaid,
    /// For a browser: one page with a map of the imports, to be searched, filtered and compared
    Html,
}

/// How `why` and `link` report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    #[default]
    Human,
    /// For programs: one JSON object per target, a line each
    Json,
}

/// How `diff` reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people: imports that came and went, then findings
    #[default]
    Human,
    /// For programs: one JSON object per target, a line each
    Json,
    /// For GitHub Actions: the new findings as annotations on lines of the repository
    Github,
    /// For GitHub's pages: a verdict and tables
    Markdown,
    /// For code scanning: the new findings as one SARIF 2.1.0 log
    Sarif,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// In a terminal
    #[default]
    Auto,
    /// Even into a file or pipe
    Always,
    /// Nowhere
    Never,
}

impl Common {
    /// The options that cargo understands, with `directory` as the place cargo runs in.
    pub(crate) fn selection(&self, directory: PathBuf) -> Selection {
        Selection {
            directory,
            manifest_path: self.packages.manifest_path.clone(),
            packages: self.packages.packages.clone(),
            workspace: self.packages.workspace,
            features: self.features.features.clone(),
            all_features: self.features.all_features,
            no_default_features: self.features.no_default_features,
            locked: self.lock.locked,
            offline: self.lock.offline,
            frozen: self.lock.frozen,
        }
    }
}

const CHECK_EXAMPLES: &str = "\
Examples:
  cargo wasm-import-guard check
  cargo wasm-import-guard check --target wasm32-wasip1 --rustc-version 1.91.0
  cargo wasm-import-guard check --workspace --locked --format json --require-complete";

const CHECK_LONG: &str = "\
Examples:
  cargo wasm-import-guard check
      The packages of the current directory, by the rustc in use.
  cargo wasm-import-guard check --target wasm32-wasip1 --rustc-version 1.91.0
      What rustc 1.91.0 would make of the imports; it need not be installed.
  cargo wasm-import-guard check --workspace --locked --format json --require-complete
      For CI: every member, nothing resolved anew, a report for programs.
  cargo wasm-import-guard check --write-baseline imports-baseline.json
  cargo wasm-import-guard check --baseline imports-baseline.json
      From now on only what is new, or graver than it was.
  cargo wasm-import-guard check --format sarif > imports.sarif
      For code scanning. A finding in a dependency is at the line of your Cargo.toml that brings
      the dependency in; notes are left out without -v.
  cargo wasm-import-guard check --workspace --offline --quiet --format cargo
      For editors: rust-analyzer shows the findings in place when this is its
      `check.overrideCommand`.

Verdicts depend on the toolchain:
  The same import is harmless with a rustc that gives it a symbol of its own (mangled), and
  harmful with one that uses its plain name (1.91.0, for imports that another crate calls). A
  finding is an error when a rustc that is judged surely or possibly does harm, else a note
  (-v shows notes). Judged is the rustc in use; --rustc-version replaces it.

Exit codes:
  0  nothing denied
  1  a finding is denied, for any target, even when the analysis is incomplete
  2  nothing could be analysed: usage, configuration or environment
  3  nothing denied, but incomplete, and --require-complete was given
  When only some of several targets can be analysed, their findings are shown and decide; each
  target that cannot is an error on stderr and makes the analysis incomplete. Give
  --require-complete in CI, so that a target that was not analysed never passes.";

const ACTION_HELP: &str = "\
action.yml runs it in a step of GitHub Actions. From the environment, where an empty value counts as
none, it takes:
  INPUT_WORKING_DIRECTORY  where to work, instead of the current directory
  INPUT_MANIFEST_PATH   path to Cargo.toml; several, a line each, are checked one after the other
  INPUT_PACKAGE         packages, as -p takes them, separated by blanks, commas or line breaks
  INPUT_FEATURES        features to turn on, separated likewise
  INPUT_TARGETS         wasm targets, separated by blanks, commas or line breaks
  INPUT_RUSTC_VERSIONS  rustc versions to judge by, separated likewise
  INPUT_BUILD           true: build the project first, which runs its code, and judge that too
  INPUT_FAIL_ON         deny (default), warn or never
  INPUT_BASE_REF        the revision to compare with; by default the base branch of the pull request,
                        or the base of the merge group, where the checkout has it
  INPUT_NEW_ONLY        true: only findings that the base does not have are reported and decide;
                        both sides are compared by their sources alone
  INPUT_ANNOTATIONS     false: no annotations
  INPUT_MAX_ANNOTATIONS how many of each severity; GitHub shows 10 (default)
  INPUT_SUMMARY         false: no summary
  INPUT_COMMENT         never (default), on-findings or always: one comment on the pull request,
                        which each run brings up to date
  INPUT_COMMENT_KEY     tells the comments of several uses on one pull request apart
  INPUT_CHECK_RUN       true: a check run on the commit
  INPUT_SARIF_FILE      where to write the findings as SARIF
  INPUT_HTML_FILE       where to write the map of imports, a page for a browser
  INPUT_TOKEN           the token that writes the comment and the check run
Each that is given counts in place of the option.

It prints annotations, and appends to the files that GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name.
Comment and check run go through the API at GITHUB_API_URL; the proxies that the environment names
are used. What cannot be reported is a warning, and changes neither conclusion nor exit code.
Outputs:
  findings      how many findings are denied or warnings, those of several targets counted once
  new-findings  how many of them the base does not have; empty when it was not compared with
  report-json   the file with what `check --format json` prints, below RUNNER_TEMP
  sarif-file, html-file   the files of that kind, where they were asked for
  comment-id, check-run-id   the numbers of what the API was given
  degraded      the reports that could not be made, separated by commas
  conclusion    failure     a finding reaches fail-on
                incomplete  none does, but a target or a part of the graph could not be read
                neutral     there are findings, and none reaches fail-on
                success     there are none
                error       nothing could be analysed

Exit codes:
  0  success, neutral or incomplete
  1  failure
  2  error";

const IMPORTS_EXAMPLES: &str = "\
Examples:
  cargo wasm-import-guard imports --target wasm32-wasip1
  cargo wasm-import-guard imports -p app --format json";

const IMPORTS_LONG: &str = "\
Examples:
  cargo wasm-import-guard imports --target wasm32-wasip1
      Every import by package and import module, with the place of its declaration.
  cargo wasm-import-guard imports -p app --format json
      The same for programs, one JSON object per target.
  cargo wasm-import-guard imports --format contract
      The table for Cargo.toml that says what the host provides now; `explain unlisted-import`
      tells more.
  cargo wasm-import-guard imports --format mermaid
      A graph of the dependencies that lead to imports, to be drawn by Mermaid or GitHub.
  cargo wasm-import-guard imports --format html >imports.html
      A map of the imports, for a browser; it needs no network.

Exposure tells who will name an import in compiled code:
  exposed       another crate calls it, directly or through an inline, generic or macro item
  kept          only plain functions of its own crate call it
  unreferenced  it is `pub`, and no package of the graph mentions it
  possible      the source does not tell

Exit codes:
  0  the imports were listed, for at least one target
  2  nothing could be analysed: usage, configuration or environment
  What could not be read, and targets that could not be analysed, are named on stderr.";

const ABOUT_VERDICTS: &str = "\
What it does:
  It resolves the packages as cargo does for a wasm target, reads the imports that their source
  declares, and tells what a given rustc and its linker make of each: no build, no link, and no
  code of the project is run. `check` reports, `imports` lists, `why` tells what brought an import
  in, `diff` compares, `explain` teaches. Two things need a build: `link`, which reads what one has
  made, and `check --build`, which runs one.

  The same analysis runs in a build.rs: `fn main() { wasm_import_guard::check(); }`.

Environment:
  WASM_IMPORT_GUARD_CACHE  where what is read of downloaded packages is kept for the next run: an
                           absolute path, or `off`; by default the user's cache directory. It may be
                           deleted at any time.

`cargo wasm-import-guard <command> --help` tells more: exit codes, how verdicts depend on the
rustc, which targets are analysed when none is given.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
