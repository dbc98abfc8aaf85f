//! What no operation of the product needs yet, with operations of the tests' own.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, Setup, TestApp, policy};
use crate::calls;
use crate::on_both;
use crate::operations::ENTRIES;

on_both!(
    an_unsigned_operation_refuses_credentials,
    one_name_under_two_products,
    permission_before_existence_where_only_the_store_knows,
    a_resource_that_moves_while_a_call_waits_is_decided_again,
    every_resource_and_every_action_must_be_allowed,
);

async fn with_operations(on: On) -> TestApp {
    TestApp::with(Setup {
        registry: Some(ENTRIES),
        ..Setup::on(on)
    })
    .await
}

async fn an_unsigned_operation_refuses_credentials(on: On) {
    let app = with_operations(on).await;
    let query = "Action=Open&Version=2015-04-01&Format=JSON&Word=hello";
    let reply = app.send("GET", &format!("/?{query}"), &[], "").await;
    assert_eq!(reply.ok()["Word"], "hello");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(
        app.send("POST", "/", &form, query).await.ok()["Word"],
        "hello"
    );
    // The same again: there is no nonce to repeat.
    app.send("GET", &format!("/?{query}"), &[], "").await.ok();

    let root = app.root();
    let word = [("Word", "hello")];
    let named = app
        .send(
            "GET",
            &format!("/?{query}&AccessKeyId={}", root.id),
            &[],
            "",
        )
        .await;
    named.refused(400, "MissingSignature");
    let token = app
        .send("GET", &format!("/?{query}&SecurityToken=x"), &[], "")
        .await;
    token.refused(400, "MissingSignature");
    let signed = calls::rpc(&app, &root, Product::Sts, "Open", &word);
    signed.send(&app).await.refused(400, "IncompleteSignature");
    let signed = calls::acs3(&app, &root, Product::Sts, "Open", &word);
    signed.send(&app).await.refused(400, "IncompleteSignature");
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "Word=hello"),
        ("application/json", r#"{"Word":"hello"}"#),
    ] {
        let body = Some((kind, body));
        let signed = calls::acs3_with(&app, &root, Product::Sts, "Open", &[], &[], body);
        signed.send(&app).await.refused(400, "IncompleteSignature");
    }
    for authorization in ["Basic YTpi", "Bearer x", "acs a:b"] {
        let headers = [("authorization", authorization)];
        let reply = app.send("GET", &format!("/?{query}"), &headers, "").await;
        reply.refused(400, "InvalidSignatureMethod");
    }
    for header in ["x-acs-bearer-token", "x-acs-zero-trust-idtoken"] {
        let reply = app
            .send("GET", &format!("/?{query}"), &[(header, "x")], "")
            .await;
        reply.refused(400, "InvalidSignatureMethod");
    }
    app.end().await;
}

async fn one_name_under_two_products(on: On) {
    let app = with_operations(on).await;
    let root = app.root();
    for (product, answers) in [(Product::Ram, "Ram"), (Product::Ims, "Ims")] {
        for call in [
            calls::rpc(&app, &root, product, "Which", &[]),
            calls::acs3(&app, &root, product, "Which", &[]),
        ] {
            assert_eq!(call.send(&app).await.ok()["Product"], answers);
        }
    }
    let elsewhere = calls::rpc(&app, &root, Product::Sts, "Which", &[]);
    elsewhere
        .send(&app)
        .await
        .refused(404, "InvalidAction.NotFound");
    // Each asks for its own action.
    let user = app
        .user("imsonly", &[&policy("Allow", "ims:Which", "*")])
        .await;
    calls::rpc(&app, &user, Product::Ims, "Which", &[])
        .send(&app)
        .await
        .ok();
    let ram = calls::rpc(&app, &user, Product::Ram, "Which", &[]);
    ram.send(&app).await.refused(403, "NoPermission");
    app.end().await;
}

