//! Many calls at once.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Pairs;
use crate::app::{Reply, TestApp};

/// Makes tests of one function on every database and on several threads: in memory, in a file and on
/// PostgreSQL.
#[macro_export]
macro_rules! on_each {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn in_memory() {
                super::$name($crate::app::On::Memory).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn in_a_file() {
                super::$name($crate::app::On::File).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn on_postgres() {
                super::$name($crate::app::On::Postgres).await;
            }
        }
    )+};
}

/// Root's call, `count` times at once; in `params` each `#` becomes the call's number. Exactly one
/// goes well; the others.
pub(crate) async fn together(
    app: TestApp,
    count: usize,
    action: &'static str,
    params: Pairs<'static>,
) -> (TestApp, Vec<Reply>) {
    let app = Arc::new(app);
    let start = Arc::new(Barrier::new(count));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (app, start) = (Arc::clone(&app), Arc::clone(&start));
        tasks.spawn(async move {
            let number = number.to_string();
            let params: Vec<(&str, String)> = params
                .iter()
                .map(|(name, value)| (*name, value.replace('#', &number)))
                .collect();
            let params: Vec<(&str, &str)> = params.iter().map(|(n, v)| (*n, v.as_str())).collect();
            start.wait().await;
            app.ram(&app.root(), action, &params).await
        });
    }
    let replies = tasks.join_all().await;
    let (well, refused): (Vec<Reply>, Vec<Reply>) =
        replies.into_iter().partition(|reply| reply.status == 200);
    assert_eq!(well.len(), 1, "{refused:?}");
    (Arc::into_inner(app).unwrap(), refused)
}

/// Runs all at once, on one task.
pub(crate) async fn at_once<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = all.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|context| {
        let mut done = true;
        for (one, answer) in &mut waiting {
            if answer.is_none() {
                match one.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *answer = Some(value),
                    std::task::Poll::Pending => done = false,
                }
            }
        }
        if done {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    waiting
        .into_iter()
        .filter_map(|(_, answer)| answer)
        .collect()
}
