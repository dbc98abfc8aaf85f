//! Alibaba Cloud's policy language: identifiers, ARNs, documents, evaluation.
//!
//! Pure: it reads no clock, does no I/O and knows nothing of how policies are stored.
//!
//! # One decision, by name
//!
//! Bob, a user of account 2000000000000002, asks for the role `ops` of account 1000000000000001.
//!
//! ```
//! use std::sync::Arc;
//!
//! use rampart::policy::arn::RoleArn;
//! use rampart::policy::compile::CompiledPolicy;
//! use rampart::policy::context::MapContext;
//! use rampart::policy::document::{Document, DocumentKind};
//! use rampart::policy::evaluate::{Effect, PolicySet, Request, StatementRef};
//! use rampart::policy::flow::{Step, combine_assume};
//! use rampart::policy::ids::UserName;
//! use rampart::policy::principal::Principal;
//! use rampart::policy::trust::{TrustPolicy, TrustRequest};
//!
//! // Documents are parsed strictly when they are written; a fault says where it stands.
//! let faults = Document::parse(DocumentKind::Identity, r#"{
//!   "Version": "1",
//!   "Statement": [{ "Effect": "Allow", "Resource": "*" }]
//! }"#).unwrap_err();
//! assert_eq!(
//!     faults[0].to_string(),
//!     "3:17: action-missing: Add an Action or NotAction element to the policy statement."
//! );
//!
//! // What is attached to Bob, and the policy of a group he is in.
//! let own = Document::parse(DocumentKind::Identity, r#"{"Version":"1","Statement":[
//!     {"Effect":"Allow","Action":"oss:Get*","Resource":"acs:oss:*:*:reports/*"}]}"#)?;
//! let group = Document::parse(DocumentKind::Identity, r#"{"Version":"1","Statement":[
//!     {"Effect":"Allow","Action":"sts:AssumeRole","Resource":"acs:ram:*:1000000000000001:role/*"},
//!     {"Effect":"Deny","Action":"*","Resource":"acs:ram:*:*:role/admin"}]}"#)?;
//! // A compiled policy is shared by all the sets it is part of.
//! let bob = PolicySet::new(vec![
//!     Arc::new(CompiledPolicy::new(&own)),
//!     Arc::new(CompiledPolicy::new(&group)),
//! ]);
//!
//! // Whom `ops` trusts: every user of Bob's account that is permitted there, from the office.
//! let trust = TrustPolicy::new(&Document::parse(DocumentKind::Trust, r#"{"Version":"1",
//!     "Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
//!                   "Principal":{"RAM":"acs:ram::2000000000000002:root"},
//!                   "Condition":{"IpAddress":{"acs:SourceIp":"192.0.2.0/24"}}}]}"#)?);
//!
//! // What is known of the request. Keys that are not there are missing.
//! let context: MapContext = [("acs:SourceIp", ["192.0.2.7"])].into_iter().collect();
//!
//! // Bob's side: the first statement of the second document allows it.
//! let ops: RoleArn = "acs:ram::1000000000000001:role/ops".parse().unwrap();
//! let resource = ops.to_string();
//! let identity = bob.evaluate(&Request::new("sts:AssumeRole", &resource).with_context(&context));
//! assert_eq!(identity.effect, Effect::Allow);
//! assert_eq!(identity.by(), Some(StatementRef { policy: 1, statement: 0 }));
//!
//! // The role's side, with Bob as the principal.
//! let name: UserName = "bob".parse().unwrap();
//! let principal = Principal::User { account: "2000000000000002".parse().unwrap(), name: &name };
//! let trusted = trust.evaluate(&TrustRequest {
//!     action: "sts:AssumeRole",
//!     principal: &principal,
//!     role_account: ops.account,
//!     context: &context,
//! });
//! assert_eq!(trusted.effect, Effect::Allow);
//!
//! // Both have to allow. Had Bob's session a policy of its own, it would come first.
//! let verdict = combine_assume(None, identity, trusted);
//! assert!(verdict.is_allowed());
//!
//! // The role `admin` is denied explicitly, which nothing can outweigh.
//! let admin = bob.evaluate(&Request::new("sts:AssumeRole", "acs:ram::1000000000000001:role/Admin"));
//! let verdict = combine_assume(None, admin, trusted);
//! assert_eq!((verdict.effect(), verdict.step), (Effect::Deny, Step::IdentityPolicy));
//! # Ok::<(), Vec<rampart::policy::document::Fault>>(())
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions
    )
)]

pub mod arn;
pub mod cases;
pub mod compile;
pub mod condition;
pub mod context;
pub mod document;
pub mod evaluate;
pub mod flow;
mod grammar;
pub mod ids;
mod index;
pub mod json;
pub mod lint;
pub mod pattern;
pub mod principal;
pub mod service_name;
pub mod trust;
pub(crate) mod word;
