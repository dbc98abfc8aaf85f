//! Rampart's own product, 2026-11-01: what the vendor's API lacks. One file an operation; `usages` is
//! what those about the uses of service-linked roles have in common.

pub mod delete_service_linked_role_usage;
pub mod put_service_linked_role_usage;

mod usages;
