//! `CreateVirtualMFADevice`.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::model::login::VirtualMfaDevice;
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::ram::{mfa, qr_code};
use crate::policy::ids::MfaDeviceName;
use crate::store::Tx;

/// Bytes of a seed: 64 characters of Base32, as the vendor's sample has.
const SEED_LENGTH: usize = 40;

operation! {
    /// Makes a virtual MFA device. Its seed is answered here and never again.
    CreateVirtualMFADevice {
        product: Ram,
        access: Write,
        action: "ram:CreateVirtualMFADevice",
        resources: Of(&["acs:ram:*:{account}:mfa/*"]),
        params {
            /// 1 to 64 letters, digits, `.`, `-`; unique regardless of case.
            virtual_mfa_device_name: MfaDeviceName = "VirtualMFADeviceName",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Created {
    #[serde(rename = "VirtualMFADevice")]
    virtual_mfa_device: Device,
}

#[derive(Serialize)]
struct Device {
    #[serde(rename = "SerialNumber")]
    serial_number: String,
    #[serde(rename = "Base32StringSeed")]
    base32_string_seed: String,
    #[serde(rename = "QRCodePNG")]
    qr_code_png: String,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("serial_number", &self.serial_number)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Write for CreateVirtualMFADevice {
    type Answer = Created;

    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Created, OpError> {
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
            name: self.virtual_mfa_device_name.clone(),
            binding: None,
            last_step: -1,
            created_at: cx.now,
        };
        tx.create_mfa_device(&device)
            .await
            .or_exists(Entity::MfaDevice)?;
        // Counted with the new one: a name that is taken is refused as such, also at the limit.
        if tx.count_mfa_devices().await? > cx.iam.quotas.virtual_mfa_devices {
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
        Ok(Created {
            virtual_mfa_device: Device {
                serial_number: mfa::serial_number(&device),
                base32_string_seed: text,
                qr_code_png: STANDARD.encode(png),
            },
        })
    }
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
