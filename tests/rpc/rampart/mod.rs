//! Rampart's own product, one file an operation.

mod delete_service_linked_role_usage;
mod put_service_linked_role_usage;

use rampart::ops::declare::Product;

use crate::app::{ACCOUNT, Credentials, Reply, TestApp, policy};
use crate::expect::{Refusal, bad_chars, missing, refusal, too_long, with, without};

const OWN: Product = Product::Rampart;
const SERVICE: &str = "polardb.aliyuncs.com";
const ARN: &str = "acs:ram::1234567890123456:role/AliyunServiceRoleForPolarDB";
const GOOD: &[(&str, &str)] = &[
    ("RoleArn", ARN),
    ("Region", "cn-hangzhou"),
    ("Resource", "cluster/a"),
];

fn not_for_you() -> Refusal {
    refusal(
        403,
        "NoPermission",
        "You are not authorized to do this action.",
    )
}

impl TestApp {
    /// The role that the service is linked to, and the service's key.
    async fn linked(&self, account: Option<&str>) -> Credentials {
        let params = [("ServiceName", SERVICE)];
        self.ram(&self.root(), "CreateServiceLinkedRole", &params)
            .await
            .ok();
        self.service(SERVICE, account, &[]).await
    }

    async fn own(&self, caller: &Credentials, action: &str, params: &[(&str, &str)]) -> Reply {
        self.rpc(caller, OWN, action, params).await
    }

    /// What is registered, as a failed removal tells it.
    async fn uses(&self) -> Vec<(String, String)> {
        let account = ACCOUNT.parse().unwrap();
        let mut snapshot = self.store.begin_read(account).await.unwrap();
        let name = "AliyunServiceRoleForPolarDB".parse().unwrap();
        let role = snapshot.get_role(&name).await.unwrap().unwrap();
        let uses = snapshot.list_role_usages(role.id).await.unwrap();
        uses.into_iter()
            .map(|usage| (usage.region, usage.resource))
            .collect()
    }

    /// Checks the parameters of a call about a use, which are the same for both.
    async fn checks_usage(&self, action: &str) {
        let service = self.linked(None).await;
        let long = "é".repeat(513);
        for (params, expected) in [
            (without(GOOD, "RoleArn"), missing("RoleArn")),
            (without(GOOD, "Resource"), missing("Resource")),
            (
                with(GOOD, "RoleArn", "AliyunServiceRoleForPolarDB"),
                refusal(
                    400,
                    "InvalidParameter.RoleArn",
                    "The parameter RoleArn is wrongly formed.",
                ),
            ),
            (with(GOOD, "Region", "CN"), bad_chars("Region")),
            (with(GOOD, "Resource", &long), too_long("Resource")),
            (with(GOOD, "Resource", "a\nb"), bad_chars("Resource")),
        ] {
            self.refuses_of(OWN, &service, action, &params, &expected)
                .await;
        }
    }

    /// Checks that nobody but the role's own service may, and that nobody learns what there is.
    async fn is_for_the_service_alone(&self, action: &str) {
        let other_account = "1000000000000002";
        let other_root = self.add_account(other_account).await;
        let elsewhere = self.service(SERVICE, Some(other_account), &[]).await;
        let another = self.service("ros.aliyuncs.com", None, &[]).await;
        let service = self.linked(Some(ACCOUNT)).await;
        let admin = self.user("admin", &[&policy("Allow", "*", "*")]).await;
        self.role("jump", r#"{"RAM":"*"}"#, &[&policy("Allow", "*", "*")])
            .await;
        let session = self.assume(&admin, "jump", &[]).await.unwrap();
        let own = self
            .assume(&service, "AliyunServiceRoleForPolarDB", &[])
            .await
            .unwrap();
        for caller in [
            self.root(),
            admin,
            session,
            own,
            another,
            elsewhere,
            other_root,
        ] {
            self.refuses_of(OWN, &caller, action, GOOD, &not_for_you())
                .await;
        }
        let any = self.service(SERVICE, None, &[]).await;
        for arn in [
            format!("acs:ram::{ACCOUNT}:role/jump"),
            format!("acs:ram::{ACCOUNT}:role/missing"),
            format!("acs:ram::{other_account}:role/AliyunServiceRoleForPolarDB"),
            "acs:ram::1000000000000009:role/AliyunServiceRoleForPolarDB".to_owned(),
        ] {
            let params = with(GOOD, "RoleArn", &arn);
            self.refuses_of(OWN, &any, action, &params, &not_for_you())
                .await;
        }
        self.own(&service, action, GOOD).await.ok();
        self.own(&any, action, GOOD).await.ok();
    }
}
