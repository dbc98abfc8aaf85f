//! `UpdateUser`.

use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp, policy};
use crate::expect::{
    LATER, NOW, Name, Permission, USER, absent, bad_chars, bad_format, exists, with,
};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("UserName", "alice"), ("NewUserName", "Bob")];

on_both!(
    changes_everything,
    leaves_what_is_not_sent,
    what_it_has_follows_a_renamed_user,
    a_trust_policy_speaks_of_who_bears_the_name,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_a_name_that_is_taken,
    needs_permission_on_both_names,
    needs_permission_on_the_one_name,
);

async fn changes_everything(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let made = app
        .answer(&root, "CreateUser", &[("UserName", "alice")])
        .await;
    app.minute();
    let text = "文".repeat(128);
    let params = [
        ("UserName", "ALICE"),
        ("NewUserName", "Bob"),
        ("NewDisplayName", text.as_str()),
        ("NewMobilePhone", "86-18600001234"),
        ("NewEmail", "bob@example.com"),
        ("NewComments", text.as_str()),
        ("Comments", "ignored"),
    ];
    let whole = json!({"User": {
        "UserId": made["User"]["UserId"], "UserName": "Bob", "DisplayName": text,
        "MobilePhone": "86-18600001234", "Email": "bob@example.com", "Comments": text,
        "CreateDate": NOW, "UpdateDate": LATER,
    }});
    assert_eq!(app.answer(&root, "UpdateUser", &params).await, whole);
    assert_eq!(
        app.answer(&root, "GetUser", &[("UserName", "bob")]).await,
        whole
    );
    let before = [("UserName", "alice")];
    app.refuses(&root, "GetUser", &before, &absent("User"))
        .await;
    // Only its case, in XML.
    let case = [
        ("UserName", "bob"),
        ("NewUserName", "BOB"),
        ("NewDisplayName", "B"),
        ("NewComments", "c"),
    ];
    assert_eq!(
        app.xml("UpdateUser", &case).await,
        format!(
            "<User><UserId>{}</UserId><UserName>BOB</UserName><DisplayName>B</DisplayName>\
             <MobilePhone>86-18600001234</MobilePhone><Email>bob@example.com</Email>\
             <Comments>c</Comments><CreateDate>{NOW}</CreateDate><UpdateDate>{LATER}</UpdateDate>\
             </User>",
            made["User"]["UserId"].as_str().unwrap()
        )
    );
    app.end().await;
}

async fn leaves_what_is_not_sent(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let made = [
        ("UserName", "alice"),
        ("DisplayName", "A"),
        ("MobilePhone", "86-1"),
        ("Email", "a@example.com"),
        ("Comments", "c"),
    ];
    let made = app.answer(&root, "CreateUser", &made).await;
    let params = [
        ("UserName", "alice"),
        ("NewUserName", ""),
        ("NewDisplayName", ""),
        ("NewMobilePhone", ""),
        ("NewEmail", ""),
        ("NewComments", ""),
    ];
    for params in [&params[..1], &params[..]] {
        let mut updated = app.answer(&root, "UpdateUser", params).await;
        let user = updated["User"].as_object_mut().unwrap();
        assert_eq!(user.shift_remove("UpdateDate").unwrap(), NOW);
        assert_eq!(updated, made);
    }
    app.end().await;
}

