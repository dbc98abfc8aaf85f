//! `SetSecurityPreference`.

use async_trait::async_trait;
use serde::Serialize;

use crate::model::settings::SecurityPreference;
use crate::ops::call::{Context, Write};
use crate::ops::declare::operation;
use crate::ops::entities::settings;
use crate::ops::error::OpError;
use crate::ops::ram::setting_shapes::SecurityPreferenceShape;
use crate::ops::values::{NetworkMasks, Within};
use crate::store::Tx;

operation! {
    /// Sets what users may do for themselves and how they log in. What is left out gets its default.
    SetSecurityPreference {
        product: Ram,
        access: Write,
        action: "ram:SetSecurityPreference",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {
            /// `false` where nothing is said.
            enable_save_mfa_ticket: Option<bool> = "EnableSaveMFATicket",
            /// `true` where nothing is said.
            allow_user_to_change_password: Option<bool> = "AllowUserToChangePassword",
            /// `false` where nothing is said.
            allow_user_to_manage_access_keys: Option<bool> = "AllowUserToManageAccessKeys",
            /// `true` where nothing is said.
            allow_user_to_manage_mfa_devices: Option<bool> = "AllowUserToManageMFADevices",
            /// `false` where nothing is said.
            allow_user_to_manage_public_keys: Option<bool> = "AllowUserToManagePublicKeys",
            /// Hours, 1 to 24; 6 where nothing is said.
            login_session_duration: Option<Within<1, 24>> = "LoginSessionDuration",
            /// Up to 40 networks joined by `;`; from anywhere where nothing is said.
            login_network_masks: Option<NetworkMasks> = "LoginNetworkMasks",
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
        // What only IMS knows of stays.
        let kept = settings::security_preference(&mut *tx).await?;
        let preference = SecurityPreference {
            allow_user_to_change_password: self
                .allow_user_to_change_password
                .unwrap_or(unset.allow_user_to_change_password),
            allow_user_to_manage_access_keys: self
                .allow_user_to_manage_access_keys
                .unwrap_or(unset.allow_user_to_manage_access_keys),
            allow_user_to_manage_mfa_devices: self
                .allow_user_to_manage_mfa_devices
                .unwrap_or(unset.allow_user_to_manage_mfa_devices),
            allow_user_to_manage_public_keys: self
                .allow_user_to_manage_public_keys
                .unwrap_or(unset.allow_user_to_manage_public_keys),
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
            ..kept
        };
        settings::put_security_preference(tx, &preference).await?;
        Ok(Set {
            security_preference: preference.into(),
        })
    }
}
