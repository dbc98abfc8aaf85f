//! `CreateUser`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Checked, Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::conditions;
use crate::ops::entities::users::{self as entities, Shown};
use crate::ops::error::OpError;
use crate::ops::ims::users::{self, UserShape};
use crate::ops::values::{Comments, DisplayName, Email, MobilePhone, Tags, UserPrincipalName};
use crate::policy::context::MapContext;
use crate::store::Tx;

operation! {
    /// Creates a user.
    CreateUser {
        product: Ims,
        access: Write,
        action: "ram:CreateUser",
        resources: Of(&["acs:ram:*:{account}:user/*"]),
        checks: own,
        params {
            /// `<user>@<domain>`, the domain one of the account's; the name unique regardless of case.
            user_principal_name: UserPrincipalName = "UserPrincipalName",
            /// Up to 24 characters.
            display_name: DisplayName<24> = "DisplayName",
            /// `<country>-<number>`.
            mobile_phone: Option<MobilePhone> = "MobilePhone",
            /// An e-mail address.
            email: Option<Email> = "Email",
            /// Up to 128 characters.
            comments: Option<Comments> = "Comments",
            /// Up to 20 tags.
            tags: Tags<128> = "Tag",
        }
    }
}

impl Checked for CreateUser {
    fn keys(&self) -> MapContext {
        let mut own = MapContext::default();
        conditions::request_tags(&mut own, &self.tags.0);
        own
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
        let quotas = cx.iam.quotas_of(&mut *tx).await?;
        let tags = self.tags.within(quotas.tags_per_resource)?;
        let named = &self.user_principal_name;
        users::expect_own(&*tx, "UserPrincipalName", named)?;
        let shown = Shown::of(
            Some(&self.display_name),
            self.mobile_phone.as_ref(),
            self.email.as_ref(),
            self.comments.as_ref(),
        );
        let user = entities::create(cx, tx, &named.user, shown, tags).await?;
        Ok(Created {
            user: UserShape::created(user, tx.account(), tags),
        })
    }
}
