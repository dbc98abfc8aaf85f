//! `SetAccountAlias`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::entities::settings;
use crate::ops::error::OpError;
use crate::ops::values::AccountAlias;
use crate::store::Tx;

operation! {
    /// Gives the account an alias, instead of the one that it has.
    SetAccountAlias {
        product: Ram,
        access: Write,
        action: "ram:SetAccountAlias",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {
            /// 3 to 63 lower-case letters, digits and `-`; unique on the server.
            account_alias: AccountAlias = "AccountAlias",
        }
    }
}

#[async_trait]
impl Write for SetAccountAlias {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        settings::put_alias(tx, &self.account_alias).await?;
        Ok(Done {})
    }
}
