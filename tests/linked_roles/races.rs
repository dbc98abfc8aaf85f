//! Removal while sessions are issued and uses are registered, again and again.

use std::sync::Arc;

use rampart::policy::ids::RoleId;

use crate::app::{ACCOUNT, Credentials, On, TestApp};
use crate::on_both;
use crate::{ROLE, SERVICE, arn, start_on};

on_both!(
    a_role_that_was_removed_has_neither_sessions_nor_uses,
    a_use_that_was_acknowledged_first_keeps_the_role,
);

/// How often each race is run.
const ROUNDS: usize = 120;

/// Registers a use after giving way so often; whether it was acknowledged.
async fn put(app: Arc<TestApp>, service: Credentials, resource: String, wait: usize) -> bool {
    for _ in 0..wait {
        tokio::task::yield_now().await;
    }
    let arn = arn(ROLE);
    let params = [("RoleArn", arn.as_str()), ("Resource", resource.as_str())];
    let reply = app
        .own(&service, "PutServiceLinkedRoleUsage", &params)
        .await;
    if reply.status != 200 {
        reply.refused(403, "NoPermission");
    }
    reply.status == 200
}

/// Takes the role after giving way so often; the session, if there is one.
async fn take(app: Arc<TestApp>, service: Credentials, wait: usize) -> Option<Credentials> {
    for _ in 0..wait {
        tokio::task::yield_now().await;
    }
    match app.assume(&service, ROLE, &[]).await {
        Ok(session) => Some(session),
        Err(reply) => {
            reply.refused(403, "NoPermission");
            None
        }
    }
}

async fn uses(app: &TestApp, role: &str) -> usize {
    let role: RoleId = role.parse().unwrap();
    let account = ACCOUNT.parse().unwrap();
    let mut snapshot = app.store.begin_read(account).await.unwrap();
    snapshot.list_role_usages(role).await.unwrap().len()
}

async fn a_role_that_was_removed_has_neither_sessions_nor_uses(on: On) {
    let app = Arc::new(start_on(on).await);
    let service = app.service(SERVICE, None, &[]).await;
    let (mut removed, mut kept, mut issued) = (0, 0, 0);
    for round in 0..ROUNDS {
        let role = app.storage_role().await;
        let before = app.assume(&service, ROLE, &[]).await.unwrap();
        // Who comes when differs from round to round.
        let wait = |number: usize| (round * 7 + number * 13) % 41;
        let mut takers = Vec::new();
        let mut putters = Vec::new();
        for number in 0..3 {
            let (one, key) = (Arc::clone(&app), service.clone());
            takers.push(tokio::spawn(take(one, key, wait(number))));
            if number < round % 3 {
                let (one, key) = (Arc::clone(&app), service.clone());
                let resource = format!("{round}-{number}");
                putters.push(tokio::spawn(put(one, key, resource, wait(number + 5))));
            }
        }
        for _ in 0..wait(11) {
            tokio::task::yield_now().await;
        }
        let task = app.delete_linked(ROLE).await;
        let status = app.outcome(&task).await;
        let mut sessions = vec![before];
        for taker in takers {
            sessions.extend(taker.await.unwrap());
        }
        let mut acknowledged = 0;
        for putter in putters {
            acknowledged += usize::from(putter.await.unwrap());
        }
        issued += sessions.len();
        if status["Status"] == "SUCCEEDED" {
            removed += 1;
            assert_eq!(
                acknowledged, 0,
                "a use was acknowledged and the role is gone"
            );
            assert_eq!(uses(&app, &role).await, 0);
            for session in &sessions {
                for _ in 0..2 {
                    let dead = app.sts(session, "GetCallerIdentity", &[]).await;
                    dead.refused(400, "InvalidSecurityToken.Expired");
                }
            }
        } else {
            assert_eq!(status["Status"], "FAILED");
            kept += 1;
            assert!(acknowledged > 0, "{status}");
            assert_eq!(uses(&app, &role).await, acknowledged);
            for session in &sessions {
                app.sts(session, "GetCallerIdentity", &[]).await.ok();
            }
            clear(&app, &service, &role).await;
            let task = app.delete_linked(ROLE).await;
            assert_eq!(app.outcome(&task).await["Status"], "SUCCEEDED");
        }
    }
    println!("{on:?}: {ROUNDS} rounds, {removed} removed, {kept} kept, {issued} sessions");
    assert!(removed > 0 && kept > 0, "{removed} removed, {kept} kept");
    end(app).await;
}

/// Takes every use of a role back.
async fn clear(app: &TestApp, service: &Credentials, role: &str) {
    let id: RoleId = role.parse().unwrap();
    let account = ACCOUNT.parse().unwrap();
    let mut snapshot = app.store.begin_read(account).await.unwrap();
    let usages = snapshot.list_role_usages(id).await.unwrap();
    drop(snapshot);
    let arn = arn(ROLE);
    for usage in usages {
        let params = [
            ("RoleArn", arn.as_str()),
            ("Region", usage.region.as_str()),
            ("Resource", usage.resource.as_str()),
        ];
        app.own(service, "DeleteServiceLinkedRoleUsage", &params)
            .await
            .ok();
    }
}

async fn a_use_that_was_acknowledged_first_keeps_the_role(on: On) {
    let app = Arc::new(start_on(on).await);
    let service = app.service(SERVICE, Some(ACCOUNT), &[]).await;
    let role = app.storage_role().await;
    for round in 0..ROUNDS {
        let resource = format!("bucket-{round}");
        assert!(put(Arc::clone(&app), service.clone(), resource.clone(), 0).await);
        // Others go on meanwhile.
        let (one, key) = (Arc::clone(&app), service.clone());
        let taker = tokio::spawn(take(one, key, round % 5));
        let task = app.delete_linked(ROLE).await;
        let status = app.outcome(&task).await;
        assert_eq!(status["Status"], "FAILED", "round {round}");
        let used = &status["Reason"]["RoleUsages"]["RoleUsage"][0]["Resources"]["Resource"];
        assert_eq!(used, &serde_json::json!([resource]));
        let session = taker.await.unwrap().unwrap();
        app.sts(&session, "GetCallerIdentity", &[]).await.ok();
        clear(&app, &service, &role).await;
    }
    let task = app.delete_linked(ROLE).await;
    assert_eq!(app.outcome(&task).await["Status"], "SUCCEEDED");
    println!("{on:?}: {ROUNDS} rounds, each kept");
    end(app).await;
}

async fn end(app: Arc<TestApp>) {
    let app = Arc::try_unwrap(app).unwrap_or_else(|_| panic!("a task still has it"));
    app.end().await;
}
