//! `CreateVirtualMFADevice`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::mfa::{self, NewDevice};
use crate::ops::error::OpError;
use crate::ops::ims::devices::NewDeviceName;
use crate::store::Tx;

operation! {
    /// Makes a virtual MFA device. Its seed is answered here and never again.
    CreateVirtualMFADevice {
        product: Ims,
        access: Write,
        action: "ram:CreateVirtualMFADevice",
        resources: Of(&["acs:ram:*:{account}:mfa/*"]),
        params {
            /// 1 to 64 letters, digits, `-`; unique regardless of case.
            virtual_mfa_device_name: NewDeviceName = "VirtualMFADeviceName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Created {
    #[serde(rename = "VirtualMFADevice")]
    virtual_mfa_device: NewDevice,
}

#[async_trait]
impl Write for CreateVirtualMFADevice {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let virtual_mfa_device = mfa::create(cx, tx, &self.virtual_mfa_device_name.0).await?;
        Ok(Created { virtual_mfa_device })
    }
}
