//! Row 1, for groups: what a group gives or denies is what the database says now, on every replica.

use crate::app::{Credentials, On, Setup, TestApp, policy};

async fn root(app: &TestApp, action: &str, params: &[(&str, &str)]) {
    app.ram(&app.root(), action, params).await.ok();
}

async fn write(app: &TestApp, name: &str, document: &str) {
    let params = [("PolicyName", name), ("PolicyDocument", document)];
    root(app, "CreatePolicy", &params).await;
}

/// Both replicas allow the call, or both refuse it.
async fn both(apps: [&TestApp; 2], who: &Credentials, allowed: bool) {
    for app in apps {
        let reply = app.ram(who, "ListRoles", &[]).await;
        if allowed {
            reply.ok();
        } else {
            reply.refused(403, "NoPermission");
        }
    }
}

#[tokio::test]
async fn t01_a_groups_rights_are_the_same_on_every_replica() {
    let setup = Setup::on(On::Postgres);
    let here = TestApp::with(setup.clone()).await;
    let there = here.replica(&setup).await;
    let alice = here.user("alice", &[]).await;
    let list = policy("Allow", "ram:ListRoles", "*");
    let bob = here.user("bob", &[&list]).await;
    write(&here, "Read", &list).await;
    write(&here, "Deny", &policy("Deny", "ram:ListRoles", "*")).await;
    for group in ["Devs", "Jail"] {
        root(&here, "CreateGroup", &[("GroupName", group)]).await;
    }
    let read = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Read"),
        ("GroupName", "Devs"),
    ];
    let jail = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Deny"),
        ("GroupName", "Jail"),
    ];
    let join = [("UserName", "alice"), ("GroupName", "Devs")];
    let put_in = [("UserName", "bob"), ("GroupName", "Jail")];
    // Each change is made on one replica, and both have cached what was before.
    for (one, other) in [(&here, &there), (&there, &here)] {
        let apps = [other, one];
        both(apps, &alice, false).await;
        root(one, "AddUserToGroup", &join).await;
        both(apps, &alice, false).await;
        root(one, "AttachPolicyToGroup", &read).await;
        both(apps, &alice, true).await;
        root(one, "RemoveUserFromGroup", &join).await;
        both(apps, &alice, false).await;
        root(one, "AddUserToGroup", &join).await;
        both(apps, &alice, true).await;
        root(one, "DetachPolicyFromGroup", &read).await;
        both(apps, &alice, false).await;
        root(one, "RemoveUserFromGroup", &join).await;

        both(apps, &bob, true).await;
        root(one, "AddUserToGroup", &put_in).await;
        both(apps, &bob, true).await;
        root(one, "AttachPolicyToGroup", &jail).await;
        both(apps, &bob, false).await;
        root(one, "DetachPolicyFromGroup", &jail).await;
        both(apps, &bob, true).await;
        root(one, "RemoveUserFromGroup", &put_in).await;
    }
    there.end().await;
    here.end().await;
}

/// Thousands may be in one group: what it loses, all of them lose, and nobody is reloaded for it
/// but them.
#[tokio::test]
async fn t01_every_member_loses_what_the_group_loses() {
    let setup = Setup::on(On::Postgres);
    let here = TestApp::with(setup.clone()).await;
    let there = here.replica(&setup).await;
    write(&here, "Read", &policy("Allow", "ram:ListRoles", "*")).await;
    root(&here, "CreateGroup", &[("GroupName", "Devs")]).await;
    let read = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Read"),
        ("GroupName", "Devs"),
    ];
    root(&here, "AttachPolicyToGroup", &read).await;
    let mut members = Vec::new();
    for number in 0..8 {
        let name = format!("m{number}");
        members.push(here.user(&name, &[]).await);
        let join = [("UserName", name.as_str()), ("GroupName", "Devs")];
        root(&here, "AddUserToGroup", &join).await;
    }
    for member in &members {
        both([&here, &there], member, true).await;
    }
    root(&there, "DetachPolicyFromGroup", &read).await;
    for member in &members {
        both([&here, &there], member, false).await;
    }
    there.end().await;
    here.end().await;
}
