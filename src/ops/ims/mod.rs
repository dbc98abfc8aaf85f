//! IMS 2019-08-15: identity providers.

pub mod add_client_id_to_oidc_provider;
pub mod add_fingerprint_to_oidc_provider;
pub mod create_oidc_provider;
pub mod delete_oidc_provider;
pub mod get_oidc_provider;
pub mod list_oidc_providers;
pub mod remove_client_id_from_oidc_provider;
pub mod remove_fingerprint_from_oidc_provider;
pub mod update_oidc_provider;

pub mod create_saml_provider;
pub mod delete_saml_provider;
pub mod get_saml_provider;
pub mod list_saml_providers;
pub mod update_saml_provider;

mod oidc_providers;
mod saml_providers;