async fn what_it_has_follows_a_renamed_user(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let alice = app
        .user("alice", &[&policy("Allow", "ram:ListRoles", "*")])
        .await;
    app.ram(&root, "CreateGroup", &[("GroupName", "Devs")])
        .await
        .ok();
    let join = [("UserName", "alice"), ("GroupName", "Devs")];
    app.ram(&root, "AddUserToGroup", &join).await.ok();
    app.ram(&alice, "ListRoles", &[]).await.ok();
    app.ram(&root, "UpdateUser", GOOD).await.ok();
    // The key signs, the policies count, and the caller has its new name.
    app.ram(&alice, "ListRoles", &[]).await.ok();
    let who = app.sts(&alice, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(who["Arn"], format!("acs:ram::{ACCOUNT}:user/Bob"));
    let bob = [("UserName", "bob")];
    let groups = app.answer(&root, "ListGroupsForUser", &bob).await;
    assert_eq!(groups["Groups"]["Group"][0]["GroupName"], "Devs");
    let keys = app.answer(&root, "ListAccessKeys", &bob).await;
    assert_eq!(
        keys["AccessKeys"]["AccessKey"][0]["AccessKeyId"],
        alice.id.as_str()
    );
    let policies = app.answer(&root, "ListPoliciesForUser", &bob).await;
    assert_eq!(policies["Policies"]["Policy"].as_array().unwrap().len(), 1);
    // Another of the old name has nothing of it.
    let new = [("UserName", "alice")];
    app.ram(&root, "CreateUser", &new).await.ok();
    let policies = app.answer(&root, "ListPoliciesForUser", &new).await;
    assert_eq!(policies["Policies"]["Policy"], json!([]));
    app.end().await;
}

async fn a_trust_policy_speaks_of_who_bears_the_name(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let assume = policy("Allow", "sts:AssumeRole", "*");
    let alice = app.user("alice", &[&assume]).await;
    let eve = app.user("eve", &[&assume]).await;
    let trusted = format!(r#"{{"RAM":"acs:ram::{ACCOUNT}:user/alice"}}"#);
    let made = app.role("Worker", &trusted, &[]).await;
    let arn = format!("acs:ram::{ACCOUNT}:role/Worker");
    let params = [("RoleArn", arn.as_str()), ("RoleSessionName", "s1")];
    app.sts(&alice, "AssumeRole", &params).await.ok();
    app.ram(&root, "UpdateUser", GOOD).await.ok();
    let refused = app.sts(&alice, "AssumeRole", &params).await;
    refused.refused(403, "NoPermission");
    let refused = app.sts(&eve, "AssumeRole", &params).await;
    refused.refused(403, "NoPermission");
    let rename = [("UserName", "eve"), ("NewUserName", "Alice")];
    app.ram(&root, "UpdateUser", &rename).await.ok();
    app.sts(&eve, "AssumeRole", &params).await.ok();
    let read = [("RoleName", "Worker")];
    let read = app.answer(&root, "GetRole", &read).await;
    assert_eq!(
        read["Role"]["AssumeRolePolicyDocument"],
        made["AssumeRolePolicyDocument"]
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.user("alice", &[]).await;
    app.checks_name("UpdateUser", GOOD, USER).await;
    let new = Name {
        param: "NewUserName",
        required: false,
        ..USER
    };
    let good = [("UserName", "alice")];
    for (param, text) in [
        ("NewMobilePhone", "186"),
        ("NewMobilePhone", "86-"),
        ("NewEmail", "a"),
        ("NewEmail", "a@b"),
    ] {
        let params = with(&good, param, text);
        app.refuses(&root, "UpdateUser", &params, &bad_format(param))
            .await;
    }
    for param in ["NewDisplayName", "NewComments"] {
        app.checks_text("UpdateUser", &good, param, 128).await;
    }
    let control = with(&good, "NewDisplayName", "a\tb");
    let refused = bad_chars("NewDisplayName");
    app.refuses(&root, "UpdateUser", &control, &refused).await;
    // The last: the longest name goes well.
    app.checks_name("UpdateUser", GOOD, new).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "UpdateUser", GOOD, &absent("User"))
        .await;
    app.user("alice", &[]).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "UpdateUser", GOOD, &absent("User"))
        .await;
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    for name in ["alice", "Bob"] {
        app.user(name, &[]).await;
    }
    for name in ["Bob", "bOB"] {
        let params = with(GOOD, "NewUserName", name);
        app.refuses(&root, "UpdateUser", &params, &exists("User"))
            .await;
    }
    app.end().await;
}

async fn needs_permission_on_both_names(on: On) {
    let app = TestApp::start(on).await;
    app.user("alice", &[]).await;
    app.needs(&Permission {
        action: "UpdateUser",
        params: GOOD,
        resources: &["1234567890123456:user/alice", "1234567890123456:user/Bob"],
        absent: &[("UserName", "Nobody1")],
        absent_resources: &["1234567890123456:user/Nobody1"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_the_one_name(on: On) {
    let app = TestApp::start(on).await;
    app.user("alice", &[]).await;
    app.needs(&Permission {
        action: "UpdateUser",
        params: &[("UserName", "alice"), ("NewComments", "new")],
        resources: &["1234567890123456:user/alice"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
