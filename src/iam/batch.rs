//! One round trip shared by all who wait: items that arrive while a batch is under way form the
//! next one, so at most one is in flight and the number of trips does not grow with the requests.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

/// Why an item was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the batch is full or its worker is gone")]
pub struct BatchError;

/// How long one waits for an answer where the batch before had none in time: as long as a database
/// takes that is back. Who waits is told soon, and does not run out of his own patience.
const OF_A_SILENT_ONE: Duration = Duration::from_millis(250);

type Waiting<I, O> = (I, oneshot::Sender<O>);

/// Sends items to the worker.
#[derive(Debug)]
pub struct Batcher<I, O> {
    queue: mpsc::Sender<Waiting<I, O>>,
    patience: Duration,
    /// Whether the last batch was not answered in time.
    silent: Arc<AtomicBool>,
}

impl<I: Send + 'static, O: Send + 'static> Batcher<I, O> {
    /// Starts the worker. `room` bounds how many items may wait, `largest` how many go into one
    /// batch, `patience` how long a batch may take and how long one waits for an answer. `run`
    /// answers a batch: one output for each input, in order.
    pub fn start<F, Fut>(room: usize, largest: usize, patience: Duration, run: F) -> Self
    where
        F: Fn(Vec<I>) -> Fut + Send + 'static,
        Fut: Future<Output = Vec<O>> + Send,
    {
        let (queue, mut waiting) = mpsc::channel::<Waiting<I, O>>(room);
        let silent = Arc::<AtomicBool>::default();
        let of_worker = Arc::clone(&silent);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(largest);
            while waiting.recv_many(&mut batch, largest).await > 0 {
                // Who has stopped waiting was told that nothing came of it, so nothing should.
                batch.retain(|(_, sender)| !sender.is_closed());
                if batch.is_empty() {
                    continue;
                }
                let (items, senders): (Vec<I>, Vec<_>) = batch.drain(..).unzip();
                // A database that went silent must not hold up those who come after.
                let outputs = tokio::time::timeout(patience, run(items)).await;
                of_worker.store(outputs.is_err(), Ordering::Relaxed);
                let Ok(outputs) = outputs else {
                    tracing::error!("a batch was not answered in time");
                    continue;
                };
                for (sender, output) in senders.into_iter().zip(outputs) {
                    // A caller that has gone away needs no answer.
                    let _ = sender.send(output);
                }
            }
        });
        Self {
            queue,
            patience,
            silent,
        }
    }

    /// Puts an item into the next batch and waits for its answer.
    ///
    /// # Errors
    /// [`BatchError`] where too many wait already, or the answer does not come in time.
    pub async fn ask(&self, item: I) -> Result<O, BatchError> {
        let (sender, receiver) = oneshot::channel();
        self.queue
            .try_send((item, sender))
            .map_err(|_| BatchError)?;
        let patience = if self.silent.load(Ordering::Relaxed) {
            self.patience.min(OF_A_SILENT_ONE)
        } else {
            self.patience
        };
        tokio::time::timeout(patience, receiver)
            .await
            .map_err(|_| BatchError)?
            .map_err(|_| BatchError)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn items_that_wait_share_a_batch() {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let opened = Arc::clone(&gate);
        let batcher = Arc::new(Batcher::start(
            1000,
            1000,
            PATIENCE,
            move |items: Vec<u32>| {
                let (counted, opened) = (Arc::clone(&counted), Arc::clone(&opened));
                async move {
                    counted.fetch_add(1, Ordering::Relaxed);
                    if let Ok(permit) = opened.acquire().await {
                        permit.forget();
                    }
                    items.into_iter().map(|item| item * 2).collect()
                }
            },
        ));
        let asked: Vec<_> = (0..100u32)
            .map(|item| {
                let batcher = Arc::clone(&batcher);
                tokio::spawn(async move { batcher.ask(item).await })
            })
            .collect();
        tokio::task::yield_now().await;
        gate.add_permits(100);
        for (item, answer) in (0..100u32).zip(asked) {
            assert_eq!(answer.await.unwrap(), Ok(item * 2));
        }
        assert!(runs.load(Ordering::Relaxed) <= 2, "{runs:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_after_silence_waits_less() {
        let speaks = Arc::new(AtomicBool::new(false));
        let heard = Arc::clone(&speaks);
        let batcher = Batcher::start(10, 10, PATIENCE, move |items: Vec<u32>| {
            let heard = Arc::clone(&heard);
            async move {
                while !heard.load(Ordering::Relaxed) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                items
            }
        });
        for waits in [PATIENCE, OF_A_SILENT_ONE, OF_A_SILENT_ONE] {
            let began = tokio::time::Instant::now();
            assert_eq!(batcher.ask(1).await, Err(BatchError));
            let waited = began.elapsed();
            // The batch and who waits for it give up at one moment; who asks next does so later.
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert!(
                waited >= waits && waited < waits + Duration::from_millis(10),
                "{waited:?}"
            );
        }
        // It speaks again: the next is answered, and patience is what it was.
        speaks.store(true, Ordering::Relaxed);
        assert_eq!(batcher.ask(2).await, Ok(2));
        speaks.store(false, Ordering::Relaxed);
        let began = tokio::time::Instant::now();
        assert_eq!(batcher.ask(3).await, Err(BatchError));
        assert!(began.elapsed() >= PATIENCE);
    }

    /// A database that is back and slow is not taken for silent for ever.
    #[tokio::test(start_paused = true)]
    async fn who_is_slow_is_given_time_again() {
        let batcher = Arc::new(Batcher::start(
            1000,
            1000,
            PATIENCE,
            |items: Vec<u32>| async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                items
            },
        ));
        batcher.silent.store(true, Ordering::Relaxed);
        let mut asked = Vec::new();
        for item in 0..300 {
            let batcher = Arc::clone(&batcher);
            asked.push(tokio::spawn(async move { batcher.ask(item).await }));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut refused = Vec::new();
        for (item, answer) in (0..300_u32).zip(asked) {
            match answer.await.unwrap() {
                Ok(same) => assert_eq!(same, item),
                Err(BatchError) => refused.push(item),
            }
        }
        assert!(refused.iter().all(|item| *item < 100), "{refused:?}");
        assert!(!refused.is_empty());
    }

    /// Nothing is done for those who were told that nothing came of it.
    #[tokio::test(start_paused = true)]
    async fn who_has_gone_is_asked_for_no_more() {
        let seen = Arc::new(std::sync::Mutex::new(Vec::<u32>::new()));
        let of_batches = Arc::clone(&seen);
        let batcher = Batcher::start(10, 10, PATIENCE, move |items: Vec<u32>| {
            of_batches.lock().unwrap().extend(&items);
            async {
                tokio::time::sleep(2 * PATIENCE).await;
                items
            }
        });
        let (one, other) = tokio::join!(batcher.ask(1), async {
            // While the first is under way, and for less time than it takes.
            tokio::time::sleep(Duration::from_millis(1)).await;
            tokio::time::timeout(Duration::from_millis(1), batcher.ask(2)).await
        });
        assert!(one.is_err() && other.is_err());
        let _ = batcher.ask(3).await;
        assert_eq!(*seen.lock().unwrap(), [1, 3]);
    }
}
