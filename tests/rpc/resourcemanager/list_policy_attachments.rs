//! `ListPolicyAttachments`.

use serde_json::{Value, json};

use super::{DOCUMENT, full};
use crate::app::{ACCOUNT, On, TestApp};
use crate::expect::{NOW, Pairs, Permission, bad_chars, incorrect, refusal, too_long};
use crate::on_both;

on_both!(
    answers_every_member,
    filters,
    pages_by_number,
    is_of_one_account,
    refuses_bad_parameters,
    needs_permission,
);

/// Each attachment as `<policy type>/<policy> <principal type>`.
fn short(listed: &Value) -> Vec<String> {
    let entries = listed["PolicyAttachments"]["PolicyAttachment"].as_array();
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    let show = |entry: &Value| {
        let [kind, name, to] =
            ["PolicyType", "PolicyName", "PrincipalType"].map(|n| text(entry, n));
        format!("{kind}/{name} {to}")
    };
    entries.unwrap().iter().map(show).collect()
}

async fn attach(app: &TestApp, kind: &str, name: &str, policy_type: &str, policy: &str) {
    let name = full(kind, name);
    let params = [
        ("PolicyName", policy),
        ("PolicyType", policy_type),
        ("PrincipalName", &name),
        ("PrincipalType", kind),
        ("ResourceGroupId", ACCOUNT),
    ];
    app.rm("AttachPolicy", &params).await;
}

async fn furnish(app: &TestApp) {
    app.rm_furnish().await;
    let described = [("PolicyName", "Read"), ("NewDescription", "may read")];
    app.ram(&app.root(), "UpdatePolicyDescription", &described)
        .await
        .ok();
    attach(app, "IMSUser", "Ann", "Custom", "Read").await;
    attach(app, "IMSUser", "Ann", "System", "AliyunRAMFullAccess").await;
    attach(app, "IMSGroup", "Ann", "Custom", "Read").await;
    attach(app, "ServiceRole", "Ann", "Custom", "Write").await;
    attach(app, "ServiceRole", "Ann", "System", "AliyunRAMFullAccess").await;
}

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let none = json!({"PolicyAttachment": []});
    assert_eq!(
        app.rm("ListPolicyAttachments", &[]).await,
        json!({"PageNumber": 1, "PageSize": 10, "TotalCount": 0, "PolicyAttachments": none})
    );
    furnish(&app).await;
    let entry = |policy_type: &str, policy: &str, description: &str, kind: &str| {
        json!({
            "PolicyName": policy,
            "PolicyType": policy_type,
            "Description": description,
            "PrincipalName": full(kind, "Ann"),
            "PrincipalType": kind,
            "ResourceGroupId": ACCOUNT,
            "AttachDate": NOW,
        })
    };
    let read = [
        ("PolicyName", "AliyunRAMFullAccess"),
        ("PolicyType", "System"),
    ];
    let system = app.rm("GetPolicy", &read).await["Policy"]["Description"].take();
    let system = system.as_str().unwrap();
    assert!(!system.is_empty());
    let all = json!([
        entry("Custom", "Read", "may read", "IMSGroup"),
        entry("Custom", "Write", "", "ServiceRole"),
        entry("System", "AliyunRAMFullAccess", system, "ServiceRole"),
        entry("Custom", "Read", "may read", "IMSUser"),
        entry("System", "AliyunRAMFullAccess", system, "IMSUser"),
    ]);
    assert_eq!(
        app.rm("ListPolicyAttachments", &[("ResourceGroupId", ACCOUNT)])
            .await,
        json!({
            "PageNumber": 1, "PageSize": 10, "TotalCount": 5,
            "PolicyAttachments": {"PolicyAttachment": all},
        })
    );
    // The same by way of the principal.
    let ann = full("IMSUser", "Ann");
    let of_ann = app
        .rm("ListPolicyAttachments", &[("PrincipalName", &ann)])
        .await;
    assert_eq!(
        of_ann["PolicyAttachments"]["PolicyAttachment"],
        json!([all[3], all[4]])
    );
    let xml = app
        .rm_xml("ListPolicyAttachments", &[("PageSize", "1")])
        .await;
    assert!(
        xml.contains("<PolicyAttachments><PolicyAttachment><PolicyName>Read</PolicyName>"),
        "{xml}"
    );
    app.end().await;
}

