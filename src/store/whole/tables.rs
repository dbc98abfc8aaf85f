//! What there is to move: every table that a copy of the database must have.
//!
//! A migration that adds a table or a column adds it here, or the table to [`NOT_MOVED`]; a test
//! compares this with both schemas.

use crate::credential::seal::Purpose;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// TEXT.
    Text,
    /// BIGINT.
    Int,
    /// BLOB or BYTEA.
    Blob,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A column whose values are sealed under the master key and bound to their row.
#[derive(Debug)]
pub struct Sealed {
    /// Which of the table's columns it is.
    pub column: usize,
    /// What the values are for.
    pub purpose: Purpose,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, those of the primary key first.
    pub columns: &'static [Column],
    /// How many columns the primary key has.
    pub key: usize,
    /// How many rows a database has that was never used.
    pub seeds: u64,
    /// Its sealed column; the row is then named by its one key.
    pub sealed: Option<Sealed>,
}

macro_rules! kind {
    (text) => {
        Kind::Text
    };
    (int) => {
        Kind::Int
    };
    (blob) => {
        Kind::Blob
    };
}

macro_rules! sealed {
    () => {
        None
    };
    ($column:literal $purpose:ident) => {
        Some(Sealed {
            column: $column,
            purpose: Purpose::$purpose,
        })
    };
}

/// `name(columns of the key; other columns), seeds n, sealed column purpose;`
macro_rules! tables {
    ($($name:ident($($key:ident $key_kind:ident),+; $($column:ident $kind:ident),*)
        $(seeds $seeds:literal)? $(sealed $sealed:literal $purpose:ident)?;)+) => {
        &[$(Table {
            name: stringify!($name),
            columns: &[
                $(Column { name: stringify!($key), kind: kind!($key_kind) },)+
                $(Column { name: stringify!($column), kind: kind!($kind) },)*
            ],
            key: [$(stringify!($key)),+].len(),
            seeds: 0 $(+ $seeds)?,
            sealed: sealed!($($sealed $purpose)?),
        }),+]
    };
}

/// Every table that is moved, those that others refer to first.
pub const TABLES: &[Table] = tables! {
    accounts(id text; name text, alias text, created_at int, revision int, revision_tag blob,
        previous_tag blob) seeds 1;
    used_ids(kind text, id text;) seeds 1;
    tombstones(account_id text, kind text, name_key text;);
    settings(account_id text, name text; value text);
    users(id text; account_id text, name text, name_key text, display_name text, comments text,
        email text, mobile_phone text, created_at int, updated_at int, last_login_at int);
    user_groups(id text; account_id text, name text, name_key text, comments text, created_at int,
        updated_at int, display_name text);
    group_members(account_id text, group_id text, user_id text; joined_at int);
    access_keys(id text; account_id text, owner_kind text, owner_id text, status text,
        created_at int, sealed_secret blob, updated_at int, network_policy text)
        sealed 6 SecretsAtRest;
    service_keys(id text; service text, acts_for text, networks text, status text, created_at int,
        sealed_secret blob) sealed 6 SecretsAtRest;
    roles(id text; account_id text, name text, name_key text, description text, trust_policy text,
        max_session_duration int, session_epoch int, created_at int, updated_at int,
        linked_service text);
    role_usages(account_id text, role_id text, region text, resource text; registered_at int);
    deletion_tasks(account_id text, id text; role_id text, number int, status text, reason text,
        created_at int, updated_at int);
    policies(account_id text, name_key text; name text, description text, default_version int,
        latest_version int, created_at int, updated_at int);
    policy_versions(account_id text, name_key text, version int; document text, created_at int);
    attachments(account_id text, principal_kind text, principal_id text, policy_type text,
        policy_key text; policy_name text, attached_at int);
    tags(account_id text, resource_kind text, resource_key text, tag_key text; tag_value text);
    token_keys(id int; sealed_key blob, created_at int, active_from int) sealed 1 TokenRing;
    login_profiles(user_id text; account_id text, sealed_passwords blob,
        password_reset_required int, mfa_bind_required int, password_set_at int, created_at int,
        updated_at int, status text, is_initial int) sealed 2 SecretsAtRest;
    virtual_mfa_devices(id text; account_id text, name text, name_key text, sealed_seed blob,
        user_id text, activated_at int, last_step int, created_at int) sealed 4 SecretsAtRest;
    oidc_providers(account_id text, name_key text; name text, issuer_url text, description text,
        client_ids text, fingerprints text, issuance_limit_hours int, key_set text, created_at int,
        updated_at int);
    saml_providers(account_id text, name_key text; name text, description text, metadata text,
        authn_sign_algo text, created_at int, updated_at int);
    key_uses(key_id text; account_id text, last_used_at int);
    audit(id int; account_id text, at_millis int, request_id text, principal text,
        access_key_id text, source_ip text, operation text, resource text);
    refusals(account_id text, minute int, principal text, operation text, code text; count int);
};

/// The table of that name among those that are moved.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// Tables that are not moved, and why.
pub const NOT_MOVED: &[(&str, &str)] = &[
    (
        "nonces",
        "they are hashes under the master key, which a copy may have another of; what the original \
         may have taken, the copy refuses by its date",
    ),
    (
        "changes",
        "they tell replicas what to drop from their caches, and no replica has cached anything of \
         the copy",
    ),
];
