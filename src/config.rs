//! Settings: one struct per concern, from flags, environment, file and defaults, in this order.
//!
//! Every setting has a key in the file (`listener.listen`) and an environment variable
//! (`RAMPART_LISTEN`); those one changes at the command line have a flag. A key that does not exist
//! is refused and named; [`Settings::validate`] names the key that is at fault. The sample file
//! `docs/rampart.example.toml` is written from these structs (`rampart check-config --example`).
//!
//! Durations and sizes carry their unit in the name. Secrets are [`Sensitive`] and may come from a
//! file. This is the only place that reads the environment.

mod check;
mod file;
mod secret;
mod sections;
mod variables;

use std::path::{Path, PathBuf};

use confique::Config as _;
use serde::Serialize;

pub use check::parse_network;
pub use secret::Sensitive;
pub use sections::{
    Api, Federation, FirstAccount, Listener, Log, LogFormat, Postgres, QuotaSettings, RpcFormat,
    Storage, Tls,
};
pub use variables::unknown as unknown_variables;

/// The settings as one source gave them: each one or none.
pub type Layer = <Settings as confique::Config>::Layer;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML, or a value in it is of the wrong kind.
    #[error("`{}`, line {line}: {}{message}", path.display(), key_prefix(key))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key path, or empty where the text cannot be taken apart at all.
        key: String,
        /// What is wrong, without the value.
        message: String,
    },
    /// A key that does not exist.
    #[error("`{}`: unknown key `{key}`{}", path.display(), hint(known))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key path.
        key: String,
        /// The keys that are known there.
        known: String,
    },
    /// A variable of the environment that is almost that of a setting.
    #[error("the environment variable `{name}` is no setting, `{variable}` is")]
    Misspelt {
        /// The variable.
        name: String,
        /// The one that was meant.
        variable: &'static str,
    },
    /// What the library of settings says otherwise.
    #[error(transparent)]
    Source(#[from] confique::Error),
    /// A value that cannot be, by itself or beside another.
    #[error("`{key}`: {message}")]
    Invalid {
        /// The key path.
        key: String,
        /// What is wrong with it.
        message: String,
    },
}

fn key_prefix(key: &str) -> String {
    if key.is_empty() {
        String::new()
    } else {
        format!("`{key}`: ")
    }
}

fn hint(known: &str) -> String {
    if known.is_empty() {
        String::new()
    } else {
        format!(" (known there: {known})")
    }
}

/// Rampart's settings. Flags win over environment variables, those over this file, and this
/// file over the defaults, which stand here.
#[derive(Debug, Clone, Serialize, confique::Config)]
pub struct Settings {
    /// Where the server listens, and for whom.
    #[config(nested)]
    pub listener: Listener,
    /// TLS on every listener.
    #[config(nested)]
    pub tls: Tls,
    /// Where everything is kept.
    #[config(nested)]
    pub storage: Storage,
    /// How a PostgreSQL server is used.
    #[config(nested)]
    pub postgres: Postgres,
    /// What the first start makes. Later starts change nothing by these.
    #[config(nested)]
    pub account: FirstAccount,
    /// What requests may be like.
    #[config(nested)]
    pub api: Api,
    /// Identity providers, and sessions that come from others.
    #[config(nested)]
    pub federation: Federation,

    /// How many of each an account may have.
    #[config(nested)]
    pub quotas: QuotaSettings,
    /// What goes to the standard error stream.
    #[config(nested)]
    pub log: Log,
}

impl Settings {
    /// Reads the settings: `flags` over the environment over `file` over the defaults; reads the
    /// secrets that stand in files; validates.
    pub fn load(flags: Layer, file: Option<&Path>) -> Result<Self, ConfigError> {
        variables::refuse_misspelt(&variables::unknown())?;
        let mut builder = Self::builder().preloaded(flags).env();
        if let Some(path) = file {
            builder = builder.preloaded(file::read(path)?);
        }
        let mut settings = builder.load().map_err(variables::named)?;
        settings.forget_empty();
        settings.read_secret_files()?;
        settings.validate()?;
        Ok(settings)
    }

    /// The defaults, in memory, on a free port. Its log level is `warn`.
    pub fn for_tests() -> Result<Self, ConfigError> {
        let mut settings = Self::builder().load()?;
        settings.listener.listen.set_port(0);
        settings.storage.ephemeral = true;
        "warn".clone_into(&mut settings.log.level);
        Ok(settings)
    }

    /// The sample file: every key with its default.
    pub fn example() -> String {
        confique::toml::template::<Self>(confique::toml::FormatOptions::default())
    }

    /// An empty variable or key is one that was not given.
    fn forget_empty(&mut self) {
        let paths = [
            &mut self.tls.cert_file,
            &mut self.tls.key_file,
            &mut self.storage.database_file,
            &mut self.storage.master_key_file,
            &mut self.storage.other_master_key_file,
            &mut self.account.root_access_key_secret_file,
        ];
        for path in paths {
            path.take_if(|path| path.as_os_str().is_empty());
        }
        self.storage.database.take_if(|url| url.is_empty());
        self.account
            .root_access_key_secret
            .take_if(|secret| secret.is_empty());
        self.tls.mode.take_if(|mode| mode.is_empty());
    }

    /// Takes the place of each `*_file` key by its content.
    fn read_secret_files(&mut self) -> Result<(), ConfigError> {
        secret::from_file(
            &mut self.storage.database,
            self.storage.database_file.as_deref(),
            "storage.database_file",
        )?;
        secret::from_file(
            &mut self.account.root_access_key_secret,
            self.account.root_access_key_secret_file.as_deref(),
            "account.root_access_key_secret_file",
        )
    }
}

/// A variable of the environment that is no setting of the server (the client's credentials), or
/// `None` where it is absent, empty or not Unicode.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the module that the others are sent to"
)]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
