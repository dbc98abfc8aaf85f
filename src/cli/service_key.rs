//! `rampart service-key`: the keys of services.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use ipnet::IpNet;

use super::operator::{CommandError, Format, Server, print_json};
use crate::credential::time;
use crate::iam::Iam;
use crate::model::key::AccessKeyStatus;
use crate::model::network;
use crate::operator::control::{Request, Response};
use crate::operator::service_key::{ListedServiceKey, MAX_LISTED, NewServiceKey};
use crate::policy::ids::{AccessKeyId, AccountId};
use crate::policy::service_name::ServiceName;

/// The keys of services, which take the roles that trust them.
#[derive(Debug, clap::Subcommand)]
pub enum ServiceKeyCommand {
    /// Make a key that signs as a service, and print it; the secret is not shown again
    Create(CreateArgs),
    /// List the keys of services
    List(ListArgs),
    /// Let a key sign no more; `enable` undoes it
    Disable(KeyArgs),
    /// Let a key sign again
    Enable(KeyArgs),
    /// Remove a key for good: its id is never given again
    Delete(KeyArgs),
}

/// What the key is to be.
#[derive(Debug, clap::Args)]
pub struct CreateArgs {
    /// The service, as trust policies name it: `storage.corp.example`
    pub service: ServiceName,
    /// The account that the service acts for
    #[arg(long, value_name = "ID", conflicts_with = "any_account")]
    pub account: Option<AccountId>,
    /// The service acts for the account of whatever role it takes: whoever steals the key reaches
    /// every account that trusts the service
    #[arg(long)]
    pub any_account: bool,
    /// A network or address that the key may sign in; may be said several times
    #[arg(long = "network", value_name = "CIDR", value_parser = network)]
    pub networks: Vec<IpNet>,
    /// How the key is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How to list.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// How the keys are printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Which key.
#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    /// The key's id
    pub access_key_id: AccessKeyId,
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = network::parse(text);
    network.ok_or_else(|| "neither an address nor a network such as `10.0.0.0/8`".to_owned())
}

/// Runs `rampart service-key`.
///
/// # Errors
/// [`CommandError`].
pub async fn run<O, F>(
    command: &ServiceKeyCommand,
    server: &Server<O>,
    out: &mut impl Write,
) -> Result<ExitCode, CommandError>
where
    O: Fn() -> F,
    F: Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>>,
{
    let id = |args: &KeyArgs| args.access_key_id.clone();
    let changed = match command {
        ServiceKeyCommand::Create(args) => {
            let new = NewServiceKey {
                service: args.service.clone(),
                account: args.account,
                any_account: args.any_account,
                networks: args.networks.iter().map(ToString::to_string).collect(),
            };
            let response = server.ask(Request::CreateServiceKey(new)).await?;
            let Response::CreatedServiceKey(created) = response else {
                return Err(CommandError::Mismatch);
            };
            match args.format {
                Format::Text => {
                    let secret = created.access_key_secret.expose();
                    writeln!(out, "Service:         {}", created.service)?;
                    writeln!(out, "AccessKeyId:     {}", created.access_key_id)?;
                    writeln!(out, "AccessKeySecret: {secret}")?;
                }
                Format::Json => print_json(out, &created)?,
            }
            return Ok(ExitCode::SUCCESS);
        }
        ServiceKeyCommand::List(args) => {
            let keys = all(server).await?;
            match args.format {
                Format::Text => keys.iter().try_for_each(|key| line(out, key))?,
                Format::Json => print_json(out, &keys)?,
            }
            return Ok(ExitCode::SUCCESS);
        }
        ServiceKeyCommand::Disable(args) => Request::SetServiceKeyStatus {
            id: id(args),
            status: AccessKeyStatus::Inactive.as_str().to_owned(),
        },
        ServiceKeyCommand::Enable(args) => Request::SetServiceKeyStatus {
            id: id(args),
            status: AccessKeyStatus::Active.as_str().to_owned(),
        },
        ServiceKeyCommand::Delete(args) => Request::DeleteServiceKey { id: id(args) },
    };
    match server.ask(changed).await? {
        Response::ServiceKeyChanged => Ok(ExitCode::SUCCESS),
        _ => Err(CommandError::Mismatch),
    }
}

fn line(out: &mut impl Write, key: &ListedServiceKey) -> std::io::Result<()> {
    let account = key
        .account_id
        .map_or("any account".to_owned(), |id| id.to_string());
    let networks = if key.networks.is_empty() {
        "anywhere".to_owned()
    } else {
        key.networks.join(",")
    };
    let used = key
        .last_used_at
        .map_or("never used".to_owned(), time::format);
    let ListedServiceKey {
        access_key_id,
        service,
        status,
        ..
    } = key;
    writeln!(
        out,
        "{access_key_id}  {status}  {service}  {account}  {networks}  {used}"
    )
}

async fn all<O, F>(server: &Server<O>) -> Result<Vec<ListedServiceKey>, CommandError>
where
    O: Fn() -> F,
    F: Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>>,
{
    let mut keys: Vec<ListedServiceKey> = Vec::new();
    loop {
        let request = Request::ListServiceKeys {
            after: keys.last().map(|key| key.access_key_id.clone()),
            limit: MAX_LISTED,
        };
        let Response::ServiceKeys(page) = server.ask(request).await? else {
            return Err(CommandError::Mismatch);
        };
        let last = u32::try_from(page.len()).is_ok_and(|count| count < MAX_LISTED);
        keys.extend(page);
        if last {
            return Ok(keys);
        }
    }
}
