//! Policy documents as they are read: the three kinds, their statements, and the faults that a
//! reader of the document can act on.
//!
//! How the text becomes statements stands in `grammar.rs`; how statements decide, in `compile.rs`.

use std::collections::BTreeSet;
use std::fmt;

use super::arn::ResourcePatterns;
use super::condition::Condition;
use super::grammar::{self, Reading};
use super::pattern::{Case, Pattern, Patterns};
use super::principal::{PrincipalEntry, PrincipalKind};

/// How many faults of one document are reported at most.
pub const MAX_FAULTS: usize = 16;

/// What a document is for, which decides what may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// Attached to users, groups and roles. Has resources.
    Identity,
    /// Passed when a session is made. Has resources.
    Session,
    /// Of a role: who may take it. Has principals; the role itself is the resource.
    Trust,
}

impl DocumentKind {
    /// The longest document, in characters, that a caller may write.
    ///
    /// Source: policy-language §1 (trust: our choice). System policies are not bound by it.
    pub const fn max_length(self) -> usize {
        match self {
            Self::Identity | Self::Trust => 6144,
            Self::Session => 2048,
        }
    }

    /// The likely kind of a document: trust if it speaks of principals, else identity. A text that
    /// cannot be read is taken for an identity policy.
    pub fn guess(text: &str) -> Self {
        if grammar::names_principals(text) {
            Self::Trust
        } else {
            Self::Identity
        }
    }
}

/// One thing that is wrong with a document, and where.
///
/// Shown as `line:column: rule: message`. `Debug` leaves the message out, as that may quote the
/// document, whose text belongs in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// A stable id of the rule that was broken, such as `effect-value`.
    pub rule: &'static str,
    /// The reason in words; the vendor's where its text is known. May quote the document.
    pub message: String,
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.rule)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}: {}",
            self.line, self.column, self.rule, self.message
        )
    }
}

/// What a matching statement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementEffect {
    /// It permits.
    Allow,
    /// It forbids, whatever any other statement permits.
    Deny,
}

/// `Action` or `NotAction`: patterns `service:Name`, or `*`, compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actions {
    /// True for `NotAction`, which matches what no entry does.
    pub negated: bool,
    /// The entries, at least one.
    pub entries: Patterns,
}

impl Actions {
    /// Matches every action.
    pub(super) fn any() -> Self {
        Self {
            negated: false,
            entries: [Pattern::new("*")].into_iter().collect(),
        }
    }

    /// Whether `action` is meant.
    pub fn matches(&self, action: &str) -> bool {
        self.negated != self.entries.cover(action, Case::Ignored)
    }
}

/// `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    /// True for `NotResource`, which covers what no entry does.
    pub negated: bool,
    /// The entries, at least one.
    pub entries: ResourcePatterns,
}

/// What a statement is about besides actions.
#[derive(Debug, Clone)]
pub enum Target {
    /// Of an identity or session policy.
    Resources(Resources),
    /// Of a trust policy; at least one entry.
    Principals(Box<[PrincipalEntry]>),
}

/// One statement of a sound document. `Debug` tells its shape only.
#[derive(Clone)]
pub struct Statement {
    /// What it says when it matches.
    pub effect: StatementEffect,
    /// A label without effect.
    pub sid: Option<Box<str>>,
    /// Which actions it is about.
    pub actions: Actions,
    /// Which resources, or which principals.
    pub target: Target,
    /// What else has to hold.
    pub condition: Condition,
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statement")
            .field("effect", &self.effect)
            .field("actions", &self.actions)
            .field("target", &self.target)
            .field("condition", &self.condition)
            .finish_non_exhaustive()
    }
}

/// A sound document: it obeys every rule for its kind.
#[derive(Debug, Clone)]
pub struct Document {
    pub(super) kind: DocumentKind,
    pub(super) statements: Vec<Statement>,
}

impl Document {
    /// Reads a document as it is written or passed.
    ///
    /// Errors: what is wrong with it, in the order of the text, [`MAX_FAULTS`] at most. The length
    /// is not looked at, see [`check_length`](Self::check_length), which the vendor's service does first.
    ///
    /// Source: policy-language §2 to §7.
    pub fn parse(kind: DocumentKind, text: &str) -> Result<Self, Vec<Fault>> {
        let Reading {
            statements, faults, ..
        } = grammar::read(kind, text);
        if faults.is_empty() {
            let statements = statements
                .into_iter()
                .filter_map(grammar::Draft::complete)
                .collect();
            Ok(Self { kind, statements })
        } else {
            Err(faults)
        }
    }

