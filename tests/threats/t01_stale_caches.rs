//! Row 1: what a replica has cached is current only at the very tag that the database has now.

use crate::app::{Credentials, On, Setup, TestApp, policy};
use crate::tamper;

async fn detach(app: &TestApp, user: &str) {
    let params = [
        ("PolicyType", "Custom"),
        ("PolicyName", &*format!("{user}-0")),
        ("UserName", user),
    ];
    app.ram(&app.root(), "DetachPolicyFromUser", &params)
        .await
        .ok();
}

async fn key(app: &TestApp, user: &str, who: &Credentials, action: &str, more: &[(&str, &str)]) {
    let mut params = vec![("UserName", user), ("UserAccessKeyId", who.id.as_str())];
    params.extend(more);
    app.ram(&app.root(), action, &params).await.ok();
}

#[tokio::test]
async fn t01_what_one_replica_revokes_no_other_allows() {
    let setup = Setup::on(On::Postgres);
    let here = TestApp::with(setup.clone()).await;
    let there = here.replica(&setup).await;
    let list = policy("Allow", "ram:ListRoles", "*");
    for round in 0..5 {
        let names: Vec<String> = (0..4).map(|n| format!("u{round}x{n}")).collect();
        let mut users = Vec::new();
        for name in &names {
            users.push(here.user(name, &[&list]).await);
        }
        // Warm on the other side.
        for user in users.iter().chain(&users) {
            there.ram(user, "ListRoles", &[]).await.ok();
        }
        detach(&here, &names[0]).await;
        there
            .ram(&users[0], "ListRoles", &[])
            .await
            .refused(403, "NoPermission");
        there.ram(&users[1], "ListRoles", &[]).await.ok();
        key(
            &here,
            &names[1],
            &users[1],
            "UpdateAccessKey",
            &[("Status", "Inactive")],
        )
        .await;
        there
            .ram(&users[1], "ListRoles", &[])
            .await
            .refused(400, "InvalidAccessKeyId.Inactive");
        key(&here, &names[2], &users[2], "DeleteAccessKey", &[]).await;
        there
            .ram(&users[2], "ListRoles", &[])
            .await
            .refused(404, "InvalidAccessKeyId.NotFound");
        there.ram(&users[3], "ListRoles", &[]).await.ok();
        key(&here, &names[3], &users[3], "DeleteAccessKey", &[]).await;
        detach(&here, &names[3]).await;
        here.ram(&here.root(), "DeleteUser", &[("UserName", &names[3])])
            .await
            .ok();
        there
            .ram(&users[3], "ListRoles", &[])
            .await
            .refused(404, "InvalidAccessKeyId.NotFound");
        // And what is given back is there at once.
        key(
            &here,
            &names[1],
            &users[1],
            "UpdateAccessKey",
            &[("Status", "Active")],
        )
        .await;
        there.ram(&users[1], "ListRoles", &[]).await.ok();
    }
    there.end().await;
    here.end().await;
}

/// The same revision number comes again with other content, as after a failover or a restore.
#[tokio::test]
async fn t01_a_revision_number_that_comes_again_revives_nothing() {
    let setup = Setup::on(On::Postgres);
    let app = TestApp::with(setup.clone()).await;
    let list = policy("Allow", "ram:ListRoles", "*");
    let alice = app.user("alice", &[&list]).await;
    detach(&app, "alice").await;
    tamper::sql(&app, "CREATE TABLE kept_accounts AS SELECT * FROM accounts").await;
    tamper::sql(
        &app,
        "CREATE TABLE kept_attachments AS SELECT * FROM attachments",
    )
    .await;
    let attach = [
        ("PolicyType", "Custom"),
        ("PolicyName", "alice-0"),
        ("UserName", "alice"),
    ];
    app.ram(&app.root(), "AttachPolicyToUser", &attach)
        .await
        .ok();
    let other = app.replica(&setup).await;
    for replica in [&app, &other] {
        replica.ram(&alice, "ListRoles", &[]).await.ok();
    }
    let before = tamper::number(
        &app,
        "SELECT revision FROM accounts WHERE id = '1234567890123456'",
    )
    .await;

    // The older database.
    tamper::sql(&app, "DELETE FROM attachments").await;
    tamper::sql(
        &app,
        "INSERT INTO attachments SELECT * FROM kept_attachments",
    )
    .await;
    let back = "UPDATE accounts SET revision = k.revision, revision_tag = k.revision_tag, \
                previous_tag = k.previous_tag FROM kept_accounts k WHERE accounts.id = k.id";
    tamper::sql(&app, back).await;
    for replica in [&app, &other] {
        replica
            .ram(&alice, "ListRoles", &[])
            .await
            .refused(403, "NoPermission");
    }
    // As many writes as there were: the number is the one that the replicas knew.
    app.ram(&app.root(), "CreateUser", &[("UserName", "bob")])
        .await
        .ok();
    let now = tamper::number(
        &app,
        "SELECT revision FROM accounts WHERE id = '1234567890123456'",
    )
    .await;
    assert_eq!(now, before);
    for replica in [&other, &app] {
        replica
            .ram(&alice, "ListRoles", &[])
            .await
            .refused(403, "NoPermission");
    }
    other.end().await;
    app.end().await;
}