async fn filters(on: On) {
    let app = TestApp::start(on).await;
    furnish(&app).await;
    let (ann, group, nobody) = (
        full("IMSUser", "aNN"),
        full("IMSGroup", "Ann"),
        full("IMSUser", "nobody"),
    );
    let full_access = "System/AliyunRAMFullAccess";
    let cases: [(Pairs<'_>, Vec<String>); 11] = [
        (
            &[("PolicyType", "System")],
            vec![
                format!("{full_access} ServiceRole"),
                format!("{full_access} IMSUser"),
            ],
        ),
        (
            &[("PrincipalType", "IMSGroup")],
            vec!["Custom/Read IMSGroup".into()],
        ),
        (
            &[("PrincipalType", "ServiceRole"), ("PolicyType", "Custom")],
            vec!["Custom/Write ServiceRole".into()],
        ),
        (
            &[("PolicyName", "READ")],
            vec!["Custom/Read IMSGroup".into(), "Custom/Read IMSUser".into()],
        ),
        (
            &[("PolicyName", "Read"), ("PrincipalType", "IMSUser")],
            vec!["Custom/Read IMSUser".into()],
        ),
        (&[("PolicyName", "Read"), ("PolicyType", "System")], vec![]),
        (
            &[("PrincipalName", &ann), ("PolicyType", "System")],
            vec![format!("{full_access} IMSUser")],
        ),
        (
            &[
                ("PrincipalName", &ann),
                ("PolicyName", "read"),
                ("PrincipalType", "IMSUser"),
            ],
            vec!["Custom/Read IMSUser".into()],
        ),
        (&[("PrincipalName", &ann), ("PolicyName", "Write")], vec![]),
        (
            &[("PrincipalName", &group)],
            vec!["Custom/Read IMSGroup".into()],
        ),
        (&[("PrincipalName", &nobody)], vec![]),
    ];
    for (filter, expected) in cases {
        let listed = app.rm("ListPolicyAttachments", filter).await;
        assert_eq!(short(&listed), expected, "{filter:?}");
        assert_eq!(listed["TotalCount"], json!(expected.len()), "{filter:?}");
    }
    app.end().await;
}

async fn pages_by_number(on: On) {
    let app = TestApp::start(on).await;
    furnish(&app).await;
    for number in 0..9 {
        let policy = format!("p{number}");
        app.rm(
            "CreatePolicy",
            &[("PolicyName", &policy), ("PolicyDocument", DOCUMENT)],
        )
        .await;
        attach(&app, "IMSUser", "Ann", "Custom", &policy).await;
    }
    let ann = full("IMSUser", "Ann");
    for (filter, count) in [
        (None, 14),
        (Some(("PrincipalName", ann.as_str())), 11),
        (Some(("PolicyName", "Read")), 2),
    ] {
        let mut all: Vec<Pairs<'_>> = Vec::new();
        let filter: Vec<(&str, &str)> = filter.into_iter().collect();
        all.push(&filter);
        let whole = app
            .rm(
                "ListPolicyAttachments",
                &[all[0], &[("PageSize", "100")]].concat(),
            )
            .await;
        let whole = short(&whole);
        assert_eq!(whole.len(), count);
        for size in ["1", "4", "7", "14"] {
            let mut seen = Vec::new();
            for number in 1.. {
                let number = number.to_string();
                let page = [all[0], &[("PageSize", size), ("PageNumber", &number)]].concat();
                let page = app.rm("ListPolicyAttachments", &page).await;
                assert_eq!(page["TotalCount"], count);
                let page = short(&page);
                if page.is_empty() {
                    break;
                }
                seen.extend(page);
            }
            assert_eq!(seen, whole, "{size}");
        }
    }
    app.end().await;
}

async fn is_of_one_account(on: On) {
    let app = TestApp::start(on).await;
    furnish(&app).await;
    let other = app.add_account("1000000000000002").await;
    let theirs = app
        .answer_of(super::RM, &other, "ListPolicyAttachments", &[])
        .await;
    assert_eq!(theirs["TotalCount"], 0);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_checks_pages("ListPolicyAttachments").await;
    let group = refusal(
        404,
        "EntityNotExists.ResourceGroup",
        "The resource group does not exist.",
    );
    let long = "a".repeat(129);
    for (name, text, expected) in [
        ("PolicyType", "custom", incorrect("PolicyType")),
        ("PolicyName", "a b", bad_chars("PolicyName")),
        ("PolicyName", &long, too_long("PolicyName")),
        ("PrincipalType", "User", incorrect("PrincipalType")),
        ("PrincipalName", "Ann", incorrect("PrincipalName")),
        (
            "PrincipalName",
            "Ann@1000000000000002.onaliyun.com",
            incorrect("PrincipalName"),
        ),
        ("ResourceGroupId", "rg-1", group.clone()),
        ("ResourceGroupId", "1000000000000002", group),
    ] {
        app.rm_refuses("ListPolicyAttachments", &[(name, text)], &expected)
            .await;
    }
    let ann = full("IMSUser", "Ann");
    let unlike = [
        ("PrincipalName", ann.as_str()),
        ("PrincipalType", "IMSGroup"),
    ];
    app.rm_refuses(
        "ListPolicyAttachments",
        &unlike,
        &incorrect("PrincipalName"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_needs(&Permission {
        action: "ListPolicyAttachments",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
