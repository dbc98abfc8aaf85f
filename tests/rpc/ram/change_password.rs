//! `ChangePassword`.

use serde_json::json;

use crate::app::{Credentials, On, TestApp, policy};
use crate::expect::{Refusal, absent, missing, refusal, too_long, too_weak, with, without};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("OldPassword", "some-password"),
    ("NewPassword", "another-password"),
];

on_both!(
    changes_it,
    refuses_bad_parameters,
    refuses_a_wrong_or_weak_password,
    refuses_passwords_of_before,
    is_for_users_alone,
    refuses_a_user_without_a_login,
    two_at_once_do_not_both_change_it,
    needs_permission,
);

/// Alice with a login, who may change her password.
async fn start(on: On) -> (TestApp, Credentials) {
    let app = TestApp::start(on).await;
    let allow = policy("Allow", "ram:ChangePassword", "acs:ram:*:*:user/Alice");
    let alice = app.user("Alice", &[&allow]).await;
    let login = [
        ("UserName", "Alice"),
        ("Password", "some-password"),
        ("PasswordResetRequired", "true"),
    ];
    app.ram(&app.root(), "CreateLoginProfile", &login)
        .await
        .ok();
    (app, alice)
}

fn wrong() -> Refusal {
    refusal(
        400,
        "InvalidParameter.OldPassword.Incorrect",
        "The parameter - \"OldPassword\" is incorrect.",
    )
}

fn reused() -> Refusal {
    refusal(
        400,
        "InvalidParameter.NewPassword.ReusePrevention",
        "The parameter - \"NewPassword\" is not compliant with the reuse prevention password policy.",
    )
}

fn change<'a>(old: &'a str, new: &'a str) -> [(&'static str, &'a str); 2] {
    [("OldPassword", old), ("NewPassword", new)]
}

async fn changes_it(on: On) {
    let (app, alice) = start(on).await;
    let params = with(GOOD, "Surplus", "ignored");
    let answer = app.answer(&alice, "ChangePassword", &params).await;
    assert_eq!(answer, json!({}));
    // The old one is none any more; the new one need not be changed at the next login.
    app.refuses(&alice, "ChangePassword", GOOD, &wrong()).await;
    let profile = app
        .answer(&app.root(), "GetLoginProfile", &[("UserName", "Alice")])
        .await;
    assert_eq!(profile["LoginProfile"]["PasswordResetRequired"], false);
    let back = change("another-password", "some-password");
    app.ram(&alice, "ChangePassword", &back).await.ok();
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let (app, alice) = start(on).await;
    let long = "p".repeat(129);
    for name in ["OldPassword", "NewPassword"] {
        for params in [without(GOOD, name), with(GOOD, name, "")] {
            app.refuses(&alice, "ChangePassword", &params, &missing(name))
                .await;
        }
        let params = with(GOOD, name, &long);
        app.refuses(&alice, "ChangePassword", &params, &too_long(name))
            .await;
    }
    app.end().await;
}

async fn refuses_a_wrong_or_weak_password(on: On) {
    let (app, alice) = start(on).await;
    for old in ["Some-password", "some-passwor", "some-password "] {
        let params = with(GOOD, "OldPassword", old);
        app.refuses(&alice, "ChangePassword", &params, &wrong())
            .await;
    }
    let weak = with(GOOD, "NewPassword", "weak");
    app.refuses(&alice, "ChangePassword", &weak, &too_weak("NewPassword"))
        .await;
    // Who does not know the old one learns nothing of the policy.
    let neither = change("wrong", "weak");
    app.refuses(&alice, "ChangePassword", &neither, &wrong())
        .await;
    let numbers = [("RequireNumbers", "true")];
    app.ram(&app.root(), "SetPasswordPolicy", &numbers)
        .await
        .ok();
    app.refuses(&alice, "ChangePassword", GOOD, &too_weak("NewPassword"))
        .await;
    app.end().await;
}

