//! `CreateRole`.

use rampart::model::quotas::Quotas;
use serde_json::json;

use crate::app::{ACCOUNT, On, Setup, TestApp, trust};
use crate::expect::{
    NOW, Permission, ROLE, bad_chars, bad_type, exists, limit, missing, refusal, together,
    too_long, with, without,
};
use crate::{on_both, on_each};

const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}}]}"#;
const GOOD: &[(&str, &str)] = &[("RoleName", "Reader"), ("AssumeRolePolicyDocument", TRUST)];

on_both!(
    creates_with_everything_said,
    fills_in_defaults,
    echoes_the_document_byte_for_byte,
    takes_parameters_to_their_bounds,
    refuses_bad_parameters,
    refuses_bad_tags,
    refuses_a_name_that_is_taken,
    holds_the_quotas,
    needs_permission,
);
on_each!(one_of_64_gets_the_name, one_of_64_gets_the_last_place);

async fn creates_with_everything_said(on: On) {
    let app = TestApp::start(on).await;
    let trust = trust(r#"{"Service":["ecs.aliyuncs.com"]}"#);
    let params = [
        ("RoleName", "My.Role-1@x"),
        ("AssumeRolePolicyDocument", trust.as_str()),
        ("Description", "读 <all> & \"more\""),
        ("MaxSessionDuration", "43200"),
        (
            "Tag",
            r#"[{"Key":"team","Value":"a b"},{"Key":"空","Value":""}]"#,
        ),
        ("Surplus", "ignored"),
    ];
    let made = app.answer(&app.root(), "CreateRole", &params).await;
    let id = made["Role"]["RoleId"].as_str().unwrap();
    assert!(id.len() == 18 && id.starts_with('3'), "{id}");
    assert_eq!(
        made,
        json!({"Role": {
            "RoleId": id,
            "RoleName": "My.Role-1@x",
            "Arn": format!("acs:ram::{ACCOUNT}:role/My.Role-1@x"),
            "Description": "读 <all> & \"more\"",
            "AssumeRolePolicyDocument": trust,
            "MaxSessionDuration": 43200,
            "CreateDate": NOW,
        }})
    );
    let listed = app.answer(&app.root(), "ListRoles", &[]).await;
    assert_eq!(
        listed["Roles"]["Role"][0]["Tags"],
        json!({"Tag": [
            {"TagKey": "team", "TagValue": "a b"},
            {"TagKey": "空", "TagValue": ""},
        ]})
    );
    app.end().await;
}

async fn fills_in_defaults(on: On) {
    let app = TestApp::start(on).await;
    let sent = [
        GOOD,
        &[("Description", ""), ("MaxSessionDuration", ""), ("Tag", "")],
    ]
    .concat();
    let made = app.answer(&app.root(), "CreateRole", &sent).await;
    assert_eq!(made["Role"]["Description"], "");
    assert_eq!(made["Role"]["MaxSessionDuration"], 3600);
    let flat = [
        ("RoleName", "Other"),
        ("AssumeRolePolicyDocument", TRUST),
        ("Tag.2.Key", "b"),
        ("Tag.1.Key", "a"),
        ("Tag.1.Value", "1"),
    ];
    let xml = app.xml("CreateRole", &flat).await;
    let id = app
        .answer(&app.root(), "GetRole", &[("RoleName", "other")])
        .await["Role"]["RoleId"]
        .as_str()
        .unwrap()
        .to_owned();
    let document = TRUST.replace('"', "&quot;");
    assert_eq!(
        xml,
        format!(
            "<Role><RoleId>{id}</RoleId><RoleName>Other</RoleName>\
             <Arn>acs:ram::{ACCOUNT}:role/Other</Arn><Description></Description>\
             <AssumeRolePolicyDocument>{document}</AssumeRolePolicyDocument>\
             <MaxSessionDuration>3600</MaxSessionDuration><CreateDate>{NOW}</CreateDate></Role>"
        )
    );
    let listed = app.answer(&app.root(), "ListRoles", &[]).await;
    assert_eq!(
        listed["Roles"]["Role"][0]["Tags"],
        json!({"Tag": [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}]})
    );
    assert_eq!(listed["Roles"]["Role"][1].get("Tags"), None);
    app.end().await;
}

async fn echoes_the_document_byte_for_byte(on: On) {
    let app = TestApp::start(on).await;
    let odd = "\t{ \"Version\" :\"1\",\r\n\"Statement\":\n[{\"Sid\":\"\\u4e2d文 \\/ \\ud83d\\ude00\",\
               \"Effect\":\"Allow\",\"Action\":[\"sts:AssumeRole\"],\
               \"Principal\":{\"RAM\":\"\\u002a\"}}  ] }\n\n";
    let made = app
        .answer(
            &app.root(),
            "CreateRole",
            &with(GOOD, "AssumeRolePolicyDocument", odd),
        )
        .await;
    assert_eq!(made["Role"]["AssumeRolePolicyDocument"], odd);
    let name = [("RoleName", "Reader")];
    let read = app.answer(&app.root(), "GetRole", &name).await;
    assert_eq!(read["Role"]["AssumeRolePolicyDocument"], odd);
    // A reader of XML turns a bare carriage return into a line feed, so it must stand escaped.
    let xml = app.xml("GetRole", &name).await;
    let escaped = odd.replace('"', "&quot;").replace('\r', "&#13;");
    assert!(xml.contains(&format!(">{escaped}<")), "{xml:?}");
    app.end().await;
}

