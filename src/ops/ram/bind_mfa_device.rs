//! `BindMFADevice`.

use async_trait::async_trait;

use crate::credential::totp;
use crate::model::login::{Binding, VirtualMfaDevice};
use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::{lookup, mfa};
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
        let user = lookup::user(&mut *tx, &self.user_name).await?;
        let device = mfa::device(&mut *tx, &self.serial_number).await?;
        if mfa::holder(&mut *tx, &device).await?.is_some() {
            return Err(OpError::AlreadyExists(Entity::MfaDeviceUser));
        }
        if tx.get_mfa_device_of(user.id).await?.is_some() {
            return Err(OpError::AlreadyExists(Entity::UserMfaDevice));
        }
        let seed = cx.iam.secrets.open_mfa_seed(&device);
        let seed = seed.map_err(|error| OpError::Internal(Box::new(error)))?;
        let codes = [self.authentication_code1.0, self.authentication_code2.0];
        let last_step = totp::accept(seed.expose(), &codes, cx.now, device.last_step)
            .ok_or(OpError::AuthenticationCode)?;
        let bound = VirtualMfaDevice {
            binding: Some(Binding {
                user: user.id,
                activated_at: cx.now,
            }),
            last_step,
            ..device
        };
        tx.update_mfa_device(&bound)
            .await
            .or_missing(Entity::MfaDevice)?;
        Ok(Done {})
    }
}
