//! No stale decision: which state of the accounts involved a request may be decided on, and whether
//! its nonce is new.
//!
//! Embedded: this process is the only writer, so what it keeps is current until a commit of its own
//! moves it on; the check is two look-ups in memory. PostgreSQL: requests that wait share one round
//! trip, which starts after they arrived, reads the states of all accounts involved and what was
//! changed since those that are known here, and records all their nonces. The caches move on before
//! any of the requests is answered; what a request then has to load, it loads by itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::iam::batch::Batcher;
use crate::iam::caches::Caches;
use crate::iam::views::AccountView;
use crate::model::account::AccountState;
use crate::model::change::Touched;
use crate::policy::ids::AccountId;
use crate::store::{Known, NonceRow, Snapshot, Store, StoreError};

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
    pub own: AccountView,
    /// The other account involved, as far as it is known without another look: with PostgreSQL where
    /// it exists, embedded where something of it is kept.
    pub other: Option<AccountView>,
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
    own: Option<AccountView>,
    other: Option<AccountView>,
    fresh: bool,
}

/// Most requests that may wait for a batch, and most that go into one.
const WAITING: usize = 4096;
const LARGEST_BATCH: usize = 512;

/// The caches of all accounts, and how they are kept current.
pub struct Freshness {
    store: Arc<dyn Store>,
    caches: Arc<Caches>,
    /// `None` in embedded mode.
    batches: Option<Batcher<Question, Option<Verdict>>>,
    /// Whether the system account was seen to have moved on.
    system_moved: Arc<AtomicBool>,
}

impl std::fmt::Debug for Freshness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Freshness")
            .field("embedded", &self.is_embedded())
            .finish_non_exhaustive()
    }
}

impl Freshness {
    /// `cache_bytes` bounds what is kept of all accounts together; one account gets a quarter of it.
    /// `patience` is how long a request waits for its answer.
    pub fn new(
        store: Arc<dyn Store>,
        embedded: bool,
        cache_bytes: usize,
        patience: Duration,
    ) -> Self {
        let caches = Arc::new(Caches::new(cache_bytes));
        let system_moved = Arc::new(AtomicBool::new(false));
        let batches = (!embedded).then(|| {
            let asker = Arc::new(Asker {
                store: Arc::clone(&store),
                caches: Arc::clone(&caches),
                system_moved: Arc::clone(&system_moved),
            });
            Batcher::start(WAITING, LARGEST_BATCH, patience, move |questions| {
                let asker = Arc::clone(&asker);
                async move { asker.ask(&questions).await }
            })
        });
        Self {
            store,
            caches,
            batches,
            system_moved,
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
                own: self.embedded_view(own).await?,
                // Whether there is such an account must not show in what a look at it costs.
                other: other.and_then(|other| self.kept_view(other)),
            },
            Some(batches) => {
                let question = Question { own, other, nonce };
                // Boxed, so that embedded calls have no room for it.
                let verdict = Box::pin(batches.ask(question)).await.ok().flatten();
                let verdict = verdict.ok_or(FreshnessError::Unavailable)?;
                if !verdict.fresh {
                    return Err(FreshnessError::NonceUsed);
                }
                Current {
                    own: verdict.own.ok_or(FreshnessError::Unavailable)?,
                    other: verdict.other,
                }
            }
        };
        current.own.touch(now);
        if let Some(other) = &current.other {
            other.touch(now);
        }
        Ok(current)
    }

    /// What is known of `own` where the database has said so at most `most` ago and nothing was changed
    /// from here since; of another account nothing.
    pub fn stale(&self, own: AccountId, most: Duration) -> Option<Current> {
        let own = self.caches.confirmed_within(own, most)?;
        Some(Current { own, other: None })
    }

    /// What is known of an account without a look at the database by the call itself, not older than
    /// the call: embedded what is kept of it, with PostgreSQL its state, where there is such an
    /// account.
    ///
    /// # Errors
    /// [`FreshnessError`].
    pub async fn known(
        &self,
        account: AccountId,
        now: i64,
    ) -> Result<Option<AccountView>, FreshnessError> {
        let view = match &self.batches {
            None => self.kept_view(account),
            Some(batches) => {
                let question = Question {
                    own: account,
                    other: None,
                    nonce: None,
                };
                let verdict = batches.ask(question).await.ok().flatten();
                verdict.ok_or(FreshnessError::Unavailable)?.own
            }
        };
        if let Some(view) = &view {
            view.touch(now);
        }
        Ok(view)
    }

    /// Records that something is used which is good once, in the database in every mode; answers
    /// whether it was not before.
    ///
    /// # Errors
    /// [`FreshnessError::Unavailable`].
    pub async fn take_once(&self, nonce: NonceRow) -> Result<bool, FreshnessError> {
        let fresh = match &self.batches {
            None => {
                let answer = self.store.freshness(&[], &[nonce]).await;
                answer.ok().and_then(|answer| answer.fresh.first().copied())
            }
            Some(batches) => {
                let question = Question {
                    own: AccountId::SYSTEM,
                    other: None,
                    nonce: Some(nonce),
                };
                let verdict = batches.ask(question).await.ok().flatten();
                verdict.map(|verdict| verdict.fresh)
            }
        };
        fresh.ok_or(FreshnessError::Unavailable)
    }

    fn kept_view(&self, account: AccountId) -> Option<AccountView> {
        let cache = self.caches.get(account).0?;
        let state = cache.state();
        Some(AccountView::new(cache, state))
    }

    async fn embedded_view(&self, account: AccountId) -> Result<AccountView, FreshnessError> {
        if let Some(view) = self.kept_view(account) {
            return Ok(view);
        }
        match self.read_kept(account).await {
            Ok((_, view)) => Ok(view),
            Err(error) => {
                tracing::error!(%error, account.id = %account, "an account cannot be read");
                Err(FreshnessError::Unavailable)
            }
        }
    }

    /// A snapshot of an account as it is now, and a view there; what is loaded into it is kept.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such account.
    pub async fn read_kept(
        &self,
        account: AccountId,
    ) -> Result<(Box<dyn Snapshot>, AccountView), StoreError> {
        let (cache, generation) = self.caches.get(account);
        let snapshot = self.store.begin_read(account).await?;
        let view = match cache {
            Some(cache) => AccountView::of(snapshot.as_ref(), Some(cache)),
            None => self.caches.install(account, snapshot.state(), generation),
        };
        Ok((snapshot, view))
    }

    /// Whether there is such an account, where `current` does not say.
    ///
    /// # Errors
    /// As the store.
    pub async fn exists(&self, account: AccountId, current: &Current) -> Result<bool, StoreError> {
        if !self.is_embedded() {
            return Ok(current.other.is_some());
        }
        match self.store.begin_read(account).await {
            Ok(_) => Ok(true),
            Err(StoreError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A view of the very state that a snapshot sees, for a request that found what it needs not
    /// kept and the account moved on. What it loads is kept for others too, where it is in place.
    pub fn pinned(&self, snapshot: &dyn Snapshot) -> AccountView {
        AccountView::of(snapshot, self.caches.get(snapshot.account().id).0)
    }

    /// Gives room after something was loaded into a view.
    pub fn make_room(&self, view: &AccountView) {
        self.caches.make_room(view.cache());
    }

    /// Moves on what is kept of an account over a commit of this process. With PostgreSQL the next
    /// batch does that, for our commits as for others'; until then nothing stale is decided there.
    pub fn committed(&self, account: AccountId, to: AccountState, touched: Option<&[Touched]>) {
        if self.is_embedded() {
            self.caches.committed(account, to, touched);
        } else {
            self.caches.doubt(account);
        }
    }

    /// Drops what is kept of an account: a commit whose answer was lost may have happened.
    pub fn forget(&self, account: AccountId) {
        self.caches.forget(account);
    }

    /// Whether the system account has moved on since this was last asked.
    pub fn take_system_moved(&self) -> bool {
        self.system_moved.swap(false, Ordering::Relaxed)
    }

    /// Drops the caches longest unused while all together weigh more than their bound.
    pub fn trim(&self) {
        self.caches.trim();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a floating-point number"
        )]
        metrics::gauge!("rampart_cache_bytes").set(self.caches.bytes() as f64);
    }
}