async fn takes_parameters_to_their_bounds(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let sid = TRUST.replace(r#""Effect""#, r#""Sid":"文","Effect""#);
    let longest = format!("{sid}{}", " ".repeat(6144 - sid.chars().count()));
    let description = "é".repeat(1024);
    let tag = format!(
        r#"[{{"Key":"{}","Value":"{}"}}]"#,
        "é".repeat(128),
        "é".repeat(256)
    );
    for (name, value, kept) in [
        ("RoleName", "x", "RoleName"),
        ("RoleName", &"n".repeat(64), "RoleName"),
        (
            "AssumeRolePolicyDocument",
            &longest,
            "AssumeRolePolicyDocument",
        ),
        ("Description", &description, "Description"),
        ("MaxSessionDuration", "3600", ""),
        ("MaxSessionDuration", "43200", ""),
        ("Tag", &tag, ""),
    ] {
        let made = app
            .answer(&root, "CreateRole", &with(GOOD, name, value))
            .await;
        if !kept.is_empty() {
            assert_eq!(made["Role"][kept], value);
        }
        let made = made["Role"]["RoleName"].as_str().unwrap();
        app.ram(&root, "DeleteRole", &[("RoleName", made)])
            .await
            .ok();
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.checks_name("CreateRole", GOOD, ROLE).await;
    app.refuses(
        &root,
        "CreateRole",
        &with(GOOD, "RoleName", "a_b"),
        &bad_chars("RoleName"),
    )
    .await;
    let document = "AssumeRolePolicyDocument";
    for params in [without(GOOD, document), with(GOOD, document, "")] {
        app.refuses(&root, "CreateRole", &params, &missing(document))
            .await;
    }
    app.checks_document("CreateRole", GOOD, document).await;
    app.checks_text("CreateRole", GOOD, "Description", 1024)
        .await;
    let range = refusal(
        400,
        "InvalidParameter.MaxSessionDuration",
        "The parameter - \"MaxSessionDuration\" MUST be in the range of 3600 and 43200.",
    );
    for (seconds, expected) in [
        ("3599", range.clone()),
        ("43201", range.clone()),
        ("-1", range),
        ("an hour", bad_type("MaxSessionDuration")),
        ("3600.0", bad_type("MaxSessionDuration")),
    ] {
        let params = with(GOOD, "MaxSessionDuration", seconds);
        app.refuses(&root, "CreateRole", &params, &expected).await;
    }
    let document = "a".repeat(6145);
    let params = with(GOOD, "AssumeRolePolicyDocument", &document);
    app.refuses(
        &root,
        "CreateRole",
        &params,
        &too_long("AssumeRolePolicyDocument"),
    )
    .await;
    app.end().await;
}

async fn refuses_bad_tags(on: On) {
    let app = TestApp::start(on).await;
    app.checks_tags("CreateRole", GOOD).await;
    let numbered: Vec<String> = (0..20).map(|n| format!(r#"{{"Key":"k{n}"}}"#)).collect();
    let twenty = format!("[{}]", numbered.join(","));
    app.ram(&app.root(), "CreateRole", &with(GOOD, "Tag", &twenty))
        .await
        .ok();
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateRole", GOOD).await.ok();
    for name in ["Reader", "reader", "READER"] {
        app.refuses(
            &root,
            "CreateRole",
            &with(GOOD, "RoleName", name),
            &exists("Role"),
        )
        .await;
    }
    // Names are an account's own.
    let other = app.add_account("1000000000000002").await;
    app.ram(&other, "CreateRole", GOOD).await.ok();
    app.end().await;
}

async fn holds_the_quotas(on: On) {
    let quotas = Quotas {
        roles: 2,
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
    app.refuses(&root, "CreateRole", &with(GOOD, "Tag", tags), &limit("Tag"))
        .await;
    app.ram(&root, "CreateRole", &with(GOOD, "Tag", r#"[{"Key":"a"}]"#))
        .await
        .ok();
    app.ram(&root, "CreateRole", &with(GOOD, "RoleName", "b"))
        .await
        .ok();
    app.refuses(
        &root,
        "CreateRole",
        &with(GOOD, "RoleName", "c"),
        &limit("Role"),
    )
    .await;
    // A name that is taken is refused as such, also at the limit.
    app.refuses(
        &root,
        "CreateRole",
        &with(GOOD, "RoleName", "B"),
        &exists("Role"),
    )
    .await;
    app.ram(&root, "DeleteRole", &[("RoleName", "b")])
        .await
        .ok();
    app.ram(&root, "CreateRole", &with(GOOD, "RoleName", "c"))
        .await
        .ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "CreateRole",
        params: GOOD,
        resources: &["1234567890123456:role/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    // One who may not is not told that the name is taken.
    let nobody = app.user("stranger", &[]).await;
    let resource = format!("acs:ram:*:{ACCOUNT}:role/*");
    app.denies(&nobody, ("CreateRole", GOOD), &resource, "ImplicitDeny")
        .await;
    app.end().await;
}

async fn one_of_64_gets_the_name(on: On) {
    let app = TestApp::start(on).await;
    let (app, refused) = together(app, 64, "CreateRole", GOOD).await;
    for reply in refused {
        reply.refused(409, "EntityAlreadyExists.Role");
    }
    let listed = app.answer(&app.root(), "ListRoles", &[]).await;
    assert_eq!(listed["Roles"]["Role"].as_array().unwrap().len(), 1);
    app.end().await;
}

async fn one_of_64_gets_the_last_place(on: On) {
    let quotas = Quotas {
        roles: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let params = &[("RoleName", "role#"), ("AssumeRolePolicyDocument", TRUST)];
    let (app, refused) = together(app, 64, "CreateRole", params).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.Role");
    }
    let listed = app.answer(&app.root(), "ListRoles", &[]).await;
    assert_eq!(listed["Roles"]["Role"].as_array().unwrap().len(), 1);
    app.end().await;
}
