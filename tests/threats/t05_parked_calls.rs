//! Row 5: a call that was allowed and then waited for the account's lock commits nothing under a
//! right that went meanwhile.

use std::time::Duration;

use rampart::iam::secrets::Secrets;
use rampart::model::key::AccessKeyStatus;
use rampart::model::policy::{PolicyRef, PolicyType};
use rampart::model::principal::PrincipalId;
use rampart::ops::declare::Product;
use rampart::policy::ids::AccountId;
use rampart::store::Tx;

use crate::app::{ACCOUNT, Credentials, On, Setup, TestApp, policy, trust};
use crate::calls;
use crate::on_both;

on_both!(
    t05_a_key_disabled_meanwhile,
    t05_a_key_deleted_meanwhile,
    t05_a_policy_detached_meanwhile,
    t05_a_policy_replaced_meanwhile,
    t05_a_user_deleted_meanwhile,
    t05_a_role_deleted_meanwhile,
    t05_sessions_revoked_meanwhile,
    t05_a_secret_replaced_meanwhile,
    t05_a_secret_sealed_anew_is_the_same_secret,
    t05_what_still_stands_goes_through,
);

/// What happens to the account while the call waits.
#[derive(Clone, Copy)]
enum Meanwhile {
    Disable,
    DeleteKey,
    Detach,
    Replace,
    DeleteUser,
    DeleteRole,
    Revoke,
    /// The key's sealed secret becomes this.
    Secret(&'static str),
    SealAnew,
    Nothing,
}

async fn revoke(tx: &mut dyn Tx, secrets: &Secrets, what: Meanwhile, user: &Credentials) {
    let id = tx
        .get_user(&"alice".parse().unwrap())
        .await
        .unwrap()
        .unwrap()
        .id;
    let attached = PolicyRef {
        policy_type: PolicyType::Custom,
        name: "alice-0".parse().unwrap(),
    };
    let key = user.id.parse().unwrap();
    let sealed = |secret: &str| secrets.seal_access_key(&key, secret).unwrap();
    match what {
        Meanwhile::Secret(secret) => tx.update_key_secret(&key, &sealed(secret)).await.unwrap(),
        Meanwhile::SealAnew => tx
            .update_key_secret(&key, &sealed(&user.secret))
            .await
            .unwrap(),
        Meanwhile::Nothing => {}
        Meanwhile::Disable => tx
            .update_key_status(&key, AccessKeyStatus::Inactive, 1)
            .await
            .unwrap(),
        Meanwhile::DeleteKey => tx.delete_key(&key).await.unwrap(),
        Meanwhile::Detach => tx
            .detach_policy(PrincipalId::User(id), &attached)
            .await
            .unwrap(),
        Meanwhile::Replace => {
            let mut version = tx
                .list_policy_versions(&attached.name)
                .await
                .unwrap()
                .remove(0);
            version.version.0 += 1;
            version.document = policy("Deny", "*", "*");
            tx.create_policy_version(&attached.name, &version)
                .await
                .unwrap();
            let mut record = tx.get_policy(&attached.name).await.unwrap().unwrap();
            record.default_version = version.version;
            tx.update_policy(&record).await.unwrap();
        }
        Meanwhile::DeleteUser => {
            tx.delete_key(&key).await.unwrap();
            tx.detach_policy(PrincipalId::User(id), &attached)
                .await
                .unwrap();
            tx.delete_user(id).await.unwrap();
        }
        Meanwhile::DeleteRole | Meanwhile::Revoke => {
            let mut role = tx
                .get_role(&"Taken".parse().unwrap())
                .await
                .unwrap()
                .unwrap();
            if matches!(what, Meanwhile::Revoke) {
                role.session_epoch += 1;
                tx.update_role(&role).await.unwrap();
            } else {
                let name = "Taken-role-0".parse().unwrap();
                let policy_type = PolicyType::Custom;
                let policy = PolicyRef { policy_type, name };
                tx.detach_policy(PrincipalId::Role(role.id), &policy)
                    .await
                    .unwrap();
                tx.delete_role(role.id).await.unwrap();
            }
        }
    }
}

/// The answer to a call that waited through it; checks that it left nothing where it was refused.
async fn parked(on: On, what: Meanwhile) -> (u16, String) {
    let setup = Setup::on(on);
    let app = TestApp::with(setup.clone()).await;
    let everything = policy("Allow", "*", "*");
    let user = app.user("alice", &[&everything]).await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[&everything]).await;
    let caller = if matches!(what, Meanwhile::DeleteRole | Meanwhile::Revoke) {
        app.assume(&user, "Taken", &[]).await.unwrap()
    } else {
        user.clone()
    };
    // Warm, so that the call is decided without the database that the guard holds.
    app.sts(&caller, "GetCallerIdentity", &[]).await.ok();
    // On PostgreSQL another replica holds the row.
    let replica = match on {
        On::Postgres => Some(app.replica(&setup).await),
        On::Memory | On::File => None,
    };
    let holder = replica.as_ref().unwrap_or(&app);
    let account: AccountId = ACCOUNT.parse().unwrap();
    let mut guard = holder.iam.begin_write(account).await.unwrap();

