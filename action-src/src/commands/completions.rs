//! `completions`: what a shell sources to complete the command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::{Cli, Color, CompletionsArgs, PROGRAM};
use crate::exit::Exit;
use crate::terminal;

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), PROGRAM, &mut script);
    let mut script = String::from_utf8(script)?;
    if args.shell == Shell::Bash {
        script = with_one_name_for_the_program(&script);
    }
    terminal::write_stdout(&script, Color::Never)?;
    Ok(Exit::Clean)
}

/// Where a program's name has hyphens, the script writes it in two ways, so that nothing is offered behind
/// a command: <https://github.com/clap-rs/clap/issues/6421>.
fn with_one_name_for_the_program(script: &str) -> String {
    script.replace(&PROGRAM.replace('-', "__subcmd__"), &PROGRAM.replace('-', "__"))
}
