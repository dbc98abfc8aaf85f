//! The operator's commands, at a running server's control socket or, where none runs, on the
//! database itself, whose data directory is held meanwhile.

use std::error::Error;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use super::operator::{CommandError, Format, Server};
use super::serve::DataArgs;
use super::{USAGE, account, failure, operator, seed, service_key};
use crate::app;
use crate::iam::Iam;
use crate::operator::adoption::Adoption;
use crate::telemetry;

/// `rampart seed`.
#[derive(Debug, clap::Args)]
pub(super) struct SeedCommand {
    #[command(flatten)]
    seed: seed::SeedArgs,
    #[command(flatten)]
    data: DataArgs,
}

/// `rampart account`.
#[derive(Debug, clap::Args)]
pub(super) struct AccountOperation {
    #[command(subcommand)]
    command: account::AccountCommand,
    #[command(flatten)]
    data: DataArgs,
}

/// `rampart service-key`.
#[derive(Debug, clap::Args)]
pub(super) struct ServiceKeyOperation {
    #[command(subcommand)]
    command: service_key::ServiceKeyCommand,
    #[command(flatten)]
    data: DataArgs,
}

/// `rampart key rotate`.
#[derive(Debug, clap::Args)]
pub(super) struct RotateArgs {
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    data: DataArgs,
}

/// `rampart key rotate-master`.
#[derive(Debug, clap::Args)]
pub(super) struct RotateMasterArgs {
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    data: DataArgs,
}

/// `rampart key adopt-database`.
#[derive(Debug, clap::Args)]
pub(super) struct AdoptArgs {
    /// What the database is.
    #[arg(long = "as", value_name = "WHAT")]
    role: DatabaseRole,
    /// It is a copy though nothing in the database shows it: a base backup, a snapshot or a promoted
    /// standby whose original goes on.
    #[arg(long)]
    unchecked: bool,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    data: DataArgs,
}

/// What a database is that was copied or restored.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum DatabaseRole {
    /// A copy whose original goes on: it gets an incarnation of its own, in which every secret is
    /// sealed anew and no session of before is taken.
    Copy,
    /// The original in another place: its incarnation stays, and so do its sessions.
    Original,
}

impl SeedCommand {
    pub(super) fn run(self) -> ExitCode {
        let seed = self.seed;
        operate(self.data, async |server, out| {
            seed::run(&seed, server, out).await
        })
    }
}

impl AccountOperation {
    pub(super) fn run(self) -> ExitCode {
        let command = self.command;
        operate(self.data, async |server, out| {
            account::run(&command, server, out).await
        })
    }
}

impl ServiceKeyOperation {
    pub(super) fn run(self) -> ExitCode {
        let command = self.command;
        operate(self.data, async |server, out| {
            service_key::run(&command, server, out).await
        })
    }
}

impl RotateArgs {
    pub(super) fn run(self) -> ExitCode {
        let format = self.format;
        operate(self.data, async |server, out| {
            operator::rotate_token_keys(server, format, out).await
        })
    }
}

impl RotateMasterArgs {
    pub(super) fn run(self) -> ExitCode {
        let format = self.format;
        operate(self.data, async |server, out| {
            operator::rotate_master_key(server, format, out).await
        })
    }
}

impl AdoptArgs {
    pub(super) fn run(self) -> ExitCode {
        let settings = match self.data.load() {
            Ok(settings) => settings,
            Err(error) => return failure(&error, USAGE),
        };
        telemetry::start_logs(&settings.log);
        let adoption = match (self.role, self.unchecked) {
            (DatabaseRole::Copy, false) => Adoption::Copy,
            (DatabaseRole::Copy, true) => Adoption::UncheckedCopy,
            (DatabaseRole::Original, _) => Adoption::Original,
        };
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(error) => return failure(&error, 1),
        };
        let adopted = match runtime.block_on(app::adopt_database(&settings, adoption)) {
            Ok(adopted) => adopted,
            Err(error) => return failure(&error, 1),
        };
        match operator::print_adopted(&adopted, self.format, &mut std::io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failure(&error, 1),
        }
    }
}

pub(super) type Opening =
    std::pin::Pin<Box<dyn Future<Output = Result<Arc<Iam>, Box<dyn Error + Send + Sync>>> + Send>>;

/// Opens the database where no server runs.
pub(super) type OpenOffline = Box<dyn Fn() -> Opening + Send + Sync>;

/// Runs a command on the server that the settings name.
pub(super) fn operate(
    data: DataArgs,
    command: impl AsyncFnOnce(
        &Server<OpenOffline>,
        &mut std::io::Stdout,
    ) -> Result<ExitCode, CommandError>,
) -> ExitCode {
    let settings = match data.load() {
        Ok(settings) => Arc::new(settings),
        Err(error) => return failure(&error, USAGE),
    };
    telemetry::start_logs(&settings.log);
    // Holds the data directory from when it is opened until the command has ended.
    let held = Arc::new(Mutex::new(None));
    let data_dir = settings.storage.data_dir.clone();
    let keep = Arc::clone(&held);
    let open_offline: OpenOffline = Box::new(move || {
        let (settings, keep) = (Arc::clone(&settings), Arc::clone(&keep));
        Box::pin(async move {
            let data = app::open_offline(&settings).await?;
            let iam = Arc::clone(&data.iam);
            *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(data);
            Ok(iam)
        })
    });
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return failure(&error, 1),
    };
    let server = Server::of(&data_dir, open_offline);
    let outcome = runtime.block_on(command(&server, &mut std::io::stdout()));
    let data = held.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(data) = data {
        runtime.block_on(async {
            data.iam.stop().await;
            data.iam.store.close().await;
        });
    }
    outcome.unwrap_or_else(|error| failure(&error, 1))
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
}
