//! Reads the settings' file, so that what is wrong in it is named by its key path.
//!
//! Messages never hold the text of a line: it may be a secret's.

use std::path::Path;

use confique::Config as _;
use confique::meta::{FieldKind, Meta};

use super::{ConfigError, Layer, Settings};

pub(super) fn read(path: &Path) -> Result<Layer, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let malformed = |error: &toml::de::Error, syntax: bool| {
        let at = error.span().map_or(0, |span| span.start);
        ConfigError::Malformed {
            path: path.to_owned(),
            line: text.bytes().take(at).filter(|b| *b == b'\n').count() + 1,
            key: if syntax {
                String::new()
            } else {
                key_at(&text, at)
            },
            message: error.message().trim_end().to_owned(),
        }
    };
    let table: toml::Table = toml::from_str(&text).map_err(|error| malformed(&error, true))?;
    refuse_unknown(path, &table, &Settings::META, "")?;
    toml::from_str(&text).map_err(|error| malformed(&error, false))
}

fn refuse_unknown(
    path: &Path,
    table: &toml::Table,
    meta: &Meta,
    prefix: &str,
) -> Result<(), ConfigError> {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        let Some(field) = meta.fields.iter().find(|field| field.name == name) else {
            let known: Vec<&str> = meta.fields.iter().map(|field| field.name).collect();
            return Err(ConfigError::UnknownKey {
                path: path.to_owned(),
                key,
                known: known.join(", "),
            });
        };
        if let (FieldKind::Nested { meta }, Some(table)) = (&field.kind, value.as_table()) {
            refuse_unknown(path, table, meta, &format!("{key}."))?;
        }
    }
    Ok(())
}

/// The key path that stands at a place: the last `name =` at or before it, under the last `[table]`.
fn key_at(text: &str, at: usize) -> String {
    let line_end = text.get(at..).and_then(|rest| rest.find('\n'));
    let before = line_end
        .and_then(|length| text.get(..at + length))
        .unwrap_or(text);
    let mut table = "";
    let mut name = "";
    for line in before.lines().map(str::trim) {
        if let Some(header) = line
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
            .filter(|header| header.bytes().all(is_key_byte) && !header.is_empty())
        {
            (table, name) = (header.trim(), "");
        } else if let Some((key, _)) = line.split_once('=')
            && key.trim().bytes().all(is_key_byte)
        {
            name = key.trim();
        }
    }
    let separator = if table.is_empty() || name.is_empty() {
        ""
    } else {
        "."
    };
    format!("{table}{separator}{name}")
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_key_path() {
        let text = "a = 1\n[quotas]\nusers = 3\nroles = [\n \"x\",\n]\n";
        let at = |needle: &str| key_at(text, text.find(needle).unwrap());
        assert_eq!(at("1"), "a");
        assert_eq!(at("3"), "quotas.users");
        assert_eq!(at("\"x\""), "quotas.roles");
    }
}
