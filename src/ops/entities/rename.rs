//! Renaming, which is decided on the old and on the new name: nothing is renamed out of what a policy
//! speaks of, or into it (THREATS row 16).

use std::fmt::Display;

use crate::iam::authz::Check;
use crate::ops::call::Context;
use crate::ops::error::OpError;

/// The check on the new name, where there is one; that on the old is declared.
pub(in crate::ops) fn checks(
    cx: &Context,
    action: &'static str,
    kind: &str,
    new: Option<&impl Display>,
) -> Result<Vec<Check>, OpError> {
    let Some(new) = new else {
        return Ok(Vec::new());
    };
    let account = cx.caller()?.account;
    let resource = format!("acs:ram:*:{account}:{kind}/{new}");
    Ok(vec![Check::on(action, vec![resource.into()])])
}
