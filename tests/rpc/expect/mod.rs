//! What the tests of operations share: refusals as values, the state of an account to see that
//! nothing changed, and the checks that many operations have in common.

mod ims;
pub(crate) mod issuer;
mod mfa;
mod permission;
mod providers;
mod refusals;
mod rules;
pub(crate) mod saml_idp;
mod together;

pub(crate) use ims::{ALICE, BOB, UPN};
pub(crate) use mfa::Authenticator;
pub(crate) use permission::Permission;
pub(crate) use providers::{IDP, METADATA, oidc_provider, saml_idp, saml_provider};
pub(crate) use refusals::{
    Refusal, absent, bad_chars, bad_format, bad_type, conflict, exists, incorrect, limit, missing,
    refusal, too_long, too_weak,
};
pub(crate) use rules::{GROUP, Name, POLICY, ROLE, USER};
pub(crate) use together::{at_once, together};

use std::fmt::Debug;

use rampart::model::key::KeyOwner;
use rampart::model::principal::PrincipalId;
use rampart::model::settings::{PasswordPolicy, SecurityPreference};
use rampart::model::tag::Tagged;
use rampart::ops::declare::Product;
use rampart::policy::ids::AccountId;
use rampart::store::Page;
use serde_json::Value;

use crate::app::{ACCOUNT, Credentials, Reply, TestApp};

/// Parameters of a call.
pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

/// [`crate::app::START`] as answers write it.
pub(crate) const NOW: &str = "2026-11-22T00:00:00Z";
/// A minute after [`NOW`].
pub(crate) const LATER: &str = "2026-11-22T00:01:00Z";

/// The parameters with one of them replaced, or added.
pub(crate) fn with<'a>(
    params: &[(&'a str, &'a str)],
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut all = without(params, name);
    all.push((name, value));
    all
}

/// The parameters without one of them.
pub(crate) fn without<'a>(params: &[(&'a str, &'a str)], name: &str) -> Vec<(&'a str, &'a str)> {
    let others = params.iter().filter(|(n, _)| *n != name);
    others.copied().collect()
}

/// The answer's members but the request id, which is an upper-case UUID and the header's.
#[track_caller]
pub(crate) fn members(reply: &Reply) -> Value {
    let mut json = reply.ok();
    let id = json.as_object_mut().unwrap().shift_remove("RequestId");
    let id = id.unwrap();
    let id = id.as_str().unwrap();
    assert_eq!(reply.headers["x-acs-request-id"], id);
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
    assert_eq!(id, id.to_uppercase());
    assert_eq!(
        reply.headers["content-type"],
        "application/json;charset=utf-8"
    );
    json
}

impl TestApp {
    /// The members of a RAM call's answer.
    pub(crate) async fn answer(
        &self,
        caller: &Credentials,
        action: &str,
        params: Pairs<'_>,
    ) -> Value {
        members(&self.ram(caller, action, params).await)
    }

    /// The members of a call's answer, of any product.
    pub(crate) async fn answer_of(
        &self,
        product: Product,
        caller: &Credentials,
        action: &str,
        params: Pairs<'_>,
    ) -> Value {
        members(&self.rpc(caller, product, action, params).await)
    }

    /// Root's RAM call in XML: what stands in the answer beside the request id.
    pub(crate) async fn xml(&self, action: &str, params: Pairs<'_>) -> String {
        self.xml_of(Product::Ram, action, params).await
    }

    /// The same of any product.
    pub(crate) async fn xml_of(&self, product: Product, action: &str, params: Pairs<'_>) -> String {
        let reply = self
            .rpc(
                &self.root(),
                product,
                action,
                &with(params, "Format", "XML"),
            )
            .await;
        inner_xml(&reply, action)
    }

    /// Checks that a RAM call is refused with exactly that, and that nothing changed.
    pub(crate) async fn refuses(
        &self,
        caller: &Credentials,
        action: &str,
        params: Pairs<'_>,
        expected: &Refusal,
    ) {
        self.refuses_of(Product::Ram, caller, action, params, expected)
            .await;
    }

