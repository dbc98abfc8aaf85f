//! What an account has set, as answers show it.

use serde::Serialize;

use crate::model::settings::{PasswordPolicy, SecurityPreference};

/// A password policy as answers show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the vendor's members, each on its own"
)]
pub(super) struct PasswordPolicyShape {
    minimum_password_length: u32,
    require_lowercase_characters: bool,
    require_uppercase_characters: bool,
    require_numbers: bool,
    require_symbols: bool,
    hard_expiry: bool,
    max_password_age: u32,
    password_reuse_prevention: u32,
    /// The vendor's spelling.
    max_login_attemps: u32,
}

impl From<&PasswordPolicy> for PasswordPolicyShape {
    fn from(policy: &PasswordPolicy) -> Self {
        Self {
            minimum_password_length: policy.minimum_length,
            require_lowercase_characters: policy.require_lowercase,
            require_uppercase_characters: policy.require_uppercase,
            require_numbers: policy.require_numbers,
            require_symbols: policy.require_symbols,
            hard_expiry: policy.hard_expiry,
            max_password_age: policy.max_age_days,
            password_reuse_prevention: policy.reuse_prevention,
            max_login_attemps: policy.max_login_attempts,
        }
    }
}

/// A security preference as answers show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub(super) struct SecurityPreferenceShape {
    login_profile_preference: LoginProfilePreference,
    access_key_preference: AccessKeyPreference,
    #[serde(rename = "MFAPreference")]
    mfa_preference: MfaPreference,
    public_key_preference: PublicKeyPreference,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct LoginProfilePreference {
    #[serde(rename = "EnableSaveMFATicket")]
    enable_save_mfa_ticket: bool,
    allow_user_to_change_password: bool,
    login_session_duration: u32,
    login_network_masks: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeyPreference {
    allow_user_to_manage_access_keys: bool,
}

#[derive(Debug, Serialize)]
struct MfaPreference {
    #[serde(rename = "AllowUserToManageMFADevices")]
    allow_user_to_manage_mfa_devices: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PublicKeyPreference {
    allow_user_to_manage_public_keys: bool,
}

impl From<SecurityPreference> for SecurityPreferenceShape {
    fn from(preference: SecurityPreference) -> Self {
        Self {
            login_profile_preference: LoginProfilePreference {
                enable_save_mfa_ticket: preference.enable_save_mfa_ticket,
                allow_user_to_change_password: preference.allow_user_to_change_password,
                login_session_duration: preference.login_session_hours,
                login_network_masks: preference.login_network_masks,
            },
            access_key_preference: AccessKeyPreference {
                allow_user_to_manage_access_keys: preference.allow_user_to_manage_access_keys,
            },
            mfa_preference: MfaPreference {
                allow_user_to_manage_mfa_devices: preference.allow_user_to_manage_mfa_devices,
            },
            public_key_preference: PublicKeyPreference {
                allow_user_to_manage_public_keys: preference.allow_user_to_manage_public_keys,
            },
        }
    }
}
