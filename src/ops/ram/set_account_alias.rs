//! `SetAccountAlias`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::values::AccountAlias;
use crate::policy::ids::AccountId;
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
        let alias = &self.account_alias.0;
        // An account without an alias goes by its id, so no other may take that for one.
        let is_anothers = alias
            .parse::<AccountId>()
            .is_ok_and(|id| id != tx.account().id);
        if is_anothers {
            return Err(OpError::AlreadyExists(Entity::AccountAlias));
        }
        tx.set_alias(Some(alias))
            .await
            .or_exists(Entity::AccountAlias)?;
        Ok(Done {})
    }
}
