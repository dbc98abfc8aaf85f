//! Ids that were ever given, and tombstones of what was removed.

use super::session::Session;
use crate::store::dialect::{Arg, Dialect, Statement, args, statements};
use crate::store::sql::attachments::principal;
use crate::store::{Removed, Result, StoreError};

statements! {
    USE_ID = "
        INSERT INTO used_ids (
            kind,
            id
        )
        VALUES ($1, $2)
        ON CONFLICT DO NOTHING";
    UNUSE_ID = "
        DELETE FROM used_ids
        WHERE kind = $1
            AND id = $2";
    BURY = "
        INSERT INTO tombstones (
            account_id,
            kind,
            name_key
        )
        VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
    WAS = "
        SELECT COUNT(*) AS count
        FROM tombstones
        WHERE account_id = $1
            AND kind = $2
            AND name_key = $3";
}

/// What ids are given to. Ids of one kind are unique on the server, for ever.
#[derive(Debug, Clone, Copy)]
pub(super) enum IdKind {
    Account,
    User,
    Group,
    Role,
    Key,
    TokenKey,
}

impl IdKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Key => "key",
            Self::TokenKey => "token_key",
        }
    }
}

/// Inserts what has an id, unless the id was ever used or the insertion gives way.
pub(super) async fn insert_with_id<D: Dialect>(
    session: &mut Session<D>,
    kind: IdKind,
    id: &str,
    statement: &Statement,
    row: Vec<Arg>,
) -> Result<()> {
    session.insert(&USE_ID, args![kind.as_str(), id]).await?;
    let inserted = session.insert(statement, row).await;
    if matches!(inserted, Err(StoreError::AlreadyExists)) {
        // The name is taken; the id that was marked a moment ago was not used after all.
        session.change(&UNUSE_ID, args![kind.as_str(), id]).await?;
    }
    inserted
}

/// The kind and the key of a tombstone.
fn key(what: Removed<'_>) -> (&'static str, String) {
    match what {
        Removed::User(name) => ("user", name.key().to_owned()),
        Removed::Group(name) => ("group", name.key().to_owned()),
        Removed::Role(name) => ("role", name.key().to_owned()),
        Removed::Policy(name) => ("policy", name.key().to_owned()),
        Removed::OidcProvider(name) => ("oidc-provider", name.key().to_owned()),
        Removed::SamlProvider(name) => ("saml-provider", name.key().to_owned()),
        Removed::Key(id) => ("key", id.as_str().to_owned()),
        Removed::Attachment(to, policy) => {
            let (kind, id) = principal(to);
            let key = format!("{kind}/{id}/{}/{}", policy.policy_type, policy.name.key());
            ("attachment", key)
        }
    }
}

/// Leaves a tombstone.
pub(super) async fn bury<D: Dialect>(session: &mut Session<D>, what: Removed<'_>) -> Result<()> {
    let (kind, key) = key(what);
    let args = args![session.id(), kind, key];
    session.execute(&BURY, args).await.map(drop)
}

pub(super) async fn was<D: Dialect>(session: &mut Session<D>, what: Removed<'_>) -> Result<bool> {
    let (kind, key) = key(what);
    let args = args![session.id(), kind, key];
    Ok(session.count_with(&WAS, args).await? > 0)
}
