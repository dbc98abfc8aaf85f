//! The keys of OIDC providers, fetched from their issuers and kept for a while.
//!
//! A provider's keys are fetched by one request at a time, whatever the number of those that wait, and
//! so many times in a while, whatever tokens say: an issuer that hangs, or strangers with tokens of
//! keys that do not exist, cost a bounded number of requests (THREATS row 18). Where requests go is
//! the provider's issuer, and what that issuer answers; nothing of a token takes part in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde::Deserialize;
use tokio::sync::{OwnedMutexGuard, Semaphore};

use super::OidcView;
use super::budget::{Bucket, Size};
use super::key_set::{self, KeySet};
use super::token::UnverifiedToken;
use crate::model::provider::OidcProvider;
use crate::policy::ids::AccountId;
use crate::ports::{Clock, OutboundError, OutboundGet, OutboundHttp};

/// For how long fetched keys are taken for the issuer's, in seconds.
const FRESH_SECONDS: i64 = 300;
/// For how long they are used where the issuer does not answer, in seconds.
const STALE_SECONDS: i64 = 3600;
/// How long nobody asks again after a failure, in seconds.
const FAILED_SECONDS: i64 = 5;
/// How often one provider's keys are fetched.
const FETCHES: Size = Size {
    most: 5,
    per_second_millis: 100,
};
/// How many fetches there are at once, and of one account's providers.
const AT_ONCE: usize = 64;
const AT_ONCE_OF_ACCOUNT: usize = 8;
/// How many providers' keys are kept, and about how many bytes of them: an issuer may have many keys.
const PROVIDERS_KEPT: usize = 4096;
const BYTES_KEPT: usize = 64 * 1024 * 1024;
/// The longest discovery document, in bytes.
const LONGEST_DOCUMENT: usize = 64 * 1024;

/// Why there are no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// The issuer cannot be reached, or serves something else. One error for all of it: what is at
    /// an address is not told to whom it is not open.
    #[error("the keys of the issuer cannot be fetched")]
    Unreachable,
    /// The issuer's certificate comes from none of the fingerprints.
    #[error("the certificate of the issuer has none of the fingerprints")]
    Fingerprint,
}

#[derive(Debug, Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    fetched_at: i64,
    failure: Option<KeysError>,
    /// From when on there may be another fetch.
    next_at: i64,
    bucket: Option<Bucket>,
}

impl State {
    fn bytes(&self) -> usize {
        self.keys.as_ref().map_or(0, |keys| keys.bytes())
    }
}

/// What is known of one provider's keys.
#[derive(Debug, Default)]
struct Slot {
    state: Mutex<State>,
    flight: Arc<tokio::sync::Mutex<()>>,
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of each provider's keys, by what they depend on.
type Slots = HashMap<Box<str>, Arc<Slot>>;

/// The fetched keys of all providers.
pub(super) struct ProviderKeys {
    outbound: Arc<dyn OutboundHttp>,
    clock: Arc<dyn Clock>,
    slots: RwLock<Slots>,
    at_once: Semaphore,
    of_accounts: Mutex<HashMap<AccountId, usize>>,
}

/// One fetch of an account's, counted as long as this lives.
struct Place<'a>(&'a ProviderKeys, AccountId);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut all = self.0.of_accounts();
        if let Some(count) = all.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.1);
            }
        }
    }
}

