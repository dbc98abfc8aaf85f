//! Replay protection of the embedded mode: a nonce is good once per access key, across schemes,
//! products and restarts, until its own timestamp plus the window.
//!
//! [`memory`] keeps the nonces; [`mark`] keeps on disk, ahead of time and off the hot path, what a
//! restart after `kill -9` must know. With PostgreSQL neither is used: the freshness batch records
//! nonces in a table (`iam::freshness`), and [`shares`] counts them.

pub mod mark;
pub mod memory;
pub mod shares;

use std::sync::Arc;

use crate::iam::replay::mark::{Ahead, Mark};
use crate::iam::replay::memory::{Memory, Recorded};
use crate::policy::ids::AccountId;

/// Why a nonce was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// It was used before.
    #[error("the nonce was used already")]
    Used,
    /// The request is dated before the moment up to which a crashed process may have accepted
    /// requests.
    #[error("dated before the latest unclean stop")]
    BeforeCrash,
    /// There is no room for another nonce, in all or in the account's share.
    #[error("no room for another nonce")]
    Full,
    /// What must be on disk first could not be written.
    #[error("the replay mark cannot be written")]
    Unavailable,
}

/// The nonces of an embedded server.
#[derive(Debug)]
pub struct Replay {
    memory: Memory,
    /// `None` where nothing outlives the process.
    mark: Option<Arc<Mark>>,
    /// In seconds.
    window: i64,
}

impl Replay {
    /// `capacity` nonces at most; `window` in seconds. With a `mark`, what it knows from before is
    /// taken over.
    pub fn new(capacity: usize, window: i64, mark: Option<Mark>) -> Self {
        let memory = Memory::new(capacity, window);
        if let Some(mark) = &mark {
            for nonce in mark.remembered() {
                memory.restore(nonce.fingerprint, nonce.expires_at);
            }
        }
        Self {
            memory,
            mark: mark.map(Arc::new),
            window,
        }
    }

    /// Takes a nonce of a request dated `timestamp` (unix seconds), or says why not.
    ///
    /// # Errors
    /// [`ReplayError`]. Nothing is recorded then, but for `Unavailable`: such a nonce is used up.
    pub async fn take(
        &self,
        account: AccountId,
        fingerprint: u64,
        timestamp: i64,
        expires_at: i64,
        now: i64,
    ) -> Result<(), ReplayError> {
        let floor = self.mark.as_ref().map(|mark| mark.floor());
        if floor.is_some_and(|floor| timestamp <= floor) {
            return Err(ReplayError::BeforeCrash);
        }
        // In memory first: what is a repeat, or has no room, costs the disk nothing.
        match self.memory.record(account, fingerprint, expires_at, now) {
            Recorded::New => {}
            Recorded::Known => return Err(ReplayError::Used),
            Recorded::Full => return Err(ReplayError::Full),
        }
        if let Some(mark) = &self.mark {
            if timestamp > mark.reached() {
                let (mark, ahead) = (
                    Arc::clone(mark),
                    Ahead {
                        fingerprint,
                        expires_at,
                    },
                );
                tokio::task::spawn_blocking(move || mark.admit(timestamp, ahead, now))
                    .await
                    .map_err(|_| ReplayError::Unavailable)?
                    .map_err(|error| {
                        tracing::error!(%error, "the replay mark cannot be written");
                        ReplayError::Unavailable
                    })?;
            }
            mark.note_activity();
        }
        Ok(())
    }

    /// Moves the mark on where it is due. Blocks on the disk: call it off the hot path.
    pub fn tick(&self, now: i64) {
        if let Some(mark) = &self.mark
            && let Err(error) = mark.tick(now)
        {
            tracing::error!(%error, "the replay mark cannot be written");
        }
    }

    /// Saves every live nonce; afterwards the next start refuses nothing on suspicion.
    ///
    /// # Errors
    /// Where the disk refuses; the next start then treats this stop as unclean.
    pub fn save(&self, now: i64) -> std::io::Result<()> {
        match &self.mark {
            Some(mark) => mark.save_cleanly(&self.memory.live(now), now - self.window - 1),
            None => Ok(()),
        }
    }

