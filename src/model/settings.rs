//! What an account sets for the logins of its users. Each is kept as JSON in one setting of the
//! account; a member that is not there has its default.

use serde::{Deserialize, Serialize};

/// What the passwords of an account's users must be like. Defaults and ranges: the vendor's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the vendor's switches, each on its own"
)]
pub struct PasswordPolicy {
    /// How many characters a password has at least, 8 to 32.
    pub minimum_length: u32,
    /// Whether it must hold a lower-case letter.
    pub require_lowercase: bool,
    /// Whether it must hold an upper-case letter.
    pub require_uppercase: bool,
    /// Whether it must hold a digit.
    pub require_numbers: bool,
    /// Whether it must hold something that is neither letter nor digit.
    pub require_symbols: bool,
    /// Whether an expired password ends logins until an administrator sets another.
    pub hard_expiry: bool,
    /// After how many days a password expires; 0 is never.
    pub max_age_days: u32,
    /// How many of a user's last passwords may not come again; 0 is none.
    pub reuse_prevention: u32,
    /// How many wrong passwords an hour lock a login; 0 is no lock.
    pub max_login_attempts: u32,
    /// How many different characters it must hold, 0 to 8.
    pub minimum_different_characters: u32,
    /// Whether it may not hold the user's name.
    pub not_contain_user_name: bool,
    /// For how many days the password that a login was opened with is good, 0 to 90.
    pub initial_age_days: u32,
    /// Whether passwords that are known to have leaked are refused. Kept and shown; there is no list
    /// of such passwords here.
    pub intercept_risk_password_on_api: bool,
}

impl PasswordPolicy {
    /// The account's setting that it is kept in.
    pub const SETTING: &str = "password_policy";
    /// How many of a user's passwords are kept to be compared: the most that a policy may ask for.
    pub const MOST_REMEMBERED: usize = 24;
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_lowercase: false,
            require_uppercase: false,
            require_numbers: false,
            require_symbols: false,
            hard_expiry: false,
            max_age_days: 0,
            reuse_prevention: 0,
            max_login_attempts: 0,
            minimum_different_characters: 0,
            not_contain_user_name: false,
            initial_age_days: 14,
            intercept_risk_password_on_api: false,
        }
    }
}

/// What users may do for themselves at the console, and how they log in. Defaults and ranges: the
/// vendor's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the vendor's switches, each on its own"
)]
pub struct SecurityPreference {
    /// Their own password.
    pub allow_user_to_change_password: bool,
    /// Their own access keys.
    pub allow_user_to_manage_access_keys: bool,
    /// Their own MFA device.
    pub allow_user_to_manage_mfa_devices: bool,
    /// Their own public keys.
    pub allow_user_to_manage_public_keys: bool,
    /// Whether a browser may be remembered for a week after an MFA code.
    pub enable_save_mfa_ticket: bool,
    /// From which networks they may log in, joined by `;`; empty is from anywhere.
    pub login_network_masks: String,
    /// How long a login lasts, 1 to 24 hours.
    pub login_session_hours: u32,
    /// Whether they may log in with a passkey. Of this and what follows IMS alone knows; what is not
    /// built here is kept and shown.
    pub allow_user_to_login_with_passkey: bool,
    /// Their own DingTalk account.
    pub allow_user_to_manage_personal_ding_talk: bool,
    /// Their own keys of single services.
    pub allow_user_to_manage_service_credentials: bool,
    /// When an MFA code is asked for at a login: `mandatory`, `independent` or `adaptive`.
    pub mfa_operation_for_login: String,
    /// What follows a login that looks risky: `autonomous` or `enforceVerify`.
    pub operation_for_risk_login: String,
    /// After how many days without use an access key is to be disabled: 90, 180, 365 or 730.
    pub max_idle_days_for_access_keys: u32,
    /// After how many days without a login a user's login is to be closed: 90, 180, 365 or 730.
    pub max_idle_days_for_users: u32,
    /// By what users may verify themselves beside an MFA device.
    pub verification_types: Vec<String>,
}

impl SecurityPreference {
    /// The account's setting that it is kept in.
    pub const SETTING: &str = "security_preference";
}

impl Default for SecurityPreference {
    fn default() -> Self {
        Self {
            allow_user_to_change_password: true,
            allow_user_to_manage_access_keys: false,
            allow_user_to_manage_mfa_devices: true,
            allow_user_to_manage_public_keys: false,
            enable_save_mfa_ticket: false,
            login_network_masks: String::new(),
            login_session_hours: 6,
            allow_user_to_login_with_passkey: true,
            allow_user_to_manage_personal_ding_talk: true,
            allow_user_to_manage_service_credentials: false,
            mfa_operation_for_login: "independent".to_owned(),
            operation_for_risk_login: "autonomous".to_owned(),
            max_idle_days_for_access_keys: 730,
            max_idle_days_for_users: 730,
            verification_types: Vec::new(),
        }
    }
}
