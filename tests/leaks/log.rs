//! Row 22 (and section 9 of the design): no secret, token, signature or policy text in a log, an
//! error or a `Debug`.

use std::sync::{Arc, Mutex, OnceLock};

use rampart::ops::declare::{Declared, Product};
use rampart::ops::ram::create_policy::CreatePolicy;

use crate::app::{Credentials, On, TestApp, policy};
use crate::calls;
use crate::on_disk;

on_disk!(t22_no_secret_reaches_a_log, t22_no_secret_reaches_a_debug);

const PASSWORD: &str = "a-password-of-no-log";
const MARK: &str = "acs:oss:*:*:marked-by-the-test";

/// What was logged.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The log of this process, from its most detailed level up: one for all tests, since what a line of
/// code logs to is settled once.
fn everything() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    let log = LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        log
    });
    log.clone()
}

/// Everything that must not be seen.
fn secrets(who: &[&Credentials], more: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = more.iter().map(ToString::to_string).collect();
    for credentials in who {
        all.push(credentials.secret.clone());
        all.extend(credentials.token.clone());
    }
    all.push(MARK.to_owned());
    all
}

async fn t22_no_secret_reaches_a_log(on: On) {
    let log = everything();
    let app = TestApp::start(on).await;
    let user = app
        .user(
            "taker",
            &[&policy("Allow", "*", "*"), &policy("Deny", "oss:*", MARK)],
        )
        .await;
    app.role(
        "Taken",
        r#"{"RAM":["*"]}"#,
        &[&policy("Allow", "ram:Get*", "*")],
    )
    .await;
    let narrow = policy("Allow", "*", MARK);
    let session = app
        .assume(&user, "Taken", &[("Policy", &narrow)])
        .await
        .unwrap();
    let mut signatures = Vec::new();
    for caller in [&user, &session] {
        for action in ["ListRoles", "GetRole", "CreatePolicy"] {
            let params = [("PolicyName", "p"), ("PolicyDocument", narrow.as_str())];
            let mut forger = (*caller).clone();
            forger.secret.push('x');
            for who in [caller, &forger] {
                for call in [
                    calls::rpc(&app, who, Product::Ram, action, &params),
                    calls::acs3(&app, who, Product::Ram, action, &params),
                ] {
                    call.send(&app).await;
                    // The same again, and bent: refusals must not tell either.
                    call.send(&app).await;
                    call.clone().and("A=%ff").send(&app).await;
                    let sent = call
                        .query
                        .rsplit_once("Signature=")
                        .map(|(_, rest)| rest.to_owned());
                    signatures.extend(sent);
                    signatures.extend(call.headers.iter().filter_map(|(_, value)| {
                        value
                            .rsplit_once("Signature=")
                            .map(|(_, signature)| signature.to_owned())
                    }));
                }
            }
        }
    }
    let login = [("UserName", "taker"), ("Password", PASSWORD)];
    let mut forger = user.clone();
    forger.secret.push('x');
    let refused = app.ram(&forger, "CreateLoginProfile", &login).await;
    refused.refused(400, "SignatureDoesNotMatch");
    assert!(!refused.text.contains(PASSWORD), "{}", refused.text);
    app.ram(&user, "CreateLoginProfile", &login).await.ok();
    let change = [("OldPassword", PASSWORD), ("NewPassword", "short")];
    app.ram(&user, "ChangePassword", &change)
        .await
        .refused(400, "InvalidParameter.NewPassword.TooWeak");
    let phone = [("VirtualMFADeviceName", "phone")];
    let device = app.ram(&user, "CreateVirtualMFADevice", &phone).await.ok();
    let seed = device["VirtualMFADevice"]["Base32StringSeed"].clone();
    // What fails inside must not tell either.
    crate::tamper::sql(&app, "ALTER TABLE audit RENAME TO audit_away").await;
    let params = [("PolicyName", "q"), ("PolicyDocument", narrow.as_str())];
    let reply = app.ram(&user, "CreatePolicy", &params).await;
    assert!(reply.status.is_server_error());
    crate::tamper::sql(&app, "ALTER TABLE audit_away RENAME TO audit").await;
    app.iam.tick().await;
    app.iam.stop().await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        text.contains("refused") && text.contains("failed"),
        "the run was logged"
    );
    let mut more: Vec<&str> = signatures.iter().map(String::as_str).collect();
    more.extend([PASSWORD, "argon2id", seed.as_str().unwrap()]);
    for secret in secrets(&[&app.root(), &user, &session], &more) {
        assert!(!text.contains(&secret), "{secret} is in the log");
    }
    app.end().await;
}

async fn t22_no_secret_reaches_a_debug(on: On) {
    let app = TestApp::start(on).await;
    let user = app.user("taker", &[&policy("Allow", "*", "*")]).await;
    app.role(
        "Taken",
        r#"{"RAM":["*"]}"#,
        &[&policy("Deny", "oss:*", MARK)],
    )
    .await;
    let narrow = policy("Allow", "*", MARK);
    let session = app
        .assume(&user, "Taken", &[("Policy", &narrow)])
        .await
        .unwrap();
    app.sts(&session, "GetCallerIdentity", &[]).await.ok();
    let account = crate::app::ACCOUNT.parse().unwrap();
    let mut snapshot = app.store.begin_read(account).await.unwrap();
    let keys = snapshot.list_all_keys(None, 100).await.unwrap();
    drop(snapshot);
    let claims = app
        .iam
        .key_ring
        .open_token(session.token.as_deref().unwrap())
        .await
        .unwrap();
    let opened = app.iam.secrets.open_access_key(&keys[0]).unwrap();
    let mut snapshot = app.store.begin_read(account).await.unwrap();
    let role = snapshot.get_role(&"Taken".parse().unwrap()).await.unwrap();
    let name = "Taken-role-0".parse().unwrap();
    let versions = snapshot.list_policy_versions(&name).await.unwrap();
    drop(snapshot);
    let params = [("PolicyName", "p"), ("PolicyDocument", &*narrow)];
    let params = params
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec();
    let params = rampart::ops::params::Params::new(params);
    let operation = <CreatePolicy as Declared>::parse(&params).unwrap();
    let shown = format!("{role:?} {versions:?} {operation:?}");
    assert!(
        !shown.contains(MARK) && !shown.contains("sts:AssumeRole"),
        "{shown}"
    );
    let signer = app.iam.keys.find(&user.id).await.unwrap();
    let shown = format!(
        "{:?} {:?} {keys:?} {claims:?} {opened:?} {signer:?}",
        app.iam, app.api
    );
    for secret in secrets(&[&app.root(), &user, &session], &[]) {
        assert!(!shown.contains(&secret), "{secret} is in {shown}");
    }
    let sealed: Vec<String> = keys
        .iter()
        .map(|key| format!("{:?}", key.sealed_secret))
        .collect();
    for sealed in sealed {
        assert!(!shown.contains(&sealed), "a sealed secret is shown");
    }
    app.end().await;
}
