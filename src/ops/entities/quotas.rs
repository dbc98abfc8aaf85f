//! How many of each an account may have: the server's figures, and what the operator gave this account
//! instead.

use crate::model::quotas::{OwnQuotas, Quotas};
use crate::ops::call::Context;
use crate::ops::entities::settings;
use crate::ops::error::OpError;
use crate::store::Snapshot;

/// The quotas of the snapshot's account.
pub(in crate::ops) async fn of(
    cx: &Context,
    snapshot: &mut dyn Snapshot,
) -> Result<Quotas, OpError> {
    let own: Option<OwnQuotas> = settings::read(snapshot, Quotas::SETTING).await?;
    Ok(cx.iam.quotas.with_own(&own.unwrap_or_default()))
}
