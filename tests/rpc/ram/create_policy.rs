//! `CreatePolicy`.

use rampart::model::quotas::Quotas;
use serde_json::json;

use crate::app::{On, Setup, TestApp, policy};
use crate::expect::{NOW, POLICY, Permission, exists, limit, missing, together, with, without};
use crate::{on_both, on_each};

const DOCUMENT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;
const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyDocument", DOCUMENT)];
const READ: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyType", "Custom")];

on_both!(
    creates_with_everything_said,
    fills_in_defaults,
    echoes_the_document_byte_for_byte,
    takes_parameters_to_their_bounds,
    refuses_bad_parameters,
    refuses_a_name_that_is_taken,
    holds_the_quotas,
    needs_permission,
);
on_each!(one_of_64_gets_the_last_place);

async fn creates_with_everything_said(on: On) {
    let app = TestApp::start(on).await;
    let params = [
        GOOD,
        &[
            ("Description", "读 <all>"),
            ("Tag", r#"[{"Key":"team","Value":"a b"}]"#),
            ("PolicyType", "System"),
            ("Surplus", "ignored"),
        ],
    ]
    .concat();
    assert_eq!(
        app.answer(&app.root(), "CreatePolicy", &params).await,
        json!({"Policy": {
            "PolicyName": "Read",
            "PolicyType": "Custom",
            "Description": "读 <all>",
            "DefaultVersion": "v1",
            "CreateDate": NOW,
        }})
    );
    let custom = [("PolicyType", "Custom")];
    let listed = app.answer(&app.root(), "ListPolicies", &custom).await;
    let tags = json!({"Tag": [{"TagKey": "team", "TagValue": "a b"}]});
    assert_eq!(listed["Policies"]["Policy"][0]["Tags"], tags);
    app.end().await;
}

async fn fills_in_defaults(on: On) {
    let app = TestApp::start(on).await;
    let params = [GOOD, &[("Description", ""), ("Tag.1.Key", "k")]].concat();
    assert_eq!(
        app.xml("CreatePolicy", &params).await,
        format!(
            "<Policy><PolicyName>Read</PolicyName><PolicyType>Custom</PolicyType>\
             <Description></Description><DefaultVersion>v1</DefaultVersion>\
             <CreateDate>{NOW}</CreateDate></Policy>"
        )
    );
    let custom = [("PolicyType", "Custom")];
    let listed = app.answer(&app.root(), "ListPolicies", &custom).await;
    let tags = json!({"Tag": [{"TagKey": "k", "TagValue": ""}]});
    assert_eq!(listed["Policies"]["Policy"][0]["Tags"], tags);
    app.end().await;
}

async fn echoes_the_document_byte_for_byte(on: On) {
    let app = TestApp::start(on).await;
    let odd = "\t{ \"Version\" :\"1\",\r\n\"Statement\":\n{\"Sid\":\"\\u4e2d文 \\/ \\ud83d\\ude00\",\
               \"Effect\":\"Deny\",\"NotAction\":[\"\\u0072am:*\"],\
               \"Resource\":[\"acs:oss:*:*:a<b>&'\"]}  }\n\n";
    let params = with(GOOD, "PolicyDocument", odd);
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
    let read = app.answer(&app.root(), "GetPolicy", READ).await;
    assert_eq!(read["DefaultPolicyVersion"]["PolicyDocument"], odd);
    app.end().await;
}

async fn takes_parameters_to_their_bounds(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let sid = DOCUMENT.replace(r#""Effect""#, r#""Sid":"文","Effect""#);
    let longest = format!("{sid}{}", " ".repeat(6144 - sid.chars().count()));
    let (name, description) = ("n".repeat(128), "é".repeat(1024));
    for (param, value) in [
        ("PolicyName", "x"),
        ("PolicyName", "-A-1-"),
        ("PolicyName", &name),
        ("PolicyDocument", &longest),
        ("Description", &description),
    ] {
        let made = app
            .answer(&root, "CreatePolicy", &with(GOOD, param, value))
            .await;
        if param != "PolicyDocument" {
            assert_eq!(made["Policy"][param], value);
        }
        let made = made["Policy"]["PolicyName"].as_str().unwrap();
        app.ram(&root, "DeletePolicy", &[("PolicyName", made)])
            .await
            .ok();
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("CreatePolicy", GOOD, POLICY).await;
    let document = "PolicyDocument";
    for params in [without(GOOD, document), with(GOOD, document, "")] {
        app.refuses(&app.root(), "CreatePolicy", &params, &missing(document))
            .await;
    }
    app.checks_document("CreatePolicy", GOOD, document).await;
    app.checks_text("CreatePolicy", GOOD, "Description", 1024)
        .await;
    app.checks_tags("CreatePolicy", GOOD).await;
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreatePolicy", GOOD).await.ok();
    for name in ["Read", "read", "READ"] {
        app.refuses(
            &root,
            "CreatePolicy",
            &with(GOOD, "PolicyName", name),
            &exists("Policy"),
        )
        .await;
    }
    // System policies are of another kind, other accounts' of another account.
    let system = with(GOOD, "PolicyName", "AdministratorAccess");
    app.ram(&root, "CreatePolicy", &system).await.ok();
    let other = app.add_account("1000000000000002").await;
    app.ram(&other, "CreatePolicy", GOOD).await.ok();
    app.end().await;
}

async fn holds_the_quotas(on: On) {
    let quotas = Quotas {
        policies: 2,
        tags_per_resource: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let root = app.root();
    let tags = r#"[{"Key":"a"},{"Key":"b"}]"#;
    app.refuses(
        &root,
        "CreatePolicy",
        &with(GOOD, "Tag", tags),
        &limit("Tag"),
    )
    .await;
    app.ram(&root, "CreatePolicy", GOOD).await.ok();
    app.ram(&root, "CreatePolicy", &with(GOOD, "PolicyName", "b"))
        .await
        .ok();
    app.refuses(
        &root,
        "CreatePolicy",
        &with(GOOD, "PolicyName", "c"),
        &limit("Policy"),
    )
    .await;
    app.refuses(
        &root,
        "CreatePolicy",
        &with(GOOD, "PolicyName", "B"),
        &exists("Policy"),
    )
    .await;
    app.ram(&root, "DeletePolicy", &[("PolicyName", "b")])
        .await
        .ok();
    app.ram(&root, "CreatePolicy", &with(GOOD, "PolicyName", "c"))
        .await
        .ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "CreatePolicy",
        params: &[("PolicyName", "Read"), ("PolicyDocument", DOCUMENT)],
        resources: &["1234567890123456:policy/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    // Permission on the one policy is not enough to make it.
    let resource = "acs:ram:*:1234567890123456:policy/New";
    let one = app
        .user("one", &[&policy("Allow", "ram:CreatePolicy", resource)])
        .await;
    let params = with(GOOD, "PolicyName", "New");
    let all = "acs:ram:*:1234567890123456:policy/*";
    app.denies(&one, ("CreatePolicy", &params), all, "ImplicitDeny")
        .await;
    app.end().await;
}

async fn one_of_64_gets_the_last_place(on: On) {
    let quotas = Quotas {
        policies: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let params = &[("PolicyName", "policy#"), ("PolicyDocument", DOCUMENT)];
    let (app, refused) = together(app, 64, "CreatePolicy", params).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.Policy");
    }
    app.end().await;
}
