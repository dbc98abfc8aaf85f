//! What comes in from outside as an argument: the clock, randomness, and what others serve.
//!
//! Rules take `&dyn Clock` and `&dyn Entropy`, so that a test moves time by hand and draws the same
//! ids every run. Nothing else in the product asks the machine for either. What a tenant names
//! elsewhere is fetched through `&dyn OutboundHttp` and in no other way.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type UnixMillis = i64;

/// Tells the time. It never runs backwards within one process.
pub trait Clock: Send + Sync {
    /// Now, in milliseconds since the epoch.
    fn now_millis(&self) -> UnixMillis;

    /// Now, in whole seconds since the epoch.
    fn now(&self) -> i64 {
        self.now_millis().div_euclid(1000)
    }
}

/// The machine's clock, held from running backwards: a step back shows as standing still.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: AtomicI64,
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the port that the others are sent to"
    )]
    fn now_millis(&self) -> UnixMillis {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| {
                i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
            });
        self.latest
            .fetch_max(since_epoch, Ordering::Relaxed)
            .max(since_epoch)
    }
}

/// A clock that stands where it is put.
#[derive(Debug)]
pub struct FixedClock {
    millis: AtomicI64,
}

impl FixedClock {
    /// A clock that stands at `millis` after the epoch.
    pub fn at_millis(millis: UnixMillis) -> Self {
        Self {
            millis: AtomicI64::new(millis),
        }
    }

    /// Moves the clock by `seconds`, back too.
    pub fn advance(&self, seconds: i64) {
        self.millis.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    /// Puts the clock at `millis` after the epoch.
    pub fn set_millis(&self, millis: UnixMillis) {
        self.millis.store(millis, Ordering::Relaxed);
    }
}

impl Clock for FixedClock {
    fn now_millis(&self) -> UnixMillis {
        self.millis.load(Ordering::Relaxed)
    }
}

/// Draws randomness.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with randomness fit for secrets.
    fn fill(&self, bytes: &mut [u8]);

    /// A random number.
    fn next_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// The machine's generator: that of the operating system, which is ready when a process starts. The
/// crypto library's own first gathers noise for tens of milliseconds. Draws in blocks, because a
/// system call costs more than what is drawn.
pub struct SystemEntropy {
    block: Mutex<Block>,
}

/// What was drawn and not yet given out. What is given out is wiped here.
struct Block {
    bytes: [u8; 2048],
    used: usize,
}

impl Default for SystemEntropy {
    fn default() -> Self {
        let block = Block {
            bytes: [0; 2048],
            used: 2048,
        };
        Self {
            block: Mutex::new(block),
        }
    }
}

impl std::fmt::Debug for SystemEntropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SystemEntropy(..)")
    }
}

impl Entropy for SystemEntropy {
    #[expect(
        clippy::expect_used,
        reason = "no randomness, no secrets: there is nothing to go on with"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        let draw = |into: &mut [u8]| {
            getrandom::fill(into).expect("the system's generator does not fail once it is seeded");
        };
        let mut block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        let Block { bytes: held, used } = &mut *block;
        if bytes.len() > held.len() {
            return draw(bytes);
        }
        if bytes.len() > held.len() - *used {
            draw(held);
            *used = 0;
        }
        let given = &mut held[*used..*used + bytes.len()];
        bytes.copy_from_slice(given);
        // Quicker than byte by byte; the block lives on, so that no compiler leaves it out.
        given.fill(0);
        *used += bytes.len();
    }
}

/// A generator that draws the same every run. For tests: its secrets are no secrets.
#[derive(Debug)]
pub struct SeededEntropy {
    state: Mutex<u64>,
}

impl SeededEntropy {
    /// A generator whose draws depend on `seed` alone.
    pub fn new(seed: u64) -> Self {
        Self {
            state: Mutex::new(seed),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            // SplitMix64: the step and the two mixing constants are the generator's own.
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^= mixed >> 31;
            chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// What is to be fetched.
#[derive(Debug, Clone, Copy)]
pub struct OutboundGet<'a> {
    /// An `https` URL.
    pub url: &'a str,
    /// SHA-1 or SHA-256 of certificates, in hexadecimal digits: the host's must come from one of
    /// them. Where there are none, the machine's roots count.
    pub fingerprints: &'a [String],
    /// The longest answer, in bytes.
    pub max_bytes: usize,
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The address is one that nobody may be sent to.
    #[error("the address is not allowed")]
    Refused,
    /// The host's certificate comes from none of the fingerprints.
    #[error("no certificate has one of the fingerprints")]
    Fingerprint,
    /// The host cannot be reached, is not what it should be, or answers something else.
    #[error("the request failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Fetches what tenants name. It sends nothing to addresses that the operator has not opened to
/// them, follows nobody elsewhere, and ends in a bounded time.
#[async_trait]
pub trait OutboundHttp: Send + Sync {
    /// The body of the answer, where that is 200.
    ///
    /// # Errors
    /// [`OutboundError`].
    async fn get(&self, get: &OutboundGet<'_>) -> Result<Vec<u8>, OutboundError>;
}

/// Sends nothing to anybody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOutbound;

#[async_trait]
impl OutboundHttp for NoOutbound {
    async fn get(&self, _: &OutboundGet<'_>) -> Result<Vec<u8>, OutboundError> {
        Err(OutboundError::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_twice() {
        let entropy = SystemEntropy::default();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            let mut bytes = [0; 24];
            entropy.fill(&mut bytes);
            assert!(seen.insert(bytes));
        }
        let mut large = [0; 4096];
        entropy.fill(&mut large);
        assert!(large.chunks(32).all(|chunk| chunk != [0; 32]));
    }
}