/// Asks the database for a batch.
struct Asker {
    store: Arc<dyn Store>,
    caches: Arc<Caches>,
    system_moved: Arc<AtomicBool>,
}

impl Asker {
    /// Asks for a whole batch; where the database refuses that, for each half alone, so that one bad
    /// question fails nobody else's.
    async fn ask(&self, questions: &[Question]) -> Vec<Option<Verdict>> {
        match self.ask_together(questions).await {
            Ok(verdicts) => verdicts,
            Err(error) => {
                tracing::warn!(%error, size = questions.len(), "a freshness batch failed");
                // Where the database does not answer, whether the nonces were recorded is not known
                // either, and to ask again would take them for used.
                if questions.len() == 1 || matches!(error, StoreError::Unavailable(_)) {
                    return questions.iter().map(|_| None).collect();
                }
                let (one, other) = questions.split_at(questions.len() / 2);
                let mut verdicts = Box::pin(self.ask(one)).await;
                verdicts.extend(Box::pin(self.ask(other)).await);
                verdicts
            }
        }
    }

    async fn ask_together(
        &self,
        questions: &[Question],
    ) -> Result<Vec<Option<Verdict>>, StoreError> {
        let involved = questions
            .iter()
            .flat_map(|q| std::iter::once(q.own).chain(q.other))
            .chain([AccountId::SYSTEM]);
        let mut known: HashMap<AccountId, Known> = HashMap::new();
        for account in involved {
            known
                .entry(account)
                .or_insert_with(|| self.caches.known(account));
        }
        let accounts: Vec<Known> = known.into_values().collect();
        let nonces: Vec<NonceRow> = questions.iter().filter_map(|q| q.nonce).collect();
        let begin = std::time::Instant::now();
        let answer = self.store.freshness(&accounts, &nonces).await?;
        count(questions.len(), begin.elapsed());
        let mut views: HashMap<AccountId, AccountView> = HashMap::new();
        for (known, moved) in accounts.iter().zip(answer.accounts) {
            match moved {
                Some(Ok(moved)) => {
                    if known.account == AccountId::SYSTEM && known.state != Some(moved.state) {
                        self.system_moved.store(true, Ordering::Relaxed);
                    }
                    views.insert(
                        known.account,
                        self.caches.moved(known.account, &moved, begin),
                    );
                }
                Some(Err(error)) => {
                    tracing::error!(%error, account.id = %known.account, "an account cannot be read");
                }
                None => {}
            }
        }
        let mut fresh = answer.fresh.iter().copied();
        Ok(questions
            .iter()
            .map(|question| {
                Some(Verdict {
                    own: views.get(&question.own).cloned(),
                    other: question.other.and_then(|other| views.get(&other).cloned()),
                    // A nonce without an answer was not recorded.
                    fresh: question.nonce.is_none() || fresh.next().unwrap_or(false),
                })
            })
            .collect())
    }
}

fn count(requests: usize, took: Duration) {
    metrics::counter!("rampart_freshness_batches_total").increment(1);
    metrics::counter!("rampart_freshness_requests_total").increment(requests as u64);
    metrics::histogram!("rampart_freshness_seconds").record(took.as_secs_f64());
}
