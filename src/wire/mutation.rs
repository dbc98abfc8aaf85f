//! Step 8 for a call that changes an account: one transaction that holds the account's lock, decides
//! again where the state is not the one decided on, and holds the audit row.

use std::sync::Arc;

use crate::iam::authn::{Established, Verified};
use crate::iam::authz::Check;
use crate::model::account::RevisionTag;
use crate::model::audit::AuditRecord;
use crate::ops::call::{Answer, AnyWrite, Context};
use crate::ops::error::OpError;
use crate::store::{Snapshot, StoreError};
use crate::wire::decision::Decision;
use crate::wire::error::Fault;
use crate::wire::signed::KeptProof;

/// A call that changes an account, ready to run.
pub(super) struct Mutation {
    pub(super) call: Box<dyn AnyWrite>,
    pub(super) cx: Context,
    pub(super) decision: Decision,
    /// Whether it is still to be decided, with the store's help.
    pub(super) asks_the_store: bool,
    pub(super) verified: Verified,
    pub(super) proof: KeptProof,
    /// The state of the account on which the call was allowed.
    pub(super) decided_on: RevisionTag,
    pub(super) request_id: String,
    pub(super) operation: String,
}

impl Mutation {
    pub(super) async fn run(mut self, mut established: Established) -> Result<Answer, Fault> {
        let taken = self
            .call
            .role()
            .filter(|_| established.caller.service().is_some());
        let account = taken.map_or(established.caller.account, |role| role.account);
        let resource = taken.map(ToString::to_string);
        let by_service = taken.is_some();
        if self.asks_the_store {
            // Before the account's lock, for which a caller without permission does not queue. What is
            // read lies between the state decided on and the one that is locked: where these are the
            // same, it is of it too.
            let account = established.caller.account;
            let snapshot = self.cx.iam.begin_read(account).await;
            let mut snapshot = snapshot.map_err(OpError::from)?;
            self.decide_within(&established, snapshot.as_mut()).await?;
        }
        self.call.prepare(&self.cx).await?;
        let guard = self.cx.iam.begin_write(account).await;
        let mut guard = guard.map_err(|error| match error {
            // As where the account has no such role.
            StoreError::NotFound if by_service => OpError::NotForCaller,
            error => OpError::Store(error),
        })?;
        let tx = guard.tx();
        // What a service's call is decided on is another account's than that of the role.
        let moved_on = !by_service && tx.previous_tag() != self.decided_on;
        let unestablished =
            |error, proof: &KeptProof| Fault::Authn(error, Box::new(proof.strings().clone()));
        if by_service {
            // The key is not the account's, whose state says nothing of it: it is looked at always.
            let snapshot = &mut *tx as &mut dyn Snapshot;
            let stands =
                self.cx
                    .iam
                    .service_stands_within(snapshot, &self.verified, self.proof.proof());
            let stands = stands.await;
            stands.map_err(|error| unestablished(error, &self.proof))?;
        } else if moved_on {
            // The account moved on while this call waited for its turn: decide again, on what the
            // transaction sees, so that nothing commits under a right that is gone.
            established = self
                .cx
                .iam
                .establish_within(
                    &mut *tx as &mut dyn Snapshot,
                    &self.verified,
                    self.cx.origin.source_ip,
                    self.proof.proof(),
                )
                .await
                .map_err(|error| unestablished(error, &self.proof))?;
            self.cx.caller = Some(Arc::clone(&established.caller));
            let snapshot = &mut *tx as &mut dyn Snapshot;
            self.decide_within(&established, snapshot).await?;
        }
        let answer = self.call.answer(&self.cx, tx).await?;
        let caller = &established.caller;
        tx.append_audit(&AuditRecord {
            account,
            at_millis: self.cx.iam.clock.now_millis(),
            request_id: self.request_id,
            principal: caller.arn(),
            access_key_id: caller.access_key_id.to_string(),
            source_ip: self.cx.origin.source_ip.to_string(),
            operation: self.operation,
            resource: resource.unwrap_or_else(|| resources(&self.decision.checks)),
        })
        .await
        .map_err(OpError::from)?;
        guard.commit().await.map_err(OpError::from)?;
        Ok(answer)
    }

    async fn decide_within(
        &mut self,
        established: &Established,
        snapshot: &mut dyn Snapshot,
    ) -> Result<(), OpError> {
        let call = self.call.as_ref();
        let decided = self
            .decision
            .decide_within(call, established, &self.cx, snapshot);
        decided.await
    }
}

fn resources(checks: &[Check]) -> String {
    let mut all: Vec<&str> = checks
        .iter()
        .flat_map(|check| &check.resources)
        .map(AsRef::as_ref)
        .collect();
    // A tag call is decided once for each thing that it names, on one and the same resource.
    all.dedup();
    all.join(" ")
}
