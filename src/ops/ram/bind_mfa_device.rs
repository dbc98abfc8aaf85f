//! `BindMFADevice`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::mfa;
use crate::ops::error::OpError;
use crate::ops::values::AuthenticationCode;
use crate::policy::arn::MfaSerialNumber;
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Binds a virtual MFA device to a user who holds it, as two codes show.
    BindMFADevice {
        product: Ram,
        access: Write,
        action: "ram:BindMFADevice",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// `acs:ram::<account>:mfa/<name>`; case of the name is ignored.
            serial_number: MfaSerialNumber = "SerialNumber",
            /// The user; case is ignored.
            user_name: UserName = "UserName",
            /// A code that the device showed.
            authentication_code1: AuthenticationCode = "AuthenticationCode1",
            /// The code that it showed next.
            authentication_code2: AuthenticationCode = "AuthenticationCode2",
        }
    }
}

#[async_trait]
impl Write for BindMFADevice {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let codes = [self.authentication_code1, self.authentication_code2];
        mfa::bind(cx, tx, &self.user_name, &self.serial_number, codes).await?;
        Ok(Done {})
    }
}
