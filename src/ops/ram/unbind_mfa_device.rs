//! `UnbindMFADevice`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::mfa;
use crate::ops::error::OpError;
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Takes the MFA device from a user. The device stays, and its codes of before are good no more.
    UnbindMFADevice {
        product: Ram,
        access: Write,
        action: "ram:UnbindMFADevice",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Unbound {
    #[serde(rename = "MFADevice")]
    mfa_device: Device,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    serial_number: String,
}

#[async_trait]
impl Write for UnbindMFADevice {
    type Answer = Unbound;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Unbound, OpError> {
        let unbound = mfa::unbind(tx, &self.user_name).await?;
        Ok(Unbound {
            mfa_device: Device {
                serial_number: mfa::serial_number(&unbound),
            },
        })
    }
}
