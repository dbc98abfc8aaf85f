//! `SetSecurityPreference`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::settings::SecurityPreference;
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::settings;
use crate::ops::error::OpError;
use crate::ops::ims::security_preference::{
    IdleDays, MfaOperation, RiskOperation, SecurityPreferenceShape, VerificationTypes,
};
use crate::ops::values::{NetworkMasks, Within};
use crate::store::Tx;

operation! {
    /// Sets what users may do for themselves and how they log in. What is left out gets its default.
    SetSecurityPreference {
        product: Ims,
        access: Write,
        action: "ram:SetSecurityPreference",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {
            /// `true` where nothing is said.
            allow_user_to_change_password: Option<bool> = "AllowUserToChangePassword",
            /// `true` where nothing is said.
            allow_user_to_login_with_passkey: Option<bool> = "AllowUserToLoginWithPasskey",
            /// `false` where nothing is said.
            allow_user_to_manage_access_keys: Option<bool> = "AllowUserToManageAccessKeys",
            /// `true` where nothing is said.
            allow_user_to_manage_mfa_devices: Option<bool> = "AllowUserToManageMFADevices",
            /// `true` where nothing is said.
            allow_user_to_manage_personal_ding_talk: Option<bool> = "AllowUserToManagePersonalDingTalk",
            /// `false` where nothing is said.
            allow_user_to_manage_service_credentials: Option<bool> = "AllowUserToManageServiceCredentials",
            /// `false` where nothing is said.
            enable_save_mfa_ticket: Option<bool> = "EnableSaveMFATicket",
            /// Up to 40 networks joined by `;`; from anywhere where nothing is said.
            login_network_masks: Option<NetworkMasks> = "LoginNetworkMasks",
            /// Hours, 1 to 24; 6 where nothing is said.
            login_session_duration: Option<Within<1, 24>> = "LoginSessionDuration",
            /// `mandatory`, `independent` or `adaptive`; `independent` where nothing is said.
            mfa_operation_for_login: Option<MfaOperation> = "MFAOperationForLogin",
            /// What it was before: `true` is `mandatory`, where the parameter above says nothing.
            enforce_mfa_for_login: Option<bool> = "EnforceMFAForLogin",
            /// 90, 180, 365 or 730; 730 where nothing is said.
            max_idle_days_for_access_keys: Option<IdleDays> = "MaxIdleDaysForAccessKeys",
            /// 90, 180, 365 or 730; 730 where nothing is said.
            max_idle_days_for_users: Option<IdleDays> = "MaxIdleDaysForUsers",
            /// `autonomous` or `enforceVerify`; `autonomous` where nothing is said.
            operation_for_risk_login: Option<RiskOperation> = "OperationForRiskLogin",
            /// Up to 10 names as a JSON array; none where nothing is said.
            verification_types: Option<VerificationTypes> = "VerificationTypes",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Set {
    security_preference: SecurityPreferenceShape,
}

#[async_trait]
impl Write for SetSecurityPreference {
    type Answer = Set;

    async fn run(&self, _: &Context, tx: &mut dyn Tx) -> Result<Set, OpError> {
        let unset = SecurityPreference::default();
        // What only RAM knows of stays.
        let kept = settings::security_preference(&mut *tx).await?;
        let enforced = self.enforce_mfa_for_login == Some(true);
        let mfa_operation = self
            .mfa_operation_for_login
            .or(enforced.then_some(MfaOperation("mandatory")));
        let preference = SecurityPreference {
            allow_user_to_change_password: self
                .allow_user_to_change_password
                .unwrap_or(unset.allow_user_to_change_password),
            allow_user_to_login_with_passkey: self
                .allow_user_to_login_with_passkey
                .unwrap_or(unset.allow_user_to_login_with_passkey),
            allow_user_to_manage_access_keys: self
                .allow_user_to_manage_access_keys
                .unwrap_or(unset.allow_user_to_manage_access_keys),
            allow_user_to_manage_mfa_devices: self
                .allow_user_to_manage_mfa_devices
                .unwrap_or(unset.allow_user_to_manage_mfa_devices),
            allow_user_to_manage_personal_ding_talk: self
                .allow_user_to_manage_personal_ding_talk
                .unwrap_or(unset.allow_user_to_manage_personal_ding_talk),
            allow_user_to_manage_service_credentials: self
                .allow_user_to_manage_service_credentials
                .unwrap_or(unset.allow_user_to_manage_service_credentials),
            enable_save_mfa_ticket: self
                .enable_save_mfa_ticket
                .unwrap_or(unset.enable_save_mfa_ticket),
            login_network_masks: self
                .login_network_masks
                .as_ref()
                .map_or(unset.login_network_masks, |masks| masks.0.clone()),
            login_session_hours: self
                .login_session_duration
                .map_or(unset.login_session_hours, |hours| hours.0),
            mfa_operation_for_login: mfa_operation
                .map_or(unset.mfa_operation_for_login, |word| word.0.to_owned()),
            max_idle_days_for_access_keys: self
                .max_idle_days_for_access_keys
                .map_or(unset.max_idle_days_for_access_keys, |days| days.0),
            max_idle_days_for_users: self
                .max_idle_days_for_users
                .map_or(unset.max_idle_days_for_users, |days| days.0),
            operation_for_risk_login: self
                .operation_for_risk_login
                .map_or(unset.operation_for_risk_login, |word| word.0.to_owned()),
            verification_types: self
                .verification_types
                .as_ref()
                .map_or(unset.verification_types, |names| names.0.clone()),
            ..kept
        };
        settings::put_security_preference(tx, &preference).await?;
        Ok(Set {
            security_preference: preference.into(),
        })
    }
}
