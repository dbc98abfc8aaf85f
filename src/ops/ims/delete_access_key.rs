//! `DeleteAccessKey`.

use async_trait::async_trait;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::access_keys::UserAccessKeyId;
use crate::ops::entities::subject::Subject;
use crate::ops::error::OpError;
use crate::ops::values::UserPrincipalName;
use crate::store::Tx;

operation! {
    /// Removes a key. There is no recycle bin.
    DeleteAccessKey {
        product: Ims,
        access: Write,
        action: "ram:DeleteAccessKey",
        resources: ByCall,
        checks: own,
        params {
            /// `<user>@<domain>`; the calling user, or the account itself, where none is named.
            user_principal_name: Option<UserPrincipalName> = "UserPrincipalName",
            /// The key.
            user_access_key_id: UserAccessKeyId = "UserAccessKeyId",
        }
    }
}

impl Checked for DeleteAccessKey {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let caller = cx.caller()?;
        let subject = Subject::resolve(self.user_principal_name.as_ref(), caller)?;
        Ok(vec![subject.check(caller, "ram:DeleteAccessKey")])
    }
}

#[async_trait]
impl Write for DeleteAccessKey {
    type Answer = Done;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        let subject = Subject::resolve(self.user_principal_name.as_ref(), cx.caller()?)?;
        let key = subject.key(&mut *tx, &self.user_access_key_id).await?;
        tx.delete_key(&key.id).await?;
        Ok(Done {})
    }
}
