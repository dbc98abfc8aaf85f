//! `CreateAccessKey`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::shapes::AccessKeyShape;
use crate::ops::ram::subject::Subject;
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
        let limit = match owner {
            KeyOwner::Root => cx.iam.quotas.access_keys_per_account,
            KeyOwner::User(_) | KeyOwner::Service(_) => cx.iam.quotas.access_keys_per_user,
        };
        let held = tx.list_keys(&owner).await?.len();
        if held >= usize::try_from(limit).unwrap_or(usize::MAX) {
            return Err(OpError::LimitExceeded(Entity::AccessKey));
        }
        let (id, secret) = cx.iam.new_access_key();
        let sealed = cx.iam.secrets.seal_access_key(&id, &secret);
        let key = AccessKey {
            sealed_secret: sealed.map_err(|error| OpError::Internal(Box::new(error)))?,
            id,
            account: tx.account().id,
            owner,
            status: AccessKeyStatus::Active,
            created_at: cx.now,
        };
        tx.create_key(&key).await.or_exists(Entity::AccessKey)?;
        Ok(Created {
            access_key: AccessKeyShape::created(&key, secret),
        })
    }
}
