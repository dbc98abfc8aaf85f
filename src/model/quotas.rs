//! How many of each an account may have. Every figure is a setting of the server, and the operator may
//! give an account figures of its own.

use std::collections::BTreeMap;

/// Declares the limits: each with its default and the most that may be set.
macro_rules! quotas {
    ($($(#[doc = $doc:literal])+ $name:ident = $default:literal, most $most:expr;)+) => {
        /// The limits of an account. The defaults are the vendor's of December 2025.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Quotas {
            $($(#[doc = $doc])+ pub $name: u32,)+
        }

        impl Default for Quotas {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Quotas {
            /// Each by its name, in order, with the most that it may be.
            pub fn each(&self) -> Vec<(&'static str, u32, u32)> {
                vec![$((stringify!($name), self.$name, $most),)+]
            }

            /// The figure of that name, and the most that it may be.
            fn place(&mut self, name: &str) -> Option<(&mut u32, u32)> {
                match name {
                    $(stringify!($name) => Some((&mut self.$name, $most)),)+
                    _ => None,
                }
            }
        }
    };
}

/// What is listed without pages is bounded by its quota.
const FEW: u32 = 1000;
/// What the credential report has columns for.
const COLUMNS: u32 = 10;

quotas! {
    /// RAM users in the account.
    users = 5000, most u32::MAX;
    /// Groups in the account.
    groups = 300, most u32::MAX;
    /// Groups that one RAM user is in.
    groups_per_user = 10, most FEW;
    /// Roles in the account.
    roles = 1000, most u32::MAX;
    /// Custom policies in the account.
    policies = 1500, most u32::MAX;
    /// Versions of one custom policy.
    versions_per_policy = 5, most FEW;
    /// Access keys of one RAM user.
    access_keys_per_user = 2, most COLUMNS;
    /// Access keys of the account itself.
    access_keys_per_account = 2, most COLUMNS;
    /// Custom policies attached to one user, group or role.
    custom_policies_per_principal = 10, most FEW;
    /// System policies attached to one user, group or role.
    system_policies_per_principal = 20, most FEW;
    /// Resources that are registered to use one service-linked role.
    usages_per_role = 1000, most u32::MAX;
    /// Virtual MFA devices in the account.
    virtual_mfa_devices = 1000, most FEW;
    /// OIDC providers in the account.
    oidc_providers = 100, most u32::MAX;
    /// Client ids of one OIDC provider.
    client_ids_per_oidc_provider = 50, most FEW;
    /// Fingerprints of one OIDC provider.
    fingerprints_per_oidc_provider = 5, most FEW;
    /// SAML providers in the account.
    saml_providers = 100, most u32::MAX;
    /// Tags on one resource.
    tags_per_resource = 20, most FEW;
}

/// What an account has instead of the server's figures, by name.
pub type OwnQuotas = BTreeMap<String, u32>;

/// Why a figure cannot be an account's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    /// There is no quota of that name.
    #[error("no quota has the name `{0}`")]
    Name(String),
    /// Beyond what may be set.
    #[error("the quota `{name}` is {most} at most")]
    Range {
        /// Which.
        name: String,
        /// The most that it may be.
        most: u32,
    },
    /// The account's figures cannot be read.
    #[error("the account's own quotas cannot be read")]
    Unreadable,
}

impl Quotas {
    /// The account's setting that its own figures are kept in, as a JSON object.
    pub const SETTING: &str = "quotas";

    /// The figures of an account's setting.
    ///
    /// # Errors
    /// [`QuotaError::Unreadable`].
    pub fn own(setting: Option<&str>) -> Result<OwnQuotas, QuotaError> {
        let Some(text) = setting else {
            return Ok(OwnQuotas::new());
        };
        serde_json::from_str(text).map_err(|_| QuotaError::Unreadable)
    }

    /// Whether an account may have that figure of its own; `None` asks for the name alone.
    ///
    /// # Errors
    /// [`QuotaError::Name`] and [`QuotaError::Range`].
    pub fn check(name: &str, figure: Option<u32>) -> Result<(), QuotaError> {
        let mut any = Self::default();
        let place = any.place(name);
        let (_, most) = place.ok_or_else(|| QuotaError::Name(name.to_owned()))?;
        if figure.is_some_and(|figure| figure > most) {
            let name = name.to_owned();
            return Err(QuotaError::Range { name, most });
        }
        Ok(())
    }

    /// These with an account's own in their place. One that a later release set, and that this one
    /// does not know, counts for nothing here.
    #[must_use]
    pub fn with_own(&self, own: &OwnQuotas) -> Self {
        let mut quotas = self.clone();
        for (name, figure) in own {
            if let Some((place, most)) = quotas.place(name) {
                *place = (*figure).min(most);
            }
        }
        quotas
    }

    /// These with the figures of an account's setting.
    ///
    /// # Errors
    /// [`QuotaError::Unreadable`].
    pub fn with_setting(&self, setting: Option<&str>) -> Result<Self, QuotaError> {
        Ok(self.with_own(&Self::own(setting)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accounts_own_figures_stand_in_for_the_servers() {
        let server = Quotas::default();
        let text = r#"{"users":7,"of_a_later_release":1}"#;
        let quotas = server.with_setting(Some(text)).unwrap();
        assert_eq!((quotas.users, quotas.groups), (7, 300));
        assert_eq!(server.with_setting(None), Ok(server.clone()));
        assert_eq!(server.with_setting(Some("[]")), Err(QuotaError::Unreadable));
        assert_eq!(server.each().len(), 17);
    }

    #[test]
    fn what_cannot_be_set_is_refused() {
        let name = "user".to_owned();
        assert_eq!(Quotas::check("user", None), Err(QuotaError::Name(name)));
        let (name, most) = ("groups_per_user".to_owned(), 1000);
        assert_eq!(
            Quotas::check("groups_per_user", Some(1001)),
            Err(QuotaError::Range { name, most })
        );
        assert_eq!(Quotas::check("groups_per_user", Some(1000)), Ok(()));
        assert_eq!(Quotas::check("roles", Some(0)), Ok(()));
        for (name, default, most) in Quotas::default().each() {
            assert!(default <= most, "{name}");
        }
    }
}
