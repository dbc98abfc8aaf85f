//! What the tests of IMS share: users by their logon names.

use rampart::ops::declare::Product;
use serde_json::Value;

use super::{
    Pairs, Refusal, absent, bad_chars, inner_xml, members, missing, too_long, with, without,
};
use crate::app::{Credentials, Reply, TestApp};

/// The logon name of the user `Alice`.
pub(crate) const ALICE: &str = "Alice@1234567890123456.onaliyun.com";
/// Of the user `bob`.
pub(crate) const BOB: &str = "bob@1234567890123456.onaliyun.com";
/// The parameter of logon names.
pub(crate) const UPN: &str = "UserPrincipalName";

impl TestApp {
    /// An IMS call.
    pub(crate) async fn ims(&self, caller: &Credentials, action: &str, params: Pairs<'_>) -> Reply {
        self.rpc(caller, Product::Ims, action, params).await
    }

    /// The members of the answer to root.
    pub(crate) async fn ims_answer(&self, action: &str, params: Pairs<'_>) -> Value {
        members(&self.ims(&self.root(), action, params).await)
    }

    /// Root's call in XML: what stands in the answer beside the request id.
    pub(crate) async fn ims_xml(&self, action: &str, params: Pairs<'_>) -> String {
        let params = with(params, "Format", "XML");
        inner_xml(&self.ims(&self.root(), action, &params).await, action)
    }

    /// Checks that root's call is refused with exactly that, and that nothing changed.
    pub(crate) async fn ims_refuses(&self, action: &str, params: Pairs<'_>, expected: &Refusal) {
        self.refuses_of(Product::Ims, &self.root(), action, params, expected)
            .await;
    }

    /// A user that IMS made; answers its id.
    pub(crate) async fn ims_user(&self, principal: &str) -> String {
        let params = [(UPN, principal), ("DisplayName", "Shown")];
        let answer = self.ims_answer("CreateUser", &params).await;
        answer["User"]["UserId"].as_str().unwrap().to_owned()
    }

    /// Checks the logon name of a user that must exist: its form, that another account's is nobody
    /// here, and that nobody is refused.
    pub(crate) async fn checks_principal(&self, action: &str, good: Pairs<'_>, required: bool) {
        if required {
            for params in [without(good, UPN), with(good, UPN, "")] {
                self.ims_refuses(action, &params, &missing(UPN)).await;
            }
        }
        let long = format!("{}@1234567890123456.onaliyun.com", "a".repeat(99));
        self.ims_refuses(action, &with(good, UPN, &long), &too_long(UPN))
            .await;
        for text in [
            "Alice",
            "A*@x.onaliyun.com",
            "Alice@",
            "Alice@-x.onaliyun.com",
        ] {
            self.ims_refuses(action, &with(good, UPN, text), &bad_chars(UPN))
                .await;
        }
        for text in [
            "nobody@1234567890123456.onaliyun.com",
            "Alice@2222222222222222.onaliyun.com",
            "Alice@example.com",
        ] {
            self.ims_refuses(action, &with(good, UPN, text), &absent("User"))
                .await;
        }
    }
}
