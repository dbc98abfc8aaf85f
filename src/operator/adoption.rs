//! A database that was copied or restored becomes one that can be started on:
//! `rampart key adopt-database`.
//!
//! What is found to be another database than the one that its incarnation was drawn for is refused at
//! the start (`bootstrap::identity`). The operator alone knows which it is. Where the original goes on
//! elsewhere it is a **copy**: it gets an incarnation of its own, every secret is sealed anew for that,
//! and no session token of either is taken by the other. Where the original is gone it is the
//! **original** in another place: the incarnation stays, and so do the sessions.
//!
//! No server may run on the database meanwhile. A run that was broken off is taken up by the next; until
//! then no server starts.

use super::OperatorError;
use super::trail::Trail;
use crate::bootstrap::{self, BootstrapError, DataDir, NEXT_INCARNATION};
use crate::credential::seal::{Incarnation, MasterKey};
use crate::iam::generate;
use crate::iam::secrets::Secrets;
use crate::model::key::TokenKeyRecord;
use crate::policy::ids::AccountId;
use crate::ports::{Clock, Entropy};
use crate::store::{DatabaseIdentity, Snapshot, Store, Tx};

/// What the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adoption {
    /// A copy whose original goes on.
    Copy,
    /// A copy whose original goes on, though nothing in the database shows it.
    UncheckedCopy,
    /// The original, in another place.
    Original,
}

/// What was made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adopted {
    /// Which database it is now.
    pub incarnation: Incarnation,
    /// How many secrets were sealed anew.
    pub sealed_anew: u64,
}

/// A database that no server runs on, and what belongs to it.
pub struct Idle<'a> {
    /// The database.
    pub store: &'a dyn Store,
    /// Its data directory, held.
    pub dir: Option<&'a DataDir>,
    /// Its master key.
    pub master_key: &'a MasterKey,
    /// Tells when.
    pub clock: &'a dyn Clock,
    /// Draws the incarnation and the first key of its ring.
    pub entropy: &'a dyn Entropy,
}

/// How many keys are read at once.
const PAGE: u32 = 500;

