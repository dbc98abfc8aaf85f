//! Settings of an account.

use super::session::Session;
use crate::store::Result;
use crate::store::dialect::{Dialect, Fields, Row, args, statements};

statements! {
    GET = "
        SELECT value
        FROM settings
        WHERE account_id = $1
            AND name = $2";
    PUT = "
        INSERT INTO settings (
            account_id,
            name,
            value
        )
        VALUES ($1, $2, $3)
        ON CONFLICT (account_id, name) DO UPDATE
        SET value = excluded.value";
}

fn value<D: Dialect>(row: &Row<D>) -> Result<String> {
    Fields::<D>::of(row, "settings").text("value")
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    name: &str,
) -> Result<Option<String>> {
    let args = args![session.id(), name];
    session.get(&GET, args, value::<D>).await
}

pub(super) async fn put<D: Dialect>(
    session: &mut Session<D>,
    name: &str,
    value: &str,
) -> Result<()> {
    let args = args![session.id(), name, value];
    session.execute(&PUT, args).await.map(drop)
}
