//! What answers about logins share.

use serde::Serialize;

use crate::model::login::LoginProfile;
use crate::model::principal::User;
use crate::ops::shapes::date;

/// A login as answers show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LoginProfileShape {
    user_name: String,
    password_reset_required: bool,
    #[serde(rename = "MFABindRequired")]
    mfa_bind_required: bool,
    create_date: String,
}

impl LoginProfileShape {
    pub(super) fn of(user: &User, profile: &LoginProfile) -> Self {
        Self {
            user_name: user.name.to_string(),
            password_reset_required: profile.password_reset_required,
            mfa_bind_required: profile.mfa_bind_required,
            create_date: date(profile.created_at),
        }
    }
}
