//! Nonces: their end. They are recorded with the freshness that is read beside them.

use sqlx::Pool;

use crate::store::Result;
use crate::store::dialect::{Dialect, args, statements};

/// How many nonces one statement forgets, so that none takes long.
const FORGET_AT_ONCE: u32 = 10_000;

statements! {
    /// Not the clock of whoever asks alone: one that is fast would forget what a request on another
    /// server can still repeat. The subquery is there so that the index is used: it is computed once.
    /// Rows that another replica forgets at this moment are left to it.
    FORGET = "
        DELETE FROM nonces
        WHERE hash IN (
            SELECT hash
            FROM nonces
            WHERE expires_at <= (
                SELECT
                    CASE
                        WHEN own.now < $1 THEN own.now
                        ELSE $1
                    END - $2
                FROM (SELECT ", {unix now}, " AS now) own
            )
            ORDER BY expires_at
            LIMIT $3
            ", {skip locked}, ")";
}

pub(super) async fn forget<D: Dialect>(
    pool: &Pool<D::Database>,
    now: i64,
    margin_seconds: i64,
) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        // A connection for each statement: whoever else waits for one gets its turn between.
        let mut connection = pool.acquire().await.map_err(D::error)?;
        let count = D::execute(
            &mut connection,
            &FORGET,
            args![now, margin_seconds, FORGET_AT_ONCE],
        )
        .await?;
        forgotten += count;
        if count < u64::from(FORGET_AT_ONCE) {
            return Ok(forgotten);
        }
    }
}
