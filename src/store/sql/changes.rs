//! What each transaction touched.

use sqlx::Pool;

use crate::model::account::{AccountState, RevisionTag};
use crate::model::change::TouchedSet;
use crate::policy::ids::AccountId;
use crate::store::Result;
use crate::store::dialect::{Arg, Dialect, Statement, args, statements};

/// How many rows one statement forgets, so that none takes long.
const FORGET_AT_ONCE: u32 = 2000;

statements! {
    /// Dated by the database's own clock, as is their end: those of replicas differ.
    ADD = "
        INSERT INTO changes (
            account_id,
            revision,
            tag,
            previous_tag,
            entities,
            changed_at
        )
        VALUES ($1, $2, $3, $4, $5, ", {unix now}, ")";
    /// The newest of each account stay out of reach: they are younger than any age asked for.
    FORGET = "
        DELETE FROM changes
        WHERE (account_id, revision, tag) IN (
            SELECT
                account_id,
                revision,
                tag
            FROM changes
            WHERE changed_at < ", {unix now}, " + $1
            ORDER BY changed_at
            LIMIT $2)";
}

/// The statement that writes a transaction's row, the last before its commit.
pub(super) fn add() -> &'static Statement {
    &ADD
}

/// What [`add`] binds.
pub(super) fn args(
    account: AccountId,
    state: AccountState,
    previous: RevisionTag,
    touched: &TouchedSet,
) -> Vec<Arg> {
    args![
        account.to_string(),
        state.revision,
        state.tag,
        previous,
        touched.to_string(),
    ]
}

pub(super) async fn forget<D: Dialect>(
    pool: &Pool<D::Database>,
    older_seconds: i64,
) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        // A connection for each statement: whoever else waits for one gets its turn between.
        let mut connection = pool.acquire().await.map_err(D::error)?;
        let args = args![-older_seconds, FORGET_AT_ONCE];
        let count = D::execute(&mut connection, &FORGET, args).await?;
        forgotten += count;
        if count < u64::from(FORGET_AT_ONCE) {
            return Ok(forgotten);
        }
    }
}
