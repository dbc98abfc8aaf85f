//! What must be there before the server serves: the data directory and its lock, the master key,
//! the database's incarnation, the first account and root's first AccessKey.
//!
//! It is a reconciliation: a second start changes nothing. What was removed since stays removed,
//! whatever the environment says (`docs/` and the threat model call that row 8).
//!
//! - [`forbid_core_dumps`]: before anything secret is in memory.
//! - [`DataDir`]: the directory, held by one process.
//! - [`master_key`]: from the file that the operator gives, or made once beside the embedded database.
//! - [`incarnation`]: which database this is; a copy of it is told from the original, by its
//!   directory and by the server that holds it.
//! - [`first_account`]: made when the database has none; [`RootCredentials`] come back once.
//! - [`renew`]: a copy becomes a database of its own.
//! - [`greeting`]: what the operator reads at the first start.

mod core_dumps;
mod data_dir;
mod first_account;
mod greeting;
mod identity;
mod incarnation;
mod master_key;
mod renewal;

use std::path::PathBuf;

use crate::credential::seal::SealError;
use crate::store::StoreError;

pub use core_dumps::forbid_core_dumps;
pub use data_dir::{DataDir, LOCK_FILE};
pub use first_account::{FirstAccountSource, RootCredentials, Seal, first_account};
pub use greeting::greeting;
pub use identity::{line_of, recorded};
pub use incarnation::{
    check_directory, draw_incarnation, incarnation, name_database, stored_incarnation,
};
pub use master_key::{master_key, master_key_of, read_master_key};
pub use renewal::{
    Renewal, Resealed, check_ring, incarnation_of, open_sealed, renew, reseal, seal_anew, take_over,
};

/// The name of the file with root's first credentials, in the data directory.
pub const CREDENTIALS_FILE: &str = "root-credentials.json";

/// The name of the master key's file, in the data directory.
pub const MASTER_KEY_FILE: &str = "master.key";

/// The name of the file that says which database belongs to the data directory.
pub const INCARNATION_FILE: &str = "incarnation";

/// The name of the embedded database's file, in the data directory.
pub const DATABASE_FILE: &str = "rampart.db";

/// Why the server cannot start with this data.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// A file or directory cannot be read or written.
    #[error("cannot {action} `{}`", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// Which file or directory.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// Another process serves from the directory.
    #[error(
        "the data directory `{}` is in use by another process: stop that one, or give this one a \
         directory of its own with --data-dir",
        path.display()
    )]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// The file holds no master key.
    #[error(
        "`{}` holds no master key: it must be 32 bytes in base64, as `rampart key generate` prints",
        path.display()
    )]
    MalformedMasterKey {
        /// The file.
        path: PathBuf,
    },
    /// There is a database but not its master key.
    #[error(
        "`{}` is missing, and without it nothing that the database at `{}` has sealed can be \
         opened: put the key's backup there",
        path.display(),
        database.display()
    )]
    MissingMasterKey {
        /// Where the key should be.
        path: PathBuf,
        /// The database.
        database: PathBuf,
    },
    /// The database is not the one that the data directory belongs to.
    #[error(
        "the database is not the one that `{}` names ({sidecar} there, {database} in the database). \
         A copy or a restored backup must not run beside its original: both would take each other's \
         session tokens. If the original is gone for good, go on with this one by `echo {database} \
         > '{}'`; otherwise start with a data directory of its own and an empty database",
        path.display(),
        path.display()
    )]
    OtherDatabase {
        /// The file beside the master key.
        path: PathBuf,
        /// What the file says.
        sidecar: String,
        /// What the database says.
        database: String,
    },
    /// The server says that the database is another one than the one of its incarnation.
    #[error(
        "the database is a copy, or was restored or moved: it was {recorded} (server/database) and is \
         {found}. A copy must not run beside its original under the same master key: both would take \
         each other's session tokens. If the original goes on, run `rampart key adopt-database --as \
         copy` with these settings, which gives this one an incarnation of its own and leaves the \
         original alone; if the original is gone for good, run it with `--as original`"
    )]
    Copied {
        /// What was written down.
        recorded: String,
        /// What the server says.
        found: String,
    },
    /// The data directory has been used, and the database is empty.
    #[error(
        "the database is empty, but `{}` holds the root credentials of another one: check the \
         database's address, or move the file away to begin anew",
        path.display()
    )]
    EmptyDatabase {
        /// The credentials' file.
        path: PathBuf,
    },
    /// The incarnation, here or in the database, is not 32 hexadecimal digits.
    #[error("the incarnation in {place} is not 32 hexadecimal digits")]
    MalformedIncarnation {
        /// Where it stands.
        place: String,
    },
    /// The account id or key id that the settings fix was used before.
    #[error("`{key}`: that id is taken, or was once; ids are never given twice")]
    IdTaken {
        /// The settings' key path.
        key: &'static str,
    },
    /// What is sealed does not open, or cannot be sealed.
    #[error("a secret in `{table}` does not open: is this the master key of this database?")]
    Sealed {
        /// The table.
        table: &'static str,
        /// Why.
        #[source]
        source: SealError,
    },
    /// There is no master key for a database that has been used.
    #[error(
        "`{}` is missing: the database has been used, and nothing that it has sealed can be opened \
         without its master key. Put the key there, or say where it is",
        path.display()
    )]
    NoMasterKey {
        /// Where it should be.
        path: PathBuf,
    },
    /// The database has never been started on.
    #[error("the database has not been used: there is nothing in it")]
    Unused,
    /// The root key's secret cannot be sealed.
    #[error("the root key's secret cannot be sealed")]
    Seal(#[from] SealError),
    /// The database did not do as told.
    #[error("the database cannot be prepared")]
    Store(#[from] StoreError),
}
