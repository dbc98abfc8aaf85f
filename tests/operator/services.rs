//! The keys of services in a seed.

use rampart::model::key::AccessKeyStatus;
use rampart::operator::seed::{Outcome, ResolvedSecrets, read};
use rampart::operator::service_key;

use crate::support::{Bench, DRY, PLAIN, PRUNE, RESTORE, SECRET, lines};

const SEED: &str = r"
accounts:
  - id: 1000000000000001
service_keys:
  - id: LTAIstorage
    secret: Zk4vQ8mX1pT7bN3wR6yCaa
    service: Storage.corp.example
    account: 1000000000000001
  - id: LTAIcompute
    secret: Yk4vQ8mX1pT7bN3wR6yCbb
    service: compute.corp.example
    any_account: true
    networks: [10.0.0.0/8]
";

#[tokio::test]
async fn a_seed_makes_the_keys_of_services_once() {
    let bench = Bench::new().await;
    let planned = bench.run(SEED, DRY).await;
    assert_eq!(lines(&planned, Outcome::Planned).len(), 3, "{planned}");
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        report.to_string(),
        "account 1000000000000001\n  \
           create account 1000000000000001\n\
         account 0000000000000000\n  \
           create access key LTAIstorage of service storage.corp.example\n  \
           create access key LTAIcompute of service compute.corp.example\n\
         3 changes"
    );
    assert!(!report.to_string().contains(SECRET));
    for options in [PLAIN, DRY, PRUNE, RESTORE] {
        assert_eq!(bench.run(SEED, options).await.to_string(), "0 changes");
    }
    let listed = service_key::list(&bench.iam, None, 10).await.unwrap();
    let shown: Vec<_> = listed
        .iter()
        .map(|key| {
            (
                key.access_key_id.as_str(),
                key.account_id.is_some(),
                key.networks.len(),
            )
        })
        .collect();
    assert_eq!(shown, [("LTAIcompute", false, 1), ("LTAIstorage", true, 0)]);
}

#[tokio::test]
async fn what_was_taken_from_a_service_stays_taken() {
    let bench = Bench::new().await;
    bench.run(SEED, PLAIN).await;
    let id = |text: &str| text.parse().unwrap();
    let off = AccessKeyStatus::Inactive;
    service_key::set_status(&bench.iam, &id("LTAIstorage"), off)
        .await
        .unwrap();
    service_key::delete(&bench.iam, &id("LTAIcompute"))
        .await
        .unwrap();
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!((report.changes(), report.impossible()), (0, 0), "{report}");
    assert_eq!(lines(&report, Outcome::Skipped).len(), 2, "{report}");
    let edited = SEED.replace(SECRET, "Xk4vQ8mX1pT7bN3wR6yCcc");
    let report = bench.run(&edited, PLAIN).await;
    assert_eq!(lines(&report, Outcome::Skipped).len(), 3, "{report}");

    let report = bench.run(&edited, RESTORE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "replace the secret of access key LTAIstorage of service storage.corp.example",
            "activate access key LTAIstorage of service storage.corp.example",
        ]
    );
    assert_eq!(report.impossible(), 1, "an id is given once: {report}");

    let moved = SEED.replace("account: 1000000000000001", "any_account: true");
    let report = bench.run(&moved, RESTORE).await;
    let impossible = lines(&report, Outcome::Impossible);
    assert!(
        impossible[0].contains("put a new id in the file"),
        "{report}"
    );
    let absent = "
accounts: []
service_keys:
  - {id: LTAInew, secret: Zk4vQ8mX1pT7bN3wR6yCaa, service: a.b, account: 1000000000000009}
";
    let report = bench.run(absent, PLAIN).await;
    let impossible = lines(&report, Outcome::Impossible);
    assert!(
        impossible[0].contains("acts for an account that is not there"),
        "{report}"
    );
}

#[test]
fn bad_keys_of_services_have_a_place() {
    for (from, to, expected) in [
        (
            "Storage.corp.example",
            "storage",
            "7:14: the service's name:",
        ),
        ("10.0.0.0/8", "10.0.0.0/33", "13:16: a network"),
        ("any_account: true", "any_account: false", ""),
        (
            "    any_account: true\n    networks: [10.0.0.0/8]\n",
            "",
            "9:9: a service's key has account",
        ),
        (
            "any_account: true",
            "account: 1000000000000001\n    any_account: true",
            "9:9: a key acts for one account or for any",
        ),
        (
            "LTAIcompute",
            "LTAIstorage",
            "9:9: the access key stands in the file twice",
        ),
        (
            "service: compute",
            "srvice: compute",
            "11:5: unknown field `srvice`",
        ),
    ] {
        assert!(SEED.contains(from), "{from}");
        let found = read(&SEED.replace(from, to), &ResolvedSecrets::new());
        let found: Vec<String> = found
            .err()
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect();
        if expected.is_empty() {
            assert!(found.is_empty(), "{found:?}");
        } else {
            assert!(found[0].starts_with(expected), "{to}: {found:?}");
        }
    }
}