    let document = trust(r#"{"RAM":["*"]}"#);
    let params = [
        ("RoleName", "made"),
        ("AssumeRolePolicyDocument", document.as_str()),
    ];
    let call = calls::rpc(&app, &caller, Product::Ram, "CreateRole", &params);
    let mut waiting = Box::pin(call.send(&app));
    let waits = tokio::time::timeout(Duration::from_millis(300), &mut waiting).await;
    assert!(
        waits.is_err(),
        "the call must wait for the account's lock: {waits:?}"
    );
    revoke(guard.tx(), &holder.iam.secrets, what, &user).await;
    guard.commit().await.unwrap();
    let reply = waiting.await;

    let (_, trail) = calls::state(&app).await;
    let mut snapshot = app.store.begin_read(account).await.unwrap();
    let made = snapshot
        .get_role(&"made".parse().unwrap())
        .await
        .unwrap()
        .is_some();
    let row = snapshot.list_audit(1).await.unwrap().remove(0);
    drop(snapshot);
    let done = reply.status.is_success();
    assert_eq!(made, done, "{}", reply.text);
    assert_eq!(
        row.operation == "Ram.CreateRole" && row.access_key_id == caller.id,
        done,
        "{trail} {row:?}"
    );
    if let Some(replica) = replica {
        replica.end().await;
    }
    app.end().await;
    (reply.status.as_u16(), reply.code())
}

async fn t05_a_key_disabled_meanwhile(on: On) {
    let refused = (400, "InvalidAccessKeyId.Inactive".to_owned());
    assert_eq!(parked(on, Meanwhile::Disable).await, refused);
}

async fn t05_a_key_deleted_meanwhile(on: On) {
    let refused = (404, "InvalidAccessKeyId.NotFound".to_owned());
    assert_eq!(parked(on, Meanwhile::DeleteKey).await, refused);
}

async fn t05_a_policy_detached_meanwhile(on: On) {
    assert_eq!(
        parked(on, Meanwhile::Detach).await,
        (403, "NoPermission".to_owned())
    );
}

async fn t05_a_policy_replaced_meanwhile(on: On) {
    assert_eq!(
        parked(on, Meanwhile::Replace).await,
        (403, "NoPermission".to_owned())
    );
}

async fn t05_a_user_deleted_meanwhile(on: On) {
    let refused = (404, "InvalidAccessKeyId.NotFound".to_owned());
    assert_eq!(parked(on, Meanwhile::DeleteUser).await, refused);
}

async fn t05_a_role_deleted_meanwhile(on: On) {
    let refused = (400, "InvalidSecurityToken.Expired".to_owned());
    assert_eq!(parked(on, Meanwhile::DeleteRole).await, refused);
}

async fn t05_sessions_revoked_meanwhile(on: On) {
    let refused = (400, "InvalidSecurityToken.Expired".to_owned());
    assert_eq!(parked(on, Meanwhile::Revoke).await, refused);
}

async fn t05_a_secret_replaced_meanwhile(on: On) {
    let refused = (400, "SignatureDoesNotMatch".to_owned());
    let other = Meanwhile::Secret("anotherSecretForThisKey0000001");
    assert_eq!(parked(on, other).await, refused);
}

async fn t05_a_secret_sealed_anew_is_the_same_secret(on: On) {
    assert_eq!(parked(on, Meanwhile::SealAnew).await, (200, String::new()));
}

async fn t05_what_still_stands_goes_through(on: On) {
    assert_eq!(parked(on, Meanwhile::Nothing).await, (200, String::new()));
}
