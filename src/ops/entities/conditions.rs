//! Condition keys of RAM's own operations.
//!
//! Source: policy-language §8.

use crate::model::tag::Tag;
use crate::policy::context::MapContext;
use crate::policy::document::{Document, DocumentKind};

/// The kinds of principal that a trust policy names. A text that cannot be read names none.
pub(in crate::ops) fn trusted_principal_types(keys: &mut MapContext, trust_policy: &str) {
    if let Ok(document) = Document::parse(DocumentKind::Trust, trust_policy) {
        for kind in document.principal_kinds() {
            keys.insert("ram:TrustedPrincipalTypes", kind.as_str());
        }
    }
}

/// The services that a trust policy names.
pub(in crate::ops) fn service_names(keys: &mut MapContext, trust_policy: &str) {
    if let Ok(document) = Document::parse(DocumentKind::Trust, trust_policy) {
        for service in document.services() {
            keys.insert("ram:ServiceNames", service);
        }
    }
}

/// The tags that a call passes.
pub(in crate::ops) fn request_tags(keys: &mut MapContext, tags: &[Tag]) {
    for tag in tags {
        keys.insert(&format!("acs:RequestTag/{}", tag.key), tag.value.as_str());
    }
}