async fn with_painters(app: &TestApp) -> crate::app::Credentials {
    for (name, colour) in [("one", "red"), ("two", "blue")] {
        let trust = crate::app::trust(r#"{"RAM":["*"]}"#);
        let params = [
            ("RoleName", name),
            ("AssumeRolePolicyDocument", trust.as_str()),
            ("Description", colour),
        ];
        app.ram(&app.root(), "CreateRole", &params).await.ok();
    }
    app.user(
        "painter",
        &[&policy("Allow", "ram:Paint", "acs:ram:*:*:colour/red")],
    )
    .await
}

async fn permission_before_existence_where_only_the_store_knows(on: On) {
    let app = with_operations(on).await;
    let painter = with_painters(&app).await;
    let paint = |name: &'static str| {
        let (app, painter) = (&app, &painter);
        async move {
            app.ram(painter, "Paint", &[("RoleName", name), ("Colour", "red")])
                .await
        }
    };
    paint("one").await.ok();
    let before = calls::state(&app).await;
    // What is there and not allowed looks like what is not there.
    let denied = paint("two").await;
    denied.refused(403, "NoPermission");
    let absent = paint("three").await;
    absent.refused(403, "NoPermission");
    assert!(
        absent.message().contains("colour/*"),
        "{}",
        absent.message()
    );
    assert_eq!(calls::state(&app).await, before);
    let root = app.root();
    let params = [("RoleName", "three"), ("Colour", "red")];
    app.ram(&root, "Paint", &params)
        .await
        .refused(404, "EntityNotExist.Role");
    app.end().await;
}

async fn a_resource_that_moves_while_a_call_waits_is_decided_again(on: On) {
    let app = with_operations(on).await;
    let painter = with_painters(&app).await;
    let account = crate::app::ACCOUNT.parse().unwrap();
    // Warm: in memory there is one connection, and the guard holds it.
    app.ram(&painter, "Paint", &[("RoleName", "one"), ("Colour", "red")])
        .await
        .ok();
    app.sts(&painter, "Who", &[]).await.ok();
    let mut guard = app.iam.begin_write(account).await.unwrap();
    let call = calls::rpc(
        &app,
        &painter,
        Product::Ram,
        "Paint",
        &[("RoleName", "one"), ("Colour", "green")],
    );
    let mut parked = Box::pin(call.send(&app));
    let waits = tokio::time::timeout(std::time::Duration::from_millis(300), &mut parked).await;
    assert!(
        waits.is_err(),
        "the call must wait for the account's lock: {waits:?}"
    );
    let mut role = guard
        .tx()
        .get_role(&"one".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    "blue".clone_into(&mut role.description);
    guard.tx().update_role(&role).await.unwrap();
    guard.commit().await.unwrap();
    parked.await.refused(403, "NoPermission");
    let role = app
        .ram(
            &app.root(),
            "Paint",
            &[("RoleName", "one"), ("Colour", "white")],
        )
        .await
        .ok();
    assert_eq!(
        role,
        json!({"RequestId": role["RequestId"], "Before": "blue"})
    );
    app.end().await;
}

async fn every_resource_and_every_action_must_be_allowed(on: On) {
    let app = with_operations(on).await;
    let root = app.root();
    app.sts(&root, "Who", &[]).await.ok();
    let with = |name: &'static str, documents: Vec<String>| {
        let app = &app;
        async move {
            let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
            app.user(name, &documents).await
        }
    };
    let (one, two) = ("acs:ram:*:*:one/a", "acs:ram:*:*:two/b");
    let resources = [("One", "a"), ("Two", "b")];
    let first = with("first", vec![policy("Allow", "ram:Both", one)]).await;
    let second = with("second", vec![policy("Allow", "ram:Both", two)]).await;
    let both = with(
        "both",
        vec![
            policy("Allow", "ram:Both", one),
            policy("Allow", "ram:Both", two),
        ],
    )
    .await;
    app.ram(&first, "Both", &resources)
        .await
        .refused(403, "NoPermission");
    app.ram(&second, "Both", &resources)
        .await
        .refused(403, "NoPermission");
    app.ram(&both, "Both", &resources).await.ok();
    app.ram(&root, "Both", &resources).await.ok();

    let read = with("reader", vec![policy("Allow", "ram:ReadIt", "*")]).await;
    let touch = with("toucher", vec![policy("Allow", "ram:TouchIt", "*")]).await;
    let all = with("all", vec![policy("Allow", "ram:*It", "*")]).await;
    app.ram(&read, "TwoActions", &[])
        .await
        .refused(403, "NoPermission");
    app.ram(&touch, "TwoActions", &[])
        .await
        .refused(403, "NoPermission");
    app.ram(&all, "TwoActions", &[]).await.ok();
    // No resource: whoever signs, also who may do nothing at all.
    let nobody = with("nobody", vec![policy("Deny", "*", "*")]).await;
    app.sts(&nobody, "Who", &[]).await.ok();
    app.end().await;
}
