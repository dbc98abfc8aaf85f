//! The time that this thread held a core, so that other processes of the machine do not count.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds that this thread has run.
#[must_use]
pub fn thread_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}
