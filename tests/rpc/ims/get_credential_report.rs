//! `GetCredentialReport`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rampart::ops::declare::Product;
use serde_json::{Value, json};

use crate::app::{On, TestApp};
use crate::expect::{ALICE, BOB, LATER, NOW, Permission, UPN, incorrect, refusal};
use crate::on_both;

on_both!(
    shows_who_holds_what,
    pages_through_one_report,
    refuses_bad_parameters,
    needs_permission,
);

/// The rows of a page below its header.
fn rows(page: &Value) -> (String, Vec<String>) {
    let text = STANDARD.decode(page["Content"].as_str().unwrap()).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut lines = text.split('\n').map(str::to_owned);
    (lines.next().unwrap(), lines.collect())
}

async fn shows_who_holds_what(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("Alice", &[]).await;
    app.ims_user(BOB).await;
    let login = [
        (UPN, ALICE),
        ("Password", "some-password"),
        ("Status", "Inactive"),
    ];
    app.ims_answer("CreateLoginProfile", &login).await;
    app.ims_answer("SetPasswordPolicy", &[("MaxPasswordAge", "1")])
        .await;
    app.bind_device("phone", "Alice").await;
    app.ims_answer("CreateAccessKey", &[(UPN, ALICE)]).await;
    let params = [
        (UPN, ALICE),
        ("UserAccessKeyId", &*alice.id),
        ("Status", "Inactive"),
    ];
    app.minute();
    app.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    app.ims_answer("UpdateAccessKey", &params).await;
    app.ims_answer("GenerateCredentialReport", &[]).await;
    let page = app.ims_answer("GetCredentialReport", &[]).await;
    assert_eq!(page["GeneratedTime"], LATER);
    assert_eq!(
        (&page["IsTruncated"], &page["NextToken"]),
        (&json!("false"), &json!(""))
    );
    let (header, rows) = rows(&page);
    assert_eq!(
        header,
        "user,user_creation_time,user_last_logon,password_exist,password_active,\
         password_last_changed,password_next_rotation,mfa_active,\
         access_key_1_exist,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used,\
         access_key_2_exist,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used"
    );
    let none = "FALSE,FALSE,N/A,N/A";
    let mut of_alice: Vec<&str> = rows[1].split(',').collect();
    // Both keys were made in the same second.
    let mut keys = [
        of_alice.split_off(12).join(","),
        of_alice.split_off(8).join(","),
    ];
    keys.sort();
    assert_eq!(
        of_alice.join(","),
        format!("{ALICE},{NOW},N/A,TRUE,FALSE,{NOW},2026-11-23T00:00:00Z,TRUE")
    );
    assert_eq!(
        keys,
        [
            format!("TRUE,FALSE,{NOW},{LATER}"),
            format!("TRUE,TRUE,{NOW},N/A")
        ]
    );
    assert_eq!(
        rows[2],
        format!("{BOB},{NOW},N/A,FALSE,FALSE,N/A,N/A,FALSE,{none},{none}")
    );
    assert!(
        rows[0].starts_with(&format!(
            "<root>,{NOW},N/A,FALSE,FALSE,N/A,N/A,FALSE,TRUE,TRUE,{NOW},"
        )),
        "{}",
        rows[0]
    );
    assert_eq!(rows.len(), 3);
    app.end().await;
}

async fn pages_through_one_report(on: On) {
    let app = TestApp::start(on).await;
    for number in 0..5 {
        app.ims_user(&format!("U{number}@1234567890123456.onaliyun.com"))
            .await;
    }
    app.ims_answer("GenerateCredentialReport", &[]).await;
    // What happens afterwards is not in it.
    app.ims_answer("DeleteUser", &[(UPN, "U0@1234567890123456.onaliyun.com")])
        .await;
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let params = [("MaxItems", "4"), ("NextToken", token.as_str())];
        let page = app.ims_answer("GetCredentialReport", &params).await;
        seen.extend(rows(&page).1);
        page["NextToken"].as_str().unwrap().clone_into(&mut token);
        assert_eq!(
            page["IsTruncated"],
            if token.is_empty() { "false" } else { "true" }
        );
        if token.is_empty() {
            break;
        }
    }
    let names: Vec<&str> = seen
        .iter()
        .map(|row| row.split('@').next().unwrap())
        .collect();
    assert_eq!(names[1..], ["U0", "U1", "U2", "U3", "U4"]);
    assert!(names[0].starts_with("<root>,"));
    // The token of a report that is no more.
    let first = app
        .ims_answer("GetCredentialReport", &[("MaxItems", "1")])
        .await;
    // Within the same second too.
    app.ims_answer("GenerateCredentialReport", &[]).await;
    let stale = [("NextToken", first["NextToken"].as_str().unwrap())];
    app.ims_refuses("GetCredentialReport", &stale, &incorrect("NextToken"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let none = refusal(
        404,
        "EntityNotExist.CredentialReport",
        "The credential report does not exist.",
    );
    app.ims_refuses("GetCredentialReport", &[], &none).await;
    app.ims_answer("GenerateCredentialReport", &[]).await;
    for text in ["0", "3502"] {
        app.ims(&app.root(), "GetCredentialReport", &[("MaxItems", text)])
            .await
            .refused(400, "InvalidParameter.MaxItems.Range");
    }
    for text in ["x", "MS8x"] {
        app.ims_refuses(
            "GetCredentialReport",
            &[("NextToken", text)],
            &incorrect("NextToken"),
        )
        .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_answer("GenerateCredentialReport", &[]).await;
    let permission = Permission {
        action: "GetCredentialReport",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
