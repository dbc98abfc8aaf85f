//! Which role a service speaks of, and what uses it.

use crate::model::key::Service;
use crate::model::principal::Role;
use crate::ops::call::Context;
use crate::ops::error::OpError;
use crate::ops::params::{ParamValue, Problem};
use crate::policy::arn::RoleArn;
use crate::store::Snapshot;

/// Where a resource is: 1 to 64 lower-case letters, digits and `-`, as `cn-hangzhou`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionId(String);

impl ParamValue for RegionId {
    fn parse(text: &str) -> Result<Self, Problem> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if text.len() > 64 {
            Err(Problem::Length)
        } else if text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::InvalidChars)
        }
    }
}

impl RegionId {
    /// The region; `global` where none is said.
    pub(super) fn or_global(region: Option<&Self>) -> &str {
        region.map_or("global", |region| &region.0)
    }
}

/// What a service calls something of its own: 1 to 512 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceText(pub(super) String);

impl ParamValue for ResourceText {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.chars().count() > 512 {
            Err(Problem::Length)
        } else if text.chars().any(char::is_control) {
            Err(Problem::InvalidChars)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// Refuses a service that does not act in the role's account, before anything of the account is
/// looked at.
pub(super) fn check<'a>(cx: &'a Context, arn: &RoleArn) -> Result<&'a Service, OpError> {
    let service = cx.caller()?.service();
    let acting = service.filter(|service| service.acts_in(arn.account));
    Ok(acting.ok_or(OpError::NotForCaller)?)
}

/// The role, if it is linked to the calling service. Any other is answered as one that is not there.
pub(super) async fn role(
    cx: &Context,
    snapshot: &mut dyn Snapshot,
    arn: &RoleArn,
) -> Result<Role, OpError> {
    let service = check(cx, arn)?;
    let role = snapshot.get_role(&arn.name).await?;
    let role = role.filter(|role| role.linked_service.as_ref() == Some(&service.name));
    role.ok_or(OpError::NotForCaller)
}
