//! The seed: a YAML file of accounts, users, keys, policies, roles, attachments, identity providers and the
//! keys of services that the server is brought in line with. Run twice, it changes nothing the second
//! time.
//!
//! `file` reads the YAML, `check` believes it, `state` reads what is there, `plan` compares the two
//! without touching anything, `apply` writes. The format stands in `docs/seed.md`.
//!
//! What the seed must not do: bring back, by itself, what was removed or changed by a call. See
//! `plan`.

mod apply;
mod check;
mod document;
pub(crate) mod fields;
mod file;
mod fingerprint;
mod holdings;
mod load;
mod model;
mod plan;
mod providers;
mod prune;
mod report;
mod saml_providers;
mod services;
mod source;
mod state;
mod step;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use check::{ResolvedSecrets, read, references};
pub use file::{MAX_SEED_BYTES, SeedFault};
pub use model::{
    SecretReference, Seed, SeedAccount, SeedKey, SeedOidcProvider, SeedPolicy, SeedRole,
    SeedSamlProvider, SeedServiceKey, SeedUser,
};
pub use report::{Action, Line, Outcome, Report};
pub use source::{SeedSource, SourceError};

use super::OperatorError;
use super::account::{self, NewAccount};
use super::trail::Trail;
use crate::iam::Iam;
use crate::policy::ids::AccountId;
use crate::store::StoreError;
use apply::Applier;
use state::{AccountState, Outside};
use step::Step;

/// How to reconcile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
    /// Remove what the accounts of the file have beyond it.
    pub prune: bool,
    /// Bring back what was removed or changed by a call.
    pub restore: bool,
}

/// Brings the server in line with a seed. Each account is changed in one transaction, and not at
/// all where there is nothing to change: then its revision does not move either.
///
/// # Errors
/// Where the store fails. Accounts before the one that failed are done; a second run goes on.
pub async fn run(iam: &Arc<Iam>, seed: &Seed, options: Options) -> Result<Report, OperatorError> {
    let trail = Trail::new(&*iam.clock, &*iam.entropy);
    let mut report = Report::default();
    for account in &seed.accounts {
        reconcile(iam, &trail, account, options, &mut report).await?;
    }
    services::reconcile(iam, &trail, &seed.service_keys, options, &mut report).await?;
    tracing::info!(
        request.id = trail.request_id(),
        accounts = seed.accounts.len(),
        changes = report.changes(),
        impossible = report.impossible(),
        dry_run = options.dry_run,
        "seed reconciled"
    );
    Ok(report)
}

fn lines(report: &mut Report, steps: Vec<Step<'_>>) {
    report.steps.extend(steps.into_iter().map(|step| step.line));
}

async fn reconcile(
    iam: &Arc<Iam>,
    trail: &Trail<'_>,
    seed: &SeedAccount,
    options: Options,
    report: &mut Report,
) -> Result<(), OperatorError> {
    // Asked first: a task that holds a snapshot or a transaction must not ask the store itself.
    let outside = Outside::load(iam, seed).await?;
    let mut state = preview(iam, seed, options).await?;
    let steps = plan::plan(seed, &state, &outside, state.quotas(iam), options);
    if options.dry_run || steps.iter().all(|step| step.change.is_none()) {
        lines(report, steps);
        return Ok(());
    }
    let made = state.account.is_none();
    let mut head: Vec<Step<'_>> = steps.into_iter().take(usize::from(made)).collect();
    if let Some(step) = head.first_mut() {
        let new = NewAccount {
            name: seed.name.clone(),
            alias: seed.alias.clone(),
            id: Some(seed.id),
        };
        match account::make(iam, trail, &new).await {
            Ok(_) => step.line.outcome = Outcome::Applied,
            Err(OperatorError::AccountTaken) => {
                step.line.outcome = Outcome::Impossible;
                "has an id or alias that is taken".clone_into(&mut step.line.detail);
                lines(report, head);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
    lines(report, head);
    // What was planned is planned again under the account's lock: what is written rests on what is
    // there at that moment.
    let mut guard = iam.begin_write(seed.id).await?;
    state = AccountState::load(iam, guard.tx(), seed, options).await?;
    let mut steps = plan::plan(seed, &state, &outside, state.quotas(iam), options);
    if steps.iter().any(|step| step.change.is_some()) {
        let mut written = state.written.clone();
        let mut applier = Applier {
            iam,
            trail,
            tx: guard.tx(),
            account: seed.id,
            now: iam.clock.now(),
        };
        applier.apply(&mut steps, &mut written).await?;
        if written != state.written {
            let (name, value) = AccountState::encode_written(&written);
            guard.tx().put_setting(name, &value).await?;
        }
        if steps
            .iter()
            .any(|step| step.line.outcome == Outcome::Applied)
        {
            guard.commit().await?;
        }
    }
    lines(report, steps);
    Ok(())
}

/// What there is, without a lock.
async fn preview(
    iam: &Arc<Iam>,
    seed: &SeedAccount,
    options: Options,
) -> Result<AccountState, OperatorError> {
    match iam.begin_read(seed.id).await {
        Ok(mut snapshot) => Ok(AccountState::load(iam, &mut *snapshot, seed, options).await?),
        Err(StoreError::NotFound) if seed.id != AccountId::SYSTEM => Ok(AccountState::default()),
        Err(error) => Err(error.into()),
    }
}
