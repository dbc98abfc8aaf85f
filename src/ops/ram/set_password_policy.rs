//! `SetPasswordPolicy`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::settings::PasswordPolicy;
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::settings;
use crate::ops::error::OpError;
use crate::ops::ram::setting_shapes::PasswordPolicyShape;
use crate::ops::values::Within;
use crate::store::Tx;

operation! {
    /// Sets what passwords must be like. What is left out gets its default.
    SetPasswordPolicy {
        product: Ram,
        access: Write,
        action: "ram:SetPasswordPolicy",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {
            /// 8 to 32; 8 where nothing is said.
            minimum_password_length: Option<Within<8, 32>> = "MinimumPasswordLength",
            /// `false` where nothing is said.
            require_lowercase_characters: Option<bool> = "RequireLowercaseCharacters",
            /// `false` where nothing is said.
            require_uppercase_characters: Option<bool> = "RequireUppercaseCharacters",
            /// `false` where nothing is said.
            require_numbers: Option<bool> = "RequireNumbers",
            /// `false` where nothing is said.
            require_symbols: Option<bool> = "RequireSymbols",
            /// Whether an expired password ends logins; `false` where nothing is said.
            hard_expiry: Option<bool> = "HardExpiry",
            /// Days, 0 to 1095; 0 is never, and where nothing is said.
            max_password_age: Option<Within<0, 1095>> = "MaxPasswordAge",
            /// How many last passwords may not come again, 0 to 24; 0 where nothing is said.
            password_reuse_prevention: Option<Within<0, 24>> = "PasswordReusePrevention",
            /// Wrong passwords an hour, 0 to 32; 0 is no limit, and where nothing is said. The vendor's spelling.
            max_login_attemps: Option<Within<0, 32>> = "MaxLoginAttemps",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Set {
    password_policy: PasswordPolicyShape,
}

#[async_trait]
impl Write for SetPasswordPolicy {
    type Answer = Set;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Set, OpError> {
        let unset = PasswordPolicy::default();
        // What only IMS knows of stays.
        let kept = settings::password_policy(&mut *tx).await?;
        let policy = PasswordPolicy {
            minimum_length: self
                .minimum_password_length
                .map_or(unset.minimum_length, |length| length.0),
            require_lowercase: self
                .require_lowercase_characters
                .unwrap_or(unset.require_lowercase),
            require_uppercase: self
                .require_uppercase_characters
                .unwrap_or(unset.require_uppercase),
            require_numbers: self.require_numbers.unwrap_or(unset.require_numbers),
            require_symbols: self.require_symbols.unwrap_or(unset.require_symbols),
            hard_expiry: self.hard_expiry.unwrap_or(unset.hard_expiry),
            max_age_days: self
                .max_password_age
                .map_or(unset.max_age_days, |days| days.0),
            reuse_prevention: self
                .password_reuse_prevention
                .map_or(unset.reuse_prevention, |count| count.0),
            max_login_attempts: self
                .max_login_attemps
                .map_or(unset.max_login_attempts, |count| count.0),
            ..kept
        };
        settings::put_password_policy(tx, &policy).await?;
        Ok(Set {
            password_policy: PasswordPolicyShape::from(&policy),
        })
    }
}
