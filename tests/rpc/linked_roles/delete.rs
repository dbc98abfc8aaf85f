//! `DeleteServiceLinkedRole`. What becomes of the task is in `tests/linked_roles`.

use rampart::ops::declare::Product;

use crate::app::{On, TestApp};
use crate::expect::{Pairs, Permission, ROLE, absent, refusal};

const ACTION: &str = "DeleteServiceLinkedRole";
const GOOD: Pairs<'static> = &[("RoleName", "AliyunServiceRoleForPolarDB")];

macro_rules! delete_tests {
    ($product:expr) => {
        $crate::tests!($product, [linked_roles::delete]: on_both: queues, refuses_bad_parameters, refuses_what_is_no_such_role, needs_permission);
    };
}
pub(crate) use delete_tests;

async fn make(app: &TestApp) {
    let params = [("ServiceName", "polardb.aliyuncs.com")];
    app.ram(&app.root(), "CreateServiceLinkedRole", &params)
        .await
        .ok();
}

pub(crate) async fn queues(on: On, product: Product) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let other_case = [("RoleName", "ALIYUNserviceRoleForPolarDB")];
    let queued = app
        .answer_of(product, &app.root(), ACTION, &other_case)
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

pub(crate) async fn refuses_bad_parameters(on: On, product: Product) {
    let app = TestApp::start(on).await;
    app.checks_name_of(product, ACTION, GOOD, ROLE).await;
    app.end().await;
}

pub(crate) async fn refuses_what_is_no_such_role(on: On, product: Product) {
    let app = TestApp::start(on).await;
    app.refuses_of(product, &app.root(), ACTION, GOOD, &absent("Role"))
        .await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let text = "This role exists but is not a Service Linked Role.";
    let expected = refusal(404, "EntityNotExist.ServiceLinkedRole", text);
    let params = [("RoleName", "reader")];
    app.refuses_of(product, &app.root(), ACTION, &params, &expected)
        .await;
    app.end().await;
}

pub(crate) async fn needs_permission(on: On, product: Product) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs_of(
        product,
        &Permission {
            action: ACTION,
            params: GOOD,
            resources: &["1234567890123456:role/AliyunServiceRoleForPolarDB"],
            absent: &[("RoleName", "Nothing")],
            absent_resources: &["1234567890123456:role/Nothing"],
        },
    )
    .await;
    app.end().await;
}
