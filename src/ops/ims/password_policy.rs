//! The password policy as this product shows it.

use serde::Serialize;

use crate::model::settings::PasswordPolicy;

/// A password policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the vendor's members, each on its own"
)]
pub(super) struct PasswordPolicyShape {
    minimum_password_length: u32,
    minimum_password_different_character: u32,
    require_lowercase_characters: bool,
    require_uppercase_characters: bool,
    require_numbers: bool,
    require_symbols: bool,
    password_not_contain_user_name: bool,
    intercept_risk_password_on_api: bool,
    hard_expire: bool,
    initial_password_age: u32,
    max_password_age: u32,
    password_reuse_prevention: u32,
    /// The vendor's spelling.
    max_login_attemps: u32,
}

impl From<PasswordPolicy> for PasswordPolicyShape {
    fn from(policy: PasswordPolicy) -> Self {
        Self {
            minimum_password_length: policy.minimum_length,
            minimum_password_different_character: policy.minimum_different_characters,
            require_lowercase_characters: policy.require_lowercase,
            require_uppercase_characters: policy.require_uppercase,
            require_numbers: policy.require_numbers,
            require_symbols: policy.require_symbols,
            password_not_contain_user_name: policy.not_contain_user_name,
            intercept_risk_password_on_api: policy.intercept_risk_password_on_api,
            hard_expire: policy.hard_expiry,
            initial_password_age: policy.initial_age_days,
            max_password_age: policy.max_age_days,
            password_reuse_prevention: policy.reuse_prevention,
            max_login_attemps: policy.max_login_attempts,
        }
    }
}
