//! Changing an account: the transaction, and what is kept of the account moved on when it commits.

use std::sync::Arc;

use crate::iam::Iam;
use crate::iam::generate;
use crate::policy::ids::AccountId;
use crate::store::{Snapshot, StoreError, Tx};

/// A transaction on one account. Its commit moves on what is kept of the account; where the commit's
/// answer is lost, what is kept goes, for it may have happened.
pub struct WriteGuard {
    tx: Option<Box<dyn Tx>>,
    account: AccountId,
    /// Whether what became of the commit is not known.
    in_doubt: bool,
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
        let Some(tx) = self.tx.take() else {
            return Ok(());
        };
        let (state, touched) = (tx.state(), tx.touched().clone());
        self.in_doubt = true;
        tx.commit().await?;
        self.in_doubt = false;
        self.iam
            .freshness
            .committed(self.account, state, touched.named());
        Ok(())
    }
}

impl Drop for WriteGuard {
    fn drop(&mut self) {
        if self.in_doubt {
            self.iam.freshness.forget(self.account);
        }
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
            in_doubt: false,
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
