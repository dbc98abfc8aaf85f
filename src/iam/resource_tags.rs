//! `acs:ResourceTag/…`: the tags of what a call is decided on.
//!
//! They are read only for a caller whose policies ask for such a key, and then in the snapshot or the
//! transaction that the call itself runs in.

use crate::iam::authn::Established;
use crate::iam::authz::Check;
use crate::model::tag::{Tag, Tagged};
use crate::policy::context::MapContext;
use crate::policy::ids::{AccountId, PolicyName, RoleName, UserName};
use crate::store::{Result as StoreResult, Snapshot};

/// How the keys begin, in the form that conditions keep.
const KEYS: &str = "acs:resourcetag/";

/// Something that may have tags, by its name.
enum Named {
    User(UserName),
    Role(RoleName),
    Policy(PolicyName),
}

/// What a resource of a check names, if that is one thing and may have tags.
fn named(account: AccountId, resource: &str) -> Option<Named> {
    let own = resource
        .strip_prefix("acs:ram:*:")?
        .strip_prefix(&account.to_string())?
        .strip_prefix(':')?;
    match own.split_once('/')? {
        ("user", name) => name.parse().ok().map(Named::User),
        ("role", name) => name.parse().ok().map(Named::Role),
        ("policy", name) => name.parse().ok().map(Named::Policy),
        _ => None,
    }
}

/// Whether tags can make a difference to whether the caller may do that.
pub fn matter(established: &Established, checks: &[Check]) -> bool {
    let asks = |set: &crate::policy::evaluate::PolicySet| set.asks_for(KEYS);
    let account = established.caller.account;
    let mut resources = checks.iter().flat_map(|check| &check.resources);
    resources.any(|resource| named(account, resource).is_some())
        && (established
            .principal
            .as_ref()
            .is_some_and(|principal| asks(&principal.policies))
            || established.session_policy.as_deref().is_some_and(asks))
}

/// Tags as condition keys.
pub fn keys(tags: &[Tag]) -> MapContext {
    let mut keys = MapContext::default();
    for tag in tags {
        keys.insert(&format!("acs:ResourceTag/{}", tag.key), tag.value.as_str());
    }
    keys
}

/// Reads the tags of what the checks name. What does not exist has none.
///
/// # Errors
/// As the store.
pub async fn load(snapshot: &mut dyn Snapshot, checks: &mut [Check]) -> StoreResult<()> {
    let account = snapshot.account().id;
    for check in checks {
        let mut tags = Vec::with_capacity(check.resources.len());
        for resource in &check.resources {
            let tagged = match named(account, resource) {
                Some(Named::User(name)) => {
                    let user = snapshot.get_user(&name).await?;
                    user.map(|user| Tagged::User(user.id))
                }
                Some(Named::Role(name)) => {
                    let role = snapshot.get_role(&name).await?;
                    role.map(|role| Tagged::Role(role.id))
                }
                Some(Named::Policy(name)) => Some(Tagged::Policy(name)),
                None => None,
            };
            tags.push(match tagged {
                Some(tagged) => keys(&snapshot.list_tags(&[tagged]).await?.concat()),
                None => MapContext::default(),
            });
        }
        check.tags = tags;
    }
    Ok(())
}
