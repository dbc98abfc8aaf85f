//! What moves a database: to another one ([`migrate`]) and from a backup ([`restore`]).
//!
//! Both end with a new incarnation, so that the original and the copy never take each other's
//! session tokens, and none while a server works on what is moved. A move to another database ends
//! with the source retired. It is done in three commits, in this order:
//!
//! 1. the target has everything, was read again and compared, and says that a move into it has not
//!    ended;
//! 2. the source says that it is retired, and whither;
//! 3. the target is put into service.
//!
//! Broken off before the second, the source serves as before and the next run begins anew; after it,
//! the next run does the third.

mod copy;
mod ends;
mod restore;

use std::path::PathBuf;

pub use ends::EndSettings;
pub use restore::{Replace, RestoreRequest, Restored, restore};

use self::ends::{Source, Target};
use crate::bootstrap::{self, BootstrapError, Renewal};
use crate::credential::seal::Incarnation;
use crate::iam::generate;
use crate::iam::secrets::Secrets;
use crate::model::audit::AuditRecord;
use crate::policy::ids::AccountId;
use crate::ports::{Clock, Entropy};
use crate::store::StoreError;
use crate::store::whole::tables::TABLES;
use crate::store::whole::{INCOMING, Standing, Whole};

/// What is to be moved whither.
pub struct MoveRequest {
    /// From where.
    pub from: EndSettings,
    /// Whither.
    pub to: EndSettings,
    /// How far a request's time could be from the source's, either way, in seconds.
    pub clock_window_seconds: u32,
}

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The target's incarnation.
    pub incarnation: Incarnation,
    /// How many rows each table got, in the order in which they were written. Empty where an earlier
    /// run had moved everything and only the last step was left.
    pub rows: Vec<(&'static str, u64)>,
    /// Requests dated up to this moment (unix seconds) are refused by the target.
    pub replay_floor: Option<i64>,
}

