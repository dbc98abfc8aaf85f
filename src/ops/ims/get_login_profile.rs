//! `GetLoginProfile`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::{logins, settings};
use crate::ops::error::OpError;
use crate::ops::ims::logins::{Login, LoginProfileShape};
use crate::ops::values::UserPrincipalName;
use crate::store::Snapshot;

operation! {
    /// Reads how a user logs in, without the password.
    GetLoginProfile {
        product: Ims,
        access: Read,
        action: "ram:GetLoginProfile",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// `<user>@<domain>`; the account's default domain, or that of its id.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
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

    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        let (user, profile) = logins::of_name(&mut *snapshot, &self.user_principal_name).await?;
        let policy = settings::password_policy(&mut *snapshot).await?;
        let login = Login {
            account: snapshot.account(),
            user: &user,
            profile: &profile,
            policy: &policy,
            now: cx.now,
        };
        Ok(Got {
            login_profile: login.whole(),
        })
    }
}
