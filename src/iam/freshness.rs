//! No stale decision: which state of the accounts involved a request may be decided on, and whether
//! its nonce is new.
//!
//! Embedded: this process is the only writer, so the views it holds are current until a commit of
//! its own drops them; the check is two look-ups in memory. PostgreSQL: requests that wait share
//! one round trip, which starts after they arrived, reads the tags of all accounts involved and
//! records all their nonces.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use crate::iam::batch::Batcher;
use crate::iam::id_map::IdMap;
use crate::iam::views::AccountView;
use crate::model::account::RevisionTag;
use crate::policy::ids::AccountId;
use crate::store::{NonceRow, Store, StoreError};

/// Why a request could not be placed in time.
#[derive(Debug, thiserror::Error)]
pub enum FreshnessError {
    /// The nonce was used before.
    #[error("the nonce was used already")]
    NonceUsed,
    /// The database does not answer, or too many wait for it.
    #[error("the state of the account cannot be read")]
    Unavailable,
}

/// What a request is decided on.
#[derive(Debug)]
pub struct Current {
    /// The caller's account.
    pub own: Arc<AccountView>,
    /// The other account involved, where there is one and it exists.
    pub other: Option<Arc<AccountView>>,
}

/// One request's question to the batch.
#[derive(Debug)]
struct Question {
    own: AccountId,
    other: Option<AccountId>,
    nonce: Option<NonceRow>,
}

#[derive(Debug)]
struct Verdict {
    own: Option<RevisionTag>,
    other: Option<RevisionTag>,
    fresh: bool,
}

#[derive(Debug)]
struct Slot {
    view: Option<Arc<AccountView>>,
    /// Moves with every commit of ours, so that a load that began before it installs nothing.
    generation: u64,
}

/// Most requests that may wait for a batch, and most that go into one.
const WAITING: usize = 4096;
const LARGEST_BATCH: usize = 512;
/// How many accounts are remembered not to exist.
const MISSING_KEPT: usize = 4096;

/// The views of all accounts, and how they are kept current.
pub struct Freshness {
    store: Arc<dyn Store>,
    slots: RwLock<IdMap<AccountId, Slot>>,
    /// Accounts known not to exist, so that naming one again costs what naming another costs.
    missing: RwLock<HashSet<AccountId>>,
    /// `None` in embedded mode.
    batches: Option<Batcher<Question, Option<Verdict>>>,
    total_budget: usize,
}

impl std::fmt::Debug for Freshness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Freshness")
            .field("embedded", &self.is_embedded())
            .finish_non_exhaustive()
    }
}

impl Freshness {
    /// `cache_bytes` bounds all views together; one account gets a quarter of it.
    pub fn new(store: Arc<dyn Store>, embedded: bool, cache_bytes: usize) -> Self {
        let batches = (!embedded).then(|| {
            let store = Arc::clone(&store);
            Batcher::start(WAITING, LARGEST_BATCH, move |questions| {
                let store = Arc::clone(&store);
                async move { ask(store.as_ref(), &questions).await }
            })
        });
        Self {
            store,
            slots: RwLock::default(),
            missing: RwLock::new(HashSet::new()),
            batches,
            total_budget: cache_bytes,
        }
    }

    /// Whether this process is the only writer.
    pub fn is_embedded(&self) -> bool {
        self.batches.is_none()
    }

    /// The state of `own`, and of `other` where it is given, not older than this call. With
    /// PostgreSQL the nonce is recorded in the same trip; embedded, the caller has done so.
    ///
    /// # Errors
    /// [`FreshnessError`].
    pub async fn current(
        &self,
        own: AccountId,
        other: Option<AccountId>,
        nonce: Option<NonceRow>,
        now: i64,
    ) -> Result<Current, FreshnessError> {
        let other = other.filter(|other| *other != own && *other != AccountId::SYSTEM);
        let current = match &self.batches {
            None => Current {
                own: self
                    .embedded_view(own)
                    .await?
                    .ok_or(FreshnessError::Unavailable)?,
                other: match other {
                    Some(other) => self.embedded_view(other).await?,
                    None => None,
                },
            },
            Some(batches) => {
                let question = Question { own, other, nonce };
                let verdict = batches.ask(question).await.ok().flatten();
                let verdict = verdict.ok_or(FreshnessError::Unavailable)?;
                if !verdict.fresh {
                    return Err(FreshnessError::NonceUsed);
                }
                let tag = verdict.own.ok_or(FreshnessError::Unavailable)?;
                Current {
                    own: self.view_at(own, tag),
                    other: other
                        .zip(verdict.other)
                        .map(|(other, tag)| self.view_at(other, tag)),
                }
            }
        };
        current.own.touch(now);
        if let Some(other) = &current.other {
            other.touch(now);
        }
        Ok(current)
    }

    fn known(&self, account: AccountId) -> (Option<Arc<AccountView>>, u64) {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots
            .get(&account)
            .map_or((None, 0), |slot| (slot.view.clone(), slot.generation))
    }