/// Of a discovery document what matters.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl ProviderKeys {
    pub(super) fn new(outbound: Arc<dyn OutboundHttp>, clock: Arc<dyn Clock>) -> Self {
        Self {
            outbound,
            clock,
            slots: RwLock::default(),
            at_once: Semaphore::new(AT_ONCE),
            of_accounts: Mutex::default(),
        }
    }

    fn of_accounts(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        self.of_accounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys to verify this token of the provider with. Where they are known and have the one that
    /// the token names, nothing is asked.
    pub(super) async fn get(
        self: &Arc<Self>,
        view: &Arc<OidcView>,
        token: &UnverifiedToken<'_>,
        now: i64,
    ) -> Result<Arc<KeySet>, KeysError> {
        let slot = self.slot(&view.source);
        let (known, fetched_at) = {
            let state = slot.state();
            (state.keys.clone(), state.fetched_at)
        };
        let known = known.filter(|_| now < fetched_at + STALE_SECONDS);
        let usable = known.as_ref().filter(|keys| token.has_key_in(keys));
        let flight = Arc::clone(&slot.flight);
        let guard = match usable {
            Some(keys) if now < fetched_at + FRESH_SECONDS => return Ok(Arc::clone(keys)),
            // One of those that come now asks whether they are still the issuer's.
            Some(keys) => match flight.try_lock_owned() {
                Ok(guard) => guard,
                Err(_) => return Ok(Arc::clone(keys)),
            },
            None => flight.lock_owned().await,
        };
        let outcome = Box::pin(self.refresh(slot, view, token, now, guard)).await;
        match (outcome, known) {
            (Ok(keys), _) | (Err(_), Some(keys)) => Ok(keys),
            (Err(error), None) => Err(error),
        }
    }

    /// Fetches the keys, unless somebody just did, failed, or has done so too often.
    async fn refresh(
        self: &Arc<Self>,
        slot: Arc<Slot>,
        view: &Arc<OidcView>,
        token: &UnverifiedToken<'_>,
        now: i64,
        guard: OwnedMutexGuard<()>,
    ) -> Result<Arc<KeySet>, KeysError> {
        {
            let mut state = slot.state();
            let fresh = now < state.fetched_at + FRESH_SECONDS;
            if let Some(keys) = state
                .keys
                .clone()
                .filter(|keys| fresh && token.has_key_in(keys))
            {
                return Ok(keys);
            }
            let failure = state.failure.unwrap_or(KeysError::Unreachable);
            if now < state.next_at {
                return Err(failure);
            }
            let bucket = state.bucket.get_or_insert(Bucket::full(FETCHES, now));
            if !bucket.take(FETCHES, now) {
                return Err(failure);
            }
        }
        // In a task of its own: a caller that hangs up has used up one of the provider's fetches, and
        // what came of it is there for the next.
        let (own, view) = (Arc::clone(self), Arc::clone(view));
        let fetch = tokio::spawn(async move {
            let fetched = own.fetch(&view.provider).await.map(Arc::new);
            match &fetched {
                Ok(keys) => own.keep(&slot, Arc::clone(keys), now),
                Err(error) => {
                    let mut state = slot.state();
                    state.failure = Some(*error);
                    // From now on, and not from when the call came: an issuer may hang.
                    state.next_at = own.clock.now() + FAILED_SECONDS;
                }
            }
            drop(guard);
            fetched
        });
        fetch.await.unwrap_or(Err(KeysError::Unreachable))
    }

    async fn fetch(&self, provider: &OidcProvider) -> Result<KeySet, KeysError> {
        let (Some(_place), Ok(_permit)) =
            (self.place(provider.account), self.at_once.try_acquire())
        else {
            return Err(KeysError::Unreachable);
        };
        let issuer = &provider.issuer_url;
        let document = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let text = self.read(provider, &document, LONGEST_DOCUMENT).await?;
        let unfit = |why: &str| {
            tracing::info!(provider.name = %provider.name, account.id = %provider.account, why,
                "an issuer serves something else than its keys");
            KeysError::Unreachable
        };
        let discovery: Discovery =
            serde_json::from_slice(&text).map_err(|_| unfit("no discovery document"))?;
        if discovery.issuer != *issuer {
            return Err(unfit("the discovery document of another issuer"));
        }
        let text = self
            .read(provider, &discovery.jwks_uri, key_set::LONGEST)
            .await?;
        KeySet::parse(&text).map_err(|_| unfit("no key set"))
    }

    async fn read(
        &self,
        provider: &OidcProvider,
        url: &str,
        max_bytes: usize,
    ) -> Result<Vec<u8>, KeysError> {
        let get = OutboundGet {
            url,
            fingerprints: &provider.fingerprints,
            max_bytes,
        };
        let read = self.outbound.get(&get).await;
        metrics::counter!("rampart_outbound_requests_total", "ok" => if read.is_ok() { "true" } else { "false" })
            .increment(1);
        read.map_err(|error| {
            let cause: &dyn std::error::Error = &error;
            tracing::info!(provider.name = %provider.name, account.id = %provider.account,
                error = cause, "the keys of an issuer cannot be fetched");
            match error {
                OutboundError::Fingerprint => KeysError::Fingerprint,
                OutboundError::Refused | OutboundError::Failed(_) => KeysError::Unreachable,
            }
        })
    }

    fn place(&self, account: AccountId) -> Option<Place<'_>> {
        let mut all = self.of_accounts();
        let count = all.entry(account).or_default();
        if *count >= AT_ONCE_OF_ACCOUNT {
            return None;
        }
        *count += 1;
        drop(all);
        Some(Place(self, account))
    }

    fn slot(&self, source: &str) -> Arc<Slot> {
        let known = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = known.get(source) {
            return Arc::clone(slot);
        }
        drop(known);
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= PROVIDERS_KEPT && !slots.contains_key(source) {
            forget_older(&mut slots);
        }
        Arc::clone(slots.entry(source.into()).or_default())
    }

    /// Keeps what was fetched, and forgets the oldest keys where these are too many.
    fn keep(&self, slot: &Slot, keys: Arc<KeySet>, now: i64) {
        let mut state = slot.state();
        state.keys = Some(keys);
        state.fetched_at = now;
        state.failure = None;
        drop(state);
        let is_full = |slots: &Slots| {
            let bytes = slots.values().map(|slot| slot.state().bytes());
            bytes.sum::<usize>() > BYTES_KEPT
        };
        if !is_full(&self.slots.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        while is_full(&slots) {
            forget_older(&mut slots);
        }
    }
}

