//! What the calls share that add to, and remove from, a list that an OIDC provider has: client ids
//! and fingerprints.

use serde_json::{Value, json};

use crate::app::{On, TestApp};
use crate::expect::{
    IDP, LATER, Pairs, Refusal, bad_chars, limit, missing, oidc_provider, too_long, with, without,
};

/// A list, and a call about an entry of it.
pub(crate) struct Entry {
    pub(crate) action: &'static str,
    /// The parameter that names the entry.
    pub(crate) parameter: &'static str,
    /// The list as answers have it.
    pub(crate) list: &'static str,
    pub(crate) good: Pairs<'static>,
    /// What no entry is.
    pub(crate) bad: [&'static str; 4],
    pub(crate) most: usize,
}

macro_rules! entry {
    ($do:literal, $parameter:literal, $preposition:literal, $value:literal, $bad:expr, $most:literal) => {
        Entry {
            action: concat!($do, $parameter, $preposition, "OIDCProvider"),
            parameter: $parameter,
            list: concat!($parameter, "s"),
            good: &[("OIDCProviderName", "Idp"), ($parameter, $value)],
            bad: $bad,
            most: $most,
        }
    };
}

const NO_CLIENT_ID: [&str; 4] = ["-a", "a b", "a,b", "é"];
const NO_FINGERPRINT: [&str; 4] = ["a:b", "a b", "a,b", "é"];

pub(crate) const ADD_CLIENT_ID: Entry =
    entry!("Add", "ClientId", "To", "three:3/x", NO_CLIENT_ID, 50);
pub(crate) const REMOVE_CLIENT_ID: Entry =
    entry!("Remove", "ClientId", "From", "one", NO_CLIENT_ID, 50);
pub(crate) const ADD_FINGERPRINT: Entry =
    entry!("Add", "Fingerprint", "To", "aa11", NO_FINGERPRINT, 5);
pub(crate) const REMOVE_FINGERPRINT: Entry = entry!(
    "Remove",
    "Fingerprint",
    "From",
    "902EF2DEEB3C5B13EA4C3D5193629309E231AE55",
    NO_FINGERPRINT,
    5
);

impl Entry {
    /// Makes the call, which turns the list from `before` into `after`; the same once more is refused,
    /// and so is the call with each of `others` for the entry.
    pub(crate) async fn changes(
        &self,
        app: &TestApp,
        (before, after): (&str, &str),
        again: &Refusal,
        others: &[&str],
    ) {
        let made = app.provided("CreateOIDCProvider", IDP).await;
        assert_eq!(made["OIDCProvider"][self.list], before);
        app.minute();
        let mut expected: Value = made.clone();
        let changed = &mut expected["OIDCProvider"];
        changed[self.list] = json!(after);
        changed["UpdateDate"] = json!(LATER);
        changed["GmtModified"] = json!("1795305660000");
        assert_eq!(app.provided(self.action, self.good).await, expected);
        let read = app.provided("GetOIDCProvider", &self.good[..1]).await;
        assert_eq!(read, expected);
        app.provides_not(self.action, self.good, again).await;
        for other in others {
            let params = with(self.good, self.parameter, other);
            app.provides_not(self.action, &params, again).await;
        }
    }
}

pub(crate) async fn needs_permission(on: On, of: &Entry) {
    let app = TestApp::with_idp(on).await;
    app.provider_call_needs(of.action, of.good, &oidc_provider("Idp"))
        .await;
    app.end().await;
}

pub(crate) async fn refuses_bad_parameters(on: On, of: &Entry) {
    let Entry {
        action,
        good,
        parameter,
        ..
    } = *of;
    let app = TestApp::with_idp(on).await;
    app.checks_provider_name(action, good, "OIDCProviderName")
        .await;
    app.checks_provider_is_there(action, good).await;
    for params in [without(good, parameter), with(good, parameter, "")] {
        app.provides_not(action, &params, &missing(parameter)).await;
    }
    let long = "a".repeat(129);
    app.provides_not(action, &with(good, parameter, &long), &too_long(parameter))
        .await;
    for text in of.bad {
        app.provides_not(action, &with(good, parameter, text), &bad_chars(parameter))
            .await;
    }
    app.end().await;
}

/// Of calls that add.
pub(crate) async fn holds_the_quota(on: On, of: &Entry) {
    let app = TestApp::start(on).await;
    let many: Vec<String> = (0..of.most).map(|number| format!("c{number}")).collect();
    let many = many.join(",");
    let params = with(IDP, of.list, &many);
    app.provided("CreateOIDCProvider", &params).await;
    let full = limit(&format!("OIDCProvider.{}", of.parameter));
    app.provides_not(of.action, of.good, &full).await;
    app.end().await;
}
