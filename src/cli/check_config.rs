//! `rampart check-config`: judge the settings without starting, show them, print the sample file.

use std::process::ExitCode;

use super::serve::SettingsArgs;
use super::{USAGE, failure};
use crate::app;
use crate::config::{self, Settings};

#[derive(Debug, clap::Args)]
pub(super) struct CheckConfigArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print the settings that result, as JSON, with secrets hidden.
    #[arg(long)]
    show: bool,
    /// Print the sample file: every key with its default.
    #[arg(long, conflicts_with = "show")]
    example: bool,
}

impl CheckConfigArgs {
    pub(super) fn run(self) -> ExitCode {
        if self.example {
            print!("{}", Settings::example());
            return ExitCode::SUCCESS;
        }
        let settings = match self.settings.load() {
            Ok(settings) => settings,
            Err(error) => return failure(&error, USAGE),
        };
        if let Err(error) = app::extend_catalog(&settings) {
            return failure(&error, USAGE);
        }
        for name in config::unknown_variables() {
            eprintln!("no setting has the variable `{name}`");
        }
        if !self.show {
            println!("the settings can be used");
            return ExitCode::SUCCESS;
        }
        match serde_json::to_string_pretty(&settings) {
            Ok(text) => {
                println!("{text}");
                ExitCode::SUCCESS
            }
            Err(error) => failure(&error, 1),
        }
    }
}
