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

mod oidc_providers;
