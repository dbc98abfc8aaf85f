//! `GetUserMFAInfo`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::{mfa, users};
use crate::ops::error::OpError;
use crate::policy::ids::UserName;
use crate::store::Snapshot;

operation! {
    /// Tells which MFA device is bound to a user.
    GetUserMFAInfo {
        product: Ram,
        access: Read,
        action: "ram:GetUserMFAInfo",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Got {
    #[serde(rename = "MFADevice")]
    mfa_device: Device,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    serial_number: String,
    /// The vendor's word for a virtual device; there are no others here.
    r#type: &'static str,
}

#[async_trait]
impl Read for GetUserMFAInfo {
    type Answer = Got;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        let user = users::find(&mut *snapshot, &self.user_name).await?;
        let device = mfa::of_user(snapshot, &user).await?;
        Ok(Got {
            mfa_device: Device {
                serial_number: mfa::serial_number(&device),
                r#type: "VMFA",
            },
        })
    }
}
