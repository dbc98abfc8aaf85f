//! `DeleteUser`.

use async_trait::async_trait;

use crate::model::key::KeyOwner;
use crate::model::principal::PrincipalId;
use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Conflict, OpError};
use crate::ops::ram::lookup;
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Removes a user that has neither keys nor policies, is in no group and does not log in.
    DeleteUser {
        product: Ram,
        access: Write,
        action: "ram:DeleteUser",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
        }
    }
}

#[async_trait]
impl Write for DeleteUser {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let user = lookup::user(&mut *tx, &self.user_name).await?;
        if !tx.list_keys(&KeyOwner::User(user.id)).await?.is_empty() {
            return Err(OpError::DeleteConflict(Conflict::UserHasAccessKeys));
        }
        if !tx.list_groups_of_user(user.id).await?.is_empty() {
            return Err(OpError::DeleteConflict(Conflict::UserInGroup));
        }
        if !tx
            .list_attachments(PrincipalId::User(user.id))
            .await?
            .is_empty()
        {
            return Err(OpError::DeleteConflict(Conflict::UserHasPolicies));
        }
        if tx.get_login_profile(user.id).await?.is_some() {
            return Err(OpError::DeleteConflict(Conflict::UserHasLoginProfile));
        }
        if tx.get_mfa_device_of(user.id).await?.is_some() {
            return Err(OpError::DeleteConflict(Conflict::UserHasMfaDevice));
        }
        tx.delete_user(user.id).await?;
        Ok(Done {})
    }
}
