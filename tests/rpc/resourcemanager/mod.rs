//! ResourceManager. What is done is RAM's and tried there; here is how it is asked for and told.

mod attach_policy;
mod create_policy;
mod create_policy_version;
mod create_role;
mod create_service_linked_role;
mod delete_policy;
mod delete_policy_version;
mod delete_role;
mod delete_service_linked_role;
mod detach_policy;
mod get_policy;
mod get_policy_version;
mod get_role;
mod get_service_linked_role_deletion_status;
mod list_policies;
mod list_policy_attachments;
mod list_policy_versions;
mod list_roles;
mod set_default_policy_version;
mod update_role;

use rampart::ops::declare::Product;
use serde_json::Value;

use crate::app::{ACCOUNT, Credentials, TestApp};
use crate::expect::{Pairs, Permission, Refusal, bad_type, incorrect, missing, with, without};

pub(crate) const RM: Product = Product::ResourceManager;
const DOCUMENT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;
pub(crate) const OTHER_DOCUMENT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:List*","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}}]}"#;

/// The full name of a principal of the account.
fn full(kind: &str, name: &str) -> String {
    match kind {
        "IMSUser" => format!("{name}@{ACCOUNT}.onaliyun.com"),
        "IMSGroup" => format!("{name}@group.{ACCOUNT}.onaliyun.com"),
        _ => format!("{name}@role.{ACCOUNT}.onaliyunservice.com"),
    }
}

impl TestApp {
    /// Root's call that goes well: its members.
    pub(crate) async fn rm(&self, action: &str, params: Pairs<'_>) -> Value {
        self.answer_of(RM, &self.root(), action, params).await
    }

    pub(crate) async fn rm_xml(&self, action: &str, params: Pairs<'_>) -> String {
        self.xml_of(RM, action, params).await
    }

    pub(crate) async fn rm_refuses(&self, action: &str, params: Pairs<'_>, expected: &Refusal) {
        self.rm_refuses_to(&self.root(), action, params, expected)
            .await;
    }

    async fn rm_refuses_to(
        &self,
        caller: &Credentials,
        action: &str,
        params: Pairs<'_>,
        expected: &Refusal,
    ) {
        self.refuses_of(RM, caller, action, params, expected).await;
    }

    pub(crate) async fn rm_needs(&self, permission: &Permission<'_>) {
        self.needs_of(RM, permission).await;
    }

    /// Checks `PageNumber`, `PageSize` and `Language`.
    async fn rm_checks_pages(&self, action: &str) {
        for (name, bad, good) in [
            (
                "PageNumber",
                ["0", "-1", "2147483648"],
                ["1", "2147483647", ""],
            ),
            ("PageSize", ["0", "-1", "101"], ["1", "100", ""]),
            ("Language", ["de", "EN", "zh"], ["en", "zh-CN", "ja"]),
        ] {
            for text in bad {
                self.rm_refuses(action, &[(name, text)], &incorrect(name))
                    .await;
            }
            for text in good {
                self.rm(action, &[(name, text)]).await;
            }
        }
        for name in ["PageNumber", "PageSize"] {
            for text in ["ten", "1.5"] {
                self.rm_refuses(action, &[(name, text)], &bad_type(name))
                    .await;
            }
        }
    }

    /// Checks the language of an operation that reads one thing.
    async fn rm_checks_language(&self, action: &str, good: Pairs<'_>) {
        for language in ["en", "zh-CN", "ja", ""] {
            self.rm(action, &with(good, "Language", language)).await;
        }
        self.rm_refuses(
            action,
            &with(good, "Language", "de"),
            &incorrect("Language"),
        )
        .await;
    }

    /// Checks what granting and revoking take.
    async fn rm_checks_grant(&self, action: &str, good: Pairs<'_>) {
        self.checks_name_of(RM, action, good, crate::expect::POLICY)
            .await;
        self.checks_policy_type_of(RM, action, good).await;
        for name in ["PrincipalName", "PrincipalType", "ResourceGroupId"] {
            for params in [without(good, name), with(good, name, "")] {
                self.rm_refuses(action, &params, &missing(name)).await;
            }
        }
        for kind in ["imsuser", "User", "Role"] {
            let params = with(good, "PrincipalType", kind);
            self.rm_refuses(action, &params, &incorrect("PrincipalType"))
                .await;
        }
        for (kind, name) in [
            ("IMSUser", "alice"),
            ("IMSUser", "@1234567890123456.onaliyun.com"),
            ("IMSUser", "alice@"),
            ("IMSUser", "a b@1234567890123456.onaliyun.com"),
            // Of another kind, of another account, of no account.
            ("IMSUser", "alice@group.1234567890123456.onaliyun.com"),
            ("IMSUser", "alice@1000000000000002.onaliyun.com"),
            ("IMSUser", "alice@example.com"),
            ("IMSGroup", "alice@1234567890123456.onaliyun.com"),
            ("IMSGroup", "a@b@group.1234567890123456.onaliyun.com"),
            ("ServiceRole", "alice@role.1234567890123456.onaliyun.com"),
        ] {
            let params = with(&with(good, "PrincipalType", kind), "PrincipalName", name);
            self.rm_refuses(action, &params, &incorrect("PrincipalName"))
                .await;
        }
        let group = crate::expect::refusal(
            404,
            "EntityNotExists.ResourceGroup",
            "The resource group does not exist.",
        );
        for scope in ["rg-123", "1000000000000002"] {
            let params = with(good, "ResourceGroupId", scope);
            self.rm_refuses(action, &params, &group).await;
        }
    }

    /// A user, a group and a role, all of one name, and the custom policies `Read` and `Write`.
    pub(crate) async fn rm_furnish(&self) {
        self.rm(
            "CreatePolicy",
            &[("PolicyName", "Read"), ("PolicyDocument", DOCUMENT)],
        )
        .await;
        self.rm(
            "CreatePolicy",
            &[("PolicyName", "Write"), ("PolicyDocument", DOCUMENT)],
        )
        .await;
        let root = self.root();
        self.ram(&root, "CreateUser", &[("UserName", "Ann")])
            .await
            .ok();
        self.ram(&root, "CreateGroup", &[("GroupName", "Ann")])
            .await
            .ok();
        self.role("Ann", r#"{"RAM":"*"}"#, &[]).await;
    }
}
