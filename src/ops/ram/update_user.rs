//! `UpdateUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::rename;
use crate::ops::entities::users::{self, Shown};
use crate::ops::error::OpError;
use crate::ops::ram::shapes::UserShape;
use crate::ops::values::{Comments, DisplayName, Email, MobilePhone};
use crate::policy::ids::UserName;
use crate::store::Tx;

operation! {
    /// Renames a user or changes what is shown of it. What is not sent stays. Policies, groups and
    /// keys stay with it, by id; no document is changed.
    UpdateUser {
        product: Ram,
        access: Write,
        action: "ram:UpdateUser",
        resources: Of(&["acs:ram:*:{account}:user/{UserName}"]),
        checks: own,
        params {
            /// The user; case is ignored.
            user_name: UserName = "UserName",
            /// Its name from now on, which the caller must be allowed on too.
            new_user_name: Option<UserName> = "NewUserName",
            /// Up to 128 characters.
            new_display_name: Option<DisplayName> = "NewDisplayName",
            /// `<country>-<number>`.
            new_mobile_phone: Option<MobilePhone> = "NewMobilePhone",
            /// An e-mail address.
            new_email: Option<Email> = "NewEmail",
            /// Up to 128 characters.
            new_comments: Option<Comments> = "NewComments",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Updated {
    user: UserShape,
}

impl Checked for UpdateUser {
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        rename::checks(cx, "ram:UpdateUser", "user", self.new_user_name.as_ref())
    }
}

#[async_trait]
impl Write for UpdateUser {
    type Answer = Updated;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Updated, OpError> {
        let user = users::find(&mut *tx, &self.user_name).await?;
        let shown = Shown::of(
            self.new_display_name.as_ref(),
            self.new_mobile_phone.as_ref(),
            self.new_email.as_ref(),
            self.new_comments.as_ref(),
        );
        let user = users::update(cx, tx, user, self.new_user_name.as_ref(), shown).await?;
        Ok(Updated {
            user: UserShape::listed(user),
        })
    }
}
