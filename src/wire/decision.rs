//! Step 7: whether the caller may do what the call asks for.

use crate::iam::authn::Established;
use crate::iam::authz::{self, Check};
use crate::iam::context::CallContext;
use crate::iam::resource_tags;
use crate::ops::call::{Checked, Context};
use crate::ops::error::OpError;
use crate::policy::context::MapContext;
use crate::store::Snapshot;

/// What a call is decided on, beside who makes it.
pub(super) struct Decision {
    /// What must be allowed.
    pub(super) checks: Vec<Check>,
    /// The call's own condition keys.
    pub(super) keys: MapContext,
    /// Whether only the store knows what it is about.
    pub(super) loaded: bool,
}

impl Decision {
    /// Whether the store must be asked before it can be decided.
    pub(super) fn asks_the_store(&self, call: &dyn Checked, established: &Established) -> bool {
        self.loaded || call.loads_keys() || resource_tags::matter(established, &self.checks)
    }

    /// Decides with what is known.
    pub(super) fn decide(&self, established: &Established, cx: &Context) -> Result<(), OpError> {
        let context = CallContext {
            now: cx.now,
            origin: cx.origin,
            caller: &established.caller,
            own: &self.keys,
            resource_tags: None,
        };
        authz::authorize(
            &context,
            established.principal.as_deref(),
            established.session_policy.as_deref(),
            &self.checks,
        )
        .map_err(OpError::Denied)
    }

    /// Asks the store for what it alone can tell, and decides.
    pub(super) async fn decide_within(
        &mut self,
        call: &dyn Checked,
        established: &Established,
        cx: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<(), OpError> {
        if call.loads_keys() {
            self.keys = call.loaded_keys(&mut *snapshot).await?;
        }
        if self.loaded {
            self.checks = call.loaded_checks(cx, snapshot).await?;
        } else if resource_tags::matter(established, &self.checks) {
            resource_tags::load(snapshot, &mut self.checks).await?;
        }
        self.decide(established, cx)
    }
}
