//! `GetAccountAlias`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::store::Snapshot;

operation! {
    /// Reads the alias of the account; empty where it has none.
    GetAccountAlias {
        product: Ram,
        access: Read,
        action: "ram:GetAccountAlias",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {}
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alias {
    account_alias: String,
}

#[async_trait]
impl Read for GetAccountAlias {
    type Answer = Alias;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Alias, OpError> {
        let account_alias = snapshot.account().alias.clone().unwrap_or_default();
        Ok(Alias { account_alias })
    }
}
