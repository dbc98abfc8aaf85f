//! IMS operations.

mod add_client_id_to_oidc_provider;
mod add_fingerprint_to_oidc_provider;
mod create_oidc_provider;
mod delete_oidc_provider;
mod get_oidc_provider;
mod list_oidc_providers;
mod remove_client_id_from_oidc_provider;
mod remove_fingerprint_from_oidc_provider;
mod update_oidc_provider;

mod create_saml_provider;
mod delete_saml_provider;
mod get_saml_provider;
mod list_saml_providers;
mod update_saml_provider;
