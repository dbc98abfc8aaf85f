//! `ClearAccountAlias`.

use async_trait::async_trait;

use crate::ops::call::{Context, Done, Write};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::store::Tx;

operation! {
    /// Takes the alias of the account away, if it has one.
    ClearAccountAlias {
        product: Ram,
        access: Write,
        action: "ram:ClearAccountAlias",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {}
    }
}

#[async_trait]
impl Write for ClearAccountAlias {
    type Answer = Done;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Done, OpError> {
        tx.set_alias(None).await?;
        Ok(Done {})
    }
}
