//! `GetAccessKeyPolicy`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::access_keys::UserAccessKeyId;
use crate::ops::entities::subject::Subject;
use crate::ops::error::{Entity, OpError};
use crate::ops::values::UserPrincipalName;
use crate::store::Snapshot;

operation! {
    /// Reads from which networks a key may sign.
    GetAccessKeyPolicy {
        product: Ims,
        access: Read,
        action: "ram:GetAccessKeyPolicy",
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

impl Checked for GetAccessKeyPolicy {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let caller = cx.caller()?;
        let subject = Subject::resolve(self.user_principal_name.as_ref(), caller)?;
        Ok(vec![subject.check(caller, "ram:GetAccessKeyPolicy")])
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    access_key_id: String,
    access_key_policy: String,
}

#[async_trait]
impl Read for GetAccessKeyPolicy {
    type Answer = Got;

    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        let subject = Subject::resolve(self.user_principal_name.as_ref(), cx.caller()?)?;
        let key = subject
            .key(&mut *snapshot, &self.user_access_key_id)
            .await?;
        let policy = key.network_policy;
        Ok(Got {
            access_key_id: key.id.to_string(),
            access_key_policy: policy.ok_or(OpError::NotExist(Entity::AccessKeyPolicy))?,
        })
    }
}
