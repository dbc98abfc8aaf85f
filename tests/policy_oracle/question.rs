//! What both evaluators are asked, as plain text: neither's types appear here.

/// The documents in force and what is asked of them.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    pub(crate) policies: Vec<String>,
    pub(crate) session: Option<String>,
    pub(crate) trust: Option<String>,
}

impl Documents {
    /// Every document with the name of its kind.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Kind, &str)> {
        let policies = self.policies.iter().map(|text| (Kind::Identity, &**text));
        let session = self.session.iter().map(|text| (Kind::Session, &**text));
        let trust = self.trust.iter().map(|text| (Kind::Trust, &**text));
        policies.chain(session).chain(trust)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Identity,
    Session,
    Trust,
}

#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) flow: Flow,
    pub(crate) caller: Caller,
    pub(crate) action: String,
    pub(crate) resources: Vec<String>,
    /// The account of the role that is asked for; of no use in a plain call.
    pub(crate) role_account: String,
    pub(crate) context: Vec<(String, Vec<String>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Session policy, then identity policies.
    Call,
    /// Session policy, identity policies, trust policy.
    Assume,
    /// The trust policy alone: services and federated callers.
    Trust,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    Root {
        account: String,
    },
    User {
        account: String,
        name: String,
    },
    Role {
        account: String,
        name: String,
    },
    /// `bound` is the account that the service's key is bound to.
    Service {
        name: String,
        bound: Option<String>,
    },
    /// A user of the identity provider with this ARN.
    Federated {
        provider: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
    ImplicitDeny,
}

/// The decision of each step that the flow has, and what comes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) session: Option<Effect>,
    pub(crate) identity: Option<Effect>,
    pub(crate) trust: Option<Effect>,
    pub(crate) all: Effect,
}

/// A statement that matches: its document, its place there, and whether it allows.
pub(crate) type Matching = (usize, usize, bool);
