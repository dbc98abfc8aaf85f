//! Row 7: a token that was decided on before a revocation is dead, however late it is sealed.

use rampart::iam::caller::{Caller, Identity, Origin};
use rampart::iam::freshness::Current;
use rampart::iam::sessions::SessionRequest;
use rampart::model::principal::PrincipalId;
use rampart::policy::arn::RoleArn;
use rampart::policy::ids::AccountId;

use crate::app::{ACCOUNT, Credentials, On, Setup, TestApp, policy};
use crate::on_both;

on_both!(t07_a_token_sealed_after_the_revocation, t07_clocks_apart);

async fn revoke(app: &TestApp) {
    let account: AccountId = ACCOUNT.parse().unwrap();
    let mut guard = app.iam.begin_write(account).await.unwrap();
    let mut role = guard
        .tx()
        .get_role(&"Taken".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    role.session_epoch += 1;
    guard.tx().update_role(&role).await.unwrap();
    guard.commit().await.unwrap();
}

async fn with_role(on: On) -> (TestApp, Credentials) {
    let app = TestApp::start(on).await;
    let user = app.user("taker", &[&policy("Allow", "*", "*")]).await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[&policy("Allow", "*", "*")])
        .await;
    (app, user)
}

async fn t07_a_token_sealed_after_the_revocation(on: On) {
    let (app, user) = with_role(on).await;
    let account: AccountId = ACCOUNT.parse().unwrap();
    let mut snapshot = app.store.begin_read(account).await.unwrap();
    // The decision's view, as a request has it that is held up before it seals.
    let current = Current {
        own: app.iam.freshness.pinned(snapshot.as_ref()),
        other: None,
    };
    let record = snapshot
        .get_user(&"taker".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let id = PrincipalId::User(record.id);
    let principal = current
        .own
        .load_principal(snapshot.as_mut(), id)
        .await
        .unwrap()
        .unwrap();
    current
        .own
        .load_role(snapshot.as_mut(), &"Taken".parse().unwrap())
        .await
        .unwrap();
    drop(snapshot);
    let caller = Caller {
        account,
        identity: Identity::User {
            id: record.id,
            name: record.name.clone(),
        },
        access_key_id: user.id.parse().unwrap(),
    };
    let role: RoleArn = format!("acs:ram::{ACCOUNT}:role/Taken").parse().unwrap();
    let session_name = "late".parse().unwrap();
    let request = SessionRequest {
        role: &role,
        session_name: &session_name,
        duration: None,
        policy: None,
        source_identity: None,
        external_id: None,
        origin: Origin {
            source_ip: std::net::Ipv4Addr::LOCALHOST.into(),
            secure: false,
        },
        now: app.iam.clock.now(),
    };
    let mint = || {
        app.iam
            .assume_role(&caller, Some(&principal), None, &current, &request)
    };
    let early = mint().await.unwrap();
    revoke(&app).await;
    let late = mint().await.unwrap();
    for session in [early, late] {
        let credentials = Credentials {
            id: session.claims.access_key_id.to_string(),
            secret: session.claims.secret.expose().to_owned(),
            token: Some(session.token),
        };
        app.sts(&credentials, "GetCallerIdentity", &[])
            .await
            .refused(400, "InvalidSecurityToken.Expired");
    }
    let fresh = app.assume(&user, "Taken", &[]).await.unwrap();
    app.sts(&fresh, "GetCallerIdentity", &[]).await.ok();
    app.end().await;
}

/// No clock decides: replicas 30 seconds apart, tokens from before the revocation and of its second.
async fn t07_clocks_apart(on: On) {
    let (app, user) = with_role(on).await;
    let setup = Setup::on(on);
    let others = match on {
        On::Postgres => vec![app.replica(&setup).await, app.replica(&setup).await],
        On::Memory | On::File => Vec::new(),
    };
    for (other, seconds) in others.iter().zip([30, -30]) {
        other.clock.advance(seconds);
    }
    let mut sessions = Vec::new();
    for replica in others.iter().chain([&app]) {
        for _ in 0..3 {
            sessions.push(replica.assume(&user, "Taken", &[]).await.unwrap());
        }
    }
    for replica in others.iter().chain([&app]) {
        for session in &sessions {
            replica.sts(session, "GetCallerIdentity", &[]).await.ok();
        }
    }
    revoke(&app).await;
    for replica in others.iter().chain([&app]) {
        for session in &sessions {
            let reply = replica.sts(session, "GetCallerIdentity", &[]).await;
            reply.refused(400, "InvalidSecurityToken.Expired");
        }
        let fresh = replica.assume(&user, "Taken", &[]).await.unwrap();
        replica.sts(&fresh, "GetCallerIdentity", &[]).await.ok();
    }
    for other in others {
        other.end().await;
    }
    app.end().await;
}
