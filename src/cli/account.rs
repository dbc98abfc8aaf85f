//! `rampart account`: makes and lists accounts, and sets their quotas.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use super::operator::{CommandError, Format, Server, print_json};
use crate::iam::Iam;
use crate::operator::account::{ListedAccount, MAX_LISTED, NewAccount, QuotaChange};
use crate::operator::control::{Request, Response};
use crate::policy::ids::AccountId;

/// Makes and lists accounts, and sets their quotas.
#[derive(Debug, clap::Subcommand)]
pub enum AccountCommand {
    /// Make an account and its first root key, and print them; the secret is not shown again
    Create(CreateArgs),
    /// List the accounts
    List(ListArgs),
    /// Give an account quotas of its own, and print those that hold for it
    Quotas(QuotaArgs),
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

/// Whose quotas, and which.
#[derive(Debug, clap::Args)]
pub struct QuotaArgs {
    /// The account
    pub account: AccountId,
    /// `users=6000`, as the server's configuration names them; `users=default` for the server's again
    #[arg(value_name = "NAME=FIGURE", value_parser = figure)]
    pub figures: Vec<(String, Option<u32>)>,
    /// How the quotas are printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

fn figure(text: &str) -> Result<(String, Option<u32>), String> {
    let (name, figure) = text.split_once('=').ok_or("not of the form NAME=FIGURE")?;
    let figure = match figure {
        "default" => None,
        figure => Some(
            figure
                .parse()
                .map_err(|_| "neither a number nor `default`")?,
        ),
    };
    Ok((name.to_owned(), figure))
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
        AccountCommand::Quotas(args) => {
            let change = QuotaChange {
                account: args.account,
                figures: args.figures.iter().cloned().collect(),
            };
            let response = server.ask(Request::AccountQuotas(change)).await?;
            let Response::Quotas(quotas) = response else {
                return Err(CommandError::Mismatch);
            };
            match args.format {
                Format::Text => {
                    for (name, figure) in &quotas {
                        writeln!(out, "{name} = {figure}")?;
                    }
                }
                Format::Json => print_json(out, &quotas)?,
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
