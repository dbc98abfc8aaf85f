//! `CreatePolicyVersion`.

use rampart::model::quotas::Quotas;
use serde_json::json;

use crate::app::{On, Setup, TestApp, policy};
use crate::expect::{
    LATER, NOW, POLICY, Permission, absent, incorrect, limit, missing, together, with, without,
};
use crate::{on_both, on_each};

const DOCUMENT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:List*","Resource":"*"}]}"#;
const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyDocument", DOCUMENT)];
const ROTATE: (&str, &str) = (
    "RotateStrategy",
    "DeleteOldestNonDefaultVersionWhenLimitExceeded",
);

on_both!(
    adds_a_version,
    makes_it_the_default_if_told,
    echoes_the_document_byte_for_byte,
    holds_the_quota_or_rotates,
    never_gives_an_id_twice,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);
on_each!(one_of_64_gets_the_last_place);

async fn make(app: &TestApp) {
    let document = policy("Allow", "ram:Get*", "*");
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

/// The ids of the versions; the default one's with a star.
async fn versions(app: &TestApp) -> Vec<String> {
    let params = [("PolicyName", "Read"), ("PolicyType", "Custom")];
    let listed = app.answer(&app.root(), "ListPolicyVersions", &params).await;
    let versions = listed["PolicyVersions"]["PolicyVersion"]
        .as_array()
        .unwrap();
    let shown = |version: &serde_json::Value| {
        let star = if version["IsDefaultVersion"] == true {
            "*"
        } else {
            ""
        };
        format!("{}{star}", version["VersionId"].as_str().unwrap())
    };
    versions.iter().map(shown).collect()
}

async fn adds_a_version(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.minute();
    let params = [
        ("PolicyName", "READ"),
        ("PolicyDocument", DOCUMENT),
        ("SetAsDefault", ""),
        ("RotateStrategy", ""),
        ("Surplus", "ignored"),
    ];
    assert_eq!(
        app.answer(&root, "CreatePolicyVersion", &params).await,
        json!({"PolicyVersion": {
            "VersionId": "v2",
            "IsDefaultVersion": false,
            "CreateDate": LATER,
            "PolicyDocument": DOCUMENT,
        }})
    );
    let read = [("PolicyName", "Read"), ("PolicyType", "Custom")];
    let read = app.answer(&root, "GetPolicy", &read).await;
    assert_eq!(read["Policy"]["PolicyName"], "Read");
    assert_eq!(read["Policy"]["DefaultVersion"], "v1");
    assert_eq!(read["Policy"]["CreateDate"], NOW);
    assert_eq!(read["Policy"]["UpdateDate"], LATER);
    assert_eq!(
        app.xml("CreatePolicyVersion", GOOD).await,
        format!(
            "<PolicyVersion><VersionId>v3</VersionId><IsDefaultVersion>false</IsDefaultVersion>\
             <CreateDate>{LATER}</CreateDate><PolicyDocument>{}</PolicyDocument></PolicyVersion>",
            DOCUMENT.replace('"', "&quot;")
        )
    );
    assert_eq!(versions(&app).await, ["v1*", "v2", "v3"]);
    app.end().await;
}

async fn makes_it_the_default_if_told(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let alice = app.user("alice", &[]).await;
    let attach = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Read"),
        ("UserName", "alice"),
    ];
    app.ram(&app.root(), "AttachPolicyToUser", &attach)
        .await
        .ok();
    app.ram(&alice, "ListRoles", &[])
        .await
        .refused(403, "NoPermission");
    for word in ["false", "False"] {
        let made = with(GOOD, "SetAsDefault", word);
        app.ram(&app.root(), "CreatePolicyVersion", &made)
            .await
            .ok();
    }
    app.ram(&alice, "ListRoles", &[])
        .await
        .refused(403, "NoPermission");
    let made = with(GOOD, "SetAsDefault", "True");
    let made = app.answer(&app.root(), "CreatePolicyVersion", &made).await;
    assert_eq!(made["PolicyVersion"]["IsDefaultVersion"], true);
    app.ram(&alice, "ListRoles", &[]).await.ok();
    assert_eq!(versions(&app).await, ["v1", "v2", "v3", "v4*"]);
    app.end().await;
}

