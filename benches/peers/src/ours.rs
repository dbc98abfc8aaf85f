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
pub struct Ours {
    set: PolicySet,
    requests: Requests,
    context: MapContext,
}

/// Requests, their texts one behind the other. A server has just read the request that it decides;
/// here thousands lie ready, and what is fetched of them from far away is no cost of the engine's.
#[derive(Debug)]
struct Requests {
    text: String,
    /// Where each action begins, where it ends and its resource begins, and where that ends.
    places: Vec<[u32; 3]>,
}

impl Requests {
    fn new(all: &[Asked]) -> Self {
        let mut text = String::new();
        let place = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let places = all.iter().map(|asked| {
            let begin = place(&text);
            text.push_str(&asked.action);
            let middle = place(&text);
            text.push_str(&asked.resource);
            [begin, middle, place(&text)]
        });
        let places = places.collect();
        Self { text, places }
    }

    /// The action and the resource.
    fn at(&self, at: usize) -> (&str, &str) {
        let [begin, middle, end] = self.places[at].map(|place| place as usize);
        (&self.text[begin..middle], &self.text[middle..end])
    }
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

impl Ours {
    /// Loads the statements as that many documents; no statement has a condition.
    ///
    /// # Errors
    /// A document that is refused.
    pub fn new(workload: &Workload, documents: usize) -> Result<Self, Error> {
        Self::with_condition(workload, documents, "{}")
    }

    /// The same, each statement under this condition.
    ///
    /// # Errors
    /// A document that is refused.
    pub fn with_condition(
        workload: &Workload,
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
            requests: Requests::new(&workload.requests),
            context: context.into_iter().collect(),
        })
    }
}

impl Engine for Ours {
    fn decide(&mut self, at: usize) -> Result<bool, Error> {
        let (action, resource) = self.requests.at(at);
        let request = Request::new(action, resource).with_context(&self.context);
        Ok(self.set.evaluate(&request).is_allowed())
    }
}
