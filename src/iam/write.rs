//! Changing an account: the transaction, and the views that are dropped when it ends.

use std::sync::Arc;

use crate::iam::Iam;
use crate::iam::generate;
use crate::policy::ids::AccountId;
use crate::store::{Snapshot, StoreError, Tx};

/// A transaction on one account. When it goes, however it goes, what is cached of the account goes
/// too: a commit whose answer was lost may have happened.
pub struct WriteGuard {
    tx: Option<Box<dyn Tx>>,
    account: AccountId,
    iam: Arc<Iam>,
}

impl std::fmt::Debug for WriteGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriteGuard")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl WriteGuard {
    /// The transaction.
    ///
    /// # Panics
    /// Never: the transaction is there until `commit` uses the guard up.
    #[expect(
        clippy::expect_used,
        reason = "only `commit` takes it, and takes the guard with it"
    )]
    pub fn tx(&mut self) -> &mut dyn Tx {
        self.tx
            .as_deref_mut()
            .expect("the transaction is there until the guard is used up")
    }

    /// Makes everything lasting.
    ///
    /// # Errors
    /// As the store.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        match self.tx.take() {
            Some(tx) => tx.commit().await,
            None => Ok(()),
        }
    }
}

impl Drop for WriteGuard {
    fn drop(&mut self) {
        self.iam.freshness.forget(self.account);
    }
}

impl Iam {
    /// Waits for the turn to write `account` and opens a transaction on it.
    ///
    /// Run it in a task of its own where the future may be dropped: between a commit and the end of
    /// the guard nothing may be lost.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such account; [`StoreError::Unavailable`] where
    /// too many wait.
    pub async fn begin_write(
        self: &Arc<Self>,
        account: AccountId,
    ) -> Result<WriteGuard, StoreError> {
        let tag = generate::revision_tag(self.entropy.as_ref());
        let tx = self.store.begin_write(account, tag).await?;
        Ok(WriteGuard {
            tx: Some(tx),
            account,
            iam: Arc::clone(self),
        })
    }

    /// A consistent view of `account` for reading.
    ///
    /// # Errors
    /// As the store.
    pub async fn begin_read(&self, account: AccountId) -> Result<Box<dyn Snapshot>, StoreError> {
        self.store.begin_read(account).await
    }
}
