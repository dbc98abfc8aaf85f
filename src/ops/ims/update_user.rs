//! `UpdateUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authz::Check;
use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::rename;
use crate::ops::entities::users::{self as entities, Shown};
use crate::ops::error::OpError;
use crate::ops::ims::users::{self, Named, UserShape};
use crate::ops::values::{Comments, DisplayName, Email, MobilePhone, UserPrincipalName};
use crate::policy::ids::UserId;
use crate::store::{Snapshot, Tx};

operation! {
    /// Renames a user or changes what is shown of it. What is not sent stays. Policies, groups and
    /// keys stay with it, by id; no document is changed.
    UpdateUser {
        product: Ims,
        access: Write,
        action: "ram:UpdateUser",
        resources: Loaded,
        checks: own,
        params {
            /// `<user>@<domain>`; this or the next.
            user_principal_name: Option<UserPrincipalName> = "UserPrincipalName",
            /// Its id.
            user_id: Option<UserId> = "UserId",
            /// Its logon name from now on, which the caller must be allowed on too.
            new_user_principal_name: Option<UserPrincipalName> = "NewUserPrincipalName",
            /// Up to 24 characters.
            new_display_name: Option<DisplayName<24>> = "NewDisplayName",
            /// `<country>-<number>`.
            new_mobile_phone: Option<MobilePhone> = "NewMobilePhone",
            /// An e-mail address.
            new_email: Option<Email> = "NewEmail",
            /// Up to 128 characters.
            new_comments: Option<Comments> = "NewComments",
        }
    }
}

impl UpdateUser {
    fn named(&self) -> Result<Named<'_>, OpError> {
        Named::one_of(self.user_principal_name.as_ref(), self.user_id, None)
    }
}

#[async_trait]
impl Checked for UpdateUser {
    async fn loaded_checks(
        &self,
        cx: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        let (named, new) = (self.named()?, self.new_user_principal_name.as_ref());
        let renamed = rename::checks(cx, "ram:UpdateUser", "user", new.map(|new| &new.user))?;
        named.checks(cx, snapshot, "ram:UpdateUser", renamed).await
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Updated {
    user: UserShape,
}

#[async_trait]
impl Write for UpdateUser {
    type Answer = Updated;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Updated, OpError> {
        let user = self.named()?.find(&mut *tx).await?;
        let new = self.new_user_principal_name.as_ref();
        if let Some(new) = new {
            users::expect_own(&*tx, "NewUserPrincipalName", new)?;
        }
        let shown = Shown::of(
            self.new_display_name.as_ref(),
            self.new_mobile_phone.as_ref(),
            self.new_email.as_ref(),
            self.new_comments.as_ref(),
        );
        let user = entities::update(cx, tx, user, new.map(|new| &new.user), shown).await?;
        Ok(Updated {
            user: UserShape::changed(user, tx.account()),
        })
    }
}
