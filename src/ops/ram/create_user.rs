//! `CreateUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::principal::User;
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::shapes::UserShape;
use crate::ops::values::{self, Comments, DisplayName, Email, MobilePhone};
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Creates a RAM user.
    CreateUser {
        product: Ram,
        access: Write,
        action: "ram:CreateUser",
        resources: Of(&["acs:ram:*:{account}:user/*"]),
        params {
            /// 1 to 64 letters, digits, `.`, `@`, `-`, `_`; unique regardless of case.
            user_name: UserName = "UserName",
            /// Up to 128 characters.
            display_name: Option<DisplayName> = "DisplayName",
            /// `<country>-<number>`.
            mobile_phone: Option<MobilePhone> = "MobilePhone",
            /// An e-mail address.
            email: Option<Email> = "Email",
            /// Up to 128 characters.
            comments: Option<Comments> = "Comments",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    user: UserShape,
}

#[async_trait]
impl Write for CreateUser {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
        let user = User {
            account: tx.account().id,
            id: cx.iam.new_user_id(),
            name: self.user_name.clone(),
            display_name: self
                .display_name
                .as_ref()
                .map(|name| name.0.clone())
                .unwrap_or_default(),
            comments: values::text(self.comments.as_ref()),
            email: self
                .email
                .as_ref()
                .map(|email| email.0.clone())
                .unwrap_or_default(),
            mobile_phone: self
                .mobile_phone
                .as_ref()
                .map(|phone| phone.0.clone())
                .unwrap_or_default(),
            created_at: cx.now,
            updated_at: cx.now,
            last_login_at: None,
        };
        tx.create_user(&user).await.or_exists(Entity::User)?;
        // Counted with the new one: a name that is taken is refused as such, also at the limit.
        if tx.count_users().await? > cx.iam.quotas.users {
            return Err(OpError::LimitExceeded(Entity::User));
        }
        Ok(Created {
            user: UserShape::created(user),
        })
    }
}
