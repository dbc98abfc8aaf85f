//! cedar-policy: one policy per statement, in a set that is built once.
//!
//! The action stands in the scope, as the guide advises: by name, or by a group of actions where
//! the statement has a wildcard. What the resource's name must look like is a condition, `like`
//! being the language's wildcard.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::workload::Workload;
use crate::{Engine, Error};

/// cedar-policy with one workload.
#[derive(Debug)]
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

fn uid(kind: &str, name: &str) -> Result<EntityUid, Error> {
    Ok(EntityUid::from_str(&format!("{kind}::\"{name}\""))?)
}

impl Cedar {
    /// Translates the statements and the first `requests` requests.
    ///
    /// # Errors
    /// Whatever cedar-policy refuses.
    pub fn new(workload: &Workload, requests: usize) -> Result<Self, Error> {
        let mut text = String::new();
        for statement in &workload.statements {
            let effect = if statement.allow { "permit" } else { "forbid" };
            let operator = if statement.action.ends_with('*') {
                "in"
            } else {
                "=="
            };
            let _ = writeln!(
                text,
                "{effect}(principal, action {operator} Action::\"{}\", resource) \
                 when {{ context.arn like \"{}\" }};",
                statement.action, statement.resource
            );
        }
        let asked = &workload.requests[..requests.min(workload.requests.len())];
        let groups: BTreeSet<&str> = workload
            .statements
            .iter()
            .map(|statement| &*statement.action)
            .filter(|action| action.ends_with('*'))
            .collect();
        let mut actions: BTreeMap<&str, HashSet<EntityUid>> = BTreeMap::new();
        for request in asked {
            if actions.contains_key(&*request.action) {
                continue;
            }
            let parents = groups
                .iter()
                .filter(|group| request.action.starts_with(group.trim_end_matches('*')))
                .map(|group| uid("Action", group))
                .collect::<Result<_, _>>()?;
            actions.insert(&request.action, parents);
        }
        let mut entities = Vec::new();
        for group in &groups {
            entities.push(Entity::new_no_attrs(uid("Action", group)?, HashSet::new()));
        }
        for (action, parents) in actions {
            entities.push(Entity::new_no_attrs(uid("Action", action)?, parents));
        }
        let (alice, service) = (uid("User", "alice")?, uid("Service", "any")?);
        let requests = asked
            .iter()
            .map(|request| {
                let arn = RestrictedExpression::new_string(request.resource.clone());
                let context = Context::from_pairs([("arn".to_owned(), arn)])?;
                let action = uid("Action", &request.action)?;
                Ok(Request::new(
                    alice.clone(),
                    action,
                    service.clone(),
                    context,
                    None,
                )?)
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(&text)?,
            entities: Entities::from_entities(entities, None)?,
            requests,
        })
    }
}

impl Engine for Cedar {
    fn decide(&mut self, at: usize) -> Result<bool, Error> {
        let response =
            self.authorizer
                .is_authorized(&self.requests[at], &self.policies, &self.entities);
        match response.diagnostics().errors().next() {
            None => Ok(response.decision() == Decision::Allow),
            Some(error) => Err(error.to_string().into()),
        }
    }
}
