//! `GetAccountMFAInfo`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::store::Snapshot;

operation! {
    /// Tells whether the account itself logs in with an MFA device: it does not log in here.
    GetAccountMFAInfo {
        product: Ims,
        access: Read,
        action: "ram:GetAccountMFAInfo",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {}
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Got {
    #[serde(rename = "IsMFAEnable")]
    is_mfa_enable: bool,
}

#[async_trait]
impl Read for GetAccountMFAInfo {
    type Answer = Got;

    async fn run(&self, _: &Context, _: &mut dyn Snapshot) -> Result<Got, OpError> {
        Ok(Got {
            is_mfa_enable: false,
        })
    }
}
