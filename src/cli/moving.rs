//! `rampart migrate-store` and `rampart restore`, which work on databases that no server works on; and
//! `rampart backup`, which asks the server where one runs.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use confique::Layer as _;
use serde_json::{Map, Value, json};

use super::operate::operate;
use super::operator::{CommandError, Format, print_json};
use super::serve::DataArgs;
use super::{USAGE, failure};
use crate::bootstrap::DATABASE_FILE;
use crate::config::{Layer, Sensitive, Settings};
use crate::credential::seal::Incarnation;
use crate::credential::time;
use crate::operator::control::{Request, Response, SOCKET_NAME};
use crate::operator::moving::{
    EndSettings, MoveError, MoveRequest, Moved, Replace, RestoreRequest, migrate, restore,
};
use crate::ports::{SystemClock, SystemEntropy};
use crate::telemetry;

/// `rampart migrate-store`.
#[derive(Debug, clap::Args)]
pub(super) struct MigrateStoreArgs {
    /// The database that is moved: `sqlite://<path>` or `postgres://...`. It is retired.
    #[arg(
        long,
        value_name = "URL",
        env = "RAMPART_MIGRATE_FROM",
        hide_env_values = true
    )]
    from: String,
    /// Whither: a database that was never used.
    #[arg(
        long,
        value_name = "URL",
        env = "RAMPART_MIGRATE_TO",
        hide_env_values = true
    )]
    to: String,
    /// The data directory of an embedded source [default: where its file is].
    #[arg(long, value_name = "DIR")]
    from_data_dir: Option<PathBuf>,
    /// The data directory of an embedded target [default: where its file is].
    #[arg(long, value_name = "DIR")]
    to_data_dir: Option<PathBuf>,
    /// The source's master key [default: master.key in its data directory]; needed with PostgreSQL.
    #[arg(long, value_name = "FILE")]
    from_master_key_file: Option<PathBuf>,
    /// The target's master key [default: master.key in its data directory, made if it is not there];
    /// needed with PostgreSQL. It may be another one than the source's.
    #[arg(long, value_name = "FILE")]
    to_master_key_file: Option<PathBuf>,
    /// The source's file of settings: its `api.clock_window_seconds` counts.
    #[arg(long, env = "RAMPART_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// `rampart backup`.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// The file that is written; it must not be there yet.
    file: PathBuf,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    data: DataArgs,
}

/// `rampart restore`.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// The backup, as `rampart backup` wrote it.
    file: PathBuf,
    /// Keep the database that is there already under another name, and put the backup in its place.
    #[arg(long)]
    replace: bool,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    data: DataArgs,
}

impl MigrateStoreArgs {
    pub(super) fn run(self) -> ExitCode {
        let settings = match Settings::load(Layer::empty(), self.config.as_deref()) {
            Ok(settings) => settings,
            Err(error) => return failure(&error, USAGE),
        };
        telemetry::start_logs(&settings.log);
        let request = MoveRequest {
            from: EndSettings {
                url: Sensitive::from(self.from),
                data_dir: self.from_data_dir,
                master_key_file: self.from_master_key_file,
            },
            to: EndSettings {
                url: Sensitive::from(self.to),
                data_dir: self.to_data_dir,
                master_key_file: self.to_master_key_file,
            },
            clock_window_seconds: settings.api.clock_window_seconds,
        };
        let (clock, entropy) = (SystemClock::default(), SystemEntropy::default());
        finish(migrate(&request, &clock, &entropy), |moved| {
            show_moved(&moved, self.format)
        })
    }
}

