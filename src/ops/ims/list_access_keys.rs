//! `ListAccessKeys`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::subject::Subject;
use crate::ops::error::OpError;
use crate::ops::shapes::date;
use crate::ops::values::UserPrincipalName;
use crate::store::Snapshot;

operation! {
    /// Lists the keys of a user, without their secrets.
    ListAccessKeys {
        product: Ims,
        access: Read,
        action: "ram:ListAccessKeys",
        resources: ByCall,
        checks: own,
        params {
            /// `<user>@<domain>`; the calling user, or the account itself, where none is named.
            user_principal_name: Option<UserPrincipalName> = "UserPrincipalName",
        }
    }
}

impl Checked for ListAccessKeys {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let caller = cx.caller()?;
        let subject = Subject::resolve(self.user_principal_name.as_ref(), caller)?;
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
    access_key: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    access_key_id: String,
    status: &'static str,
    create_date: String,
    update_date: String,
}

#[async_trait]
impl Read for ListAccessKeys {
    type Answer = Listed;

    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Listed, OpError> {
        let subject = Subject::resolve(self.user_principal_name.as_ref(), cx.caller()?)?;
        let owner = subject.owner(&mut *snapshot).await?;
        let keys = snapshot.list_keys(&owner).await?;
        let entries = keys.iter().map(|key| Entry {
            access_key_id: key.id.to_string(),
            status: key.status.as_str(),
            create_date: date(key.created_at),
            update_date: date(key.updated_at),
        });
        Ok(Listed {
            access_keys: AccessKeys {
                access_key: entries.collect(),
            },
        })
    }
}
