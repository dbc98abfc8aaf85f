//! How many of each an account may have: the server's figures, and what the operator gave this account
//! instead.

use crate::iam::Iam;
use crate::model::quotas::Quotas;
use crate::store::{Snapshot, StoreError};

impl Iam {
    /// The quotas of the snapshot's account.
    ///
    /// # Errors
    /// As the store; [`StoreError::Corrupt`] where the account's own figures cannot be read.
    pub async fn quotas_of(&self, snapshot: &mut dyn Snapshot) -> Result<Quotas, StoreError> {
        let own = snapshot.get_setting(Quotas::SETTING).await?;
        let quotas = self.quotas.with_setting(own.as_deref());
        quotas.map_err(|_| StoreError::Corrupt {
            table: "settings",
            column: "value",
        })
    }
}
