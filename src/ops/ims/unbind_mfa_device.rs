//! `UnbindMFADevice`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::mfa;
use crate::ops::error::OpError;
use crate::ops::ims::devices::Serial;
use crate::ops::values::UserPrincipalName;
use crate::store::Tx;

operation! {
    /// Takes the MFA device from a user. The device stays, and its codes of before are good no more.
    UnbindMFADevice {
        product: Ims,
        access: Write,
        action: "ram:UnbindMFADevice",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// `<user>@<domain>`; the account's default domain, or that of its id.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Unbound {
    #[serde(rename = "MFADevice")]
    mfa_device: Serial,
}

#[async_trait]
impl Write for UnbindMFADevice {
    type Answer = Unbound;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Unbound, OpError> {
        let device = mfa::unbind(tx, &self.user_principal_name).await?;
        Ok(Unbound {
            mfa_device: Serial {
                serial_number: mfa::serial_number(&device),
            },
        })
    }
}
