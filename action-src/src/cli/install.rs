//! The options of `completions` and `man`, which write what is installed beside the program.

use clap::Args;
use clap_complete::Shell;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell to write for
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The command whose page to write; without it, the page of them all
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  cargo wasm-import-guard completions bash >~/.local/share/bash-completion/completions/cargo-wasm-import-guard
  cargo wasm-import-guard completions fish >~/.config/fish/completions/cargo-wasm-import-guard.fish
  cargo wasm-import-guard completions zsh >~/.zfunc/_cargo-wasm-import-guard
      `~/.zfunc` being a directory of your `fpath`.

What is completed:
  `cargo-wasm-import-guard check --t<Tab>`, the name of the program itself, in every shell. In zsh
  `cargo wasm-import-guard check --t<Tab>` too: there cargo's own completion asks for ours.";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  cargo wasm-import-guard man check | man -l -
      Read the page of `check`.
  cargo wasm-import-guard man >~/.local/share/man/man1/cargo-wasm-import-guard.1
      From then on `cargo help wasm-import-guard` shows it.";
