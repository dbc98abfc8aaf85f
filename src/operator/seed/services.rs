//! The keys of services that a seed names. They are the system account's, and nothing of them but
//! the secret and whether they sign can change: what they are for is given when they are made.

use std::sync::Arc;

use super::Options;
use super::model::SeedServiceKey;
use super::report::{Action, Line, Outcome, Report};
use crate::iam::Iam;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::operator::OperatorError;
use crate::operator::service_key::{arn, check_account};
use crate::operator::trail::Trail;
use crate::policy::ids::AccountId;
use crate::store::{Removed, Snapshot, StoreError, Tx};

/// What is to be done about a key.
enum Fate {
    AsIs,
    Create,
    ReplaceSecret,
    Activate,
    Left(Outcome, Action, &'static str),
}

/// Brings the keys in line; the accounts of the file are there by now.
pub(super) async fn reconcile(
    iam: &Arc<Iam>,
    trail: &Trail<'_>,
    keys: &[SeedServiceKey],
    options: Options,
    report: &mut Report,
) -> Result<(), OperatorError> {
    for key in keys {
        // Asked first: a task that holds a transaction must not ask the store itself.
        let missing = match key.service.account {
            None => false,
            Some(account) => match check_account(iam, account).await {
                Ok(()) => false,
                // In a dry run the file's own account may be yet to be made.
                Err(OperatorError::Refused(_)) => !options.dry_run,
                Err(error) => return Err(error),
            },
        };
        let taken = iam.store.find_key(&key.key.id).await?;
        let taken = taken.is_some_and(|found| found.account != AccountId::SYSTEM);
        if options.dry_run {
            let mut snapshot = iam.begin_read(AccountId::SYSTEM).await?;
            for fate in fates(iam, snapshot.as_mut(), key, (missing, taken), options).await? {
                report.steps.extend(line(key, &fate, Outcome::Planned));
            }
            continue;
        }
        let mut guard = iam.begin_write(AccountId::SYSTEM).await?;
        let snapshot = &mut *guard.tx() as &mut dyn Snapshot;
        let mut changed = false;
        for fate in fates(iam, snapshot, key, (missing, taken), options).await? {
            if let Some(operation) = write(iam, guard.tx(), key, &fate).await? {
                let resource = arn(&key.service.name, &key.key.id);
                trail
                    .append(guard.tx(), AccountId::SYSTEM, operation, resource)
                    .await?;
                changed = true;
            }
            report.steps.extend(line(key, &fate, Outcome::Applied));
        }
        if changed {
            guard.commit().await?;
        }
    }
    Ok(())
}

async fn fates(
    iam: &Iam,
    snapshot: &mut dyn Snapshot,
    key: &SeedServiceKey,
    (missing, taken): (bool, bool),
    options: Options,
) -> Result<Vec<Fate>, StoreError> {
    let impossible = |action, reason| vec![Fate::Left(Outcome::Impossible, action, reason)];
    let id = &key.key.id;
    let Some(there) = snapshot.get_service_key(id).await? else {
        if snapshot.was_removed(Removed::Key(id)).await? {
            let reason = "was removed, and an id once used is never given again; put a new one in \
                          the file";
            let outcome = if options.restore {
                Outcome::Impossible
            } else {
                Outcome::Skipped
            };
            return Ok(vec![Fate::Left(outcome, Action::Create, reason)]);
        }
        return Ok(if taken {
            impossible(Action::Create, "has an id that belongs to another")
        } else if missing {
            impossible(Action::Create, "acts for an account that is not there")
        } else {
            vec![Fate::Create]
        });
    };
    if !matches!(&there.owner, KeyOwner::Service(service) if **service == key.service) {
        let reason = "is for another service, account or networks; these are given when a key is \
                      made, so put a new id in the file";
        return Ok(impossible(Action::Update, reason));
    }
    let mut fates = Vec::new();
    let opened = iam.secrets.open_access_key(&there);
    let wanted = key.key.secret.expose().as_bytes();
    if !opened.is_ok_and(|secret| secret.ct_eq(wanted)) {
        fates.push(if options.restore {
            Fate::ReplaceSecret
        } else {
            let reason = "has another secret; --restore gives it the file's";
            Fate::Left(Outcome::Skipped, Action::ReplaceSecret, reason)
        });
    }
    if there.status == AccessKeyStatus::Inactive {
        fates.push(if options.restore {
            Fate::Activate
        } else {
            let reason = "is inactive; --restore activates it";
            Fate::Left(Outcome::Skipped, Action::Activate, reason)
        });
    }
    if fates.is_empty() {
        fates.push(Fate::AsIs);
    }
    Ok(fates)
}

/// Does it; answers the operation's name in the audit trail.
async fn write(
    iam: &Iam,
    tx: &mut dyn Tx,
    key: &SeedServiceKey,
    fate: &Fate,
) -> Result<Option<&'static str>, OperatorError> {
    let id = &key.key.id;
    let sealed = || {
        let sealed = iam.secrets.seal_service_key(id, key.key.secret.expose());
        sealed.map_err(|_| OperatorError::Seal)
    };
    let now = iam.clock.now();
    match fate {
        Fate::AsIs | Fate::Left(..) => Ok(None),
        Fate::Create => {
            let key = AccessKey {
                id: id.clone(),
                account: AccountId::SYSTEM,
                owner: KeyOwner::Service(Arc::new(key.service.clone())),
                status: AccessKeyStatus::Active,
                created_at: now,
                updated_at: now,
                network_policy: None,
                sealed_secret: sealed()?,
            };
            tx.create_key(&key).await?;
            Ok(Some("operator.CreateServiceKey"))
        }
        Fate::ReplaceSecret => {
            tx.update_key_secret(id, &sealed()?).await?;
            Ok(Some("operator.UpdateServiceKeySecret"))
        }
        Fate::Activate => {
            tx.update_key_status(id, AccessKeyStatus::Active, now)
                .await?;
            Ok(Some("operator.UpdateServiceKey"))
        }
    }
}

fn line(key: &SeedServiceKey, fate: &Fate, done: Outcome) -> Option<Line> {
    let (outcome, action, detail) = match fate {
        Fate::AsIs => return None,
        Fate::Create => (done, Action::Create, ""),
        Fate::ReplaceSecret => (done, Action::ReplaceSecret, ""),
        Fate::Activate => (done, Action::Activate, ""),
        Fate::Left(outcome, action, reason) => (*outcome, *action, *reason),
    };
    Some(Line {
        account: AccountId::SYSTEM,
        outcome,
        action,
        subject: format!("access key {} of service {}", key.key.id, key.service.name),
        detail: detail.to_owned(),
    })
}
