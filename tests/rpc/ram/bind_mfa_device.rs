//! `BindMFADevice`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{
    Authenticator, Permission, Refusal, USER, absent, bad_format, exists, missing, refusal, with,
    without,
};
use crate::on_both;

on_both!(
    binds,
    refuses_bad_parameters,
    refuses_codes_that_are_not_the_devices,
    a_code_is_good_once,
    t06_refuses_what_does_not_exist_or_is_anothers,
    refuses_what_is_bound,
    needs_permission,
);

async fn start(on: On) -> (TestApp, Authenticator) {
    let app = TestApp::start(on).await;
    for name in ["Alice", "bob"] {
        app.ram(&app.root(), "CreateUser", &[("UserName", name)])
            .await
            .ok();
    }
    let phone = app.device("Phone").await;
    (app, phone)
}

/// The codes that a device shows at a moment and half a minute later.
fn codes(app: &TestApp, device: &Authenticator, from_now: i64) -> (String, String) {
    let at = app.iam.clock.now() + from_now;
    (device.code(at), device.code(at + 30))
}

fn good<'a>(
    device: &'a Authenticator,
    codes: &'a (String, String),
) -> Vec<(&'static str, &'a str)> {
    vec![
        ("SerialNumber", &device.serial_number),
        ("UserName", "Alice"),
        ("AuthenticationCode1", &codes.0),
        ("AuthenticationCode2", &codes.1),
    ]
}

fn wrong() -> Refusal {
    refusal(
        403,
        "CheckAuthenticationCodeFail",
        "The parameter - \"AuthenticationCode\" is inccorrect.",
    )
}

async fn binds(on: On) {
    let (app, phone) = start(on).await;
    let shown = codes(&app, &phone, -30);
    let params = with(&good(&phone, &shown), "UserName", "ALICE");
    let params = [&params[..], &[("Surplus", "ignored")]].concat();
    let answer = app.answer(&app.root(), "BindMFADevice", &params).await;
    assert_eq!(answer, json!({}));
    let info = app
        .answer(&app.root(), "GetUserMFAInfo", &[("UserName", "Alice")])
        .await;
    assert_eq!(info["MFADevice"]["SerialNumber"], phone.serial_number);
    let second = app.device("second").await;
    let shown = codes(&app, &second, 0);
    let params = with(&good(&second, &shown), "UserName", "bob");
    assert_eq!(app.xml("BindMFADevice", &params).await, "");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let (app, phone) = start(on).await;
    let root = app.root();
    let action = "BindMFADevice";
    let shown = codes(&app, &phone, 0);
    let good = good(&phone, &shown);
    for name in ["SerialNumber", "AuthenticationCode1", "AuthenticationCode2"] {
        for params in [without(&good, name), with(&good, name, "")] {
            app.refuses(&root, action, &params, &missing(name)).await;
        }
    }
    let format = refusal(
        400,
        "InvalidParameter.AuthenticationCode.Format",
        "The parameter - \"AuthenticationCode\" MUST be 6 numbers.",
    );
    for name in ["AuthenticationCode1", "AuthenticationCode2"] {
        for text in [
            "12345",
            "1234567",
            "12345a",
            "-12345",
            "１２３４５６",
            " 12345",
        ] {
            app.refuses(&root, action, &with(&good, name, text), &format)
                .await;
        }
    }
    let name = "SerialNumber";
    app.refuses(
        &root,
        action,
        &with(&good, name, "Phone"),
        &bad_format(name),
    )
    .await;
    app.checks_name(action, &good, USER).await;
    app.end().await;
}

async fn refuses_codes_that_are_not_the_devices(on: On) {
    let (app, phone) = start(on).await;
    let root = app.root();
    let other = app.device("other").await;
    for shown in [
        codes(&app, &phone, -90),
        codes(&app, &phone, 60),
        codes(&app, &other, 0),
        (phone.code(app.iam.clock.now()), "000000".to_owned()),
        {
            let (one, two) = codes(&app, &phone, 0);
            (two, one)
        },
        {
            let (one, _) = codes(&app, &phone, 0);
            (one.clone(), one)
        },
    ] {
        app.refuses(&root, "BindMFADevice", &good(&phone, &shown), &wrong())
            .await;
    }
    // It is counted as the refusal of a caller.
    app.iam.refusals.flush(app.store.as_ref()).await.unwrap();
    let account = crate::app::ACCOUNT.parse().unwrap();
    let mut snapshot = app.store.begin_read(account).await.unwrap();
    let refusals = snapshot.list_refusals(9).await.unwrap();
    drop(snapshot);
    let counted: Vec<_> = refusals
        .iter()
        .map(|(key, count)| (key.code.as_str(), *count))
        .collect();
    assert_eq!(counted, [("CheckAuthenticationCodeFail", 6)]);
    app.end().await;
}

async fn a_code_is_good_once(on: On) {
    let (app, phone) = start(on).await;
    let root = app.root();
    let shown = codes(&app, &phone, -30);
    app.ram(&root, "BindMFADevice", &good(&phone, &shown))
        .await
        .ok();
    let user = [("UserName", "Alice")];
    app.ram(&root, "UnbindMFADevice", &user).await.ok();
    let overlap = codes(&app, &phone, 0);
    for again in [&shown, &overlap] {
        app.refuses(&root, "BindMFADevice", &good(&phone, again), &wrong())
            .await;
    }
    app.minute();
    let later = codes(&app, &phone, -30);
    app.ram(&root, "BindMFADevice", &good(&phone, &later))
        .await
        .ok();
    app.end().await;
}

async fn t06_refuses_what_does_not_exist_or_is_anothers(on: On) {
    let (app, phone) = start(on).await;
    let (root, action) = (app.root(), "BindMFADevice");
    let shown = codes(&app, &phone, 0);
    let good = good(&phone, &shown);
    let nobody = with(&good, "UserName", "Nobody");
    app.refuses(&root, action, &nobody, &absent("User")).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, action, &good, &absent("User")).await;
    app.user_of(&other, "Alice", &[]).await;
    app.refuses(&other, action, &good, &absent("VirtualMFADevice"))
        .await;
    for number in [
        "acs:ram::1234567890123456:mfa/nothing",
        "acs:ram::1000000000000002:mfa/Phone",
    ] {
        let params = with(&good, "SerialNumber", number);
        app.refuses(&root, action, &params, &absent("VirtualMFADevice"))
            .await;
    }
    app.end().await;
}

async fn refuses_what_is_bound(on: On) {
    let (app, phone) = start(on).await;
    let (root, action) = (app.root(), "BindMFADevice");
    app.bind_device("Bound", "Alice").await;
    let shown = codes(&app, &phone, 0);
    let params = good(&phone, &shown);
    app.refuses(&root, action, &params, &exists("User.MFADevice"))
        .await;
    let bound = "acs:ram::1234567890123456:mfa/Bound";
    for user in ["Alice", "bob"] {
        let params = with(&with(&params, "SerialNumber", bound), "UserName", user);
        app.refuses(&root, action, &params, &exists("VirtualMFADevice.User"))
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let (app, phone) = start(on).await;
    let shown = codes(&app, &phone, 0);
    let good = good(&phone, &shown);
    app.needs(&Permission {
        action: "BindMFADevice",
        params: &good,
        resources: &["1234567890123456:user/Alice"],
        absent: &with(&good, "UserName", "Nobody1"),
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}
