//! One round trip shared by all who wait: items that arrive while a batch is under way form the
//! next one, so at most one is in flight and the number of trips does not grow with the requests.

use std::future::Future;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

/// Why an item was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the batch is full or its worker is gone")]
pub struct BatchError;

type Waiting<I, O> = (I, oneshot::Sender<O>);

/// Sends items to the worker.
#[derive(Debug)]
pub struct Batcher<I, O> {
    queue: mpsc::Sender<Waiting<I, O>>,
    patience: Duration,
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
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(largest);
            while waiting.recv_many(&mut batch, largest).await > 0 {
                let (items, senders): (Vec<I>, Vec<_>) = batch.drain(..).unzip();
                // A database that went silent must not hold up those who come after.
                let Ok(outputs) = tokio::time::timeout(patience, run(items)).await else {
                    tracing::error!("a batch was not answered in time");
                    continue;
                };
                for (sender, output) in senders.into_iter().zip(outputs) {
                    // A caller that has gone away needs no answer.
                    let _ = sender.send(output);
                }
            }
        });
        Self { queue, patience }
    }

    /// Puts an item into the next batch and waits for its answer.
    ///
    /// # Errors
    /// [`BatchError`] where too many wait already.
    pub async fn ask(&self, item: I) -> Result<O, BatchError> {
        let (sender, receiver) = oneshot::channel();
        self.queue
            .try_send((item, sender))
            .map_err(|_| BatchError)?;
        tokio::time::timeout(self.patience, receiver)
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
}
