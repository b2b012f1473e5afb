//! `man`: the manual pages, in the form that `man` reads.

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::cli::{Cli, Color, ManArgs};
use crate::exit::Exit;
use crate::terminal;

pub(super) fn run(args: &ManArgs) -> anyhow::Result<Exit> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let command = match &args.command {
        Some(name) => program.find_subcommand(name).with_context(|| {
            let names: Vec<_> = program.get_subcommands().map(Command::get_name).collect();
            format!("there is no command `{name}`; there are {}", names.join(", "))
        })?,
        None => &program,
    };
    let page = page(command).context("the page cannot be written")?;
    terminal::write_stdout(&String::from_utf8(page)?, Color::Never)?;
    Ok(Exit::Clean)
}

fn page(command: &Command) -> std::io::Result<Vec<u8>> {
    let version = env!("CARGO_PKG_VERSION");
    let man = Man::new(command.clone())
        // An empty one would be left out, and what follows take its place.
        .date(" ")
        .source(format!("wasm-import-guard {version}"))
        .manual("Cargo's further commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(more) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        sections(&more.to_string()).to_writer(&mut page)?;
    }
    Ok(page)
}

/// What help says at its end, laid out as it is there: it has examples and tables, which `man` would
/// otherwise fill up to paragraphs. A line without indentation that ends in a colon is a heading.
fn sections(text: &str) -> Roff {
    let mut page = Roff::new();
    let mut is_laid_out = false;
    for line in text.lines() {
        match line.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
            Some(heading) => {
                if is_laid_out {
                    page.control("fi", []);
                }
                page.control("SH", [heading.to_uppercase().as_str()]);
                page.control("nf", []);
                is_laid_out = true;
            }
            None => {
                page.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
            }
        }
    }
    if is_laid_out {
        page.control("fi", []);
    }
    page
}
