//! How many of each an account may have. Every figure is a setting.

/// The limits of an account. The defaults are the vendor's of December 2025.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    /// RAM users in the account.
    pub users: u32,
    /// Groups in the account.
    pub groups: u32,
    /// Groups that one RAM user is in.
    pub groups_per_user: u32,
    /// Roles in the account.
    pub roles: u32,
    /// Custom policies in the account.
    pub policies: u32,
    /// Versions of one custom policy.
    pub versions_per_policy: u32,
    /// Access keys of one RAM user.
    pub access_keys_per_user: u32,
    /// Access keys of the account itself.
    pub access_keys_per_account: u32,
    /// Custom policies attached to one user, group or role.
    pub custom_policies_per_principal: u32,
    /// System policies attached to one user, group or role.
    pub system_policies_per_principal: u32,
    /// Resources that are registered to use one service-linked role.
    pub usages_per_role: u32,
    /// Virtual MFA devices in the account.
    pub virtual_mfa_devices: u32,
    /// OIDC providers in the account.
    pub oidc_providers: u32,
    /// Client ids of one OIDC provider.
    pub client_ids_per_oidc_provider: u32,
    /// Fingerprints of one OIDC provider.
    pub fingerprints_per_oidc_provider: u32,
    /// SAML providers in the account.
    pub saml_providers: u32,
    /// Tags on one resource.
    pub tags_per_resource: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            users: 5000,
            groups: 300,
            groups_per_user: 10,
            roles: 1000,
            policies: 1500,
            versions_per_policy: 5,
            access_keys_per_user: 2,
            access_keys_per_account: 2,
            custom_policies_per_principal: 10,
            system_policies_per_principal: 20,
            usages_per_role: 1000,
            virtual_mfa_devices: 1000,
            oidc_providers: 100,
            client_ids_per_oidc_provider: 50,
            fingerprints_per_oidc_provider: 5,
            saml_providers: 100,
            tags_per_resource: 20,
        }
    }
}
