//! What settings must be, each by itself and beside the others.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::{ConfigError, FirstAccount, Settings};
use crate::iam::fixed_secret;
use crate::iam::outbound::Opening;
use crate::model::quotas::Quotas;
use crate::policy::ids::AccountId;

/// The fewest different characters of a secret that nobody guesses.
const MIN_DISTINCT_CHARACTERS: usize = 8;

fn invalid<T>(key: impl Into<String>, message: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError::Invalid {
        key: key.into(),
        message: message.into(),
    })
}

fn within(key: &str, value: u64, bounds: &RangeInclusive<u64>) -> Result<(), ConfigError> {
    if value < *bounds.start() {
        return invalid(key, format!("at least {}", bounds.start()));
    }
    if value > *bounds.end() {
        return invalid(key, format!("at most {}", bounds.end()));
    }
    Ok(())
}

impl Settings {
    /// Whether the database is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.storage.database.as_ref().is_some_and(|url| {
            let url = url.expose();
            url.starts_with("postgres:") || url.starts_with("postgresql:")
        })
    }

    /// Whether the listeners speak TLS.
    pub fn has_tls(&self) -> bool {
        self.tls.cert_file.is_some()
    }

    /// Refuses settings that cannot be, naming the key.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`].
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.check_numbers()?;
        self.check_tls()?;
        self.check_listeners()?;
        self.check_storage()?;
        self.account.check()?;
        self.check_federation()?;
        if let Err(error) = tracing_subscriber::EnvFilter::builder().parse(&self.log.level) {
            return invalid("log.level", error.to_string());
        }
        Ok(())
    }

    fn check_postgres(&self) -> Result<(), ConfigError> {
        let postgres = &self.postgres;
        let connections = 1..=1000;
        within(
            "postgres.readers",
            u64::from(postgres.readers),
            &connections,
        )?;
        within(
            "postgres.writers",
            u64::from(postgres.writers),
            &connections,
        )?;
        for (key, seconds) in [
            ("postgres.wait_seconds", postgres.wait_seconds),
            (
                "postgres.statement_timeout_seconds",
                postgres.statement_timeout_seconds,
            ),
            (
                "postgres.lock_timeout_seconds",
                postgres.lock_timeout_seconds,
            ),
        ] {
            within(key, seconds, &(1..=300))?;
        }
        within(
            "postgres.max_staleness_seconds",
            postgres.max_staleness_seconds,
            &(0..=300),
        )?;
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), ConfigError> {
        let (listener, api) = (&self.listener, &self.api);
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let (wide, connections) = (1..=86_400, 1..=1 << 20);
        let per_peer = count(listener.max_connections_per_peer);
        let window = api.clock_window_seconds.into();
        within(
            "listener.max_connections",
            count(listener.max_connections),
            &connections,
        )?;
        within("listener.max_connections_per_peer", per_peer, &connections)?;
        within(
            "listener.idle_timeout_seconds",
            listener.idle_timeout_seconds,
            &wide,
        )?;
        within(
            "listener.handshake_timeout_seconds",
            listener.handshake_timeout_seconds,
            &(1..=300),
        )?;
        within(
            "listener.shutdown_timeout_seconds",
            listener.shutdown_timeout_seconds,
            &(0..=3600),
        )?;
        within("api.clock_window_seconds", window, &wide)?;
        within(
            "api.body_timeout_seconds",
            api.body_timeout_seconds,
            &(1..=3600),
        )?;
        within(
            "api.max_body_bytes",
            count(api.max_body_bytes),
            &(4096..=64 << 20),
        )?;
        within(
            "api.cache_bytes",
            count(api.cache_bytes),
            &(1 << 20..=u64::MAX),
        )?;
        within("api.max_nonces", count(api.max_nonces), &(1024..=u64::MAX))?;
        self.check_postgres()?;
        for (name, figure, most) in Quotas::from(&self.quotas).each() {
            within(&format!("quotas.{name}"), figure.into(), &(1..=most.into()))?;
        }
        Ok(())
    }

    fn check_federation(&self) -> Result<(), ConfigError> {
        for opening in &self.federation.outbound_allow {
            if let Err(error) = opening.parse::<Opening>() {
                return invalid("federation.outbound_allow", format!("`{opening}` {error}"));
            }
        }
        for recipient in &self.federation.saml_recipients {
            let host = recipient
                .strip_prefix("https://")
                .or_else(|| recipient.strip_prefix("http://"));
            let clean = recipient.bytes().all(|b| b.is_ascii_graphic());
            if !clean || host.is_none_or(|host| host.starts_with('/') || host.is_empty()) {
                let reason = format!("`{recipient}` is no address, as `https://host/path`");
                return invalid("federation.saml_recipients", reason);
            }
        }
        within(
            "federation.max_chain_seconds",
            self.federation.max_chain_seconds.into(),
            &(900..=31_536_000),
        )
    }

    fn check_tls(&self) -> Result<(), ConfigError> {
        match (
            &self.tls.cert_file,
            &self.tls.key_file,
            self.tls.mode.as_deref(),
        ) {
            (None, None, None) | (Some(_), Some(_), None) => Ok(()),
            (_, _, Some("auto")) => invalid(
                "tls.mode",
                "`auto` is not built yet: give `tls.cert_file` and `tls.key_file`",
            ),
            (_, _, Some(_)) => invalid("tls.mode", "the only value is `auto`"),
            (Some(_), None, None) => invalid("tls.key_file", "missing beside `tls.cert_file`"),
            (None, Some(_), None) => invalid("tls.cert_file", "missing beside `tls.key_file`"),
        }
    }

    fn check_listeners(&self) -> Result<(), ConfigError> {
        let listener = &self.listener;
        let addresses = [
            ("listener.listen", Some(listener.listen)),
            ("listener.admin_listen", listener.admin_listen),
        ];
        for (key, address) in addresses {
            let Some(address) = address else { continue };
            let exposed = !address.ip().to_canonical().is_loopback();
            if exposed && !self.has_tls() && !listener.insecure_plaintext {
                return invalid(
                    key,
                    format!(
                        "`{address}` is reachable from other machines and would speak plain HTTP: \
                         give --tls-cert and --tls-key, or --insecure-plaintext if a proxy in \
                         front ends TLS"
                    ),
                );
            }
        }
        for proxy in &listener.trusted_proxies {
            if parse_network(proxy).is_none() {
                return invalid(
                    "listener.trusted_proxies",
                    format!("`{proxy}` is neither an address nor a network"),
                );
            }
        }
        Ok(())
    }

    fn check_storage(&self) -> Result<(), ConfigError> {
        let storage = &self.storage;
        let Some(url) = &storage.database else {
            return Ok(());
        };
        if storage.ephemeral {
            return invalid("storage.ephemeral", "cannot be beside `storage.database`");
        }
        let url = url.expose();
        if !self.is_postgres() {
            return if url.starts_with("sqlite:") && !url.contains(":memory:") {
                Ok(())
            } else if url.starts_with("sqlite:") {
                invalid("storage.database", "in memory is `storage.ephemeral`")
            } else {
                invalid(
                    "storage.database",
                    "begins with neither `sqlite:` nor `postgres:`",
                )
            };
        }
        if storage.master_key_file.is_none() {
            return invalid(
                "storage.master_key_file",
                "needed with PostgreSQL: the key that seals what the database holds must not lie \
                 beside it, and every replica needs the same one. Make one with `rampart key \
                 generate > master.key` (mode 0600) and give it with --master-key-file",
            );
        }
        if !storage.insecure_database && !is_local_or_verified(url) {
            return invalid(
                "storage.database",
                "PostgreSQL on another host needs `sslmode=verify-full` in its URL, or \
                 `storage.insecure_database`",
            );
        }
        Ok(())
    }
}

