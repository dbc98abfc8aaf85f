//! `GetServiceLinkedRoleDeletionStatus`. What becomes of a task is in `tests/linked_roles`.

use super::RM;
use crate::app::{On, TestApp, policy};
use crate::expect::{missing, refusal};
use crate::on_both;

const ACTION: &str = "GetServiceLinkedRoleDeletionStatus";
const UNKNOWN: &str = "task/acs-service-role/polardb.aliyuncs.com/AliyunServiceRoleForPolarDB/0";

on_both!(reads, refuses_bad_parameters, needs_permission);

/// A task of root's account.
async fn task(app: &TestApp) -> String {
    let root = app.root();
    let params = [("ServiceName", "polardb.aliyuncs.com")];
    app.ram(&root, "CreateServiceLinkedRole", &params)
        .await
        .ok();
    let params = [("RoleName", "AliyunServiceRoleForPolarDB")];
    let queued = app
        .ram(&root, "DeleteServiceLinkedRole", &params)
        .await
        .ok();
    queued["DeletionTaskId"].as_str().unwrap().to_owned()
}

async fn reads(on: On) {
    let app = TestApp::start(on).await;
    let task = task(&app).await;
    let params = [("DeletionTaskId", task.as_str())];
    let mut found = app.rm(ACTION, &params).await;
    for _ in 0..3000 {
        if found["Status"] != "IN_PROGRESS" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        found = app.rm(ACTION, &params).await;
    }
    assert_eq!(found, serde_json::json!({ "Status": "SUCCEEDED" }));
    assert_eq!(
        app.rm_xml(ACTION, &params).await,
        "<Status>SUCCEEDED</Status>"
    );
    // Another account's is none.
    let other = app.add_account("1000000000000002").await;
    let reply = app.rpc(&other, RM, ACTION, &params).await;
    reply.refused(404, "EntityNotExist.ServiceLinkedRole.DeletionTask");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let form = refusal(
        400,
        "InvalidParameter.DeletionTaskId",
        "The DeletionTaskId is invalid.",
    );
    let length = refusal(
        400,
        "InvalidParameter.DeletionTaskId.Length",
        "The length of DeletionTaskId must be between 26 and 255 characters.",
    );
    let none = refusal(
        404,
        "EntityNotExist.ServiceLinkedRole.DeletionTask",
        "The deletion task for the given ID does not exist.",
    );
    let long = format!("{UNKNOWN}{}", "0".repeat(255));
    for (id, expected) in [
        ("", &missing("DeletionTaskId")),
        ("task/acs-service-role/a/b", &length),
        (&*long, &length),
        ("AliyunServiceRoleForPolarDB/0b1c2d3e", &form),
        ("task/acs-service-role/polardb.aliyuncs.com/x", &form),
        ("task/acs-service-role/polardb.aliyuncs.com//0b1c", &form),
        (UNKNOWN, &none),
    ] {
        app.rm_refuses(ACTION, &[("DeletionTaskId", id)], expected)
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let task = task(&app).await;
    let nobody = app.user("nobody", &[]).await;
    let params = [("DeletionTaskId", task.as_str())];
    let reply = app.rpc(&nobody, RM, ACTION, &params).await;
    reply.refused(403, "NoPermission");
    let user = app
        .user(
            "allowed",
            &[&policy("Allow", &format!("ram:{ACTION}"), "*")],
        )
        .await;
    app.rpc(&user, RM, ACTION, &params).await.ok();
    app.end().await;
}