/// Forgets the half that was never fetched, or longest ago.
fn forget_older(slots: &mut Slots) {
    let mut by_age: Vec<i64> = slots.values().map(|s| s.state().fetched_at).collect();
    by_age.sort_unstable();
    let middle = by_age.get(by_age.len() / 2).copied().unwrap_or_default();
    slots.retain(|_, slot| slot.state().fetched_at > middle);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{FixedClock, NoOutbound};

    fn kept() -> ProviderKeys {
        ProviderKeys::new(Arc::new(NoOutbound), Arc::new(FixedClock::at_millis(0)))
    }

    #[test]
    fn t18_so_many_providers_are_remembered() {
        let kept = kept();
        for number in 0..3 * PROVIDERS_KEPT {
            kept.slot(&number.to_string());
        }
        assert!(kept.slots.read().unwrap().len() <= PROVIDERS_KEPT);
    }

    #[test]
    fn t18_so_many_bytes_of_keys_are_kept() {
        let kept = kept();
        // All of them are known before the first serves its keys.
        for number in 0..1000 {
            kept.slot(&number.to_string());
        }
        let key = r#"{"kty":"EC","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}"#;
        let keys = format!(r#"{{"keys":[{}]}}"#, vec![key; 64].join(","));
        let keys = Arc::new(KeySet::parse(keys.as_bytes()).unwrap());
        for number in 1..1000 {
            kept.keep(&kept.slot(&number.to_string()), Arc::clone(&keys), number);
        }
        let slots = kept.slots.read().unwrap();
        let bytes: usize = slots.values().map(|slot| slot.state().bytes()).sum();
        assert!(bytes <= BYTES_KEPT, "{bytes}");
        assert!(slots.contains_key("999"), "the latest is kept");
        assert!(!slots.contains_key("1"), "the oldest is not");
    }
}
