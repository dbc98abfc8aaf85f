//! SAML 2.0: providers that vouch for their users with signed assertions.

pub mod metadata;
mod xml;
