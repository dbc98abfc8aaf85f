//! Virtual MFA devices: whom one is bound to, and how it is spoken of.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::credential::totp;
use crate::iam::authz::Check;
use crate::model::login::{Binding, VirtualMfaDevice};
use crate::model::principal::User;
use crate::ops::call::Context;
use crate::ops::entities::qr_code;
use crate::ops::entities::users::{self, NamesUser};
use crate::ops::error::{Conflict, Entity, OpError, OrRefuse as _};
use crate::ops::values::AuthenticationCode;
use crate::policy::arn::MfaSerialNumber;
use crate::policy::ids::MfaDeviceName;
use crate::store::{Snapshot, Tx};

/// Bytes of a seed: 64 characters of Base32, as the vendor's sample has.
const SEED_LENGTH: usize = 40;

/// The check of `action` on a device. Another account's device is, for this caller, one of his own
/// account's that is not there.
pub(in crate::ops) fn check(
    cx: &Context,
    serial_number: &MfaSerialNumber,
    action: &'static str,
) -> Result<Check, OpError> {
    let account = cx.caller()?.account;
    let resource = format!("acs:ram:*:{account}:mfa/{}", serial_number.name);
    Ok(Check::on(action, vec![Cow::Owned(resource)]))
}

/// The device of that serial number, where it is of this account.
pub(in crate::ops) async fn device(
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
pub(in crate::ops) async fn holder(
    snapshot: &mut dyn Snapshot,
    device: &VirtualMfaDevice,
) -> Result<Option<User>, OpError> {
    match device.binding {
        Some(binding) => Ok(snapshot.get_user_by_id(binding.user).await?),
        None => Ok(None),
    }
}

/// The serial number of a device.
pub(in crate::ops) fn serial_number(device: &VirtualMfaDevice) -> String {
    let serial_number = MfaSerialNumber {
        account: device.account,
        name: device.name.clone(),
    };
    serial_number.to_string()
}

/// A device that was just made, with its seed: once, and never again.
#[derive(Serialize)]
pub(in crate::ops) struct NewDevice {
    #[serde(rename = "SerialNumber")]
    serial_number: String,
    #[serde(rename = "Base32StringSeed")]
    base32_string_seed: String,
    #[serde(rename = "QRCodePNG")]
    qr_code_png: String,
}

impl std::fmt::Debug for NewDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewDevice")
            .field("serial_number", &self.serial_number)
            .finish_non_exhaustive()
    }
}

/// Makes a device that is bound to nobody.
pub(in crate::ops) async fn create(
    cx: &Context,
    tx: &mut dyn Tx,
    name: &MfaDeviceName,
) -> Result<NewDevice, OpError> {
    let mut seed = Zeroizing::new([0; SEED_LENGTH]);
    cx.iam.entropy.fill(seed.as_mut());
    let mut id = [0; 16];
    cx.iam.entropy.fill(&mut id);
    let id = hex::encode(id);
    let sealed = cx.iam.secrets.seal_mfa_seed(&id, seed.as_ref());
    let device = VirtualMfaDevice {
        account: tx.account().id,
        sealed_seed: sealed.map_err(|error| OpError::Internal(Box::new(error)))?,
        id,
        name: name.clone(),
        binding: None,
        last_step: -1,
        created_at: cx.now,
    };
    tx.create_mfa_device(&device)
        .await
        .or_exists(Entity::MfaDevice)?;
    // Counted with the new one: a name that is taken is refused as such, also at the limit.
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
    if tx.count_mfa_devices().await? > quotas.virtual_mfa_devices {
        return Err(OpError::LimitExceeded(Entity::MfaDevice));
    }
    let text = base32(&seed);
    let account = device.account;
    // The form that authenticators read; `Rampart` is what they show beside the name.
    let uri = Zeroizing::new(format!(
        "otpauth://totp/Rampart:{}@{account}?secret={text}&issuer=Rampart",
        device.name
    ));
    let png = qr_code::png(&uri)?;
    Ok(NewDevice {
        serial_number: serial_number(&device),
        base32_string_seed: text,
        qr_code_png: STANDARD.encode(png),
    })
}