    /// Checks that a call is refused with exactly that, and that nothing changed.
    pub(crate) async fn refuses_of(
        &self,
        product: Product,
        caller: &Credentials,
        action: &str,
        params: Pairs<'_>,
        expected: &Refusal,
    ) -> Reply {
        let expected = &expected.in_words_of(product);
        let before = self.state().await;
        let reply = self.rpc(caller, product, action, params).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code(), reply.message()),
            (
                expected.status,
                expected.code.clone(),
                expected.message.clone()
            ),
            "{action} {params:?}"
        );
        let json = reply.json();
        assert_eq!(json["HostId"], "127.0.0.1");
        assert_eq!(
            json["RequestId"],
            reply.headers["x-acs-request-id"].to_str().unwrap()
        );
        assert_eq!(
            self.state().await,
            before,
            "{action} {params:?} changed something"
        );
        reply
    }

    /// A minute passes.
    pub(crate) fn minute(&self) {
        self.clock.advance(60);
    }

    /// Everything that the account holds, its audit trail included.
    pub(crate) async fn state(&self) -> Vec<String> {
        let account: AccountId = ACCOUNT.parse().unwrap();
        let mut snapshot = self.store.begin_read(account).await.unwrap();
        let all = Page {
            after: None,
            limit: 10_000,
        };
        let mut state = Vec::new();
        let mut note = |what: &dyn Debug| state.push(format!("{what:?}"));
        note(&snapshot.account().alias.clone());
        for setting in [PasswordPolicy::SETTING, SecurityPreference::SETTING] {
            note(&snapshot.get_setting(setting).await.unwrap());
        }
        note(&snapshot.list_keys(&KeyOwner::Root).await.unwrap());
        for user in snapshot.list_users(all, &[]).await.unwrap() {
            note(&user);
            note(&snapshot.list_keys(&KeyOwner::User(user.id)).await.unwrap());
            note(&snapshot.list_tags(&[Tagged::User(user.id)]).await.unwrap());
            let profile = snapshot.get_login_profile(user.id).await.unwrap();
            note(
                &profile
                    .as_ref()
                    .map(|profile| profile.sealed_passwords.clone()),
            );
            note(&profile);
            let attached = snapshot.list_attachments(PrincipalId::User(user.id)).await;
            note(&attached.unwrap());
        }
        for group in snapshot.list_groups(all).await.unwrap() {
            note(&group);
            note(&snapshot.list_users_of_group(group.id, all).await.unwrap());
            let attached = snapshot
                .list_attachments(PrincipalId::Group(group.id))
                .await;
            note(&attached.unwrap());
        }
        for device in snapshot.list_mfa_devices(all).await.unwrap() {
            note(&device);
        }
        for role in snapshot.list_roles(all, &[]).await.unwrap() {
            note(&role);
            note(&snapshot.list_tags(&[Tagged::Role(role.id)]).await.unwrap());
            let attached = snapshot.list_attachments(PrincipalId::Role(role.id)).await;
            note(&attached.unwrap());
        }
        for provider in snapshot.list_oidc_providers(all).await.unwrap() {
            note(&provider);
        }
        for policy in snapshot.list_policies(all, &[]).await.unwrap() {
            note(&policy);
            note(&snapshot.list_policy_versions(&policy.name).await.unwrap());
            let tags = snapshot.list_tags(&[Tagged::Policy(policy.name)]).await;
            note(&tags.unwrap());
        }
        note(&snapshot.list_audit(10_000).await.unwrap());
        state
    }
}

/// What stands in a successful XML answer beside the request id.
#[track_caller]
pub(crate) fn inner_xml(reply: &Reply, action: &str) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.headers["content-type"], "text/xml;charset=utf-8");
    let id = reply.headers["x-acs-request-id"].to_str().unwrap();
    let head = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><{action}Response><RequestId>{id}</RequestId>"#
    );
    let inner = reply
        .text
        .strip_prefix(&head)
        .and_then(|rest| rest.strip_suffix(&format!("</{action}Response>")));
    inner.unwrap_or_else(|| panic!("{}", reply.text)).to_owned()
}