impl BackupArgs {
    pub(super) fn run(self) -> ExitCode {
        let Self { file, format, data } = self;
        let file = match std::path::absolute(&file) {
            Ok(file) => file,
            Err(error) => return failure(&error, USAGE),
        };
        match data.clone().load() {
            Ok(settings) if !is_used(&settings) => {
                let path = settings.storage.data_dir.join(DATABASE_FILE);
                return failure(&MoveError::NoDatabase(path), 1);
            }
            Ok(_) => {}
            Err(error) => return failure(&error, USAGE),
        }
        operate(data, async |server, out| {
            let request = Request::Backup { path: file };
            let Response::BackedUp(made) = server.ask(request).await? else {
                return Err(CommandError::Mismatch);
            };
            match format {
                Format::Text => writeln!(
                    out,
                    "{} bytes in {}; the master key is not in it: keep a copy of that elsewhere",
                    made.bytes,
                    made.path.display()
                )?,
                Format::Json => print_json(out, &made)?,
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// Whether there is anything to back up: a command must not make a database to that end.
fn is_used(settings: &Settings) -> bool {
    let dir = &settings.storage.data_dir;
    settings.storage.database.is_some()
        || dir.join(DATABASE_FILE).exists()
        || dir.join(SOCKET_NAME).exists()
}

impl RestoreArgs {
    pub(super) fn run(self) -> ExitCode {
        let settings = match self.data.load() {
            Ok(settings) => settings,
            Err(error) => return failure(&error, USAGE),
        };
        telemetry::start_logs(&settings.log);
        let request = RestoreRequest {
            backup: self.file,
            data_dir: settings.storage.data_dir,
            master_key_file: settings.storage.master_key_file,
            replace: if self.replace {
                Replace::PutAside
            } else {
                Replace::Refuse
            },
            clock_window_seconds: settings.api.clock_window_seconds,
        };
        let (clock, entropy) = (SystemClock::default(), SystemEntropy::default());
        finish(restore(&request, &clock, &entropy), |restored| {
            let text = format!(
                "restored; {} secrets are sealed for incarnation {}\n{}",
                restored.secrets,
                hex::encode(restored.incarnation),
                put_aside(restored.put_aside.as_deref())
            );
            let value = json!({
                "Incarnation": hex::encode(restored.incarnation),
                "Secrets": restored.secrets,
                "PutAside": restored.put_aside,
                "RefusesUntil": restored.replay_floor,
            });
            show(
                &(text + &renewed(Some(restored.replay_floor))),
                &value,
                self.format,
            )
        })
    }
}

/// Runs a command to its end and shows what it did.
fn finish<T>(
    command: impl Future<Output = Result<T, MoveError>>,
    show: impl FnOnce(T) -> Result<(), CommandError>,
) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failure(&error, 1),
    };
    match runtime.block_on(command) {
        Ok(done) => match show(done) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failure(&error, 1),
        },
        Err(error) => failure(&error, 1),
    }
}

fn show(text: &str, value: &Value, format: Format) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    match format {
        Format::Text => out.write_all(text.as_bytes())?,
        Format::Json => print_json(&mut out, value)?,
    }
    Ok(())
}

fn show_moved(moved: &Moved, format: Format) -> Result<(), CommandError> {
    let incarnation: Incarnation = moved.incarnation;
    let lines = moved.rows.iter();
    let lines: Vec<String> = lines
        .map(|(table, rows)| format!("{rows:>10}  {table}\n"))
        .collect();
    let mut text = lines.concat();
    text.push_str(if moved.rows.is_empty() {
        "everything had been moved and compared by an earlier run; now the target is in service\n"
    } else {
        "moved, read again and compared; the source is retired\n"
    });
    text.push_str(&renewed(moved.replay_floor));
    let rows: Map<String, Value> = moved
        .rows
        .iter()
        .map(|(table, rows)| ((*table).to_owned(), json!(rows)))
        .collect();
    let value = json!({
        "Incarnation": hex::encode(incarnation),
        "Rows": rows,
        "RefusesUntil": moved.replay_floor,
    });
    show(&text, &value, format)
}

/// What a new incarnation means to those who call.
fn renewed(replay_floor: Option<i64>) -> String {
    let floor = replay_floor.map_or_else(String::new, |floor| {
        let until = time::format(floor);
        format!("requests dated up to {until} are refused: they may have been taken before\n")
    });
    format!("session tokens of before are of no use any more; access keys are\n{floor}")
}

fn put_aside(path: Option<&Path>) -> String {
    path.map_or_else(String::new, |path| {
        format!("the database that was there is now {}\n", path.display())
    })
}
