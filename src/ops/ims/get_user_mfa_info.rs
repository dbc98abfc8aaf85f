//! `GetUserMFAInfo`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::model::key::KeyOwner;
use crate::ops::call::{Checked, Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::mfa;
use crate::ops::entities::subject::Subject;
use crate::ops::error::OpError;
use crate::ops::values::UserPrincipalName;
use crate::store::Snapshot;

operation! {
    /// Tells whether an MFA device is bound to a user, and which.
    GetUserMFAInfo {
        product: Ims,
        access: Read,
        action: "ram:GetUserMFAInfo",
        resources: ByCall,
        checks: own,
        params {
            /// `<user>@<domain>`; the calling user, or the account itself, where none is named.
            user_principal_name: Option<UserPrincipalName> = "UserPrincipalName",
        }
    }
}

impl Checked for GetUserMFAInfo {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let caller = cx.caller()?;
        let subject = Subject::resolve(self.user_principal_name.as_ref(), caller)?;
        Ok(vec![subject.check(caller, "ram:GetUserMFAInfo")])
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Got {
    #[serde(rename = "IsMFAEnable")]
    is_mfa_enable: bool,
    #[serde(rename = "MFADevice")]
    mfa_device: Device,
}

/// Empty where there is none.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
    /// The vendor's word for a virtual device; there are no others here.
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
}

#[async_trait]
impl Read for GetUserMFAInfo {
    type Answer = Got;

    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        let subject = Subject::resolve(self.user_principal_name.as_ref(), cx.caller()?)?;
        // The account itself has none, nor has a service.
        let device = match subject.owner(&mut *snapshot).await? {
            KeyOwner::User(user) => snapshot.get_mfa_device_of(user).await?,
            KeyOwner::Root | KeyOwner::Service(_) => None,
        };
        Ok(Got {
            is_mfa_enable: device.is_some(),
            mfa_device: device.map_or_else(Device::default, |device| Device {
                serial_number: Some(mfa::serial_number(&device)),
                r#type: Some("VMFA"),
            }),
        })
    }
}
