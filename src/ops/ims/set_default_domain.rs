//! `SetDefaultDomain`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::account::Account;
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::settings;
use crate::ops::error::OpError;
use crate::ops::ims::domains::DefaultDomainName;
use crate::store::Tx;

operation! {
    /// Gives the logon names of the account another domain, and so the account another alias.
    SetDefaultDomain {
        product: Ims,
        access: Write,
        action: "ram:SetDefaultDomain",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {
            /// `<alias>.onaliyun.com`, up to 64 characters; the alias 3 to 63 letters, digits and `-`, unique on the server.
            default_domain_name: DefaultDomainName = "DefaultDomainName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Set {
    default_domain_name: String,
}

#[async_trait]
impl Write for SetDefaultDomain {
    type Answer = Set;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Set, OpError> {
        let alias = &self.default_domain_name.0;
        settings::put_alias(tx, alias).await?;
        Ok(Set {
            default_domain_name: format!("{}{}", alias.0, Account::DOMAIN_SUFFIX),
        })
    }
}
