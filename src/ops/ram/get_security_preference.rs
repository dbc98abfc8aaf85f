//! `GetSecurityPreference`.

use async_trait::async_trait;
use serde::Serialize;

use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::entities::settings;
use crate::ops::error::OpError;
use crate::ops::ram::setting_shapes::SecurityPreferenceShape;
use crate::store::Snapshot;

operation! {
    /// Reads what users may do for themselves and how they log in.
    GetSecurityPreference {
        product: Ram,
        access: Read,
        action: "ram:GetSecurityPreference",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {}
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    security_preference: SecurityPreferenceShape,
}

#[async_trait]
impl Read for GetSecurityPreference {
    type Answer = Got;

    async fn run(&self, _: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        let preference = settings::security_preference(snapshot).await?;
        Ok(Got {
            security_preference: preference.into(),
        })
    }
}
