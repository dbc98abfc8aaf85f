//! The audit trail's rows.

use crate::policy::ids::AccountId;

/// One mutation that was made. It is written in the mutation's own transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// The account that was changed.
    pub account: AccountId,
    /// Unix milliseconds.
    pub at_millis: i64,
    /// The call's request id; for operator commands one of their own.
    pub request_id: String,
    /// Who did it: an ARN, or `operator`.
    pub principal: String,
    /// The access key that signed, or empty.
    pub access_key_id: String,
    /// The address that the call came from, or empty.
    pub source_ip: String,
    /// The operation, as `ram.CreateRole`.
    pub operation: String,
    /// What was changed, as ARNs, joined with a blank.
    pub resource: String,
}

/// How often one caller was refused one operation with one error within one minute.
///
/// Refusals are counted, not listed, so that no one can fill the disk by being refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefusalKey {
    /// The caller's account, or [`AccountId::SYSTEM`] where none was established.
    pub account: AccountId,
    /// The minute, in unix seconds divided by 60.
    pub minute: i64,
    /// The caller's ARN, or where none was established the peer's address.
    pub principal: String,
    /// The operation, as `ram.CreateRole`, or empty where none was named.
    pub operation: String,
    /// The error's code.
    pub code: String,
}
