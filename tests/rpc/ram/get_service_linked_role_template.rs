//! `GetServiceLinkedRoleTemplate`.

use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{missing, refusal};
use crate::on_both;

const ACTION: &str = "GetServiceLinkedRoleTemplate";
const GOOD: &[(&str, &str)] = &[("ServiceName", "polaradb.aliyuncs.com")];

on_both!(reads, refuses_bad_parameters, needs_permission);

async fn reads(on: On) {
    let app = TestApp::start(on).await;
    assert_eq!(
        app.answer(&app.root(), ACTION, GOOD).await,
        json!({
            "ServiceLinkedRoleTemplate": {
                "ServiceName": "polardb.aliyuncs.com",
                "RoleNamePrefix": "AliyunServiceRoleForPolarDB",
                "SystemPolicyName": "AliyunServiceRolePolicyForPolarDB",
                "SystemPolicyDocumentComplete": false,
                "MultipleRolesAllowed": false,
                "RoleDescriptions": { "RoleDescription": [{
                    "Language": "en",
                    "Description": "Service-linked role of PolarDB; the service uses it to reach the account's other resources.",
                }] },
            }
        })
    );
    let whole = [("ServiceName", "ros.aliyuncs.com")];
    let xml = app.xml(ACTION, &whole).await;
    assert!(
        xml.contains("<MultipleRolesAllowed>false</MultipleRolesAllowed>"),
        "{xml}"
    );
    assert!(!xml.contains("SystemPolicyDocumentComplete"), "{xml}");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), ACTION, &[], &missing("ServiceName"))
        .await;
    let unknown = refusal(404, "EntityNotExist.Service", "The service does not exist.");
    for name in ["storage.corp.example", "polardb", "a b"] {
        let params = [("ServiceName", name)];
        app.refuses(&app.root(), ACTION, &params, &unknown).await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let nobody = app.user("nobody", &[]).await;
    app.denies(&nobody, (ACTION, GOOD), "*", "ImplicitDeny")
        .await;
    let allowed = policy("Allow", "ram:GetServiceLinkedRoleTemplate", "*");
    let user = app.user("allowed", &[&allowed]).await;
    app.ram(&user, ACTION, GOOD).await.ok();
    app.end().await;
}
