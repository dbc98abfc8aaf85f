//! Row 1: what a replica has cached is current only at the very tag that the database has now.

use rampart::store;

use crate::app::{ACCOUNT, Credentials, On, Setup, TestApp, policy, trust};
use crate::counting::Counting;
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

/// Two replicas, of which the second asks a counting store.
async fn warm_pair(setup: &Setup) -> (TestApp, TestApp, std::sync::Arc<Counting>) {
    let here = TestApp::with(setup.clone()).await;
    let counting = Counting::new(store::open(&here.url).await.unwrap());
    let there = TestApp::over(std::sync::Arc::clone(&counting) as _, setup).await;
    (here, there, counting)
}

/// A change drops what it touched on the other replica, and nothing else is read again.
#[tokio::test]
async fn t01_a_change_drops_what_it_touched_and_no_more() {
    let setup = Setup::on(On::Postgres);
    let (here, there, counting) = warm_pair(&setup).await;
    let list = policy("Allow", "ram:ListUsers", "*");
    let alice = here.user("alice", &[&list]).await;
    let bob = here.user("bob", &[&list]).await;
    here.role("Taken", r#"{"RAM":["*"]}"#, &[&list]).await;
    let everything = policy("Allow", "sts:AssumeRole", "*");
    let carol = here.user("carol", &[&everything]).await;
    let mut trips = Vec::new();
    for round in 0..3 {
        counting.take();
        for user in [&alice, &bob, &carol] {
            there.sts(user, "GetCallerIdentity", &[]).await.ok();
        }
        there.assume(&carol, "Taken", &[]).await.unwrap();
        trips.push(counting.take());
        if round == 1 {
            // Bob's key is given away and back; nobody else is touched.
            for status in ["Inactive", "Active"] {
                key(&here, "bob", &bob, "UpdateAccessKey", &[("Status", status)]).await;
            }
        }
    }
    // Each request is a batch; a cold one looks its key up, and reads the key, the user, the role.
    assert!(trips[0] > 8, "{trips:?}");
    assert_eq!(trips[1], 4, "warm: {trips:?}");
    assert_eq!(trips[2], 5, "bob's key alone is read again: {trips:?}");

    // Another default version of a policy touches those who have it.
    let narrowed = policy("Allow", "ram:ListRoles", "*");
    let version = [
        ("PolicyName", "alice-0"),
        ("PolicyDocument", narrowed.as_str()),
        ("SetAsDefault", "true"),
    ];
    there.ram(&alice, "ListUsers", &[]).await.ok();
    here.ram(&here.root(), "CreatePolicyVersion", &version)
        .await
        .ok();
    there
        .ram(&alice, "ListUsers", &[])
        .await
        .refused(403, "NoPermission");
    there.ram(&bob, "ListUsers", &[]).await.ok();
    there.end().await;
    here.end().await;
}

/// Where the changes do not link what is cached to what is there, everything goes.
#[tokio::test]
async fn t01_a_gap_in_the_changes_drops_the_account() {
    let setup = Setup::on(On::Postgres);
    let (here, there, counting) = warm_pair(&setup).await;
    let list = policy("Allow", "ram:ListUsers", "*");
    let alice = here.user("alice", &[&list]).await;
    let bob = here.user("bob", &[&list]).await;
    for user in [&alice, &bob, &alice, &bob] {
        there.ram(user, "ListUsers", &[]).await.ok();
    }
    detach(&here, "alice").await;
    here.ram(&here.root(), "CreateUser", &[("UserName", "dave")])
        .await
        .ok();
    // The row that names alice is gone, as after a release that writes none.
    tamper::sql(
        &here,
        "DELETE FROM changes WHERE revision < (SELECT MAX(revision) FROM changes \
         WHERE account_id = '1234567890123456')",
    )
    .await;
    counting.take();
    there
        .ram(&alice, "ListUsers", &[])
        .await
        .refused(403, "NoPermission");
    assert!(counting.take() > 1, "what was cached is read again");
    there.ram(&bob, "ListUsers", &[]).await.ok();
    assert!(counting.take() > 1, "bob's too");
    there.end().await;
    here.end().await;
}

/// What is read while the account moves on is not mixed with what was read before.
#[tokio::test]
async fn t01_two_states_are_never_mixed() {
    let setup = Setup::on(On::Postgres);
    let here = TestApp::with(setup.clone()).await;
    let there = here.replica(&setup).await;
    let root = here.root();
    let everything = policy("Allow", "sts:AssumeRole", "*");
    let carol = here.user("carol", &[&everything]).await;
    here.role(
        "Taken",
        r#"{"RAM":["acs:ram::1111111111111111:root"]}"#,
        &[],
    )
    .await;
    let account: rampart::policy::ids::AccountId = ACCOUNT.parse().unwrap();
    // Carol is cached; the role is not.
    there.sts(&carol, "GetCallerIdentity", &[]).await.ok();
    let view = there
        .iam
        .freshness
        .current(account, None, None, 0)
        .await
        .unwrap()
        .own;
    // She loses the right to take it, then the role trusts her: at no time could she take it.
    detach(&here, "carol").await;
    let trusting = trust(&format!(r#"{{"RAM":["acs:ram::{ACCOUNT}:root"]}}"#));
    let update = [
        ("RoleName", "Taken"),
        ("NewAssumeRolePolicyDocument", trusting.as_str()),
    ];
    here.ram(&root, "UpdateRole", &update).await.ok();
    // The view of before finds the role gone on, and does not take what it is now.
    let mut snapshot = there.store.begin_read(account).await.unwrap();
    let taken = "Taken".parse().unwrap();
    let loaded = view.load_role(snapshot.as_mut(), &taken).await;
    assert!(matches!(loaded, Err(store::StoreError::Conflict)));
    let pinned = there.iam.freshness.pinned(snapshot.as_ref());
    pinned
        .load_role(snapshot.as_mut(), &taken)
        .await
        .unwrap()
        .unwrap();
    drop(snapshot);
    // What was read ahead serves no view of before, and the next ones.
    assert!(view.role(&taken).is_none());
    let refused = there.assume(&carol, "Taken", &[]).await.unwrap_err();
    refused.refused(403, "NoPermission");
    let now = there
        .iam
        .freshness
        .current(account, None, None, 0)
        .await
        .unwrap()
        .own;
    assert!(now.role(&taken).unwrap().is_some());
    there.end().await;
    here.end().await;
}