    /// How many nonces are kept.
    pub fn count(&self) -> usize {
        self.memory.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: i64 = 900;
    const NOW: i64 = 1_800_000_000;

    fn account() -> AccountId {
        AccountId::from_random(1)
    }

    fn open(dir: &std::path::Path, now: i64) -> Replay {
        Replay::new(1 << 16, WINDOW, Some(Mark::open(dir, now, true).unwrap()))
    }

    async fn take(
        replay: &Replay,
        fingerprint: u64,
        timestamp: i64,
        now: i64,
    ) -> Result<(), ReplayError> {
        replay
            .take(account(), fingerprint, timestamp, timestamp + WINDOW, now)
            .await
    }

    #[tokio::test]
    async fn t14_everything_accepted_before_a_crash_is_refused_after_it() {
        let dir = tempfile::tempdir().unwrap();
        let before = open(dir.path(), NOW);
        for (fingerprint, timestamp) in [(1, NOW), (2, NOW + 1), (3, NOW + 840), (4, NOW - 600)] {
            assert_eq!(take(&before, fingerprint, timestamp, NOW).await, Ok(()));
        }
        // No clean stop: the process is gone.
        drop(before);
        let restart = NOW + 3;
        let after = open(dir.path(), restart);
        for (fingerprint, timestamp) in [(1, NOW), (2, NOW + 1), (3, NOW + 840), (4, NOW - 600)] {
            assert!(
                take(&after, fingerprint, timestamp, restart).await.is_err(),
                "{fingerprint}"
            );
        }
        assert_eq!(
            take(&after, 5, restart, restart).await,
            Ok(()),
            "a fresh request is served"
        );
        // The one dated ahead is still refused when its time has come.
        assert_eq!(
            take(&after, 3, NOW + 840, NOW + 840).await,
            Err(ReplayError::Used)
        );
        assert_eq!(
            take(&after, 3, NOW + 840, NOW + 960).await,
            Err(ReplayError::Used)
        );
    }

    #[tokio::test]
    async fn t14_a_clean_stop_keeps_the_nonces_and_suspects_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let before = open(dir.path(), NOW);
        assert_eq!(take(&before, 1, NOW, NOW).await, Ok(()));
        before.save(NOW).unwrap();
        let after = open(dir.path(), NOW);
        assert_eq!(take(&after, 1, NOW, NOW).await, Err(ReplayError::Used));
        assert_eq!(
            take(&after, 2, NOW, NOW).await,
            Ok(()),
            "the same second, another nonce"
        );
    }

