//! `DeleteServiceLinkedRole`. What becomes of the task is in `tests/linked_roles`.

use super::RM;
use crate::app::{On, TestApp};
use crate::expect::{Permission, ROLE, absent, refusal};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("RoleName", "AliyunServiceRoleForPolarDB")];

on_both!(
    queues,
    refuses_bad_parameters,
    refuses_what_is_no_such_role,
    needs_permission,
);

async fn make(app: &TestApp) {
    let params = [("ServiceName", "polardb.aliyuncs.com")];
    app.ram(&app.root(), "CreateServiceLinkedRole", &params)
        .await
        .ok();
}

async fn queues(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let queued = app
        .rm(
            "DeleteServiceLinkedRole",
            &[("RoleName", "ALIYUNserviceRoleForPolarDB")],
        )
        .await;
    let members: Vec<&String> = queued.as_object().unwrap().keys().collect();
    assert_eq!(members, ["DeletionTaskId"]);
    let task = queued["DeletionTaskId"].as_str().unwrap();
    let rest = task
        .strip_prefix("task/acs-service-role/polardb.aliyuncs.com/AliyunServiceRoleForPolarDB/");
    let lengths: Vec<usize> = rest.unwrap().split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{task}");
    assert_eq!(rest.unwrap(), rest.unwrap().to_lowercase());
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name_of(RM, "DeleteServiceLinkedRole", GOOD, ROLE)
        .await;
    app.end().await;
}

async fn refuses_what_is_no_such_role(on: On) {
    let app = TestApp::start(on).await;
    let action = "DeleteServiceLinkedRole";
    app.refuses_of(RM, &app.root(), action, GOOD, &absent("Role"))
        .await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let text = "This role exists but is not a Service Linked Role.";
    let expected = refusal(404, "EntityNotExist.ServiceLinkedRole", text);
    let params = [("RoleName", "reader")];
    app.refuses_of(RM, &app.root(), action, &params, &expected)
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.rm_needs(&Permission {
        action: "DeleteServiceLinkedRole",
        params: GOOD,
        resources: &["1234567890123456:role/AliyunServiceRoleForPolarDB"],
        absent: &[("RoleName", "Nothing")],
        absent_resources: &["1234567890123456:role/Nothing"],
    })
    .await;
    app.end().await;
}
