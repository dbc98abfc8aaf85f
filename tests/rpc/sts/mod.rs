//! STS 2015-04-01, one file an operation.

mod assume_role;
mod assume_role_with_oidc;
mod assume_role_with_saml;
mod get_caller_identity;
