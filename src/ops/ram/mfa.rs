//! What the operations on MFA devices share: whom a device is bound to, and how it is spoken of.

use std::borrow::Cow;

use crate::iam::authz::Check;
use crate::model::login::VirtualMfaDevice;
use crate::model::principal::User;
use crate::ops::call::Context;
use crate::ops::error::{Entity, OpError};
use crate::policy::arn::MfaSerialNumber;
use crate::store::Snapshot;

/// The check of `action` on a device. Another account's device is, for this caller, one of his own
/// account's that is not there.
pub(super) fn check(
    cx: &Context,
    serial_number: &MfaSerialNumber,
    action: &'static str,
) -> Result<Check, OpError> {
    let account = cx.caller()?.account;
    let resource = format!("acs:ram:*:{account}:mfa/{}", serial_number.name);
    Ok(Check::on(action, vec![Cow::Owned(resource)]))
}

/// The device of that serial number, where it is of this account.
pub(super) async fn device(
    snapshot: &mut dyn Snapshot,
    serial_number: &MfaSerialNumber,
) -> Result<VirtualMfaDevice, OpError> {
    let missing = OpError::NotExist(Entity::MfaDevice);
    if serial_number.account != snapshot.account().id {
        return Err(missing);
    }
    let found = snapshot.get_mfa_device(&serial_number.name).await?;
    found.ok_or(missing)
}

/// The user that a device is bound to. A server of a release that knew no devices may have removed
/// it; then the device is bound to nobody.
pub(super) async fn holder(
    snapshot: &mut dyn Snapshot,
    device: &VirtualMfaDevice,
) -> Result<Option<User>, OpError> {
    match device.binding {
        Some(binding) => Ok(snapshot.get_user_by_id(binding.user).await?),
        None => Ok(None),
    }
}

/// The serial number of a device.
pub(super) fn serial_number(device: &VirtualMfaDevice) -> String {
    let serial_number = MfaSerialNumber {
        account: device.account,
        name: device.name.clone(),
    };
    serial_number.to_string()
}
