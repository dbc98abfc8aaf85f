//! Engines in turn, round after round, so that all see the same machine.

use crate::clock::thread_ns;
use crate::{Engine, Error};

/// An engine in a comparison.
pub struct Runner<'a> {
    /// What the table calls it.
    pub name: &'static str,
    engine: Box<dyn Engine + 'a>,
    /// How many requests it was given.
    requests: usize,
    /// Where in the requests it is.
    next: usize,
    /// How many decisions a round has.
    batch: usize,
    /// Nanoseconds per decision, of each round.
    pub figures: Vec<f64>,
}

impl<'a> Runner<'a> {
    /// Enters an engine that knows that many requests.
    #[must_use]
    pub fn new(name: &'static str, engine: Box<dyn Engine + 'a>, requests: usize) -> Self {
        Self {
            name,
            engine,
            requests,
            next: 0,
            batch: 1,
            figures: Vec::new(),
        }
    }

    /// Runs through all its requests once, and sets how many make a round of about `round_ns`.
    ///
    /// # Errors
    /// A decision that is not the expected one.
    pub fn verify(&mut self, expected: &[bool], round_ns: u64) -> Result<(), Error> {
        let begin = thread_ns();
        for (at, expected) in expected.iter().enumerate().take(self.requests) {
            let decided = self.engine.decide(at)?;
            if decided != *expected {
                let name = self.name;
                return Err(
                    format!("{name} decides request {at} {decided}, not {expected}").into(),
                );
            }
        }
        let each = (thread_ns() - begin) / self.requests.max(1) as u64;
        let batch = usize::try_from(round_ns / each.max(1))?;
        self.batch = batch.clamp(1, 1 << 22);
        Ok(())
    }

    fn round(&mut self) -> Result<(), Error> {
        let mut allowed = 0_usize;
        let begin = thread_ns();
        for _ in 0..self.batch {
            allowed += usize::from(self.engine.decide(self.next)?);
            self.next += 1;
            if self.next == self.requests {
                self.next = 0;
            }
        }
        let spent = thread_ns() - begin;
        std::hint::black_box(allowed);
        self.figures.push(spent as f64 / self.batch as f64);
        Ok(())
    }
}

/// Lets every engine decide in turn, that many times.
///
/// # Errors
/// Whatever an engine fails with.
pub fn interleave(runners: &mut [Runner<'_>], rounds: usize) -> Result<(), Error> {
    for _ in 0..rounds {
        for runner in runners.iter_mut() {
            runner.round()?;
        }
    }
    Ok(())
}

/// The middle of the figures.
#[must_use]
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The middle, over the rounds, of one engine's figure divided by another's of the same round.
#[must_use]
pub fn ratio(one: &[f64], other: &[f64]) -> f64 {
    median(one.iter().zip(other).map(|(a, b)| a / b).collect())
}
