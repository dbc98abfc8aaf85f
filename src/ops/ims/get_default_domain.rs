//! `GetDefaultDomain`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::store::Snapshot;

operation! {
    /// Reads the domain of the account's logon names: of its alias, or of its id where it has none.
    GetDefaultDomain {
        product: Ims,
        access: Read,
        action: "ram:GetDefaultDomain",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {}
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    default_domain_name: String,
}

#[async_trait]
impl Read for GetDefaultDomain {
    type Answer = Got;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        Ok(Got {
            default_domain_name: snapshot.account().default_domain(),
        })
    }
}
