//! The security preference as this product shows it, and the words that it is made of.

use serde::Serialize;

use crate::model::settings::SecurityPreference;
use crate::ops::params::{ParamValue, Problem};

/// One of a few words.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident: $($word:literal),+;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub &'static str);

        impl ParamValue for $name {
            fn parse(text: &str) -> Result<Self, Problem> {
                let known = [$($word),+].into_iter().find(|word| *word == text);
                known.map(Self).ok_or(Problem::Incorrect)
            }
        }
    )+};
}
words! {
    /// When an MFA code is asked for at a login.
    MfaOperation: "mandatory", "independent", "adaptive";
    /// What follows a login that looks risky.
    RiskOperation: "autonomous", "enforceVerify";
}

/// Days without use: 90, 180, 365 or 730.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleDays(pub u32);

impl ParamValue for IdleDays {
    fn parse(text: &str) -> Result<Self, Problem> {
        match text.parse().map_err(|_| Problem::Type)? {
            days @ (90 | 180 | 365 | 730) => Ok(Self(days)),
            _ => Err(Problem::Incorrect),
        }
    }
}

/// The names of ways to verify oneself, as a JSON array: at most 10, of 1 to 32 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationTypes(pub Vec<String>);

impl ParamValue for VerificationTypes {
    fn parse(text: &str) -> Result<Self, Problem> {
        let names: Vec<String> = serde_json::from_str(text).map_err(|_| Problem::Incorrect)?;
        let known = |name: &String| (1..=32).contains(&name.chars().count());
        if names.len() > 10 || !names.iter().all(known) {
            return Err(Problem::Incorrect);
        }
        Ok(Self(names))
    }
}

/// A security preference.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SecurityPreferenceShape {
    login_profile_preference: LoginProfilePreference,
    access_key_preference: AccessKeyPreference,
    #[serde(rename = "MFAPreference")]
    mfa_preference: MfaPreference,
    personal_info_preference: PersonalInfoPreference,
    verification_preference: VerificationPreference,
    max_idle_days: MaxIdleDays,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct LoginProfilePreference {
    #[serde(rename = "EnableSaveMFATicket")]
    enable_save_mfa_ticket: bool,
    allow_user_to_change_password: bool,
    allow_user_to_login_with_passkey: bool,
    login_session_duration: u32,
    login_network_masks: String,
    #[serde(rename = "MFAOperationForLogin")]
    mfa_operation_for_login: String,
    operation_for_risk_login: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeyPreference {
    allow_user_to_manage_access_keys: bool,
    allow_user_to_manage_service_credentials: bool,
}

#[derive(Debug, Serialize)]
struct MfaPreference {
    #[serde(rename = "AllowUserToManageMFADevices")]
    allow_user_to_manage_mfa_devices: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PersonalInfoPreference {
    allow_user_to_manage_personal_ding_talk: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct VerificationPreference {
    verification_types: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MaxIdleDays {
    max_idle_days_for_access_keys: u32,
    max_idle_days_for_users: u32,
}

impl From<SecurityPreference> for SecurityPreferenceShape {
    fn from(preference: SecurityPreference) -> Self {
        Self {
            login_profile_preference: LoginProfilePreference {
                enable_save_mfa_ticket: preference.enable_save_mfa_ticket,
                allow_user_to_change_password: preference.allow_user_to_change_password,
                allow_user_to_login_with_passkey: preference.allow_user_to_login_with_passkey,
                login_session_duration: preference.login_session_hours,
                login_network_masks: preference.login_network_masks,
                mfa_operation_for_login: preference.mfa_operation_for_login,
                operation_for_risk_login: preference.operation_for_risk_login,
            },
            access_key_preference: AccessKeyPreference {
                allow_user_to_manage_access_keys: preference.allow_user_to_manage_access_keys,
                allow_user_to_manage_service_credentials: preference
                    .allow_user_to_manage_service_credentials,
            },
            mfa_preference: MfaPreference {
                allow_user_to_manage_mfa_devices: preference.allow_user_to_manage_mfa_devices,
            },
            personal_info_preference: PersonalInfoPreference {
                allow_user_to_manage_personal_ding_talk: preference
                    .allow_user_to_manage_personal_ding_talk,
            },
            verification_preference: VerificationPreference {
                verification_types: preference.verification_types,
            },
            max_idle_days: MaxIdleDays {
                max_idle_days_for_access_keys: preference.max_idle_days_for_access_keys,
                max_idle_days_for_users: preference.max_idle_days_for_users,
            },
        }
    }
}