    #[tokio::test]
    async fn t14_a_clean_stop_does_not_forget_a_crash_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let crashed = open(dir.path(), NOW);
        assert_eq!(take(&crashed, 1, NOW, NOW).await, Ok(()));
        drop(crashed);
        open(dir.path(), NOW + 3).save(NOW + 3).unwrap();
        let after = open(dir.path(), NOW + 4);
        assert_eq!(
            take(&after, 1, NOW, NOW + 4).await,
            Err(ReplayError::BeforeCrash)
        );
        assert_eq!(take(&after, 2, NOW + 4, NOW + 4).await, Ok(()));
    }

    #[tokio::test]
    async fn t14_a_full_memory_is_remembered_whole() {
        let dir = tempfile::tempdir().unwrap();
        let full = |now| {
            Replay::new(
                256,
                WINDOW,
                Some(Mark::open(dir.path(), now, true).unwrap()),
            )
        };
        let before = full(NOW);
        let spread = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut taken = Vec::new();
        for (owner, range) in [(1, 0..2000), (2, 2000..4000)] {
            for n in range {
                let account = AccountId::from_random(owner);
                let nonce = spread(n);
                if before
                    .take(account, nonce, NOW, NOW + WINDOW, NOW)
                    .await
                    .is_ok()
                {
                    taken.push(nonce);
                }
            }
        }
        assert_eq!(taken.len(), 256);
        before.save(NOW).unwrap();
        let after = full(NOW);
        for nonce in taken {
            assert_eq!(take(&after, nonce, NOW, NOW).await, Err(ReplayError::Used));
        }
    }

    #[tokio::test]
    async fn t14_the_clock_set_back_over_a_clean_stop_opens_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(dir.path(), NOW);
        assert_eq!(take(&first, 1, NOW, NOW).await, Ok(()));
        first.save(NOW).unwrap();
        // A clock that is two hours fast forgets the nonce; then it is set right.
        let fast = open(dir.path(), NOW + 7200);
        assert_eq!(take(&fast, 2, NOW + 7200, NOW + 7200).await, Ok(()));
        fast.save(NOW + 7200).unwrap();
        let right = open(dir.path(), NOW);
        assert_eq!(
            take(&right, 1, NOW, NOW).await,
            Err(ReplayError::BeforeCrash)
        );
    }

    #[tokio::test]
    async fn t14_a_torn_record_shifts_no_other() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("replay.nonces"), [1, 2, 3, 4, 5]).unwrap();
        let before = open(dir.path(), NOW);
        assert_eq!(take(&before, 1, NOW + 300, NOW).await, Ok(()));
        drop(before);
        let after = open(dir.path(), NOW + 3);
        assert_eq!(
            take(&after, 1, NOW + 300, NOW + 3).await,
            Err(ReplayError::Used)
        );
    }

    #[tokio::test]
    async fn t14_a_repeat_that_is_dated_ahead_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let replay = open(dir.path(), NOW);
        assert_eq!(take(&replay, 1, NOW + 300, NOW).await, Ok(()));
        for _ in 0..10 {
            assert_eq!(
                take(&replay, 1, NOW + 300, NOW).await,
                Err(ReplayError::Used)
            );
        }
        let length = std::fs::metadata(dir.path().join("replay.nonces"))
            .unwrap()
            .len();
        assert_eq!(length, 16);
    }

    #[tokio::test]
    async fn t14_the_clock_set_back_over_a_crash_opens_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let before = open(dir.path(), NOW);
        assert_eq!(take(&before, 1, NOW, NOW).await, Ok(()));
        drop(before);
        let after = open(dir.path(), NOW - 1200);
        assert_eq!(
            take(&after, 1, NOW, NOW - 1200).await,
            Err(ReplayError::BeforeCrash)
        );
    }

    #[tokio::test]
    async fn t14_what_a_copy_must_refuse_is_known_from_the_files() {
        let dir = tempfile::tempdir().unwrap();
        let latest = |now| Mark::latest(dir.path(), WINDOW, now).unwrap();
        assert_eq!(latest(NOW), None);
        let server = open(dir.path(), NOW);
        assert_eq!(take(&server, 1, NOW, NOW).await, Ok(()));
        assert_eq!(latest(NOW), Some(NOW + mark::LEAD_SECONDS));
        server.save(NOW).unwrap();
        assert_eq!(latest(NOW), Some(NOW + mark::LEAD_SECONDS));
        // Dated ahead: known to the second after a clean stop, else as far ahead as it could be.
        let server = open(dir.path(), NOW + 1);
        assert_eq!(take(&server, 2, NOW + 500, NOW + 1).await, Ok(()));
        assert_eq!(latest(NOW + 1), Some(NOW + mark::LEAD_SECONDS + WINDOW));
        server.save(NOW + 1).unwrap();
        assert_eq!(latest(NOW + 1), Some(NOW + 500));
        // The first release's file does not say; a torn one says nothing.
        let file = dir.path().join("replay.mark");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..17]).unwrap();
        assert_eq!(latest(NOW + 1), Some(NOW + mark::LEAD_SECONDS + WINDOW));
        assert_eq!(latest(NOW + 5000), Some(NOW + mark::LEAD_SECONDS));
        assert_eq!(
            take(&open(dir.path(), NOW + 1), 2, NOW + 500, NOW + 500).await,
            Err(ReplayError::Used)
        );
        std::fs::write(&file, &bytes[..5]).unwrap();
        assert_eq!(latest(NOW), Some(NOW + WINDOW));
    }
}