impl FirstAccount {
    fn check(&self) -> Result<(), ConfigError> {
        if self.id == Some(AccountId::SYSTEM) {
            return invalid("account.id", "all zeros is reserved");
        }
        if let Some(id) = &self.root_access_key_id
            && id.is_session()
        {
            return invalid(
                "account.root_access_key_id",
                "`STS.` begins the ids of sessions",
            );
        }
        let Some(secret) = &self.root_access_key_secret else {
            return Ok(());
        };
        let key = "account.root_access_key_secret";
        if self.root_access_key_id.is_none() {
            return invalid(
                "account.root_access_key_id",
                format!("missing beside `{key}`"),
            );
        }
        let secret = secret.expose();
        if let Err(error) = fixed_secret::check(secret) {
            return invalid(key, error.to_string());
        }
        let distinct: BTreeSet<u8> = secret.bytes().collect();
        if distinct.len() < MIN_DISTINCT_CHARACTERS {
            return invalid(key, "is easily guessed");
        }
        Ok(())
    }
}

/// Whether a PostgreSQL URL stays on this host, or verifies whom it speaks to.
fn is_local_or_verified(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority_and_path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = authority_and_path.split('/').next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let mut host = match host_and_port.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host_and_port.split(':').next().unwrap_or_default(),
    }
    .to_owned();
    let mut verified = false;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "sslmode" | "ssl-mode" => verified = value == "verify-full",
            "host" | "hostaddr" => host = value.into_owned(),
            _ => {}
        }
    }
    let socket =
        host.is_empty() || host.starts_with('/') || host.to_ascii_lowercase().starts_with("%2f");
    let loopback = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    verified || socket || loopback
}

/// Takes `10.0.0.0/8`, `fd00::/8` or a plain address apart into address and prefix length.
pub fn parse_network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => longest,
        Some(digits) => digits.parse().ok().filter(|length| *length <= longest)?,
    };
    Some((address, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_taken_apart() {
        assert_eq!(parse_network("10.0.0.0/8"), Some(([10, 0, 0, 0].into(), 8)));
        assert_eq!(
            parse_network("127.0.0.1"),
            Some(([127, 0, 0, 1].into(), 32))
        );
        assert!(parse_network("fd00::/8").is_some());
        for bad in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0/8",
            "proxy",
            "::/129",
            "10.0.0.0/-1",
        ] {
            assert_eq!(parse_network(bad), None, "{bad}");
        }
    }

    #[test]
    fn t23_postgres_beyond_this_host_verifies_it() {
        for fine in [
            "postgres://u:p@localhost/db",
            "postgres://127.0.0.1:5432/db",
            "postgres://[::1]:5432/db",
            "postgres:///db?host=/run/postgresql",
            "postgres://%2Frun%2Fpostgresql/db",
            "postgres://u@db.internal/x?sslmode=verify-full",
        ] {
            assert!(is_local_or_verified(fine), "{fine}");
        }
        for bad in [
            "postgres://u@db.internal/x",
            "postgres://u@db.internal/x?sslmode=require",
            "postgres://localhost@db.internal/x",
            "postgres://localhost/x?host=db.internal",
            "postgres://u@db/x?sslmode=verify-full&sslmode=disable",
        ] {
            assert!(!is_local_or_verified(bad), "{bad}");
        }
    }
}
