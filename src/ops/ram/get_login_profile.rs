//! `GetLoginProfile`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::logins;
use crate::ops::error::OpError;
use crate::ops::ram::login_shapes::LoginProfileShape;
use crate::policy::ids::UserName;
use crate::store::Snapshot;

operation! {
    /// Reads how a user logs in, without the password.
    GetLoginProfile {
        product: Ram,
        access: Read,
        action: "ram:GetLoginProfile",
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
pub struct Got {
    login_profile: LoginProfileShape,
}

#[async_trait]
impl Read for GetLoginProfile {
    type Answer = Got;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        let (user, profile) = logins::of_name(snapshot, &self.user_name).await?;
        Ok(Got {
            login_profile: LoginProfileShape::of(&user, &profile),
        })
    }
}
