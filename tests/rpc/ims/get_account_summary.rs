//! `GetAccountSummary`.

use rampart::operator::account::{self, QuotaChange};
use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, BOB, Permission, UPN, limit};
use crate::on_both;

on_both!(
    counts_every_member,
    tells_the_quotas_that_hold,
    needs_permission,
);

async fn counts_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    app.ims_user(BOB).await;
    app.ims_answer("CreateGroup", &[("GroupName", "Devs")])
        .await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[]).await;
    app.bind_device("a", "Alice").await;
    app.device("b").await;
    assert_eq!(
        app.ims_answer("GetAccountSummary", &[]).await,
        json!({"SummaryMap": {
            "Users": 2, "UsersQuota": 5000, "Groups": 1, "GroupsQuota": 300,
            "GroupsPerUserQuota": 10, "Roles": 1, "RolesQuota": 1000, "Policies": 0,
            "PoliciesQuota": 1500, "PolicySizeQuota": 6144, "VersionsPerPolicyQuota": 5,
            "AttachedPoliciesPerUserQuota": 10, "AttachedPoliciesPerGroupQuota": 10,
            "AttachedPoliciesPerRoleQuota": 10, "AttachedSystemPoliciesPerUserQuota": 20,
            "AttachedSystemPoliciesPerGroupQuota": 20, "AttachedSystemPoliciesPerRoleQuota": 20,
            "AccessKeysPerUserQuota": 2, "AccountAccessKeysPerAccountQuota": 2, "MFADevices": 2,
            "MFADevicesInUse": 1, "VirtualMFADevicesQuota": 1000, "IPItemsPerAKPolicyQuota": 50,
            "ConditionsPerAKPolicyQuota": 8, "AuthorizedClientPerUserQuota": 0,
            "ServiceCredentialsPerUserPerServiceQuota": 0,
        }})
    );
    app.end().await;
}

async fn tells_the_quotas_that_hold(on: On) {
    let app = TestApp::start(on).await;
    let change = QuotaChange {
        account: crate::app::ACCOUNT.parse().unwrap(),
        figures: [("users".to_owned(), Some(1))].into(),
    };
    let held = account::quotas(&app.iam, &change).await.unwrap();
    assert_eq!((held["users"], held["groups"]), (1, 300));
    let summary = app.ims_answer("GetAccountSummary", &[]).await;
    assert_eq!(summary["SummaryMap"]["UsersQuota"], 1);
    // They are this account's alone, and they bind.
    app.ims_user(ALICE).await;
    let bob = [(UPN, BOB), ("DisplayName", "b")];
    app.ims_refuses("CreateUser", &bob, &limit("User")).await;
    let other = app.add_account("2222222222222222").await;
    for name in ["a", "b"] {
        app.ram(&other, "CreateUser", &[("UserName", name)])
            .await
            .ok();
    }
    let change = QuotaChange {
        figures: [("users".to_owned(), None)].into(),
        ..change
    };
    assert_eq!(
        account::quotas(&app.iam, &change).await.unwrap()["users"],
        5000
    );
    app.ims_answer("CreateUser", &bob).await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "GetAccountSummary",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
