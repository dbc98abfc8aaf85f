//! `GetUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::model::tag::Tagged;
use crate::ops::call::{Checked, Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::access_keys::UserAccessKeyId;
use crate::ops::error::OpError;
use crate::ops::ims::users::{Named, UserShape};
use crate::ops::values::UserPrincipalName;
use crate::policy::ids::UserId;
use crate::store::Snapshot;

operation! {
    /// Reads a user, named in one of three ways.
    GetUser {
        product: Ims,
        access: Read,
        action: "ram:GetUser",
        resources: Loaded,
        checks: own,
        params {
            /// `<user>@<domain>`; this or the next.
            user_principal_name: Option<UserPrincipalName> = "UserPrincipalName",
            /// Its id.
            user_id: Option<UserId> = "UserId",
            /// A key of it.
            user_access_key_id: Option<UserAccessKeyId> = "UserAccessKeyId",
        }
    }
}

impl GetUser {
    fn named(&self) -> Result<Named<'_>, OpError> {
        Named::one_of(
            self.user_principal_name.as_ref(),
            self.user_id,
            self.user_access_key_id.as_ref(),
        )
    }
}

#[async_trait]
impl Checked for GetUser {
    async fn loaded_checks(
        &self,
        cx: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        let named = self.named()?;
        named.checks(cx, snapshot, "ram:GetUser", Vec::new()).await
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Found {
    user: UserShape,
}

#[async_trait]
impl Read for GetUser {
    type Answer = Found;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Found, OpError> {
        let user = self.named()?.find(&mut *snapshot).await?;
        let tags = snapshot.list_tags(&[Tagged::User(user.id)]).await?.concat();
        Ok(Found {
            user: UserShape::whole(user, snapshot.account(), tags),
        })
    }
}
