//! The grammar of policy documents: from text to statements and faults.
//!
//! One reading serves two callers. A document that is written has to be without fault. A document
//! that is found in the store was once accepted; where it now breaks a rule, what can still be
//! read of it is kept, so that its Deny statements go on denying (`compile.rs`).

mod condition;
mod statement;
#[cfg(test)]
mod tests;

use std::fmt::Display;

use super::condition::Condition;
use super::document::{
    Actions, DocumentKind, Fault, MAX_FAULTS, Statement, StatementEffect, Target,
};
use super::json::{self, Member, Node, Position, Shown, Value};

/// What could be read of a document.
pub(super) struct Reading {
    /// The statements; each complete if there are no faults.
    pub(super) statements: Vec<Draft>,
    /// What is wrong, in the order of the text.
    pub(super) faults: Vec<Fault>,
    pub(super) soundness: Soundness,
}

/// How far a document with faults can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Soundness {
    /// It says what it says.
    Sound,
    /// An element or a value of it is not understood.
    Flawed,
    /// Not even its statements and their effects are known.
    Unreadable,
}

/// One statement, less what is missing or malformed.
pub(super) struct Draft {
    pub(super) effect: Option<StatementEffect>,
    pub(super) sid: Option<Box<str>>,
    pub(super) actions: Option<Actions>,
    pub(super) target: Option<Target>,
    /// Those of its clauses that are understood.
    pub(super) condition: Condition,
}

impl Draft {
    /// The statement, if nothing is missing.
    pub(super) fn complete(self) -> Option<Statement> {
        Some(Statement {
            effect: self.effect?,
            sid: self.sid,
            actions: self.actions?,
            target: self.target?,
            condition: self.condition,
        })
    }
}

/// Reads a document, collecting faults as it goes.
pub(super) fn read(kind: DocumentKind, text: &str) -> Reading {
    let mut grammar = Grammar {
        kind,
        text,
        faults: Vec::new(),
        soundness: Soundness::Sound,
    };
    let statements = match json::parse(text) {
        Ok(root) => grammar.document(&root),
        Err(errors) => {
            for error in errors {
                grammar.unreadable(error.offset, error.kind.rule(), &error.kind);
            }
            Vec::new()
        }
    };
    grammar
        .faults
        .sort_by_key(|fault| (fault.line, fault.column));
    Reading {
        statements,
        faults: grammar.faults,
        soundness: grammar.soundness,
    }
}

/// Whether some statement of the document has a `Principal`, or something like it.
pub(super) fn names_principals(text: &str) -> bool {
    let Ok(Node {
        value: Value::Object(members),
        ..
    }) = json::parse(text)
    else {
        return false;
    };
    members
        .iter()
        .filter(|member| &*member.key == "Statement")
        .any(|member| {
            items(&member.node)
                .iter()
                .any(|statement| match &statement.value {
                    Value::Object(members) => members
                        .iter()
                        .any(|member| matches!(&*member.key, "Principal" | "NotPrincipal")),
                    _ => false,
                })
        })
}

/// The items of a list, or the one value that stands in its place.
fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Array(items) => items,
        _ => std::slice::from_ref(node),
    }
}

struct Grammar<'a> {
    kind: DocumentKind,
    text: &'a str,
    faults: Vec<Fault>,
    soundness: Soundness,
}

impl Grammar<'_> {
    fn report(&mut self, offset: usize, rule: &'static str, message: &dyn Display) {
        if self.faults.len() < MAX_FAULTS {
            let Position { line, column } = Position::of(self.text, offset);
            self.faults.push(Fault {
                line,
                column,
                rule,
                message: message.to_string(),
            });
        }
    }

    /// Something is missing, unknown or malformed.
    fn fault(&mut self, offset: usize, rule: &'static str, message: impl Display) {
        self.soundness = self.soundness.max(Soundness::Flawed);
        self.report(offset, rule, &message);
    }

    /// Without this, nothing can be said of what the document denies.
    fn unreadable(&mut self, offset: usize, rule: &'static str, message: impl Display) {
        self.soundness = Soundness::Unreadable;
        self.report(offset, rule, &message);
    }

    fn document(&mut self, root: &Node) -> Vec<Draft> {
        let Value::Object(members) = &root.value else {
            self.unreadable(
                root.offset,
                "document-object",
                "a policy document is a JSON object",
            );
            return Vec::new();
        };
        let mut version = false;
        let mut statements = None;
        for member in members {
            match &*member.key {
                "Version" => {
                    version = true;
                    self.version(&member.node);
                }
                "Statement" => statements = Some(&member.node),
                _ => self.unknown_element(member),
            }
        }
        if !version {
            self.fault(
                root.offset,
                "version-missing",
                "the element `Version` is missing",
            );
        }
        let Some(node) = statements else {
            self.unreadable(
                root.offset,
                "statement-missing",
                "the element `Statement` is missing",
            );
            return Vec::new();
        };
        let items = items(node);
        if items.is_empty() {
            self.fault(
                node.offset,
                "statement-empty",
                "a policy has at least one statement",
            );
        }
        items
            .iter()
            .filter_map(|item| self.statement(item))
            .collect()
    }

    fn version(&mut self, node: &Node) {
        if node.value != Value::String("1".into()) {
            self.fault(node.offset, "version-value", "`Version` is the string `1`");
        }
    }

    fn unknown_element(&mut self, member: &Member) {
        let message = format!("unknown element `{}`", Shown(&member.key));
        self.fault(member.offset, "unknown-element", message);
    }
}
