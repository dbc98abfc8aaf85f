//! A role in use stays, and says why; when the last use is gone, so is it.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::on_both;
use crate::{ROLE, SERVICE, arn, start_on};

on_both!(
    a_role_in_use_stays_until_the_last_use_is_gone,
    a_new_role_of_the_name_is_another
);

async fn status(app: &TestApp, task: &str) -> serde_json::Value {
    let mut found = app.outcome(task).await;
    found.as_object_mut().unwrap().remove("RequestId");
    found
}

/// Each answer that shows the role shows its task.
async fn every_answer_shows(app: &TestApp, task: &str) {
    let root = app.root();
    for shown in [
        app.ram(&root, "GetRole", &[("RoleName", ROLE)]).await.ok()["Role"].clone(),
        app.rm(&root, "GetRole", &[("RoleName", ROLE)]).await.ok()["Role"].clone(),
        app.rm(&root, "ListRoles", &[]).await.ok()["Roles"]["Role"][0].clone(),
    ] {
        assert_eq!(shown["LatestDeletionTask"]["DeletionTaskId"], task);
        assert_eq!(
            shown["LatestDeletionTask"]["CreateDate"],
            "2026-11-22T00:00:00Z"
        );
    }
}

async fn the_trail_tells_all(app: &TestApp, arn: &str) {
    let account = crate::app::ACCOUNT.parse().unwrap();
    let trail = app
        .store
        .begin_read(account)
        .await
        .unwrap()
        .list_audit(1000)
        .await
        .unwrap();
    let of = |operation: &str| {
        trail
            .iter()
            .filter(|row| row.operation == operation)
            .count()
    };
    assert_eq!(of("ResourceManager.DeleteServiceLinkedRole"), 3);
    assert_eq!(of("task.KeepServiceLinkedRole"), 2);
    assert_eq!(of("task.DeleteServiceLinkedRole"), 1);
    let mut puts = trail
        .iter()
        .filter(|row| row.operation.ends_with("RoleUsage"));
    let by = format!("acs:ram::system:service/{SERVICE}");
    assert!(puts.all(|row| row.principal == by && row.resource == arn));
}

async fn a_role_in_use_stays_until_the_last_use_is_gone(on: On) {
    let app = start_on(on).await;
    app.storage_role().await;
    let service = app.service(SERVICE, None, &[]).await;
    let session = app.assume(&service, ROLE, &[]).await.unwrap();
    let arn = arn(ROLE);
    let uses = [
        ("cn-hangzhou", "bucket/b"),
        ("cn-hangzhou", "bucket/a"),
        ("", "replication \"x\""),
    ];
    for (region, resource) in uses {
        let params = [
            ("RoleArn", &*arn),
            ("Region", region),
            ("Resource", resource),
        ];
        app.own(&service, "PutServiceLinkedRoleUsage", &params)
            .await
            .ok();
    }
    let first = app.delete_linked(ROLE).await;
    assert_eq!(
        status(&app, &first).await,
        json!({
            "Status": "FAILED",
            "Reason": {
                "Message": format!(
                    "Service-Linked Role {} cannot be deleted as it is in use by {SERVICE}.",
                    arn.to_lowercase()
                ),
                "RoleUsages": { "RoleUsage": [
                    { "Region": "cn-hangzhou",
                      "Resources": { "Resource": ["bucket/a", "bucket/b"] } },
                    { "Region": "global",
                      "Resources": { "Resource": ["replication \"x\""] } },
                ] },
            },
        })
    );
    // The failed task is shown; sessions go on.
    every_answer_shows(&app, &first).await;
    app.ram(&session, "ListUsers", &[]).await.ok();
    for (region, resource) in &uses[..2] {
        let params = [
            ("RoleArn", &*arn),
            ("Region", region),
            ("Resource", resource),
        ];
        app.own(&service, "DeleteServiceLinkedRoleUsage", &params)
            .await
            .ok();
    }
    let second = app.delete_linked(ROLE).await;
    assert_ne!(first, second);
    let failed = status(&app, &second).await;
    let left = failed["Reason"]["RoleUsages"]["RoleUsage"].as_array();
    assert_eq!(left.map(Vec::len), Some(1), "{failed}");
    let last = [("RoleArn", &*arn), ("Resource", "replication \"x\"")];
    app.own(&service, "DeleteServiceLinkedRoleUsage", &last)
        .await
        .ok();
    // A running session alone keeps nothing.
    let third = app.delete_linked(ROLE).await;
    assert_eq!(status(&app, &third).await, json!({ "Status": "SUCCEEDED" }));
    app.ram(&session, "ListUsers", &[])
        .await
        .refused(400, "InvalidSecurityToken.Expired");
    // The tasks outlive the role, and each keeps its outcome.
    assert_eq!(status(&app, &first).await["Status"], "FAILED");
    the_trail_tells_all(&app, &arn).await;
    app.end().await;
}

async fn a_new_role_of_the_name_is_another(on: On) {
    let app = start_on(on).await;
    let service = app.service(SERVICE, None, &[]).await;
    let first = app.storage_role().await;
    let session = app.assume(&service, ROLE, &[]).await.unwrap();
    let task = app.delete_linked(ROLE).await;
    assert_eq!(app.outcome(&task).await["Status"], "SUCCEEDED");
    assert_ne!(app.storage_role().await, first);
    app.sts(&session, "GetCallerIdentity", &[])
        .await
        .refused(400, "InvalidSecurityToken.Expired");
    let got = app
        .ram(&app.root(), "GetRole", &[("RoleName", ROLE)])
        .await
        .ok();
    assert_eq!(
        got["Role"].get("LatestDeletionTask"),
        None,
        "that was another role's"
    );
    app.assume(&service, ROLE, &[]).await.unwrap();
    app.end().await;
}
