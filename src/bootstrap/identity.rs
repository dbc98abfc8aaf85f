//! Whether this is the database that its incarnation was drawn for.
//!
//! A clone, a database made from a template and a restored dump hold the original's incarnation, and
//! under the same master key each would mint tokens that the other takes. So what the server says of
//! itself ([`DatabaseIdentity`]) is written down beside the incarnation, and a database that has become
//! another one is not started on until the operator has said which of the two it is
//! (`rampart key adopt-database`). An embedded database is told by its data directory
//! ([`super::incarnation`]). The line names the incarnation too, so whoever draws another one has made
//! it void.

use super::BootstrapError;
use crate::credential::seal::Incarnation;
use crate::iam::generate;
use crate::policy::ids::AccountId;
use crate::ports::Entropy;
use crate::store::whole::DATABASE_IDENTITY;
use crate::store::{DatabaseIdentity, Snapshot, Store};

/// Refuses a database that is not the one of its incarnation; writes down which one it is where that
/// is not known yet.
pub(super) async fn check(
    store: &dyn Store,
    incarnation: Incarnation,
    entropy: &dyn Entropy,
) -> Result<(), BootstrapError> {
    let Some(found) = store.identity().await? else {
        return Ok(());
    };
    if found.system.is_none() {
        tracing::warn!(
            "this PostgreSQL server does not say which one it is (`pg_control_system`), so a dump of \
             this database that is restored into another server may not be told from it"
        );
    }
    let mut system = store.begin_read(AccountId::SYSTEM).await?;
    let recorded = recorded(system.as_mut(), incarnation).await?;
    drop(system);
    match recorded {
        Some(recorded) if !recorded.agrees(&found) => Err(BootstrapError::Copied {
            recorded: recorded.to_string(),
            found: found.to_string(),
        }),
        // The server says no more than it did.
        Some(recorded) if recorded == found || found.system.is_none() => Ok(()),
        _ => {
            let tag = generate::revision_tag(entropy);
            let mut tx = store.begin_write(AccountId::SYSTEM, tag).await?;
            tx.put_setting(DATABASE_IDENTITY, &line_of(incarnation, &found))
                .await?;
            Ok(tx.commit().await?)
        }
    }
}

/// What was written down for this incarnation.
///
/// # Errors
/// As the store.
pub async fn recorded(
    system: &mut dyn Snapshot,
    incarnation: Incarnation,
) -> Result<Option<DatabaseIdentity>, BootstrapError> {
    let line = system.get_setting(DATABASE_IDENTITY).await?;
    Ok(line.and_then(|line| {
        let (of, identity) = line.split_once(' ')?;
        (of == hex::encode(incarnation)).then_some(())?;
        identity.parse().ok()
    }))
}

/// What is written down of the database that this incarnation is of: the value of
/// [`DATABASE_IDENTITY`].
pub fn line_of(incarnation: Incarnation, identity: &DatabaseIdentity) -> String {
    format!("{} {identity}", hex::encode(incarnation))
}
