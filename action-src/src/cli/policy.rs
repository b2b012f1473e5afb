//! The options that decide about findings.

use clap::Args;
use wasm_import_guard::policy::{Levels, PolicyLevel, level_setting};

#[derive(Debug, Args)]
#[command(next_help_heading = "Policy")]
pub(crate) struct PolicyArgs {
    /// Set the level of a rule's findings: `libc-clash=warn`; may be repeated
    ///
    /// `deny` and `warn` set what the rule denies or warns of, `note` lowers it, `allow` leaves the rule
    /// out. It goes before the levels in the manifests' metadata.
    #[arg(long = "level", value_name = "RULE=LEVEL", value_parser = parse)]
    pub(crate) levels: Vec<(&'static str, PolicyLevel)>,
}

impl PolicyArgs {
    /// The levels, of several for one rule the last.
    pub(crate) fn levels(&self) -> Levels {
        self.levels.iter().copied().collect()
    }
}

fn parse(text: &str) -> Result<(&'static str, PolicyLevel), String> {
    level_setting(text).map_err(|error| {
        let helps = error.helps().iter().map(|help| format!("; {help}"));
        helps.fold(error.message().to_owned(), |text, help| text + &help)
    })
}
