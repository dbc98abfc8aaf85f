//! Row 2: two different lists of parameters never share a string to sign.

use std::collections::HashMap;

use rampart::credential::acs3;
use rampart::credential::params::Pair;
use rampart::credential::{percent, rpc};
use rampart::ops::declare::Product;
use rampart::ports::{Entropy as _, SeededEntropy};

use crate::app::{ACCOUNT, On, TestApp, policy};
use crate::calls::{self, Raw};

/// The parameters as one, whose name holds all the others: `A=1&B=2&C` is the name of `3`.
fn hide(pairs: &[(String, String)], from: usize) -> String {
    let (kept, hidden) = pairs.split_at(from);
    let raw: Vec<String> = hidden
        .iter()
        .map(|(n, v)| format!("{n}={}", percent::encode(v)))
        .collect();
    let raw = raw.join("&");
    let (name, value) = raw.rsplit_once('=').unwrap();
    let mut query: Vec<String> = kept
        .iter()
        .map(|(n, v)| format!("{n}={}", percent::encode(v)))
        .collect();
    query.push(format!("{}={value}", percent::encode(name)));
    query.join("&")
}

#[tokio::test]
async fn t02_parameters_hidden_in_a_name_break_the_signature() {
    let app = TestApp::start(On::Memory).await;
    let user = app
        .user("taker", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[]).await;
    let arn = format!("acs:ram::{ACCOUNT}:role/Taken");
    let narrow = policy("Deny", "*", "*");
    // Sorted, as they are signed.
    let params = [
        ("DurationSeconds", "900"),
        ("ExternalId", "external"),
        ("Policy", narrow.as_str()),
        ("RoleArn", arn.as_str()),
        ("RoleSessionName", "session"),
    ];
    let owned: Vec<(String, String)> = params
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    let honest = calls::acs3(&app, &user, Product::Sts, "AssumeRole", &params);
    let mut bent: Vec<Raw> = Vec::new();
    for from in 0..owned.len() - 1 {
        bent.push(Raw {
            query: hide(&owned, from),
            ..honest.clone()
        });
    }
    // The one of the row: only the session policy disappears.
    let (first, rest) = (hide(&owned[..3], 0), hide(&owned[3..], 1));
    bent.push(Raw {
        query: format!("{first}&{rest}"),
        ..honest.clone()
    });
    for call in &bent {
        call.send(&app).await.refused(400, "SignatureDoesNotMatch");
    }
    honest.send(&app).await.ok();

    let pairs = calls::rpc_pairs(&app, &user, Product::Sts, "AssumeRole", &params);
    let honest = calls::sign(&pairs, &user.secret);
    let signature = honest.query.rsplit('&').next().unwrap().to_owned();
    let mut sorted = pairs;
    sorted.sort();
    for from in 0..sorted.len() - 1 {
        let call = Raw {
            query: format!("{}&{signature}", hide(&sorted, from)),
            ..honest.clone()
        };
        let reply = call.send(&app).await;
        assert_eq!(reply.status.as_u16(), 400, "{}", reply.text);
    }
    honest.send(&app).await.ok();
    app.end().await;
}

#[test]
fn t02_different_lists_never_share_a_string_to_sign() {
    const LETTERS: [&str; 10] = ["a", "b", "=", "&", "%", "+", " ", "%26", "é", "\n"];
    let entropy = SeededEntropy::new(2);
    let draw = |most: u64| usize::try_from(entropy.next_u64() % most).unwrap();
    let text = |longest: u64| -> String { (0..draw(longest)).map(|_| LETTERS[draw(10)]).collect() };
    let headers = [("host", "a")];
    let (mut seen_rpc, mut seen_acs3) = (HashMap::new(), HashMap::new());
    for _ in 0..40_000 {
        let mut list: Vec<(String, String)> = (0..=draw(3)).map(|_| (text(4), text(3))).collect();
        list.sort();
        list.dedup_by(|one, other| one.0 == other.0);
        let pairs: Vec<Pair<'_>> = list
            .iter()
            .map(|(n, v)| Pair::new(n.as_str(), v.as_str()))
            .collect();
        let strings = [
            (&mut seen_rpc, rpc::string_to_sign("POST", &pairs)),
            (
                &mut seen_acs3,
                acs3::canonical_request("POST", &pairs, &headers, "host", "hash"),
            ),
        ];
        for (seen, string) in strings {
            let first = seen.entry(string).or_insert_with(|| list.clone());
            assert_eq!(*first, list);
        }
    }
    assert!(seen_rpc.len() > 1000);
}
