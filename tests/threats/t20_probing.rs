//! Row 20: who asks across accounts learns one bit.

use std::sync::Arc;

use rampart::store;

use crate::app::{ACCOUNT, Credentials, On, Setup, TestApp, policy};
use crate::counting::Counting;
use crate::on_both;
use crate::postgres::Database;

on_both!(
    t20_unknown_missing_and_refusing_are_one_answer,
    t20_unknown_missing_and_refusing_are_one_work,
);

const OTHER: &str = "2222222222222222";

/// The answer without the text of its sealed message, which differs from call to call and is as long
/// as what the caller itself sent makes it.
fn unsealed(text: &str) -> String {
    const NAME: &str = "EncodedDiagnosticMessage";
    let (head, message) = text.split_once(NAME).unwrap();
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let rest = message.trim_start_matches(|c| !is_base64(c));
    format!("{head}{NAME}{}", rest.trim_start_matches(is_base64))
}

async fn t20_unknown_missing_and_refusing_are_one_answer(on: On) {
    let app = TestApp::start(on).await;
    let other_root = app.add_account(OTHER).await;
    let prober = app
        .user_of(&other_root, "prober", &[&policy("Allow", "*", "*")])
        .await;
    let powerless = app.user_of(&other_root, "powerless", &[]).await;
    // A trust that refuses, with every right a role can have, and short sessions only.
    let own = format!(r#"{{"RAM":["acs:ram::{ACCOUNT}:root"]}}"#);
    app.role("There", &own, &[&policy("Allow", "*", "*")]).await;
    let arns = [
        format!("acs:ram::{ACCOUNT}:role/There"),
        format!("acs:ram::{ACCOUNT}:role/Nope1"),
        "acs:ram::3333333333333333:role/There".to_owned(),
        "acs:ram::0000000000000000:role/There".to_owned(),
    ];
    for more in [
        &[][..],
        &[("DurationSeconds", "43200")],
        &[("SourceIdentity", "somebody")],
        &[(
            "Policy",
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        )],
        &[("Format", "XML")],
    ] {
        for (caller, code) in [(&prober, "NoPermission"), (&powerless, "NoPermission")] {
            let mut answers = Vec::new();
            for arn in arns.iter().chain(&arns) {
                let mut params = vec![("RoleArn", arn.as_str()), ("RoleSessionName", "probe")];
                params.extend(more);
                let reply = app.sts(caller, "AssumeRole", &params).await;
                assert_eq!(
                    (reply.status.as_u16(), reply.code().as_str()),
                    (403, code),
                    "{}",
                    reply.text
                );
                let id = reply.headers["x-acs-request-id"].to_str().unwrap();
                let mut headers: Vec<_> = reply
                    .headers
                    .iter()
                    .filter(|(name, _)| *name != "x-acs-request-id")
                    .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                    .collect();
                headers.sort();
                answers.push((unsealed(&reply.text.replace(id, "ID")), headers));
            }
            for answer in &answers {
                assert_eq!(*answer, answers[0], "{more:?}");
            }
        }
    }
    // Within one's own account, and allowed: then one is told.
    app.role("Mine", &own, &[]).await;
    let insider = app
        .user("insider", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    let missing = app.assume(&insider, "Nope1", &[]).await.unwrap_err();
    missing.refused(404, "EntityNotExist.Role");
    // But not without permission: permission comes before existence.
    let outsider = app.user("outsider", &[]).await;
    for role in ["Mine", "Nope1"] {
        app.assume(&outsider, role, &[])
            .await
            .unwrap_err()
            .refused(403, "NoPermission");
        app.ram(&outsider, "GetRole", &[("RoleName", role)])
            .await
            .refused(403, "NoPermission");
    }
    app.end().await;
}

/// How often the database is asked for the answer to each of these probes, all of them refused.
async fn work(app: &TestApp, counting: &Counting, prober: &Credentials) -> Vec<usize> {
    let mut work = Vec::new();
    for arn in [
        format!("acs:ram::{ACCOUNT}:role/There"),
        format!("acs:ram::{ACCOUNT}:role/Nope1"),
        "acs:ram::3333333333333333:role/There".to_owned(),
        "acs:ram::0000000000000000:role/There".to_owned(),
    ] {
        counting.take();
        let refused = app.assume(prober, &arn, &[]).await.unwrap_err();
        refused.refused(403, "NoPermission");
        work.push(counting.take());
    }
    work
}

async fn t20_unknown_missing_and_refusing_are_one_work(on: On) {
    let database = match on {
        On::Postgres => Some(Database::create().await),
        On::Memory | On::File => None,
    };
    let url = database.as_ref().map_or("sqlite::memory:", |d| &d.url);
    let counting = Counting::new(store::open(url).await.unwrap());
    let app = TestApp::over(Arc::clone(&counting) as _, &Setup::on(on)).await;
    app.add_account(ACCOUNT).await;
    let other_root = app.add_account(OTHER).await;
    let everything = policy("Allow", "*", "*");
    let prober = app.user_of(&other_root, "prober", &[&everything]).await;
    let friend = app.user_of(&other_root, "friend", &[&everything]).await;
    let trust = format!(r#"{{"RAM":["acs:ram::{OTHER}:user/friend"]}}"#);
    app.role("There", &trust, &[]).await;
    app.sts(&prober, "GetCallerIdentity", &[]).await.ok();
    app.sts(&friend, "GetCallerIdentity", &[]).await.ok();

    let cold = work(&app, &counting, &prober).await;
    assert!(cold.iter().all(|trips| *trips == cold[0]), "{cold:?}");
    assert_eq!(work(&app, &counting, &prober).await, cold, "a second time");
    // What the account's own traffic leaves in the caches does not show.
    app.assume(&friend, &format!("acs:ram::{ACCOUNT}:role/There"), &[])
        .await
        .unwrap();
    assert_eq!(work(&app, &counting, &prober).await, cold, "role in use");
    app.role("Another", &trust, &[]).await;
    assert_eq!(work(&app, &counting, &prober).await, cold, "after a write");

    // Who is admitted costs the database nothing beyond what every call does.
    let there = format!("acs:ram::{ACCOUNT}:role/There");
    app.assume(&friend, &there, &[]).await.unwrap();
    counting.take();
    app.assume(&friend, &there, &[]).await.unwrap();
    let batches = usize::from(on == On::Postgres);
    assert_eq!(counting.take(), batches, "a role that is kept");
    drop(app);
    rampart::store::Store::close(&*counting).await;
    if let Some(database) = database {
        database.remove().await;
    }
}
