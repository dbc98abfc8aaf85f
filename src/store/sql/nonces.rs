//! Nonces, and the freshness that is read with them.

use std::collections::BTreeMap;

use sqlx::Pool;

use crate::policy::ids::AccountId;
use crate::store::dialect::{Dialect, args, statements};
use crate::store::{FreshnessAnswer, NonceRow, Result};

/// How many nonces one statement forgets, so that none takes long.
const FORGET_AT_ONCE: u32 = 10_000;

statements! {
    /// Rows that another replica forgets at this moment are left to it.
    FORGET = "
        DELETE FROM nonces
        WHERE hash IN (
            SELECT hash
            FROM nonces
            WHERE expires_at <= $1
            ORDER BY expires_at
            LIMIT $2
            ", {skip locked}, ")";
}

pub(super) async fn freshness<D: Dialect>(
    pool: &Pool<D::Database>,
    accounts: &[AccountId],
    nonces: &[NonceRow],
) -> Result<FreshnessAnswer> {
    // Sorted, so that two replicas with the same nonces wait for each other in one order; each
    // once, kept as long as the one that must be kept longest.
    let mut rows = BTreeMap::new();
    for nonce in nonces {
        let expires_at = rows.entry(nonce.hash).or_insert(nonce.expires_at);
        *expires_at = nonce.expires_at.max(*expires_at);
    }
    let rows: Vec<NonceRow> = rows
        .into_iter()
        .map(|(hash, expires_at)| NonceRow { hash, expires_at })
        .collect();
    let (tags, mut added) = D::freshness(pool, accounts, &rows).await?;
    Ok(FreshnessAnswer {
        tags: accounts.iter().map(|id| tags.get(id).copied()).collect(),
        fresh: nonces.iter().map(|row| added.remove(&row.hash)).collect(),
    })
}

pub(super) async fn forget<D: Dialect>(pool: &Pool<D::Database>, now: i64) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        // A connection for each statement: whoever else waits for one gets its turn between.
        let mut connection = pool.acquire().await.map_err(D::error)?;
        let count = D::execute(&mut connection, &FORGET, args![now, FORGET_AT_ONCE]).await?;
        forgotten += count;
        if count < u64::from(FORGET_AT_ONCE) {
            return Ok(forgotten);
        }
    }
}
