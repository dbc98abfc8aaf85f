//! Row 20: who asks across accounts learns one bit.

use crate::app::{ACCOUNT, On, TestApp, policy};
use crate::on_both;

on_both!(t20_unknown_missing_and_refusing_are_one_answer);

const OTHER: &str = "2222222222222222";

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
                answers.push((reply.text.replace(id, "ID"), headers));
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
