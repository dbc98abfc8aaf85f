//! `DisableVirtualMFA`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::mfa;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::values::UserPrincipalName;
use crate::store::Tx;

operation! {
    /// Takes the virtual MFA device from a user, and removes it.
    DisableVirtualMFA {
        product: Ims,
        access: Write,
        action: "ram:DisableVirtualMFA",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// `<user>@<domain>`; the account's default domain, or that of its id.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
        }
    }
}

#[async_trait]
impl Write for DisableVirtualMFA {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let device = mfa::unbind(&mut *tx, &self.user_principal_name).await?;
        tx.delete_mfa_device(&device.id)
            .await
            .or_missing(Entity::MfaDevice)?;
        Ok(Done {})
    }
}
