//! `ListPolicies`.

use rampart::model::catalog;
use serde_json::json;

use super::DOCUMENT;
use crate::app::{On, TestApp};
use crate::expect::{NOW, Permission, incorrect};
use crate::on_both;

on_both!(
    answers_every_member,
    pages_by_number_through_both_types,
    refuses_bad_parameters,
    needs_permission,
);

fn system() -> Vec<String> {
    let names = catalog::system_policies().map(|policy| policy.name.to_string());
    names.collect()
}

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    let attach = [
        ("PolicyName", "Read"),
        ("PolicyType", "Custom"),
        ("UserName", "Ann"),
    ];
    app.ram(&app.root(), "AttachPolicyToUser", &attach)
        .await
        .ok();
    let entry = |name: &str, count: u32| {
        json!({
            "PolicyName": name,
            "PolicyType": "Custom",
            "Description": "",
            "DefaultVersion": "v1",
            "AttachmentCount": count,
            "CreateDate": NOW,
            "UpdateDate": NOW,
        })
    };
    assert_eq!(
        app.rm("ListPolicies", &[("PolicyType", "Custom")]).await,
        json!({
            "PageNumber": 1, "PageSize": 10, "TotalCount": 2,
            "Policies": {"Policy": [entry("Read", 1), entry("Write", 0)]},
        })
    );
    let xml = app.rm_xml("ListPolicies", &[("PageSize", "1")]).await;
    assert!(
        xml.contains("<Policies><Policy><PolicyName>Read</PolicyName>"),
        "{xml}"
    );
    app.end().await;
}

async fn pages_by_number_through_both_types(on: On) {
    let app = TestApp::start(on).await;
    let custom: Vec<String> = (0..13).map(|number| format!("p{number:02}")).collect();
    for name in &custom {
        app.rm(
            "CreatePolicy",
            &[("PolicyName", name), ("PolicyDocument", DOCUMENT)],
        )
        .await;
    }
    let both = [custom.clone(), system()].concat();
    for (kind, expected) in [("", both), ("Custom", custom), ("System", system())] {
        for size in ["1", "10", "13", "14", "100"] {
            let mut seen: Vec<String> = Vec::new();
            for number in 1.. {
                let number = number.to_string();
                let params = [
                    ("PolicyType", kind),
                    ("PageSize", size),
                    ("PageNumber", &number),
                ];
                let page = app.rm("ListPolicies", &params).await;
                assert_eq!(page["TotalCount"], json!(expected.len()));
                let policies = page["Policies"]["Policy"].as_array().unwrap();
                if policies.is_empty() {
                    break;
                }
                seen.extend(
                    policies
                        .iter()
                        .map(|policy| policy["PolicyName"].as_str().unwrap().to_owned()),
                );
            }
            assert_eq!(seen, expected, "{kind} {size}");
        }
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_checks_pages("ListPolicies").await;
    let kind = [("PolicyType", "custom")];
    app.rm_refuses("ListPolicies", &kind, &incorrect("PolicyType"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_needs(&Permission {
        action: "ListPolicies",
        params: &[("PolicyType", "System")],
        resources: &["1234567890123456:policy/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