/// Removes a device that is bound to nobody.
pub(in crate::ops) async fn delete(
    tx: &mut dyn Tx,
    serial_number: &MfaSerialNumber,
) -> Result<(), OpError> {
    let device = device(&mut *tx, serial_number).await?;
    if holder(&mut *tx, &device).await?.is_some() {
        return Err(OpError::DeleteConflict(Conflict::MfaDeviceOfUser));
    }
    tx.delete_mfa_device(&device.id)
        .await
        .or_missing(Entity::MfaDevice)
}

/// Binds a device to a user who holds it, as two codes show.
pub(in crate::ops) async fn bind(
    cx: &Context,
    tx: &mut dyn Tx,
    user: &impl NamesUser,
    serial_number: &MfaSerialNumber,
    codes: [AuthenticationCode; 2],
) -> Result<(), OpError> {
    let user = users::find(&mut *tx, user).await?;
    let device = device(&mut *tx, serial_number).await?;
    if holder(&mut *tx, &device).await?.is_some() {
        return Err(OpError::AlreadyExists(Entity::MfaDeviceUser));
    }
    if tx.get_mfa_device_of(user.id).await?.is_some() {
        return Err(OpError::AlreadyExists(Entity::UserMfaDevice));
    }
    let seed = cx.iam.secrets.open_mfa_seed(&device);
    let seed = seed.map_err(|error| OpError::Internal(Box::new(error)))?;
    let codes = codes.map(|code| code.0);
    let last_step = totp::accept(seed.expose(), &codes, cx.now, device.last_step)
        .ok_or(OpError::AuthenticationCode)?;
    let bound = VirtualMfaDevice {
        binding: Some(Binding {
            user: user.id,
            activated_at: cx.now,
        }),
        last_step,
        ..device
    };
    tx.update_mfa_device(&bound)
        .await
        .or_missing(Entity::MfaDevice)
}

/// The device that is bound to a user.
pub(in crate::ops) async fn of_user(
    snapshot: &mut dyn Snapshot,
    user: &User,
) -> Result<VirtualMfaDevice, OpError> {
    let device = snapshot.get_mfa_device_of(user.id).await?;
    device.ok_or(OpError::NotExist(Entity::UserMfaDevice))
}

/// Takes the device from a user. It stays, and its codes of before are good no more.
pub(in crate::ops) async fn unbind(
    tx: &mut dyn Tx,
    user: &impl NamesUser,
) -> Result<VirtualMfaDevice, OpError> {
    let user = users::find(&mut *tx, user).await?;
    let unbound = VirtualMfaDevice {
        binding: None,
        ..of_user(&mut *tx, &user).await?
    };
    tx.update_mfa_device(&unbound)
        .await
        .or_missing(Entity::MfaDevice)?;
    Ok(unbound)
}

/// Base32 of RFC 4648 of whole groups of five bytes, so without padding.
fn base32(bytes: &[u8; SEED_LENGTH]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (groups, _) = bytes.as_chunks::<5>();
    let mut text = String::with_capacity(SEED_LENGTH / 5 * 8);
    for group in groups {
        let number = group
            .iter()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            let index = usize::try_from(number >> (5 * place) & 31).unwrap_or_default();
            text.push(char::from(ALPHABET[index]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_the_rfc() {
        let mut bytes = [0; SEED_LENGTH];
        bytes[..5].copy_from_slice(b"fooba");
        bytes[35..].copy_from_slice(&[0xff; 5]);
        let text = base32(&bytes);
        assert_eq!(text.len(), 64);
        assert!(text.starts_with("MZXW6YTBAAAAAAAA"), "{text}");
        assert!(text.ends_with("AAAA77777777"), "{text}");
    }
}
