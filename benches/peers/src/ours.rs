//! Rampart.

use std::sync::Arc;

use rampart::policy::compile::CompiledPolicy;
use rampart::policy::context::MapContext;
use rampart::policy::document::{Document, DocumentKind};
use rampart::policy::evaluate::{PolicySet, Request};

use crate::workload::{Asked, Workload};
use crate::{Engine, Error};

/// Rampart with one workload.
#[derive(Debug)]
pub struct Ours<'a> {
    set: PolicySet,
    requests: &'a [Asked],
    context: MapContext,
}

/// Compiles each text as an identity policy.
///
/// # Errors
/// The first fault of the first document that has any.
pub fn compile(documents: &[String]) -> Result<PolicySet, Error> {
    let policies: Result<Vec<_>, Error> = documents
        .iter()
        .map(|text| {
            let document = Document::parse(DocumentKind::Identity, text)
                .map_err(|faults| faults.first().map(ToString::to_string).unwrap_or_default())?;
            Ok(Arc::new(CompiledPolicy::new(&document)))
        })
        .collect();
    Ok(PolicySet::new(policies?))
}

impl<'a> Ours<'a> {
    /// Loads the statements as that many documents; no statement has a condition.
    ///
    /// # Errors
    /// A document that is refused.
    pub fn new(workload: &'a Workload, documents: usize) -> Result<Self, Error> {
        Self::with_condition(workload, documents, "{}")
    }

    /// The same, each statement under this condition.
    ///
    /// # Errors
    /// A document that is refused.
    pub fn with_condition(
        workload: &'a Workload,
        documents: usize,
        condition: &str,
    ) -> Result<Self, Error> {
        let context = [
            ("acs:CurrentTime", ["2026-11-25T08:00:00Z"]),
            ("acs:PrincipalARN", ["acs:ram::1000000000000001:user/alice"]),
            ("acs:SecureTransport", ["true"]),
            ("acs:SourceIp", ["10.1.2.3"]),
        ];
        Ok(Self {
            set: compile(&workload.documents(documents, condition))?,
            requests: &workload.requests,
            context: context.into_iter().collect(),
        })
    }
}

impl Engine for Ours<'_> {
    fn decide(&mut self, at: usize) -> Result<bool, Error> {
        let asked = &self.requests[at];
        let request = Request::new(&asked.action, &asked.resource).with_context(&self.context);
        Ok(self.set.evaluate(&request).is_allowed())
    }
}
