//! `DeleteVirtualMFADevice`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::mfa;
use crate::ops::error::OpError;
use crate::policy::arn::MfaSerialNumber;
use crate::store::Tx;

operation! {
    /// Removes a virtual MFA device that is bound to nobody.
    DeleteVirtualMFADevice {
        product: Ims,
        access: Write,
        action: "ram:DeleteVirtualMFADevice",
        resources: ByCall,
        checks: own,
        params {
            /// `acs:ram::<account>:mfa/<name>`; case of the name is ignored.
            serial_number: MfaSerialNumber = "SerialNumber",
        }
    }
}

impl Checked for DeleteVirtualMFADevice {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let action = "ram:DeleteVirtualMFADevice";
        Ok(vec![mfa::check(cx, &self.serial_number, action)?])
    }
}

#[async_trait]
impl Write for DeleteVirtualMFADevice {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        mfa::delete(tx, &self.serial_number).await?;
        Ok(Done {})
    }
}