    /// Whether `text` is short enough to be written. Errors: the limit of the kind, in characters.
    pub fn check_length(kind: DocumentKind, text: &str) -> Result<(), usize> {
        let max = kind.max_length();
        if text.chars().nth(max).is_none() {
            Ok(())
        } else {
            Err(max)
        }
    }

    /// What the document is for.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The statements in their order, at least one.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    fn principals(&self) -> impl Iterator<Item = &PrincipalEntry> {
        self.statements
            .iter()
            .flat_map(|statement| match &statement.target {
                Target::Principals(entries) => entries.iter(),
                Target::Resources(_) => [].iter(),
            })
    }

    /// The kinds of principal that a trust policy names, whatever its statements say of them
    /// (`ram:TrustedPrincipalTypes`). Empty for other documents.
    pub fn principal_kinds(&self) -> BTreeSet<PrincipalKind> {
        self.principals().map(PrincipalEntry::kind).collect()
    }

    /// The services that a trust policy names, in lower case and without the account they act for
    /// (`ram:ServiceNames`). Empty for other documents.
    pub fn services(&self) -> BTreeSet<&str> {
        self.principals()
            .filter_map(|entry| match entry {
                PrincipalEntry::Service { name, .. } => Some(name.as_str()),
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        let kind = DocumentKind::Session;
        assert_eq!(Document::check_length(kind, &"é".repeat(2048)), Ok(()));
        assert_eq!(Document::check_length(kind, &"é".repeat(2049)), Err(2048));
        assert_eq!(
            Document::check_length(DocumentKind::Identity, &"x".repeat(6144)),
            Ok(())
        );
        assert_eq!(
            Document::check_length(DocumentKind::Trust, &"x".repeat(6145)),
            Err(6144)
        );
    }

    #[test]
    fn a_trust_policy_tells_whom_it_names() {
        let document = Document::parse(
            DocumentKind::Trust,
            r#"{"Version":"1","Statement":[
                {"Effect":"Allow","Action":"sts:AssumeRole","Principal":{
                    "Service":["ecs.aliyuncs.com","1000000000000001@LOG.aliyuncs.com"]}},
                {"Effect":"Deny","Action":"sts:*","Principal":{"RAM":"*"}}]}"#,
        )
        .unwrap();
        assert_eq!(
            document.principal_kinds().into_iter().collect::<Vec<_>>(),
            [PrincipalKind::Ram, PrincipalKind::Service]
        );
        assert_eq!(
            document.services().into_iter().collect::<Vec<_>>(),
            ["ecs.aliyuncs.com", "log.aliyuncs.com"]
        );
    }

    #[test]
    fn debug_shows_no_text_of_a_document() {
        use crate::policy::compile::CompiledPolicy;
        use crate::policy::trust::TrustPolicy;
        let identity = r#"{"Version":"1","Statement":{"Effect":"Allow","Sid":"mark","Action":
            ["mark:*","mark:a"],"NotResource":["acs:mark:mark:mark:mark","acs:mark:*:*:mark*"],"Condition":{"StringLike":
            {"acs:mark":"mark*"},"StringEquals":{"acs:mark/mark":["mark"]}}}}"#;
        let trust = r#"{"Version":"1","Statement":{"Effect":"Deny","Action":"sts:mark","Principal":{
            "RAM":"acs:ram::1000000000000001:user/mark","Service":"mark.com","Federated":
            "acs:ram::1000000000000001:saml-provider/mark"}}}"#;
        let faulty = r#"{"mark":1,"Statement":{"Effect":"mark","mark":1}}"#;
        for text in [identity, trust, faulty, r#"{"mark":1,"mark":1}"#] {
            let kind = DocumentKind::guess(text);
            let shown = format!(
                "{:?} {:?} {:?} {:?}",
                Document::parse(kind, text),
                CompiledPolicy::from_stored(kind, text),
                TrustPolicy::from_stored(text),
                crate::policy::json::parse(text),
            );
            assert!(!shown.contains("mark"), "{shown}");
        }
    }

    #[test]
    fn the_kind_is_guessed_from_the_principal() {
        let trust = r#"{"Statement":{"Principal":{}}}"#;
        assert_eq!(DocumentKind::guess(trust), DocumentKind::Trust);
        assert_eq!(
            DocumentKind::guess(r#"{"Statement":[{}]}"#),
            DocumentKind::Identity
        );
        assert_eq!(DocumentKind::guess("{"), DocumentKind::Identity);
    }
}
