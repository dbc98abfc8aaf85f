//! `DeleteUser`.

use std::time::Duration;

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp};
use crate::expect::{ALICE, Permission, UPN, absent, incorrect};
use crate::on_both;

on_both!(
    deletes,
    refuses_one_with_keys_groups_or_a_login,
    refuses_bad_parameters,
    needs_permission,
    t12_who_may_not_does_not_queue,
);

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    let tags = [
        ("ResourceType", "user"),
        ("ResourceId.1", id.as_str()),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "blue"),
    ];
    app.ims_answer("TagResources", &tags).await;
    assert_eq!(
        app.ims_answer("DeleteUser", &[("UserId", &id)]).await,
        json!({})
    );
    app.ims_refuses("GetUser", &[(UPN, ALICE)], &absent("User"))
        .await;
    // Its tags went with it.
    let left = app
        .ims_answer("ListTagResources", &[("ResourceType", "user")])
        .await;
    assert_eq!(left["TagResources"]["TagResource"], json!([]));
    app.ims_user(ALICE).await;
    app.ims_answer("DeleteUser", &[(UPN, ALICE)]).await;
    app.end().await;
}

async fn refuses_one_with_keys_groups_or_a_login(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let alice = (UPN, ALICE);
    let key = app.ims_answer("CreateAccessKey", &[alice]).await;
    let key = key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    app.ims_answer("CreateGroup", &[("GroupName", "Devs")])
        .await;
    app.ims_answer("AddUserToGroup", &[alice, ("GroupName", "Devs")])
        .await;
    app.ims_answer(
        "CreateLoginProfile",
        &[alice, ("Password", "some-password")],
    )
    .await;
    app.bind_device("phone", "Alice").await;
    for (what, action, params) in [
        (
            "AccessKey",
            "DeleteAccessKey",
            vec![alice, ("UserAccessKeyId", &*key)],
        ),
        (
            "Group",
            "RemoveUserFromGroup",
            vec![alice, ("GroupName", "Devs")],
        ),
        ("LoginProfile", "DeleteLoginProfile", vec![alice]),
        ("MFADevice", "DisableVirtualMFA", vec![alice]),
    ] {
        let refused = app.ims(&app.root(), "DeleteUser", &[alice]).await;
        refused.refused(409, &format!("DeleteConflict.User.{what}"));
        app.ims_answer(action, &params).await;
    }
    app.ims_answer("DeleteUser", &[alice]).await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    app.checks_principal("DeleteUser", &[(UPN, ALICE)], false)
        .await;
    for params in [
        &[][..],
        &[(UPN, ALICE), ("UserId", &id)],
        &[("UserId", "x")],
    ] {
        app.ims_refuses("DeleteUser", params, &incorrect("UserId"))
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let permission = Permission {
        action: "DeleteUser",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}

/// Whom only the store knows is looked up before the account's lock.
async fn t12_who_may_not_does_not_queue(on: On) {
    // A database in memory has one connection.
    let on = if on == On::Memory { On::File } else { on };
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    let nobody = app.user("nobody", &[]).await;
    let guard = app.iam.begin_write(ACCOUNT.parse().unwrap()).await;
    for named in [(UPN, ALICE), ("UserId", id.as_str())] {
        let named = [named];
        let denied = app.ims(&nobody, "DeleteUser", &named);
        let denied = tokio::time::timeout(Duration::from_secs(3), denied).await;
        denied.unwrap().refused(403, "NoPermission");
    }
    drop(guard);
    app.end().await;
}
