//! `CreateAccessKey`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::access_keys;
use crate::ops::entities::subject::Subject;
use crate::ops::error::OpError;
use crate::ops::shapes::date;
use crate::ops::values::UserPrincipalName;
use crate::store::Tx;

operation! {
    /// Issues a key pair. The secret is answered here and never again.
    CreateAccessKey {
        product: Ims,
        access: Write,
        action: "ram:CreateAccessKey",
        resources: ByCall,
        checks: own,
        params {
            /// `<user>@<domain>`; the calling user, or the account itself, where none is named.
            user_principal_name: Option<UserPrincipalName> = "UserPrincipalName",
        }
    }
}

impl Checked for CreateAccessKey {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let caller = cx.caller()?;
        let subject = Subject::resolve(self.user_principal_name.as_ref(), caller)?;
        Ok(vec![subject.check(caller, "ram:CreateAccessKey")])
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    access_key: NewKey,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewKey {
    access_key_id: String,
    access_key_secret: String,
    status: &'static str,
    create_date: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Write for CreateAccessKey {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let subject = Subject::resolve(self.user_principal_name.as_ref(), cx.caller()?)?;
        let owner = subject.owner(&mut *tx).await?;
        let (key, access_key_secret) = access_keys::create(cx, tx, owner).await?;
        Ok(Created {
            access_key: NewKey {
                access_key_id: key.id.to_string(),
                access_key_secret,
                status: key.status.as_str(),
                create_date: date(key.created_at),
            },
        })
    }
}
