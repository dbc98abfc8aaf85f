//! Which users the calls about tags name: by their ids or by their logon names.

use crate::iam::authz::Check;
use crate::model::tag::{Tagged, TaggedKind};
use crate::ops::entities::tags::{self, Target};
use crate::ops::entities::users;
use crate::ops::error::{Entity, OpError};
use crate::ops::params::{ParamValue, Problem};
use crate::ops::values::{ResourceNames, UserPrincipalName};
use crate::policy::ids::UserId;
use crate::store::Snapshot;

/// What IMS tags: `user`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceType;

impl ParamValue for ResourceType {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text == TaggedKind::User.as_str() {
            Ok(Self)
        } else {
            Err(Problem::Incorrect)
        }
    }
}

const ID: &str = "ResourceId";
const PRINCIPAL: &str = "ResourcePrincipalName";

/// The users that a call names, in one of the two ways.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) ids: &'a ResourceNames,
    pub(super) principals: &'a ResourceNames,
}

impl Named<'_> {
    pub(super) fn is_empty(self) -> bool {
        self.ids.0.is_empty() && self.principals.0.is_empty()
    }

    /// Refuses a call that names nothing.
    pub(super) fn expect_some(self) -> Result<(), OpError> {
        if self.is_empty() {
            return Err(OpError::param(ID, Problem::Missing));
        }
        Ok(())
    }

    /// The users, in their order and each once; `None` for what does not exist.
    async fn find(self, snapshot: &mut dyn Snapshot) -> Result<Vec<Option<Target>>, OpError> {
        if !self.ids.0.is_empty() && !self.principals.0.is_empty() {
            return Err(OpError::param(ID, Problem::Incorrect));
        }
        let mut found: Vec<Option<Target>> = Vec::new();
        for id in &self.ids.0 {
            let id = UserId::parse(id).map_err(|problem| OpError::param(ID, problem))?;
            let user = snapshot.get_user_by_id(id).await?;
            found.push(user.map(|user| target(user.id)));
        }
        for named in &self.principals.0 {
            let named = UserPrincipalName::parse(named);
            let named = named.map_err(|_| OpError::param(PRINCIPAL, Problem::Incorrect))?;
            let user = users::look_up(&mut *snapshot, &named).await?;
            found.push(user.map(|user| target(user.id)));
        }
        let mut seen = Vec::new();
        found.retain(|target| {
            let Some(target) = target else { return true };
            let is_new = !seen.contains(&target.name);
            seen.push(target.name.clone());
            is_new
        });
        Ok(found)
    }

    /// The users.
    pub(super) async fn targets(self, snapshot: &mut dyn Snapshot) -> Result<Vec<Target>, OpError> {
        let found: Option<Vec<Target>> = self.find(snapshot).await?.into_iter().collect();
        found.ok_or(OpError::NotExist(Entity::User))
    }

    /// The checks of a call.
    pub(super) async fn checks(
        self,
        snapshot: &mut dyn Snapshot,
        action: &'static str,
    ) -> Result<Vec<Check>, OpError> {
        let named = self.find(&mut *snapshot).await?;
        tags::checks(snapshot, action, named).await
    }
}

fn target(id: UserId) -> Target {
    Target {
        name: id.to_string(),
        tagged: Tagged::User(id),
    }
}