async fn refuses_passwords_of_before(on: On) {
    let (app, alice) = start(on).await;
    let root = app.root();
    // Without the policy the same again is none of our business.
    let same = change("some-password", "some-password");
    app.ram(&alice, "ChangePassword", &same).await.ok();
    app.ram(&alice, "ChangePassword", GOOD).await.ok();
    let third = change("another-password", "third-password");
    app.ram(&alice, "ChangePassword", &third).await.ok();
    let policy = [("PasswordReusePrevention", "2")];
    app.ram(&root, "SetPasswordPolicy", &policy).await.ok();
    for new in ["third-password", "another-password"] {
        let params = change("third-password", new);
        app.refuses(&alice, "ChangePassword", &params, &reused())
            .await;
    }
    let policy = [("PasswordReusePrevention", "3")];
    app.ram(&root, "SetPasswordPolicy", &policy).await.ok();
    let oldest = change("third-password", "some-password");
    app.refuses(&alice, "ChangePassword", &oldest, &reused())
        .await;
    let policy = [("PasswordReusePrevention", "2")];
    app.ram(&root, "SetPasswordPolicy", &policy).await.ok();
    app.ram(&alice, "ChangePassword", &oldest).await.ok();
    app.end().await;
}

async fn is_for_users_alone(on: On) {
    let (app, _) = start(on).await;
    let only = refusal(
        400,
        "NotSupport.Account",
        "This method can be only invoked by sub user.",
    );
    app.refuses(&app.root(), "ChangePassword", GOOD, &only)
        .await;
    let may = policy("Allow", "sts:AssumeRole", "*");
    let bob = app.user("bob", &[&may]).await;
    app.role("Admin", r#"{"RAM":"*"}"#, &[&policy("Allow", "*", "*")])
        .await;
    let session = app.assume(&bob, "Admin", &[]).await.unwrap();
    app.refuses(&session, "ChangePassword", GOOD, &only).await;
    app.end().await;
}

async fn refuses_a_user_without_a_login(on: On) {
    let (app, alice) = start(on).await;
    let user = [("UserName", "Alice")];
    app.ram(&app.root(), "DeleteLoginProfile", &user).await.ok();
    let expected = absent("User.LoginProfile");
    app.refuses(&alice, "ChangePassword", GOOD, &expected).await;
    app.end().await;
}

async fn two_at_once_do_not_both_change_it(on: On) {
    let (app, alice) = start(on).await;
    let other = change("some-password", "third-password");
    let (one, two) = tokio::join!(
        app.ram(&alice, "ChangePassword", GOOD),
        app.ram(&alice, "ChangePassword", &other),
    );
    let changed = [&one, &two].iter().filter(|r| r.status == 200).count();
    assert_eq!(changed, 1, "{} {}", one.text, two.text);
    for reply in [&one, &two] {
        // The loser is told to try again, or came late enough to see the new password.
        let known = [
            "",
            "ServiceUnavailable",
            "InvalidParameter.OldPassword.Incorrect",
        ];
        assert!(known.contains(&&*reply.code()), "{}", reply.text);
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let (app, _) = start(on).await;
    let everything = policy("Allow", "*", "*");
    for (name, policies, kind) in [
        ("nobody", vec![], "ImplicitDeny"),
        (
            "other",
            vec![policy(
                "Allow",
                "ram:ChangePassword",
                "acs:ram:*:*:user/Alice",
            )],
            "ImplicitDeny",
        ),
        (
            "denied",
            vec![
                everything.clone(),
                policy("Deny", "ram:ChangePassword", "acs:ram:*:*:user/denied"),
            ],
            "ExplicitDeny",
        ),
    ] {
        let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
        let user = app.user(name, &policies).await;
        let resource = format!("acs:ram:*:1234567890123456:user/{name}");
        app.denies(&user, ("ChangePassword", GOOD), &resource, kind)
            .await;
    }
    app.end().await;
}
