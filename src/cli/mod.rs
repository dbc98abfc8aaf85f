//! The command line. `rampart` alone is `rampart serve`.
//!
//! Each subcommand has a file here with its arguments and a `run`. Settings of the server have
//! flags in `serve`; all of them have a variable and a key in the file (`config`).

pub mod account;
mod call;
mod check_config;
mod key;
mod moving;
mod operate;
pub mod operator;
pub mod policy;
pub mod seed;
mod serve;
pub mod service_key;
mod sign;
pub mod signature;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::bootstrap;

/// A self-hosted server that speaks the wire protocol of Alibaba Cloud's RAM and STS.
#[derive(Debug, Parser)]
#[command(name = "rampart", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve; what `rampart` alone does.
    Serve(Box<serve::ServeArgs>),
    /// Sign and send one call.
    Call(Box<call::CallArgs>),
    /// Look at policy documents, run decision cases.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Verify captured requests.
    #[command(subcommand)]
    Signature(signature::SignatureCommand),
    /// Reconcile accounts, users, keys, policies and roles with a YAML file.
    Seed(Box<operate::SeedCommand>),
    /// Make and list accounts.
    Account(Box<operate::AccountOperation>),
    /// The keys of services: make, list, switch off and remove them.
    ServiceKey(Box<operate::ServiceKeyOperation>),
    /// Make master keys and change the keys that seal session tokens.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Write a backup of the embedded database, while it serves.
    Backup(Box<moving::BackupArgs>),
    /// Put a backup in the place of the embedded database.
    Restore(Box<moving::RestoreArgs>),
    /// Move everything to another database, and retire the one that it comes from.
    MigrateStore(Box<moving::MigrateStoreArgs>),
    /// Say whether the settings can be used, without starting.
    CheckConfig(Box<check_config::CheckConfigArgs>),
    /// Print the version.
    Version,
}

/// The command line. Which data is meant may be said before and after `account create`.
fn command_line() -> clap::Command {
    let with_commands = ["account", "service-key"];
    with_commands.into_iter().fold(Cli::command(), |cli, name| {
        cli.mut_subcommand(name, |command| {
            command.mut_args(|argument| argument.global(true))
        })
    })
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    // Every command has secrets in memory, before it has a log.
    if let Err(error) = bootstrap::forbid_core_dumps() {
        eprintln!("rampart: core dumps cannot be switched off: {error}");
    }
    let matches = command_line().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match cli.command {
        None => cli.serve.run(),
        Some(Command::Serve(arguments)) => arguments.run(),
        Some(Command::Call(arguments)) => arguments.run(),
        Some(Command::Policy(command)) => command.run(),
        Some(Command::Signature(command)) => command.run(),
        Some(Command::Seed(arguments)) => arguments.run(),
        Some(Command::Account(arguments)) => arguments.run(),
        Some(Command::ServiceKey(arguments)) => arguments.run(),
        Some(Command::Key(command)) => command.run(),
        Some(Command::Backup(arguments)) => arguments.run(),
        Some(Command::Restore(arguments)) => arguments.run(),
        Some(Command::MigrateStore(arguments)) => arguments.run(),
        Some(Command::CheckConfig(arguments)) => arguments.run(),
        Some(Command::Version) => {
            println!("rampart {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
    }
}

/// What a command ends with where its arguments or settings cannot be used. Clap uses it too.
const USAGE: u8 = 2;

/// Prints an error with all its causes on one line, and ends with that code.
fn failure(error: &dyn std::error::Error, code: u8) -> ExitCode {
    let mut line = format!("rampart: {error}");
    let mut shown = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some errors of libraries quote their cause already.
        if !shown.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        shown = text;
        cause = error.source();
    }
    eprintln!("{line}");
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command_line().debug_assert();
    }

    #[test]
    fn alone_is_serve() {
        let cli = Cli::try_parse_from(["rampart", "--ephemeral", "--listen", "127.0.0.1:0"]);
        assert!(cli.unwrap().command.is_none());
        assert!(Cli::try_parse_from(["rampart", "--ephemeral", "version"]).is_err());
    }
}
