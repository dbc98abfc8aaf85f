//! Row 21: probing leaves a trace, and no trace can fill the disk or stop a mutation.

use std::sync::Arc;

use rampart::ops::declare::Product;

use crate::app::{ACCOUNT, On, TestApp, policy, trust};
use crate::calls;
use crate::{on_both, on_disk, tamper};

on_both!(t21_denials_are_counted_in_few_rows);
on_disk!(t21_a_mutation_without_its_audit_row_does_not_happen);

async fn t21_denials_are_counted_in_few_rows(on: On) {
    const DENIALS: u64 = 3000;
    let app = Arc::new(TestApp::start(on).await);
    let nobody = app.user("nobody", &[]).await;
    let mut forger = app.root();
    forger.secret.push('x');
    for n in 0..DENIALS {
        // Names that differ make no rows of their own.
        let name = format!("r{n}");
        let denied = app.ram(&nobody, "DeleteRole", &[("RoleName", &name)]).await;
        denied.refused(403, "NoPermission");
        if n % 3 == 0 {
            let call = calls::rpc(
                &app,
                &forger,
                Product::Ram,
                "DeleteRole",
                &[("RoleName", &name)],
            )
            .header("x-acs-request-id", "inbound");
            call.send(&app).await.refused(400, "SignatureDoesNotMatch");
        }
        if n % 1000 == 999 {
            app.clock.advance(3);
            app.iam.tick().await;
        }
    }
    let mut snapshot = app
        .store
        .begin_read(ACCOUNT.parse().unwrap())
        .await
        .unwrap();
    let denied = snapshot.list_refusals(1000).await.unwrap();
    drop(snapshot);
    assert!(denied.len() <= 2, "{}", denied.len());
    assert_eq!(denied.iter().map(|(_, count)| count).sum::<u64>(), DENIALS);
    for (row, _) in &denied {
        assert_eq!(
            (row.operation.as_str(), row.code.as_str()),
            ("Ram.DeleteRole", "NoPermission")
        );
        assert_eq!(row.principal, nobody.id);
    }
    let system = rampart::policy::ids::AccountId::SYSTEM;
    let mut snapshot = app.store.begin_read(system).await.unwrap();
    let by_peer = snapshot.list_refusals(1000).await.unwrap();
    drop(snapshot);
    assert!(by_peer.len() <= 2, "{by_peer:?}");
    assert_eq!(
        by_peer.iter().map(|(_, count)| count).sum::<u64>(),
        DENIALS / 3
    );
    assert!(
        by_peer.iter().all(|(row, _)| row.principal == "127.0.0.1"),
        "{by_peer:?}"
    );
    // An administrator's mutation still succeeds, with its row.
    app.role("made", r#"{"RAM":["*"]}"#, &[]).await;
    crate::end(app).await;
}

async fn t21_a_mutation_without_its_audit_row_does_not_happen(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let document = trust(r#"{"RAM":["*"]}"#);
    let params = [
        ("RoleName", "made"),
        ("AssumeRolePolicyDocument", document.as_str()),
    ];
    let before = calls::state(&app).await;
    tamper::sql(&app, "ALTER TABLE audit RENAME TO audit_away").await;
    let reply = app.ram(&root, "CreateRole", &params).await;
    assert!(reply.status.is_server_error(), "{}", reply.text);
    tamper::sql(&app, "ALTER TABLE audit_away RENAME TO audit").await;
    assert_eq!(calls::state(&app).await, before, "nothing was committed");
    app.ram(&root, "GetRole", &[("RoleName", "made")])
        .await
        .refused(404, "EntityNotExist.Role");

    // With it: one row for each, and what it tells is the caller's doing, not his word.
    let user = app
        .user("maker", &[&policy("Allow", "ram:CreateRole", "*")])
        .await;
    let call = calls::acs3(&app, &user, Product::Ram, "CreateRole", &params);
    let reply = call.send(&app).await;
    let id = reply.headers["x-acs-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    reply.ok();
    let mut snapshot = app
        .store
        .begin_read(ACCOUNT.parse().unwrap())
        .await
        .unwrap();
    let row = snapshot.list_audit(1).await.unwrap().remove(0);
    drop(snapshot);
    assert_eq!(row.request_id, id);
    assert_eq!(row.principal, format!("acs:ram::{ACCOUNT}:user/maker"));
    assert_eq!(row.access_key_id, user.id);
    assert_eq!(row.operation, "Ram.CreateRole");
    assert_eq!(row.resource, format!("acs:ram:*:{ACCOUNT}:role/*"));
    // A read leaves none, a refused mutation neither.
    let (_, trail) = calls::state(&app).await;
    app.ram(&root, "ListRoles", &[]).await.ok();
    app.ram(&root, "CreateRole", &params)
        .await
        .refused(409, "EntityAlreadyExists.Role");
    assert_eq!(calls::state(&app).await.1, trail);
    app.end().await;
}
