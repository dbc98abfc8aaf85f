//! `CreateAccessKey`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::access_keys;
use crate::ops::entities::subject::Subject;
use crate::ops::error::OpError;
use crate::ops::ram::shapes::AccessKeyShape;
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Issues a key pair. The secret is answered here and never again.
    CreateAccessKey {
        product: Ram,
        access: Write,
        action: "ram:CreateAccessKey",
        resources: ByCall,
        checks: own,
        params {
            /// The user; the calling one, or the account itself, where none is named.
            user_name: Option<UserName> = "UserName",
        }
    }
}

impl Checked for CreateAccessKey {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let caller = cx.caller()?;
        let subject = Subject::resolve(self.user_name.as_ref(), caller)?;
        Ok(vec![subject.check(caller, "ram:CreateAccessKey")])
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    access_key: AccessKeyShape,
}

#[async_trait]
impl Write for CreateAccessKey {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let subject = Subject::resolve(self.user_name.as_ref(), cx.caller()?)?;
        let owner = subject.owner(&mut *tx).await?;
        let (key, secret) = access_keys::create(cx, tx, owner).await?;
        Ok(Created {
            access_key: AccessKeyShape::created(&key, secret),
        })
    }
}
