//! A load generator of our own: it signs every request freshly and sets Rampart beside a bare axum
//! router, in one interleaved run, so that what remains is a ratio that another machine can repeat.
//!
//! It starts both servers itself, on one core, loads them from another, and ends only what it
//! started. It speaks to loopback addresses only. Without a command it does nothing.
//!
//! - `sign`: the two signature schemes, written apart from the server's, as prepared states;
//! - `client`: connections, the closed loop, and the one-off calls that set things up;
//! - `server`: child processes, and what the kernel says about them;
//! - `reference`: what runs in the child processes that are not Rampart (the ceiling, the fake);
//! - `rounds`, `replicas`, `scale`, `pages`, `footprint`: the measurements.

#![expect(
    clippy::disallowed_methods,
    reason = "a load generator dates its requests by the real clock"
)]
#![expect(
    clippy::cast_precision_loss,
    reason = "figures are printed with three or four digits"
)]

mod client;
mod footprint;
mod pages;
mod reference;
mod replicas;
mod rounds;
mod scale;
mod server;
mod sign;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Whatever goes wrong ends the run; nobody matches on it.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Parser)]
#[command(
    name = "load",
    bin_name = "cargo bench --bench load --",
    disable_version_flag = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Throughput, CPU per call and latency beside a bare axum router, in interleaved rounds.
    Rounds(Rounds),
    /// One, two and three servers over one PostgreSQL database beside one server on SQLite.
    Replicas(Replicas),
    /// AssumeRole in an account with many roles beside one with few; start and memory with many.
    Scale(Scale),
    /// The time of each page of the lists, in an account at its quotas.
    Pages {
        /// How often each list is walked.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        rounds: u32,
    },
    /// Resident memory: idle, with roles, and with each of them assumed once.
    Memory {
        /// How many roles are created.
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        roles: u32,
    },
    /// Time from exec to the first signed answer, on an existing database.
    Start {
        /// How many times the server is started.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        runs: u32,
        /// How many roles the database holds.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
        roles: u32,
    },
    /// Resident bytes that one remembered nonce costs.
    Nonces {
        /// Requests between two readings.
        #[arg(long, default_value_t = 500_000, value_parser = clap::value_parser!(u64).range(10_000..=5_000_000))]
        requests: u64,
        /// Readings after the first.
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=20))]
        steps: u32,
        #[command(flatten)]
        cores: Cores,
    },
    /// Proves the generator: known signatures, then rounds against a fake that verifies each request.
    Selftest {
        #[command(flatten)]
        cores: Cores,
    },
    /// The ceiling: a bare axum router. Started by the other commands.
    #[command(hide = true)]
    Hello { port: u16 },
    /// A small server that verifies signatures and nonces. Started by `selftest`.
    #[command(hide = true)]
    Fake {
        port: u16,
        /// Answers that many requests, then refuses.
        #[arg(long)]
        refuse_after: Option<u64>,
    },
}

#[derive(Args, Clone, Copy)]
pub(crate) struct Cores {
    /// The core the servers run on.
    #[arg(long, default_value_t = 0)]
    pub(crate) server_core: u16,
    /// The core the generator runs on.
    #[arg(long, default_value_t = 1)]
    pub(crate) load_core: u16,
}

#[derive(Args, Clone, Copy)]
pub(crate) struct Rounds {
    /// Interleaved rounds.
    #[arg(long = "rounds", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(crate) count: u32,
    /// Seconds each server is loaded in a round, after a short warm-up.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) seconds: u32,
    /// Requests after which a measurement ends early.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1000..=5_000_000))]
    pub(crate) requests: u64,
    /// Connections kept alive, each with one request in flight.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) connections: u16,
    /// Keep the database in memory (`--ephemeral`) instead of in a temporary directory.
    #[arg(long)]
    pub(crate) ephemeral: bool,
    #[command(flatten)]
    pub(crate) cores: Cores,
}

#[derive(Args)]
pub(crate) struct Replicas {
    /// A PostgreSQL server, as a URL of a database there; the run makes a database of its own and
    /// drops it.
    #[arg(long)]
    pub(crate) postgres: String,
    /// Interleaved rounds.
    #[arg(long = "rounds", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(crate) count: u32,
    /// Seconds that each is loaded in a round, once with one connection and once with many.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) seconds: u32,
    /// Requests after which a measurement ends early.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1000..=5_000_000))]
    pub(crate) requests: u64,
    /// Connections kept alive, shared out among the servers.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(3..=512))]
    pub(crate) connections: u16,
    #[command(flatten)]
    pub(crate) cores: Cores,
}

#[derive(Args)]
pub(crate) struct Scale {
    /// Roles of the one account, each with an attachment.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(64..=1_000_000))]
    pub(crate) few: u32,
    /// Roles of the other.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(64..=1_000_000))]
    pub(crate) many: u32,
    /// Interleaved rounds.
    #[arg(long = "rounds", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(crate) count: u32,
    /// Seconds that each server is loaded in a round.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) seconds: u32,
    /// Requests after which a measurement ends early.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1000..=5_000_000))]
    pub(crate) requests: u64,
    #[command(flatten)]
    pub(crate) cores: Cores,
}

fn main() -> ExitCode {
    // `cargo bench` adds `--bench`; without a command, and under `cargo test`, there is nothing to do.
    let args: Vec<_> = std::env::args_os().filter(|arg| arg != "--bench").collect();
    if args.len() < 2 || args.iter().any(|arg| arg == "--test") {
        return ExitCode::SUCCESS;
    }
    match run(Cli::parse_from(args).command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Hello { port } => reference::hello(port),
        Command::Fake { port, refuse_after } => reference::fake(port, refuse_after),
        Command::Pages { rounds } => pages::pages(rounds),
        Command::Memory { roles } => footprint::memory(roles),
        Command::Start { runs, roles } => footprint::start(runs, roles),
        Command::Rounds(options) => until_signalled(rounds::rounds(options)),
        Command::Replicas(options) => until_signalled(replicas::replicas(options)),
        Command::Scale(options) => until_signalled(scale::scale(options)),
        Command::Selftest { cores } => until_signalled(rounds::selftest(cores)),
        Command::Nonces {
            requests,
            steps,
            cores,
        } => until_signalled(footprint::nonces(requests, steps, cores)),
    }
}

fn until_signalled(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        // Dropping the work ends the servers that it started.
        tokio::select! {
            result = work => result,
            _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
            _ = terminate.recv() => Err("terminated".into()),
        }
    })
}
