//! `ListAccessKeys`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::subject::Subject;
use crate::ops::error::OpError;
use crate::ops::ram::shapes::AccessKeyShape;
use crate::policy::ids::UserName;
use crate::store::Snapshot;

operation! {
    /// Lists the keys of a user, without their secrets.
    ListAccessKeys {
        product: Ram,
        access: Read,
        action: "ram:ListAccessKeys",
        resources: ByCall,
        checks: own,
        params {
            /// The user; the calling one, or the account itself, where none is named.
            user_name: Option<UserName> = "UserName",
        }
    }
}

impl Checked for ListAccessKeys {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let caller = cx.caller()?;
        let subject = Subject::resolve(self.user_name.as_ref(), caller)?;
        Ok(vec![subject.check(caller, "ram:ListAccessKeys")])
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    access_keys: AccessKeys,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeys {
    access_key: Vec<AccessKeyShape>,
}

#[async_trait]
impl Read for ListAccessKeys {
    type Answer = Listed;

    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let subject = Subject::resolve(self.user_name.as_ref(), cx.caller()?)?;
        let owner = subject.owner(&mut *snapshot).await?;
        let access_key = snapshot
            .list_keys(&owner)
            .await?
            .iter()
            .map(AccessKeyShape::listed)
            .collect();
        Ok(Listed {
            access_keys: AccessKeys { access_key },
        })
    }
}
