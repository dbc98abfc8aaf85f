//! `GenerateCredentialReport`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, PreparedWrite};
use crate::ops::declare::operation;
use crate::ops::entities::credential_report::{self, CredentialReport};
use crate::ops::error::OpError;
use crate::store::Tx;

operation! {
    /// Makes the credential report of the account anew; it is complete when this answers.
    GenerateCredentialReport {
        product: Ims,
        access: Write,
        action: "ram:GenerateCredentialReport",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {}
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Generated {
    state: &'static str,
}

/// A report, ready to be kept.
pub struct Made(CredentialReport);

#[async_trait]
impl PreparedWrite for GenerateCredentialReport {
    type Answer = Generated;
    type Prepared = Made;

    async fn prepare(&self, cx: &Context) -> Result<Made, OpError> {
        let mut snapshot = cx.iam.begin_read(cx.caller()?.account).await?;
        CredentialReport::make(cx, snapshot.as_mut())
            .await
            .map(Made)
    }

    async fn run(
        &self,
        _: &Context,
        tx: &mut dyn Tx,
        Made(report): Made,
    ) -> Result<Generated, OpError> {
        credential_report::put(tx, &report).await?;
        Ok(Generated { state: "COMPLETED" })
    }
}
