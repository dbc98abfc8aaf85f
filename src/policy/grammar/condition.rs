//! The element `Condition`: operator, then key, then values.

use super::{Grammar, items};
use crate::policy::condition::{Clause, Condition, Operator, OperatorError};
use crate::policy::context::ConditionKey;
use crate::policy::json::{Member, Node, Shown, Value};

impl Grammar<'_> {
    /// Reads the element; an empty one means no condition (policy-language §2).
    ///
    /// What is returned holds the clauses that are understood. Of a document with a fault they
    /// narrow its Deny statements only: a clause that is not understood may hold or not, so it
    /// narrows nothing.
    pub(super) fn condition(&mut self, node: &Node) -> Condition {
        let Value::Object(operators) = &node.value else {
            let message = format!(
                "`Condition` is an object of operators, not {}",
                node.value.kind()
            );
            self.fault(node.offset, "condition-object", message);
            return Condition::default();
        };
        let mut clauses = Vec::new();
        for Member { offset, key, node } in operators {
            let operator = key.parse::<Operator>();
            let operator = operator.map_err(|error| self.operator_fault(*offset, key, error));
            let Value::Object(keys) = &node.value else {
                let message = format!(
                    "an operator has an object of keys and values, not {}",
                    node.value.kind()
                );
                self.fault(node.offset, "condition-keys", message);
                continue;
            };
            if keys.is_empty() {
                let message = "a condition operator names at least one key";
                self.fault(node.offset, "condition-keys", message);
            }
            for member in keys {
                let clause = self.clause(operator.ok(), member);
                clauses.extend(clause);
            }
        }
        Condition::new(clauses)
    }

    fn operator_fault(&mut self, offset: usize, name: &str, error: OperatorError) {
        let message = match error {
            OperatorError::IfExistsOrNull => error.to_string(),
            OperatorError::Unknown => format!("{error} `{}`", Shown(name)),
        };
        self.fault(offset, "condition-operator", message);
    }

    fn clause(&mut self, operator: Option<Operator>, member: &Member) -> Option<Clause> {
        let Member { offset, key, node } = member;
        let name = key.parse::<ConditionKey>();
        let name = name.map_err(|error| self.fault(*offset, "condition-key", error));
        let texts = self.strings(node, |_, _, text| Some(Box::<str>::from(text)));
        let (operator, name, texts) = (operator?, name.ok()?, texts?);
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        Clause::new(operator, name, &texts)
            .map_err(|(at, error)| {
                let offset = items(node).get(at).map_or(node.offset, |item| item.offset);
                self.fault(offset, "condition-value", error);
            })
            .ok()
    }
}
