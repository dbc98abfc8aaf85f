//! `GetAccessKeyLastUsed`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::access_keys::{self, UserAccessKeyId};
use crate::ops::entities::subject::Subject;
use crate::ops::error::OpError;
use crate::ops::shapes::date;
use crate::policy::ids::UserName;
use crate::store::Snapshot;

operation! {
    /// Tells when a key last signed a request that was taken.
    GetAccessKeyLastUsed {
        product: Ram,
        access: Read,
        action: "ram:GetAccessKeyLastUsed",
        resources: ByCall,
        checks: own,
        params {
            /// The user; the calling one, or the account itself, where none is named.
            user_name: Option<UserName> = "UserName",
            /// The key.
            user_access_key_id: UserAccessKeyId = "UserAccessKeyId",
        }
    }
}

impl Checked for GetAccessKeyLastUsed {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let caller = cx.caller()?;
        let subject = Subject::resolve(self.user_name.as_ref(), caller)?;
        Ok(vec![subject.check(caller, "ram:GetAccessKeyLastUsed")])
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    access_key_last_used: AccessKeyLastUsed,
}

/// Empty for a key that was never used.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeyLastUsed {
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_date: Option<String>,
}

#[async_trait]
impl Read for GetAccessKeyLastUsed {
    type Answer = Got;

    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        let subject = Subject::resolve(self.user_name.as_ref(), cx.caller()?)?;
        let key = subject
            .key(&mut *snapshot, &self.user_access_key_id)
            .await?;
        let last_used = access_keys::last_used(cx, snapshot, &key.id).await?;
        Ok(Got {
            access_key_last_used: AccessKeyLastUsed {
                last_used_date: last_used.map(date),
            },
        })
    }
}
