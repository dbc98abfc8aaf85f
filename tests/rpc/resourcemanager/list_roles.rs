//! `ListRoles`.

use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp};
use crate::expect::{NOW, Permission};
use crate::on_both;

on_both!(
    answers_every_member,
    pages_by_number,
    refuses_bad_parameters,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    assert_eq!(
        app.rm("ListRoles", &[]).await,
        json!({"PageNumber": 1, "PageSize": 10, "TotalCount": 0, "Roles": {"Role": []}})
    );
    let role = app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    assert_eq!(
        app.rm("ListRoles", &[("PageSize", "100")]).await,
        json!({"PageNumber": 1, "PageSize": 100, "TotalCount": 1, "Roles": {"Role": [{
            "RoleId": role["RoleId"],
            "RoleName": "Reader",
            "RolePrincipalName": format!("Reader@role.{ACCOUNT}.onaliyunservice.com"),
            "Arn": format!("acs:ram::{ACCOUNT}:role/Reader"),
            "Description": "",
            "MaxSessionDuration": 3600,
            "IsServiceLinkedRole": false,
            "CreateDate": NOW,
            "UpdateDate": NOW,
        }]}})
    );
    let xml = app.rm_xml("ListRoles", &[]).await;
    assert!(xml.starts_with("<PageNumber>1</PageNumber><PageSize>10</PageSize><TotalCount>1</TotalCount><Roles><Role><RoleId>"), "{xml}");
    app.end().await;
}

async fn pages_by_number(on: On) {
    let app = TestApp::start(on).await;
    let mut names = Vec::new();
    for number in 0..23 {
        let name = format!("{}ole{number:02}", if number % 2 == 0 { "r" } else { "R" });
        app.role(&name, r#"{"RAM":"*"}"#, &[]).await;
        names.push(name);
    }
    // Another account's are not counted.
    let other = app.add_account("1000000000000002").await;
    let theirs = app.answer_of(super::RM, &other, "ListRoles", &[]).await;
    assert_eq!(theirs["TotalCount"], 0);
    for (size, default) in [("", 10), ("1", 1), ("7", 7), ("23", 23), ("100", 100)] {
        let mut seen: Vec<String> = Vec::new();
        for number in 1.. {
            let text = number.to_string();
            let page = app
                .rm("ListRoles", &[("PageSize", size), ("PageNumber", &text)])
                .await;
            assert_eq!(
                (&page["PageNumber"], &page["PageSize"], &page["TotalCount"]),
                (&json!(number), &json!(default), &json!(23))
            );
            let roles = page["Roles"]["Role"].as_array().unwrap();
            if roles.is_empty() {
                break;
            }
            seen.extend(
                roles
                    .iter()
                    .map(|role| role["RoleName"].as_str().unwrap().to_owned()),
            );
        }
        assert_eq!(seen, names, "{size}");
    }
    let far = app
        .rm(
            "ListRoles",
            &[("PageNumber", "2147483647"), ("PageSize", "100")],
        )
        .await;
    assert_eq!(far["Roles"], json!({"Role": []}));
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_checks_pages("ListRoles").await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_needs(&Permission {
        action: "ListRoles",
        params: &[],
        resources: &["1234567890123456:role/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