    async fn embedded_view(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<AccountView>>, FreshnessError> {
        let (view, generation) = self.known(account);
        if view.is_some() {
            return Ok(view);
        }
        if self.is_missing(account) {
            return Ok(None);
        }
        let tag = match self.store.begin_read(account).await {
            Ok(snapshot) => snapshot.account().tag,
            Err(StoreError::NotFound) => {
                self.note_missing(account, generation);
                return Ok(None);
            }
            Err(error) => {
                tracing::error!(%error, account.id = %account, "an account cannot be read");
                return Err(FreshnessError::Unavailable);
            }
        };
        let view = self.new_view(account, tag);
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(account).or_insert(Slot {
            view: None,
            generation: 0,
        });
        // A commit since the read began may have made it stale: then it serves this request, which
        // arrived before, and no other.
        if slot.generation == generation && slot.view.is_none() {
            slot.view = Some(Arc::clone(&view));
        }
        Ok(Some(view))
    }

    fn is_missing(&self, account: AccountId) -> bool {
        let missing = self.missing.read().unwrap_or_else(PoisonError::into_inner);
        missing.contains(&account)
    }

    fn note_missing(&self, account: AccountId, generation: u64) {
        // Held while it is noted, so that an account that is made meanwhile is not.
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        if slots.get(&account).map_or(0, |slot| slot.generation) != generation {
            return;
        }
        let mut missing = self.missing.write().unwrap_or_else(PoisonError::into_inner);
        if missing.len() >= MISSING_KEPT {
            missing.clear();
        }
        missing.insert(account);
    }

    fn new_view(&self, account: AccountId, tag: RevisionTag) -> Arc<AccountView> {
        Arc::new(AccountView::new(
            account,
            tag,
            (self.total_budget / 4).max(1),
        ))
    }

    /// The view of `account` at `tag`, made anew where the one that is held is of another.
    fn view_at(&self, account: AccountId, tag: RevisionTag) -> Arc<AccountView> {
        if let Some(view) = self.known(account).0.filter(|view| view.tag == tag) {
            return view;
        }
        let view = self.new_view(account, tag);
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(account).or_insert(Slot {
            view: None,
            generation: 0,
        });
        slot.view = Some(Arc::clone(&view));
        view
    }

    /// Drops what is held of an account. Call it when a transaction that changes it has ended,
    /// however it ended: a commit whose answer was lost may have happened.
    pub fn forget(&self, account: AccountId) {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(account).or_insert(Slot {
            view: None,
            generation: 0,
        });
        slot.generation += 1;
        slot.view = None;
        let mut missing = self.missing.write().unwrap_or_else(PoisonError::into_inner);
        missing.remove(&account);
    }

    /// Drops the views longest unused while all together weigh more than their bound.
    pub fn trim(&self) {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let weigh = |slot: &Slot| slot.view.as_ref().map_or(0, |view| view.bytes());
        let mut total: usize = slots.values().map(weigh).sum();
        while total > self.total_budget {
            let oldest = slots
                .values_mut()
                .filter(|slot| weigh(slot) > 0)
                .min_by_key(|slot| slot.view.as_ref().map_or(0, |view| view.used_at()));
            let Some(slot) = oldest else { return };
            total -= weigh(slot);
            slot.view = None;
        }
    }
}

/// Asks the database for a whole batch; where that fails, for each question alone, so that one bad
/// question fails nobody else's.
async fn ask(store: &dyn Store, questions: &[Question]) -> Vec<Option<Verdict>> {
    match ask_together(store, questions).await {
        Ok(verdicts) => verdicts,
        Err(error) => {
            tracing::warn!(%error, size = questions.len(), "a freshness batch failed");
            if questions.len() == 1 || matches!(error, StoreError::Unavailable(_)) {
                return questions.iter().map(|_| None).collect();
            }
            let mut verdicts = Vec::with_capacity(questions.len());
            for question in questions {
                let alone = ask_together(store, std::slice::from_ref(question)).await;
                verdicts.push(alone.ok().and_then(|mut verdicts| verdicts.pop().flatten()));
            }
            verdicts
        }
    }
}

async fn ask_together(
    store: &dyn Store,
    questions: &[Question],
) -> Result<Vec<Option<Verdict>>, StoreError> {
    let mut accounts: Vec<AccountId> = questions
        .iter()
        .flat_map(|q| std::iter::once(q.own).chain(q.other))
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    let nonces: Vec<NonceRow> = questions.iter().filter_map(|q| q.nonce).collect();
    let answer = store.freshness(&accounts, &nonces).await?;
    let tag_of = |account: AccountId| {
        accounts
            .binary_search(&account)
            .ok()
            .and_then(|index| answer.tags.get(index).copied().flatten())
    };
    let mut fresh = answer.fresh.iter().copied();
    Ok(questions
        .iter()
        .map(|question| {
            Some(Verdict {
                own: tag_of(question.own),
                other: question.other.and_then(tag_of),
                // A nonce without an answer was not recorded.
                fresh: question.nonce.is_none() || fresh.next().unwrap_or(false),
            })
        })
        .collect())
}
