//! `GetPasswordPolicy`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::settings;
use crate::ops::error::OpError;
use crate::ops::ims::password_policy::PasswordPolicyShape;
use crate::store::Snapshot;

operation! {
    /// Reads what passwords must be like.
    GetPasswordPolicy {
        product: Ims,
        access: Read,
        action: "ram:GetPasswordPolicy",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {}
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    password_policy: PasswordPolicyShape,
}

#[async_trait]
impl Read for GetPasswordPolicy {
    type Answer = Got;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        Ok(Got {
            password_policy: settings::password_policy(snapshot).await?.into(),
        })
    }
}