/// Why nothing was moved. But for [`MoveError::Unfinished`] both sides are as they were.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// A URL names nothing that outlives the process.
    #[error("`{0}` must be `sqlite://<path>` or `postgres://<server>/<database>`")]
    Url(&'static str),
    /// There is no such file.
    #[error("there is no database at `{}`", .0.display())]
    NoDatabase(PathBuf),
    /// A server's database has its master key nowhere near.
    #[error("`{0}` must be given: with PostgreSQL the master key is not kept near the database")]
    NoMasterKey(&'static str),
    /// Servers work on it.
    #[error(
        "servers have {connections} connections to `{place}`: stop every one of them first (one that \
         was cut off keeps its connection until PostgreSQL notices)"
    )]
    InUse {
        /// Which database.
        place: String,
        /// How many.
        connections: u64,
    },
    /// The target has been used.
    #[error(
        "`{place}` is not empty ({rows} rows in `{table}`): a move needs a database that was never \
         used"
    )]
    NotEmpty {
        /// Which database.
        place: String,
        /// A table with rows.
        table: &'static str,
        /// How many.
        rows: u64,
    },
    /// The data directory has been used for another database.
    #[error("`{}` belongs to another database: give the target a data directory of its own", .0.display())]
    UsedDirectory(PathBuf),
    /// The source was moved before.
    #[error("the source is retired: it was moved to {0}")]
    Retired(String),
    /// A move into the source has not ended.
    #[error("a move into the source was begun and has not ended")]
    SourceIncoming,
    /// This build is older than the schema.
    #[error(
        "`{0}` was brought up to date by a later release, and this one may not know all that it \
         holds: use that release's `rampart`"
    )]
    LaterSchema(String),
    /// What the target gives back is not what was written.
    #[error("`{0}` does not read as it was written: nothing was moved")]
    Differs(&'static str),
    /// The file is there already.
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    /// Everything was written; what follows failed.
    #[error(
        "everything was written to the target, but the move has not ended: run the same command again"
    )]
    Unfinished(#[source] Box<MoveError>),
    /// A file cannot be read or written.
    #[error("cannot {action} `{}`", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// The directory, the master key or the incarnation.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// A database did not do as told.
    #[error("the database did not do as told")]
    Store(#[from] StoreError),
}

/// Moves everything from one database to another and retires the first.
///
/// # Errors
/// [`MoveError`].
pub async fn migrate(
    request: &MoveRequest,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Moved, MoveError> {
    let source = Source::open(&request.from).await?;
    let mut target = match Target::open(&request.to, entropy).await {
        Ok(target) => target,
        Err(error) => {
            source.close().await;
            return Err(error);
        }
    };
    let outcome = carry(&source, &mut target, request, clock, entropy).await;
    source.close().await;
    target.close(outcome.is_ok()).await;
    outcome
}

async fn carry(
    source: &Source,
    target: &mut Target,
    request: &MoveRequest,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Moved, MoveError> {
    match source.store.standing().await? {
        Standing::InService => {}
        Standing::Incoming { .. } => return Err(MoveError::SourceIncoming),
        Standing::Retired { successor } => return resume(target, successor).await,
    }
    for (store, place) in [
        (&source.store, &source.place),
        (&target.store, &target.place),
    ] {
        let connections = store.count_servers().await?;
        if connections > 0 {
            let place = place.clone();
            return Err(MoveError::InUse { place, connections });
        }
    }
    let incarnation = source.incarnation(entropy).await?;
    let successor = bootstrap::draw_incarnation(entropy);
    let from = Secrets::new(&source.master_key, incarnation);
    let to = Secrets::new(&target.master_key, successor);

    let mut into = target.store.hold_whole().await?;
    make_room(&mut *into, &target.place).await?;
    let mut out = source.store.hold_whole().await?;
    if out.unknown_steps().await? > 0 {
        return Err(MoveError::LaterSchema(source.place.clone()));
    }
    let window = i64::from(request.clock_window_seconds);
    let replay_floor = source.replay_floor(&mut *out, window, clock).await?;
    bootstrap::check_ring(&mut *out, &from).await?;
    let copied = copy::copy(&mut *out, &mut *into, &from, &to).await?;
    copy::verify(&mut *into, &to, &copied).await?;
    let renewal = Renewal {
        from: &from,
        to: &to,
        replay_floor,
        clock,
        entropy,
    };
    bootstrap::take_over(&mut *into, &renewal).await?;
    into.put_setting(INCOMING, &hex::encode(incarnation))
        .await?;
    into.renumber().await?;
    let resource = format!("from {}", source.place);
    append_audit(&mut *into, "MigrateStore", resource, clock, entropy).await?;
    target.finish_files()?;
    into.commit().await?;
    target.keep();

    let unfinished = |error: MoveError| MoveError::Unfinished(Box::new(error));
    let whither = format!("{} ({})", hex::encode(successor), target.place);
    let retire = async {
        out.retire(&whither).await?;
        out.commit().await
    };
    retire.await.map_err(|e| unfinished(e.into()))?;
    put_into_service(target, successor)
        .await
        .map_err(unfinished)?;
    Ok(Moved {
        incarnation: successor,
        rows: copied.iter().map(|c| (c.table.name, c.rows)).collect(),
        replay_floor,
    })
}

/// Does what an earlier run left: the source is retired, the target is not in service yet.
async fn resume(target: &mut Target, successor: String) -> Result<Moved, MoveError> {
    let incarnation = match target.store.standing().await? {
        Standing::Incoming { incarnation } if successor.starts_with(&incarnation) => incarnation,
        _ => return Err(MoveError::Retired(successor)),
    };
    let mut bytes = [0; 16];
    if hex::decode_to_slice(&incarnation, &mut bytes).is_err() {
        return Err(MoveError::Retired(successor));
    }
    target.keep();
    put_into_service(target, bytes).await?;
    Ok(Moved {
        incarnation: bytes,
        rows: Vec::new(),
        replay_floor: None,
    })
}

/// The last of the three commits.
async fn put_into_service(target: &Target, incarnation: Incarnation) -> Result<(), MoveError> {
    if let Some(dir) = &target.dir {
        bootstrap::name_database(dir, incarnation)?;
    }
    let mut whole = target.store.hold_whole().await?;
    whole.remove_setting(INCOMING).await?;
    whole.commit().await?;
    Ok(())
}

/// Empties the target of what every new database has, or of what a move that was broken off left.
async fn make_room(into: &mut dyn Whole, place: &str) -> Result<(), MoveError> {
    if into.unknown_steps().await? > 0 {
        return Err(MoveError::LaterSchema(place.to_owned()));
    }
    if into.get_setting(INCOMING).await?.is_none() {
        for table in TABLES {
            let rows = into.count(table).await?;
            if rows > table.seeds {
                return Err(MoveError::NotEmpty {
                    place: place.to_owned(),
                    table: table.name,
                    rows,
                });
            }
        }
    }
    for table in TABLES.iter().rev() {
        into.clear(table).await?;
    }
    Ok(())
}

/// The operator's row in the audit trail, of the system account.
pub(super) async fn append_audit(
    whole: &mut dyn Whole,
    operation: &str,
    resource: String,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(), StoreError> {
    let record = AuditRecord {
        account: AccountId::SYSTEM,
        at_millis: clock.now_millis(),
        request_id: generate::request_id(entropy),
        principal: super::trail::PRINCIPAL.to_owned(),
        access_key_id: String::new(),
        source_ip: String::new(),
        operation: format!("operator.{operation}"),
        resource,
    };
    whole.append_audit(&record).await
}
