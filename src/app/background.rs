//! What goes on beside requests, until the server is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::bootstrap::DataDir;
use crate::iam::Iam;
use crate::operator::control::{self, ControlSocket};
use crate::telemetry::Metrics;

/// How often what is due is done.
const TICK: Duration = Duration::from_millis(250);

/// How often the database is asked whether it answers.
const READINESS_INTERVAL: Duration = Duration::from_secs(1);

/// After how many ticks the metrics are folded: every five seconds.
const TICKS_PER_UPKEEP: u32 = 20;

/// Starts all of it. Each task ends when `stopped` changes.
pub(super) async fn start(
    iam: &Arc<Iam>,
    dir: Option<&DataDir>,
    metrics: Metrics,
    ready: Arc<AtomicBool>,
    stopped: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let mut tasks = vec![
        tokio::spawn(do_what_is_due(Arc::clone(iam), metrics, stopped.clone())),
        tokio::spawn(watch_readiness(Arc::clone(iam), ready, stopped.clone())),
    ];
    if let Some(dir) = dir {
        match ControlSocket::bind(iam, &dir.file(control::SOCKET_NAME)).await {
            Ok(socket) => {
                let mut stopped = stopped.clone();
                let stop = async move {
                    // An error says that the sender is gone: an end too.
                    let _ = stopped.changed().await;
                };
                tasks.push(tokio::spawn(socket.serve(Arc::clone(iam), stop)));
            }
            // Without it the server still serves; only the operator's commands do not reach it.
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "no control socket"
                );
            }
        }
    }
    tasks
}

/// Does what is due, again and again, until told to stop.
async fn do_what_is_due(iam: Arc<Iam>, metrics: Metrics, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut since_upkeep = 0;
    loop {
        tokio::select! {
            _ = ticks.tick() => iam.tick().await,
            _ = stopped.changed() => return,
        }
        since_upkeep += 1;
        if since_upkeep == TICKS_PER_UPKEEP {
            since_upkeep = 0;
            metrics.upkeep();
        }
    }
}

/// Asks the database now and then, so that `/readyz` is answered from memory: however often it is
/// asked for, and however slow the database is.
async fn watch_readiness(
    iam: Arc<Iam>,
    ready: Arc<AtomicBool>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut rounds = tokio::time::interval(READINESS_INTERVAL);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            _ = stopped.changed() => return,
        }
        let now = iam.ready().await;
        if ready.swap(now, Ordering::Relaxed) != now {
            if now {
                tracing::info!("the database answers again");
            } else {
                tracing::error!("the database does not answer");
            }
        }
    }
}
