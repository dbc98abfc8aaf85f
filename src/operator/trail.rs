//! The operator's rows in the audit trail.

use crate::iam::generate;
use crate::model::audit::AuditRecord;
use crate::policy::ids::AccountId;
use crate::ports::{Clock, Entropy};
use crate::store::{StoreError, Tx};

/// Who the trail says did it.
pub(super) const PRINCIPAL: &str = "operator";

/// One command's rows: they share a request id.
pub(super) struct Trail<'a> {
    clock: &'a dyn Clock,
    request_id: String,
}

impl<'a> Trail<'a> {
    /// A trail with a request id of its own, an upper-case UUID.
    pub(super) fn new(clock: &'a dyn Clock, entropy: &dyn Entropy) -> Self {
        Self {
            clock,
            request_id: generate::request_id(entropy),
        }
    }

    /// The id that the rows share.
    pub(super) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Writes a row about `resource` of `account`, in the transaction that changes it.
    pub(super) async fn append(
        &self,
        tx: &mut dyn Tx,
        account: AccountId,
        operation: &str,
        resource: String,
    ) -> Result<(), StoreError> {
        let record = AuditRecord {
            account,
            at_millis: self.clock.now_millis(),
            request_id: self.request_id.clone(),
            principal: PRINCIPAL.to_owned(),
            access_key_id: String::new(),
            source_ip: String::new(),
            operation: operation.to_owned(),
            resource,
        };
        tx.append_audit(&record).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{FixedClock, SeededEntropy};

    #[test]
    fn each_command_has_a_request_id_of_its_own() {
        let (clock, entropy) = (FixedClock::at_millis(0), SeededEntropy::new(1));
        let (one, other) = (Trail::new(&clock, &entropy), Trail::new(&clock, &entropy));
        assert_ne!(one.request_id(), other.request_id());
    }
}
