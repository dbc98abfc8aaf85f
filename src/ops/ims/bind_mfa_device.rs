//! `BindMFADevice`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::mfa;
use crate::ops::error::OpError;
use crate::ops::values::{AuthenticationCode, UserPrincipalName};
use crate::policy::arn::MfaSerialNumber;
use crate::store::Tx;

operation! {
    /// Binds a virtual MFA device to a user who holds it, as two codes show.
    BindMFADevice {
        product: Ims,
        access: Write,
        action: "ram:BindMFADevice",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// `acs:ram::<account>:mfa/<name>`; case of the name is ignored.
            serial_number: MfaSerialNumber = "SerialNumber",
            /// `<user>@<domain>`; the account's default domain, or that of its id.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
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
        let user = &self.user_principal_name;
        mfa::bind(cx, tx, user, &self.serial_number, codes).await?;
        Ok(Done {})
    }
}
