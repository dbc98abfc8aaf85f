//! Another master key, while servers serve: `rampart key rotate-master`.
//!
//! Servers that have both keys open what either has sealed and seal under the new one. What lies in the
//! database under the old one is sealed anew here, row by row: a row is put in place of the very value
//! that was read, so whoever changes or deletes it meanwhile is not overwritten, no account is locked,
//! and no cache is dropped, since what is sealed stays the same. Which columns there are says the list
//! of tables (`store::whole::tables`). A run that was broken off is gone on with by another.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::OperatorError;
use super::trail::Trail;
use crate::bootstrap::{self, Resealed};
use crate::iam::{Iam, nonce_key};
use crate::policy::ids::AccountId;
use crate::store::whole::tables::{TABLES, Table};
use crate::store::whole::{NONCE_KEY, Record};

/// How many rows are held in memory at once.
const PAGE: u32 = 500;

/// What a rotation of the master key did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotatedMaster {
    /// How many secrets were sealed anew.
    pub sealed_anew: u64,
    /// How many open under neither key: they authenticated nobody before either.
    pub unopened: u64,
}

/// Seals everything that is sealed under the old master key under the new one.
pub(super) async fn rotate_master(iam: &Arc<Iam>) -> Result<RotatedMaster, OperatorError> {
    if !iam.secrets.is_rotating() {
        return Err(OperatorError::Refused(
            "this server has one master key: to rotate, give every server the new one as \
             --master-key-file and the old one as --other-master-key-file",
        ));
    }
    let mut rotated = begin(iam).await?;
    for table in TABLES.iter().filter(|table| table.sealed.is_some()) {
        rotate_table(iam, table, &mut rotated).await?;
    }
    tracing::info!(
        sealed_anew = rotated.sealed_anew,
        unopened = rotated.unopened,
        "the master key was rotated"
    );
    Ok(rotated)
}

/// The row of the trail comes first: a rotation that cannot be recorded is not made. In the same
/// transaction the one secret that is in no sealed column.
async fn begin(iam: &Arc<Iam>) -> Result<RotatedMaster, OperatorError> {
    let mut rotated = RotatedMaster::default();
    let trail = Trail::new(&*iam.clock, &*iam.entropy);
    let mut guard = iam.begin_write(AccountId::SYSTEM).await?;
    let operation = "operator.RotateMasterKey";
    trail
        .append(guard.tx(), AccountId::SYSTEM, operation, String::new())
        .await?;
    if let Some(kept) = guard.tx().get_setting(NONCE_KEY).await? {
        let anew = nonce_key::reseal_rotated(&kept, &iam.secrets);
        if let Some(anew) = anew.map_err(|_| OperatorError::Seal)? {
            guard.tx().put_setting(NONCE_KEY, &anew).await?;
            rotated.sealed_anew += 1;
        }
    }
    guard.commit().await?;
    Ok(rotated)
}

async fn rotate_table(
    iam: &Arc<Iam>,
    table: &'static Table,
    rotated: &mut RotatedMaster,
) -> Result<(), OperatorError> {
    let mut after: Option<Record> = None;
    loop {
        let page = iam.store.read_rows(table, after.as_ref(), PAGE).await?;
        for row in &page {
            match (bootstrap::reseal(table, row, &iam.secrets)?, row.first()) {
                (Resealed::Anew { from, to }, Some(key)) => {
                    let swapped = iam.store.swap_sealed(table, key, &from, &to).await?;
                    rotated.sealed_anew += u64::from(swapped);
                }
                (Resealed::Unopened, _) => {
                    tracing::warn!(table = table.name, "a stored secret does not open");
                    rotated.unopened += 1;
                }
                (Resealed::Current | Resealed::Anew { .. }, _) => {}
            }
        }
        match page.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}