impl Idle<'_> {
    /// Makes the database what the operator says that it is.
    ///
    /// # Errors
    /// [`OperatorError`].
    pub async fn adopt(&self, adoption: Adoption) -> Result<Adopted, OperatorError> {
        let found = self.store.identity().await?;
        let mut system = self.store.begin_read(AccountId::SYSTEM).await?;
        let stored = bootstrap::stored_incarnation(system.as_mut()).await?;
        let stored = stored.ok_or(OperatorError::Refused(
            "the database has never been started on: there is nothing to adopt",
        ))?;
        let next = system.get_setting(NEXT_INCARNATION).await?;
        let recorded = bootstrap::recorded(system.as_mut(), stored).await?;
        self.check_master_key(system.as_mut(), stored).await?;
        drop(system);
        let begun = next.filter(|next| !next.is_empty());
        let begun = begun
            .map(|next| bootstrap::parse_incarnation(&next))
            .transpose()?;
        if let Some(dir) = self.dir {
            bootstrap::check_directory(dir, stored, begun)?;
        }
        match adoption {
            Adoption::Original if begun.is_some() => Err(BootstrapError::UnfinishedAdoption.into()),
            Adoption::Original => self.as_original(stored, found.as_ref()).await,
            Adoption::Copy if begun.is_none() && !is_other(recorded.as_ref(), found.as_ref()) => {
                Err(OperatorError::Refused(
                    "nothing in the database shows that it is a copy. A physical copy (a base backup, \
                     a snapshot, a standby that was promoted) does not show it: if this is one and no \
                     server runs on it, say --unchecked",
                ))
            }
            Adoption::Copy | Adoption::UncheckedCopy => {
                self.as_copy(stored, begun, found.as_ref()).await
            }
        }
    }

    /// With another master key nothing would open, and nothing may be sealed under it.
    async fn check_master_key(
        &self,
        system: &mut dyn Snapshot,
        stored: Incarnation,
    ) -> Result<(), OperatorError> {
        let secrets = Secrets::new(self.master_key, stored);
        match system.list_token_keys().await?.first() {
            Some(key) if secrets.open_token_key(key).is_err() => Err(OperatorError::Refused(
                "the keys of session tokens do not open: is this the master key of this database?",
            )),
            _ => Ok(()),
        }
    }

    async fn as_original(
        &self,
        incarnation: Incarnation,
        found: Option<&DatabaseIdentity>,
    ) -> Result<Adopted, OperatorError> {
        if let Some(dir) = self.dir {
            bootstrap::name_database(dir, incarnation)?;
        }
        let mut tx = self.begin_write(AccountId::SYSTEM).await?;
        self.finish(tx.as_mut(), incarnation, found).await?;
        tx.commit().await?;
        Ok(Adopted {
            incarnation,
            sealed_anew: 0,
        })
    }

    async fn as_copy(
        &self,
        stored: Incarnation,
        begun: Option<Incarnation>,
        found: Option<&DatabaseIdentity>,
    ) -> Result<Adopted, OperatorError> {
        let next = begun.unwrap_or_else(|| bootstrap::draw_incarnation(self.entropy));
        // From here to the last commit no server starts: what is sealed is of both.
        let mut tx = self.begin_write(AccountId::SYSTEM).await?;
        tx.put_setting(NEXT_INCARNATION, &hex::encode(next)).await?;
        tx.commit().await?;

        let from = Secrets::new(self.master_key, stored);
        let to = Secrets::new(self.master_key, next);
        let mut sealed_anew = self.seal_anew(AccountId::SYSTEM, &from, &to).await?;
        let mut after = None;
        loop {
            let accounts = self.store.list_accounts(after, PAGE).await?;
            for account in &accounts {
                sealed_anew += self.seal_anew(account.id, &from, &to).await?;
            }
            match accounts.last() {
                Some(last) => after = Some(last.id),
                None => break,
            }
        }
        if let Some(dir) = self.dir {
            bootstrap::name_database(dir, next)?;
        }
        let mut tx = self.begin_write(AccountId::SYSTEM).await?;
        self.begin_ring(tx.as_mut(), &to).await?;
        bootstrap::put_incarnation(tx.as_mut(), next).await?;
        tx.put_setting(NEXT_INCARNATION, "").await?;
        self.finish(tx.as_mut(), next, found).await?;
        tx.commit().await?;
        Ok(Adopted {
            incarnation: next,
            sealed_anew,
        })
    }

    /// Seals the secrets of one account anew, in one transaction. Those of an earlier run are left.
    async fn seal_anew(
        &self,
        account: AccountId,
        from: &Secrets,
        to: &Secrets,
    ) -> Result<u64, OperatorError> {
        let mut tx = self.begin_write(account).await?;
        let mut count = 0;
        let mut after = None;
        loop {
            let keys = tx.list_all_keys(after.as_ref(), PAGE).await?;
            for key in &keys {
                if let Ok(secret) = from.open_access_key(key) {
                    let sealed = to.seal_access_key(&key.id, secret.expose());
                    let sealed = sealed.map_err(|_| OperatorError::Seal)?;
                    tx.update_key_secret(&key.id, &sealed).await?;
                    count += 1;
                } else if to.open_access_key(key).is_err() {
                    // It did not open before either, and authenticates nobody.
                    tracing::warn!(access_key.id = %key.id, "a stored secret does not open");
                }
            }
            match keys.into_iter().next_back() {
                Some(last) => after = Some(last.id),
                None => break,
            }
        }
        tx.commit().await?;
        Ok(count)
    }

    /// Another ring of token keys, which shares none with the original's.
    async fn begin_ring(&self, system: &mut dyn Tx, to: &Secrets) -> Result<(), OperatorError> {
        let mut id = 0;
        for key in system.list_token_keys().await? {
            id = id.max(key.id);
            system.delete_token_key(key.id).await?;
        }
        let id = id + 1;
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        self.entropy.fill(bytes.as_mut());
        let now = self.clock.now();
        let record = TokenKeyRecord {
            id,
            sealed_key: to
                .seal_token_key(id, &bytes)
                .map_err(|_| OperatorError::Seal)?,
            created_at: now,
            active_from: now,
        };
        Ok(system.create_token_key(&record).await?)
    }

    /// Writes down which database it is, and a row of the trail.
    async fn finish(
        &self,
        system: &mut dyn Tx,
        incarnation: Incarnation,
        found: Option<&DatabaseIdentity>,
    ) -> Result<(), OperatorError> {
        if let Some(found) = found {
            bootstrap::record(system, incarnation, found).await?;
        }
        let trail = Trail::new(self.clock, self.entropy);
        let (operation, resource) = ("operator.AdoptDatabase", hex::encode(incarnation));
        trail
            .append(system, AccountId::SYSTEM, operation, resource)
            .await?;
        Ok(())
    }

    async fn begin_write(&self, account: AccountId) -> Result<Box<dyn Tx>, OperatorError> {
        let tag = generate::revision_tag(self.entropy);
        Ok(self.store.begin_write(account, tag).await?)
    }
}

/// Whether the server's word shows that this is another database than the one written down.
fn is_other(recorded: Option<&DatabaseIdentity>, found: Option<&DatabaseIdentity>) -> bool {
    recorded
        .zip(found)
        .is_some_and(|(recorded, found)| !recorded.agrees(found))
}
