//! The ring of keys that seal session tokens. The system account's lock guards it.

use super::removed::{self, IdKind};
use super::session::Session;
use crate::model::key::TokenKeyRecord;
use crate::store::Result;
use crate::store::dialect::{Dialect, Fields, Row, args, statements};

statements! {
    LIST = "
        SELECT
            id,
            sealed_key,
            created_at,
            active_from
        FROM token_keys
        ORDER BY id";
    CREATE = "
        INSERT INTO token_keys (
            id,
            sealed_key,
            created_at,
            active_from
        )
        VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    DELETE = "
        DELETE FROM token_keys
        WHERE id = $1";
}

fn token_key<D: Dialect>(row: &Row<D>) -> Result<TokenKeyRecord> {
    let fields = Fields::<D>::of(row, "token_keys");
    Ok(TokenKeyRecord {
        id: fields.number("id")?,
        sealed_key: fields.blob("sealed_key")?,
        created_at: fields.int("created_at")?,
        active_from: fields.int("active_from")?,
    })
}

pub(super) async fn list<D: Dialect>(session: &mut Session<D>) -> Result<Vec<TokenKeyRecord>> {
    session.expect_system()?;
    session.list(&LIST, args![], token_key::<D>).await
}

pub(super) async fn create<D: Dialect>(
    session: &mut Session<D>,
    key: &TokenKeyRecord,
) -> Result<()> {
    session.expect_system()?;
    let args = args![
        key.id,
        key.sealed_key.as_slice(),
        key.created_at,
        key.active_from,
    ];
    let id = key.id.to_string();
    removed::insert_with_id(session, IdKind::TokenKey, &id, &CREATE, args).await
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, id: u32) -> Result<()> {
    session.expect_system()?;
    session.change(&DELETE, args![id]).await
}
