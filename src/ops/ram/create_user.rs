//! `CreateUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::users::{self, Shown};
use crate::ops::error::OpError;
use crate::ops::ram::shapes::UserShape;
use crate::ops::values::{Comments, DisplayName, Email, MobilePhone};
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
        let shown = Shown::of(
            self.display_name.as_ref(),
            self.mobile_phone.as_ref(),
            self.email.as_ref(),
            self.comments.as_ref(),
        );
        let user = users::create(cx, tx, &self.user_name, shown, &[]).await?;
        Ok(Created {
            user: UserShape::created(user),
        })
    }
}
