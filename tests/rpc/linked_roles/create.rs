//! `CreateServiceLinkedRole`. The life of such roles is in `tests/linked_roles`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{NOW, Pairs, Permission, exists, missing, refusal, with};

const ACTION: &str = "CreateServiceLinkedRole";
const GOOD: Pairs<'static> = &[("ServiceName", "polardb.aliyuncs.com")];
const TRUST: &str = r#"{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["polardb.aliyuncs.com"]}}]}"#;

macro_rules! create_tests {
    ($product:expr) => {
        $crate::tests!($product, [linked_roles::create]: on_both: creates, refuses_bad_parameters, refuses_what_exists, needs_permission);
    };
}
pub(crate) use create_tests;

pub(crate) async fn creates(on: On, product: Product) {
    let app = TestApp::start(on).await;
    let made = app.answer_of(product, &app.root(), ACTION, GOOD).await;
    let mut expected = json!({
        "Role": {
            "RoleId": made["Role"]["RoleId"],
            "RoleName": "AliyunServiceRoleForPolarDB",
            "Arn": "acs:ram::1234567890123456:role/aliyunserviceroleforpolardb",
            "Description": "Service-linked role of PolarDB; the service uses it to reach the account's other resources.",
            "AssumeRolePolicyDocument": TRUST,
            "IsServiceLinkedRole": true,
            "CreateDate": NOW,
        }
    });
    if product == Product::ResourceManager {
        expected["Role"]["RolePrincipalName"] =
            json!("AliyunServiceRoleForPolarDB@role.1234567890123456.onaliyunservice.com");
    }
    assert_eq!(made, expected);
    let another = [("ServiceName", "config.aliyuncs.com")];
    let xml = app.xml_of(product, ACTION, &another).await;
    assert!(
        xml.contains("<IsServiceLinkedRole>true</IsServiceLinkedRole>"),
        "{xml}"
    );
    app.end().await;
}

pub(crate) async fn refuses_bad_parameters(on: On, product: Product) {
    let app = TestApp::start(on).await;
    for (params, expected) in [
        (vec![], missing("ServiceName")),
        (
            with(GOOD, "ServiceName", "storage.corp.example"),
            refusal(404, "EntityNotExist.Service", "The service does not exist."),
        ),
        (
            with(GOOD, "ServiceName", "polardb"),
            refusal(404, "EntityNotExist.Service", "The service does not exist."),
        ),
        (
            with(GOOD, "CustomSuffix", "a_b"),
            refusal(
                400,
                "InvalidParameter.CustomSuffix.InvalidChars",
                "The parameter CustomSuffix contains invalid characters.",
            ),
        ),
        (
            with(GOOD, "CustomSuffix", "a"),
            refusal(
                400,
                "InvalidParameter.CustomSuffix.NotAllowed",
                "Custom suffix is not allowed for this Service Linked Role.",
            ),
        ),
        (
            with(GOOD, "Description", "mine"),
            refusal(
                400,
                "InvalidParameter.Description.NotAllowed",
                "Custom description is not allowed for default service linked role.",
            ),
        ),
    ] {
        app.refuses_of(product, &app.root(), ACTION, &params, &expected)
            .await;
    }
    app.end().await;
}

pub(crate) async fn refuses_what_exists(on: On, product: Product) {
    let app = TestApp::start(on).await;
    app.role("aliyunserviceroleforpolardb", r#"{"RAM":"*"}"#, &[])
        .await;
    app.refuses_of(product, &app.root(), ACTION, GOOD, &exists("Role"))
        .await;
    app.end().await;
}

pub(crate) async fn needs_permission(on: On, product: Product) {
    let app = TestApp::start(on).await;
    app.needs_of(
        product,
        &Permission {
            action: ACTION,
            params: GOOD,
            resources: &["1234567890123456:role/*"],
            absent: &[("ServiceName", "storage.corp.example")],
            absent_resources: &["1234567890123456:role/*"],
        },
    )
    .await;
    app.end().await;
}
