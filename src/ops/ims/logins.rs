//! Logins as this product shows them.

use serde::Serialize;

use crate::model::account::Account;
use crate::model::login::LoginProfile;
use crate::model::principal::User;
use crate::model::settings::PasswordPolicy;
use crate::ops::shapes::date;
use crate::ops::values::UserPrincipalName;

/// A login.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LoginProfileShape {
    user_principal_name: String,
    status: &'static str,
    password_status: &'static str,
    password_reset_required: bool,
    #[serde(rename = "MFABindRequired")]
    mfa_bind_required: bool,
    update_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_disable_login_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_time: Option<String>,
}

/// What an answer about a login rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Login<'a> {
    pub(super) account: &'a Account,
    pub(super) user: &'a User,
    pub(super) profile: &'a LoginProfile,
    pub(super) policy: &'a PasswordPolicy,
    /// Unix seconds.
    pub(super) now: i64,
}

impl Login<'_> {
    /// The vendor's words for a password: whether it is the one that the login was opened with, and
    /// whether that is still good. An age of no days is no bound.
    fn password_status(self) -> &'static str {
        let days = i64::from(self.policy.initial_age_days);
        let expires_at = self.profile.password_set_at.saturating_add(days * 86_400);
        if !self.profile.is_initial {
            "NotInitial"
        } else if days == 0 || self.now < expires_at {
            "InitialValid"
        } else {
            "InitialExpired"
        }
    }

    /// As it is answered where it was just made.
    pub(super) fn created(self) -> LoginProfileShape {
        LoginProfileShape {
            user_principal_name: UserPrincipalName::of(&self.user.name, self.account),
            status: self.profile.status.as_str(),
            password_status: self.password_status(),
            password_reset_required: self.profile.password_reset_required,
            mfa_bind_required: self.profile.mfa_bind_required,
            update_date: date(self.profile.updated_at),
            auto_disable_login_status: None,
            last_login_time: None,
        }
    }

    /// As it is answered where it was changed.
    pub(super) fn updated(self) -> LoginProfileShape {
        LoginProfileShape {
            // The vendor's logins are closed after a time without use, and nobody can say otherwise.
            auto_disable_login_status: Some("true"),
            ..self.created()
        }
    }

    /// As it is answered on its own.
    pub(super) fn whole(self) -> LoginProfileShape {
        LoginProfileShape {
            last_login_time: Some(self.user.last_login_at.map(date).unwrap_or_default()),
            ..self.updated()
        }
    }
}
