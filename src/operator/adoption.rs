//! A database that was copied or restored becomes one that can be started on:
//! `rampart key adopt-database`.
//!
//! What is found to be another database than the one that its incarnation was drawn for is refused at
//! the start (`bootstrap::identity`). The operator alone knows which it is. Where the original goes on
//! elsewhere it is a **copy**: it gets an incarnation of its own, every secret is sealed anew for that,
//! and no session token of either is taken by the other. Where the original is gone it is the
//! **original** in another place: the incarnation stays, and so do the sessions.
//!
//! No server may run on the database meanwhile. Either is one transaction: a run that was broken off has
//! changed nothing.

use super::OperatorError;
use super::moving::append_audit;
use crate::bootstrap::{self, DataDir, Renewal};
use crate::credential::seal::{Incarnation, MasterKey};
use crate::iam::secrets::Secrets;
use crate::policy::ids::AccountId;
use crate::ports::{Clock, Entropy};
use crate::store::whole::{DATABASE_IDENTITY, Whole};
use crate::store::{DatabaseIdentity, Snapshot, Store};

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
        let recorded = bootstrap::recorded(system.as_mut(), stored).await?;
        self.check_master_key(system.as_mut(), stored).await?;
        drop(system);
        if let Some(dir) = self.dir {
            bootstrap::check_directory(dir, stored)?;
        }
        match adoption {
            Adoption::Original => self.as_original(stored, found.as_ref()).await,
            Adoption::Copy if !is_other(recorded.as_ref(), found.as_ref()) => {
                Err(OperatorError::Refused(
                    "nothing in the database shows that it is a copy. A physical copy (a base backup, \
                     a snapshot, a standby that was promoted) does not show it: if this is one and no \
                     server runs on it, say --unchecked",
                ))
            }
            Adoption::Copy | Adoption::UncheckedCopy => self.as_copy(stored, found.as_ref()).await,
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
        let mut whole = self.store.hold_whole().await?;
        self.finish(&mut *whole, incarnation, found).await?;
        whole.commit().await?;
        self.name(incarnation)?;
        Ok(Adopted {
            incarnation,
            sealed_anew: 0,
        })
    }

    async fn as_copy(
        &self,
        stored: Incarnation,
        found: Option<&DatabaseIdentity>,
    ) -> Result<Adopted, OperatorError> {
        let next = bootstrap::draw_incarnation(self.entropy);
        let mut whole = self.store.hold_whole().await?;
        let renewal = Renewal {
            from: &Secrets::new(self.master_key, stored),
            to: &Secrets::new(self.master_key, next),
            // Whatever the original has taken since it was copied.
            replay_floor: Some(self.clock.now()),
            clock: self.clock,
            entropy: self.entropy,
        };
        let sealed_anew = bootstrap::renew(&mut *whole, &renewal).await?;
        self.finish(&mut *whole, next, found).await?;
        whole.commit().await?;
        self.name(next)?;
        Ok(Adopted {
            incarnation: next,
            sealed_anew,
        })
    }

    fn name(&self, incarnation: Incarnation) -> Result<(), OperatorError> {
        if let Some(dir) = self.dir {
            bootstrap::name_database(dir, incarnation)?;
        }
        Ok(())
    }

    /// Writes down which database it is, and a row of the trail.
    async fn finish(
        &self,
        whole: &mut dyn Whole,
        incarnation: Incarnation,
        found: Option<&DatabaseIdentity>,
    ) -> Result<(), OperatorError> {
        if let Some(found) = found {
            let line = bootstrap::line_of(incarnation, found);
            whole.put_setting(DATABASE_IDENTITY, &line).await?;
        }
        let resource = hex::encode(incarnation);
        append_audit(whole, "AdoptDatabase", resource, self.clock, self.entropy).await?;
        Ok(())
    }
}

/// Whether the server's word shows that this is another database than the one written down.
fn is_other(recorded: Option<&DatabaseIdentity>, found: Option<&DatabaseIdentity>) -> bool {
    recorded
        .zip(found)
        .is_some_and(|(recorded, found)| !recorded.agrees(found))
}
