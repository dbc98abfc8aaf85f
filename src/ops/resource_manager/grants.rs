//! What granting, revoking and searching have in common.

use std::borrow::Cow;

use crate::iam::authz::Check;
use crate::model::policy::PolicyType;
use crate::model::principal::{PrincipalId, PrincipalKind, PrincipalName};
use crate::ops::call::Context;
use crate::ops::entities::lookup;
use crate::ops::entities::{groups, users};
use crate::ops::error::OpError;
use crate::policy::ids::PolicyName;
use crate::store::Snapshot;

/// The check of granting and revoking: on the policy, and on all principals of the kind.
pub(super) fn check(
    cx: &Context,
    action: &'static str,
    (policy_type, policy): (PolicyType, &PolicyName),
    kind: PrincipalKind,
) -> Result<Check, OpError> {
    let account = cx.caller()?.account;
    let policy = match policy_type {
        PolicyType::Custom => format!("acs:ram:*:{account}:policy/{policy}"),
        PolicyType::System => format!("acs:ram:*:system:policy/{policy}"),
    };
    // Users and groups belong to IMS here. Source: the vendor's permission table.
    let principals = match kind {
        PrincipalKind::User => format!("acs:ims:*:{account}:user/*"),
        PrincipalKind::Group => format!("acs:ims:*:{account}:group/*"),
        PrincipalKind::Role => format!("acs:ram:*:{account}:role/*"),
    };
    let resources = vec![Cow::Owned(policy), Cow::Owned(principals)];
    Ok(Check::on(action, resources))
}

/// The principal of that name.
pub(super) async fn principal(
    snapshot: &mut dyn Snapshot,
    name: &PrincipalName,
) -> Result<PrincipalId, OpError> {
    Ok(match name {
        PrincipalName::User(name) => PrincipalId::User(users::find(snapshot, name).await?.id),
        PrincipalName::Group(name) => PrincipalId::Group(groups::find(snapshot, name).await?.id),
        PrincipalName::Role(name) => PrincipalId::Role(lookup::role(snapshot, name).await?.id),
    })
}
