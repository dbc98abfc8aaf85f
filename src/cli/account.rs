//! `rampart account`: makes and lists accounts.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use super::operator::{CommandError, Format, Server, print_json};
use crate::iam::Iam;
use crate::operator::account::{ListedAccount, MAX_LISTED, NewAccount};
use crate::operator::control::{Request, Response};
use crate::policy::ids::AccountId;

/// Makes and lists accounts.
#[derive(Debug, clap::Subcommand)]
pub enum AccountCommand {
    /// Make an account and its first root key, and print them; the secret is not shown again
    Create(CreateArgs),
    /// List the accounts
    List(ListArgs),
}

/// What the account is to be.
#[derive(Debug, clap::Args)]
pub struct CreateArgs {
    /// What you call it
    #[arg(long)]
    pub name: Option<String>,
    /// Its alias: 3 to 63 lower-case letters, digits and `-`
    #[arg(long)]
    pub alias: Option<String>,
    /// Its id: 16 digits; drawn where it is not given
    #[arg(long)]
    pub id: Option<AccountId>,
    /// How the account is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How to list.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// How the accounts are printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Runs `rampart account`.
///
/// # Errors
/// [`CommandError`].
pub async fn run<O, F>(
    command: &AccountCommand,
    server: &Server<O>,
    out: &mut impl Write,
) -> Result<ExitCode, CommandError>
where
    O: Fn() -> F,
    F: Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>>,
{
    match command {
        AccountCommand::Create(args) => {
            let new = NewAccount {
                name: args.name.clone(),
                alias: args.alias.clone(),
                id: args.id,
            };
            let response = server.ask(Request::CreateAccount(new)).await?;
            let Response::CreatedAccount(created) = response else {
                return Err(CommandError::Mismatch);
            };
            match args.format {
                Format::Text => {
                    writeln!(out, "AccountId:       {}", created.account_id)?;
                    writeln!(out, "AccessKeyId:     {}", created.access_key_id)?;
                    writeln!(
                        out,
                        "AccessKeySecret: {}",
                        created.access_key_secret.expose()
                    )?;
                }
                Format::Json => print_json(out, &created)?,
            }
        }
        AccountCommand::List(args) => {
            let accounts = all(server).await?;
            match args.format {
                Format::Text => {
                    for account in &accounts {
                        let alias = account.alias.as_deref().unwrap_or("-");
                        writeln!(out, "{}  {alias}  {}", account.account_id, account.name)?;
                    }
                }
                Format::Json => print_json(out, &accounts)?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn all<O, F>(server: &Server<O>) -> Result<Vec<ListedAccount>, CommandError>
where
    O: Fn() -> F,
    F: Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>>,
{
    let mut accounts: Vec<ListedAccount> = Vec::new();
    loop {
        let after = accounts.last().map(|account| account.account_id);
        let request = Request::ListAccounts {
            after,
            limit: MAX_LISTED,
        };
        let Response::Accounts(page) = server.ask(request).await? else {
            return Err(CommandError::Mismatch);
        };
        let last = u32::try_from(page.len()).is_ok_and(|count| count < MAX_LISTED);
        accounts.extend(page);
        if last {
            return Ok(accounts);
        }
    }
}
