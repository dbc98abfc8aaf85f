//! `SetPasswordPolicy`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::settings::PasswordPolicy;
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::settings;
use crate::ops::error::OpError;
use crate::ops::ims::password_policy::PasswordPolicyShape;
use crate::ops::values::Within;
use crate::store::Tx;

operation! {
    /// Sets what passwords must be like. What is left out gets its default.
    SetPasswordPolicy {
        product: Ims,
        access: Write,
        action: "ram:SetPasswordPolicy",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {
            /// 8 to 32; 8 where nothing is said.
            minimum_password_length: Option<Within<8, 32>> = "MinimumPasswordLength",
            /// How many different characters, 0 to 8; 0 where nothing is said.
            minimum_password_different_character: Option<Within<0, 8>> = "MinimumPasswordDifferentCharacter",
            /// `false` where nothing is said.
            require_lowercase_characters: Option<bool> = "RequireLowercaseCharacters",
            /// `false` where nothing is said.
            require_uppercase_characters: Option<bool> = "RequireUppercaseCharacters",
            /// `false` where nothing is said.
            require_numbers: Option<bool> = "RequireNumbers",
            /// `false` where nothing is said.
            require_symbols: Option<bool> = "RequireSymbols",
            /// `false` where nothing is said.
            password_not_contain_user_name: Option<bool> = "PasswordNotContainUserName",
            /// Kept and shown; `false` where nothing is said.
            intercept_risk_password_on_api: Option<bool> = "InterceptRiskPasswordOnApi",
            /// Whether an expired password ends logins; `false` where nothing is said.
            hard_expire: Option<bool> = "HardExpire",
            /// Days, 0 to 90; 14 where nothing is said.
            initial_password_age: Option<Within<0, 90>> = "InitialPasswordAge",
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
        let policy = PasswordPolicy {
            minimum_length: self
                .minimum_password_length
                .map_or(unset.minimum_length, |number| number.0),
            minimum_different_characters: self
                .minimum_password_different_character
                .map_or(unset.minimum_different_characters, |number| number.0),
            require_lowercase: self
                .require_lowercase_characters
                .unwrap_or(unset.require_lowercase),
            require_uppercase: self
                .require_uppercase_characters
                .unwrap_or(unset.require_uppercase),
            require_numbers: self.require_numbers.unwrap_or(unset.require_numbers),
            require_symbols: self.require_symbols.unwrap_or(unset.require_symbols),
            not_contain_user_name: self
                .password_not_contain_user_name
                .unwrap_or(unset.not_contain_user_name),
            intercept_risk_password_on_api: self
                .intercept_risk_password_on_api
                .unwrap_or(unset.intercept_risk_password_on_api),
            hard_expiry: self.hard_expire.unwrap_or(unset.hard_expiry),
            initial_age_days: self
                .initial_password_age
                .map_or(unset.initial_age_days, |number| number.0),
            max_age_days: self
                .max_password_age
                .map_or(unset.max_age_days, |number| number.0),
            reuse_prevention: self
                .password_reuse_prevention
                .map_or(unset.reuse_prevention, |number| number.0),
            max_login_attempts: self
                .max_login_attemps
                .map_or(unset.max_login_attempts, |number| number.0),
        };
        settings::put_password_policy(tx, &policy).await?;
        Ok(Set {
            password_policy: policy.into(),
        })
    }
}
