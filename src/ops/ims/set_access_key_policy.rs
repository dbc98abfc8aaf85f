//! `SetAccessKeyPolicy`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::access_keys::UserAccessKeyId;
use crate::ops::entities::subject::Subject;
use crate::ops::error::OpError;
use crate::ops::ims::key_policies::KeyPolicyText;
use crate::ops::values::UserPrincipalName;
use crate::store::Tx;

operation! {
    /// Says from which networks a key may sign, from the next request on and on every server.
    SetAccessKeyPolicy {
        product: Ims,
        access: Write,
        action: "ram:SetAccessKeyPolicy",
        resources: ByCall,
        checks: own,
        params {
            /// `<user>@<domain>`; the calling user, or the account itself, where none is named.
            user_principal_name: Option<UserPrincipalName> = "UserPrincipalName",
            /// The key.
            user_access_key_id: UserAccessKeyId = "UserAccessKeyId",
            /// JSON text: `Status`, `Statements` of `Type`, `Value` and `IPList`, up to 8 with 50 networks.
            access_key_policy: KeyPolicyText = "AccessKeyPolicy",
        }
    }
}

impl Checked for SetAccessKeyPolicy {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let caller = cx.caller()?;
        let subject = Subject::resolve(self.user_principal_name.as_ref(), caller)?;
        Ok(vec![subject.check(caller, "ram:SetAccessKeyPolicy")])
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Set {
    access_key_id: String,
    access_key_policy: String,
}

#[async_trait]
impl Write for SetAccessKeyPolicy {
    type Answer = Set;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Set, OpError> {
        let subject = Subject::resolve(self.user_principal_name.as_ref(), cx.caller()?)?;
        let key = subject.key(&mut *tx, &self.user_access_key_id).await?;
        let KeyPolicyText { policy, text } = &self.access_key_policy;
        // One that is not active and says nothing takes the policy away.
        let kept = (!policy.is_empty).then_some(text.as_str());
        tx.update_key_network_policy(&key.id, kept).await?;
        Ok(Set {
            access_key_id: key.id.to_string(),
            access_key_policy: text.clone(),
        })
    }
}
