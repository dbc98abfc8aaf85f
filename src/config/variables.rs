//! Variables of the environment that look like settings and are none.
//!
//! Not each can be refused: a seed's secrets may stand in variables of any name, and a cluster's
//! manager sets some of its own for a service that is called `rampart`.

use confique::Config as _;
use confique::meta::{FieldKind, Meta};

use super::{ConfigError, Settings};

/// Read by the command line, and no settings.
const OF_COMMANDS: [&str; 4] = [
    "RAMPART_CONFIG",
    "RAMPART_ENDPOINT",
    "RAMPART_MIGRATE_FROM",
    "RAMPART_MIGRATE_TO",
];

/// The variables of the environment that are named like settings and are none, in their order.
pub fn unknown() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let known = known();
    let mut unknown: Vec<String> = names
        .filter(|name| name.starts_with("RAMPART_") && !known.contains(&name.as_str()))
        .collect();
    unknown.sort_unstable();
    unknown
}

/// Refuses a variable that is almost a known one. `unknown`: as [`unknown()`] has them.
///
/// # Errors
/// [`ConfigError::Misspelt`].
pub(super) fn refuse_misspelt(unknown: &[String]) -> Result<(), ConfigError> {
    let known = known();
    for name in unknown {
        if let Some(variable) = known.iter().find(|variable| is_slip(name, variable)) {
            return Err(ConfigError::Misspelt {
                name: name.clone(),
                variable,
            });
        }
    }
    Ok(())
}

/// The variables that something reads.
fn known() -> Vec<&'static str> {
    let of_settings = settings(&Settings::META, "").into_iter();
    of_settings
        .map(|(variable, _)| variable)
        .chain(OF_COMMANDS)
        .collect()
}

/// Whether one letter is wrong, missing, too many or in its neighbour's place. What only goes on where
/// a setting's name ends (`RAMPART_SEED1`) is a name of its own, and so is what Kubernetes sets for a
/// service.
fn is_slip(name: &str, variable: &str) -> bool {
    let of_a_service =
        name.ends_with("_PORT") || name.contains("_PORT_") || name.contains("_SERVICE_");
    !of_a_service && !name.starts_with(variable) && strsim::osa_distance(name, variable) <= 1
}

/// Each setting's variable, and its key path.
fn settings(meta: &'static Meta, prefix: &str) -> Vec<(&'static str, String)> {
    let of_field = |field: &'static confique::meta::Field| {
        let key = format!("{prefix}{}", field.name);
        match field.kind {
            FieldKind::Leaf { env, .. } => env.map(|env| (env, key)).into_iter().collect(),
            FieldKind::Nested { meta } => settings(meta, &format!("{key}.")),
        }
    };
    meta.fields.iter().flat_map(of_field).collect()
}

/// The key path of the setting of a variable.
fn key_of(variable: &str) -> Option<String> {
    let all = settings(&Settings::META, "");
    all.into_iter()
        .find_map(|(name, key)| (name == variable).then_some(key))
}

/// An error of the library about a variable, by the key path that the file's errors name too.
pub(super) fn named(error: confique::Error) -> ConfigError {
    let text = error.to_string();
    let of_variable = || {
        let (_, from) = text.split_once("environment variable `")?;
        let (variable, message) = from.split_once("`: ")?;
        Some(ConfigError::Invalid {
            key: key_of(variable)?,
            message: format!("the variable `{variable}`: {message}"),
        })
    };
    of_variable().unwrap_or(ConfigError::Source(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No setting is taken for a slip of another.
    #[test]
    fn settings_are_known() {
        let judge = |name: &str| refuse_misspelt(&[name.to_owned()]);
        for variable in known() {
            let others = known().into_iter().filter(|other| *other != variable);
            assert_eq!(others.filter(|other| is_slip(variable, other)).count(), 0);
        }
        assert_eq!(key_of("RAMPART_LISTEN").as_deref(), Some("listener.listen"));
        assert_eq!(key_of("RAMPART_LISTENS"), None);
        for of_others in [
            "RAMPART_SERVICE_HOST",
            "RAMPART_PORT_7267_TCP",
            "RAMPART_TLS_PORT",
            "RAMPART_TLS_SERVICE_PORT",
            "RAMPART_TAG",
            "RAMPART_TEST",
            "RAMPART_SEED_1",
            "RAMPART_SEED1",
        ] {
            judge(of_others).unwrap();
        }
        for slip in ["RAMPART_CONFG", "RAMPART_TSL_KEY", "RAMPART_LISTN"] {
            let judged = judge(slip);
            assert!(
                matches!(judged, Err(ConfigError::Misspelt { .. })),
                "{slip}"
            );
        }
    }
}
