//! An authenticator: what shows the codes of a device.

use rampart::credential::totp;
use serde_json::Value;

use super::Pairs;
use crate::app::TestApp;

/// A device with the seed that its answer told.
pub(crate) struct Authenticator {
    pub(crate) serial_number: String,
    seed: Vec<u8>,
}

/// Base32 without padding (RFC 4648).
fn unbase32(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for letter in text.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|known| *known == letter)
            .unwrap();
        bits = bits << 5 | u32::try_from(value).unwrap();
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    bytes
}

impl Authenticator {
    pub(crate) fn of(answer: &Value) -> Self {
        let device = &answer["VirtualMFADevice"];
        Self {
            serial_number: device["SerialNumber"].as_str().unwrap().to_owned(),
            seed: unbase32(device["Base32StringSeed"].as_str().unwrap()),
        }
    }

    /// What it shows at that moment (unix seconds).
    pub(crate) fn code(&self, at: i64) -> String {
        let code = totp::code(&self.seed, totp::step_at(at));
        String::from_utf8(code.to_vec()).unwrap()
    }
}

impl TestApp {
    pub(crate) async fn device(&self, name: &str) -> Authenticator {
        let params: Pairs<'_> = &[("VirtualMFADeviceName", name)];
        let answer = self
            .answer(&self.root(), "CreateVirtualMFADevice", params)
            .await;
        Authenticator::of(&answer)
    }

    /// A device that is bound to that user now.
    pub(crate) async fn bind_device(&self, name: &str, user: &str) -> Authenticator {
        let device = self.device(name).await;
        let now = self.iam.clock.now();
        let (one, two) = (device.code(now - 30), device.code(now));
        let params = [
            ("SerialNumber", device.serial_number.as_str()),
            ("UserName", user),
            ("AuthenticationCode1", &one),
            ("AuthenticationCode2", &two),
        ];
        self.ram(&self.root(), "BindMFADevice", &params).await.ok();
        device
    }
}
