//! `GetUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::users;
use crate::ops::error::OpError;
use crate::ops::ram::shapes::UserShape;
use crate::policy::ids::UserName;
use crate::store::Snapshot;

operation! {
    /// Reads a user.
    GetUser {
        product: Ram,
        access: Read,
        action: "ram:GetUser",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
        }
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
        let user = users::find(snapshot, &self.user_name).await?;
        Ok(Found {
            user: UserShape::whole(user),
        })
    }
}
