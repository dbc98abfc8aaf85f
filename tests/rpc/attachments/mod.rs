//! What the operations on attached policies share: they differ for users, groups and roles in names
//! alone, and so do their tests.

pub(crate) mod attach;
pub(crate) mod detach;
pub(crate) mod list;

use crate::app::{Credentials, TestApp, policy};
use crate::expect::{self, Name, Pairs};

/// What policies are attached to, and how the operations speak of it.
pub(crate) struct Subject {
    pub(crate) kind: &'static str,
    /// The kind of its attachments in error codes.
    pub(crate) policy: &'static str,
    pub(crate) attach: &'static str,
    pub(crate) detach: &'static str,
    pub(crate) list: &'static str,
    pub(crate) parameter: &'static str,
    pub(crate) rules: Name,
    pub(crate) name: &'static str,
    pub(crate) upper: &'static str,
    pub(crate) resource: &'static str,
    /// The resources of two that do not exist.
    pub(crate) nobody: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) alone: Pairs<'static>,
    pub(crate) custom: Pairs<'static>,
    pub(crate) system: Pairs<'static>,
    /// Each caller's own policy.
    pub(crate) numbered: Pairs<'static>,
}

macro_rules! subject {
    ($kind:literal, $folder:literal, $name:literal, $upper:literal, $rules:expr) => {
        Subject {
            kind: $kind,
            policy: concat!($kind, ".Policy"),
            attach: concat!("AttachPolicyTo", $kind),
            detach: concat!("DetachPolicyFrom", $kind),
            list: concat!("ListPoliciesFor", $kind),
            parameter: concat!($kind, "Name"),
            rules: $rules,
            name: $name,
            upper: $upper,
            resource: concat!("1234567890123456:", $folder, "/", $name),
            nobody: concat!("1234567890123456:", $folder, "/Nobody1"),
            nothing: concat!("1234567890123456:", $folder, "/Nothing"),
            alone: &[(concat!($kind, "Name"), $name)],
            custom: &[
                ("PolicyType", "Custom"),
                ("PolicyName", "Read"),
                (concat!($kind, "Name"), $name),
            ],
            system: &[
                ("PolicyType", "System"),
                ("PolicyName", "AliyunRAMFullAccess"),
                (concat!($kind, "Name"), $name),
            ],
            numbered: &[
                ("PolicyType", "Custom"),
                ("PolicyName", "p#"),
                (concat!($kind, "Name"), $name),
            ],
        }
    };
}

pub(crate) const USER: Subject = subject!("User", "user", "alice", "ALICE", expect::USER);
pub(crate) const GROUP: Subject = subject!("Group", "group", "Devs", "DEVS", expect::GROUP);
pub(crate) const ROLE: Subject = subject!("Role", "role", "Reader", "READER", expect::ROLE);

impl Subject {
    /// Makes it, and answers with one who has what is attached to it.
    pub(crate) async fn make_it(&self, app: &TestApp) -> Credentials {
        let root = app.root();
        match self.kind {
            "User" => app.user(self.name, &[]).await,
            "Group" => {
                app.ram(&root, "CreateGroup", self.alone).await.ok();
                let member = app.user("alice", &[]).await;
                let join = [("UserName", "alice"), (self.parameter, self.name)];
                app.ram(&root, "AddUserToGroup", &join).await.ok();
                member
            }
            _ => {
                app.role(self.name, r#"{"RAM":"*"}"#, &[]).await;
                let may = policy("Allow", "sts:AssumeRole", "*");
                let bob = app.user("bob", &[&may]).await;
                app.assume(&bob, self.name, &[]).await.unwrap()
            }
        }
    }

    /// Makes it and the policy `Read`.
    pub(crate) async fn make(&self, app: &TestApp) -> Credentials {
        policies(app, &["Read"]).await;
        self.make_it(app).await
    }
}

/// Custom policies of these names.
pub(crate) async fn policies(app: &TestApp, names: &[&str]) {
    let document = policy("Allow", "ram:List*", "*");
    for name in names {
        let params = [("PolicyName", *name), ("PolicyDocument", document.as_str())];
        app.ram(&app.root(), "CreatePolicy", &params).await.ok();
    }
}