async fn echoes_the_document_byte_for_byte(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let odd = format!(
        "\r\n\t {}\u{20} \n",
        DOCUMENT.replace("ram:List*", "\\u0072am:*列*")
    );
    let made = with(GOOD, "PolicyDocument", &odd);
    let made = app.answer(&app.root(), "CreatePolicyVersion", &made).await;
    assert_eq!(made["PolicyVersion"]["PolicyDocument"], odd);
    let read = [
        ("PolicyName", "Read"),
        ("PolicyType", "Custom"),
        ("VersionId", "v2"),
    ];
    let read = app.answer(&app.root(), "GetPolicyVersion", &read).await;
    assert_eq!(read["PolicyVersion"]["PolicyDocument"], odd);
    app.end().await;
}

async fn holds_the_quota_or_rotates(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for _ in 0..4 {
        app.ram(&root, "CreatePolicyVersion", GOOD).await.ok();
    }
    for strategy in ["None", ""] {
        let params = with(GOOD, "RotateStrategy", strategy);
        app.refuses(
            &root,
            "CreatePolicyVersion",
            &params,
            &limit("Policy.Version"),
        )
        .await;
    }
    // The default one stays, however old it is.
    let rotate = [GOOD, &[ROTATE]].concat();
    app.ram(&root, "CreatePolicyVersion", &rotate).await.ok();
    assert_eq!(versions(&app).await, ["v1*", "v3", "v4", "v5", "v6"]);
    let default = [GOOD, &[ROTATE, ("SetAsDefault", "true")]].concat();
    app.ram(&root, "CreatePolicyVersion", &default).await.ok();
    assert_eq!(versions(&app).await, ["v1", "v4", "v5", "v6", "v7*"]);
    app.ram(&root, "CreatePolicyVersion", &rotate).await.ok();
    assert_eq!(versions(&app).await, ["v4", "v5", "v6", "v7*", "v8"]);
    app.end().await;

    let quotas = Quotas {
        versions_per_policy: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    make(&app).await;
    app.refuses(
        &app.root(),
        "CreatePolicyVersion",
        &rotate,
        &limit("Policy.Version"),
    )
    .await;
    app.end().await;
}

async fn never_gives_an_id_twice(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.ram(&root, "CreatePolicyVersion", GOOD).await.ok();
    let second = [("PolicyName", "Read"), ("VersionId", "v2")];
    app.ram(&root, "DeletePolicyVersion", &second).await.ok();
    app.ram(&root, "CreatePolicyVersion", GOOD).await.ok();
    assert_eq!(versions(&app).await, ["v1*", "v3"]);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    app.checks_name("CreatePolicyVersion", GOOD, POLICY).await;
    let document = "PolicyDocument";
    for params in [without(GOOD, document), with(GOOD, document, "")] {
        app.refuses(&root, "CreatePolicyVersion", &params, &missing(document))
            .await;
    }
    app.checks_document("CreatePolicyVersion", GOOD, document)
        .await;
    for (name, text) in [
        ("SetAsDefault", "yes"),
        ("SetAsDefault", "1"),
        ("RotateStrategy", "none"),
        ("RotateStrategy", "DeleteOldest"),
    ] {
        app.refuses(
            &root,
            "CreatePolicyVersion",
            &with(GOOD, name, text),
            &incorrect(name),
        )
        .await;
    }
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "CreatePolicyVersion", GOOD, &absent("Policy"))
        .await;
    let system = with(GOOD, "PolicyName", "AdministratorAccess");
    app.refuses(
        &app.root(),
        "CreatePolicyVersion",
        &system,
        &absent("Policy"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "CreatePolicyVersion",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("PolicyDocument", DOCUMENT)],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}

async fn one_of_64_gets_the_last_place(on: On) {
    let quotas = Quotas {
        versions_per_policy: 2,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    make(&app).await;
    let (app, refused) = together(app, 64, "CreatePolicyVersion", GOOD).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.Policy.Version");
    }
    app.end().await;
}
