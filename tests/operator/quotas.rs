//! Limits of an account hold for the seed too: what is beyond one is named, the rest is done.

use rampart::model::quotas::Quotas;
use rampart::operator::OperatorError;
use rampart::operator::account::{self, QuotaChange};
use rampart::operator::seed::Outcome;

use crate::support::{ACCOUNT, Bench, OTHER, PLAIN, PRUNE, SEED, lines};

#[tokio::test]
async fn what_is_beyond_a_limit_is_impossible_and_the_rest_is_done() {
    let quotas = Quotas {
        users: 1,
        roles: 0,
        access_keys_per_account: 0,
        custom_policies_per_principal: 0,
        ..Quotas::default()
    };
    let bench = Bench::with(quotas).await;
    let text = SEED.replace("    users:\n", "    users:\n      - name: zoe\n");
    let report = bench.run(&text, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        [
            "impossible: access key LTAIroot of the root identity is one too many; there may be 0",
            "impossible: user alice is one too many; the account may have 1",
            "impossible: role ci is one too many; the account may have 0"
        ]
    );
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "create account 1000000000000001",
            "create policy read-logs",
            "create user zoe"
        ]
    );
    assert_eq!(report.impossible(), 3);
}

#[tokio::test]
async fn attachments_of_each_type_have_a_limit_of_their_own() {
    let quotas = Quotas {
        custom_policies_per_principal: 0,
        ..Quotas::default()
    };
    let bench = Bench::with(quotas).await;
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        [
            "impossible: Custom/read-logs to user alice is one too many; there may be 0 of that type",
            "impossible: Custom/read-logs to role ci is one too many; there may be 0 of that type"
        ]
    );
}

#[tokio::test]
async fn what_is_pruned_makes_room() {
    let quotas = Quotas {
        users: 1,
        access_keys_per_user: 1,
        ..Quotas::default()
    };
    let bench = Bench::with(quotas).await;
    bench.run(SEED, PLAIN).await;
    let renamed = SEED
        .replace("name: alice", "name: bob")
        .replace("LTAIalice", "LTAIbob");
    assert_eq!(bench.run(&renamed, PLAIN).await.impossible(), 1);
    let report = bench.run(&renamed, PRUNE).await;
    assert_eq!(report.impossible(), 0, "{report}");
    assert!(bench.user(ACCOUNT, "bob").await.is_some());
    let renewed = renamed.replace("LTAIbob", "LTAIbob2");
    assert_eq!(bench.run(&renewed, PLAIN).await.impossible(), 1);
    assert_eq!(bench.run(&renewed, PRUNE).await.impossible(), 0);
}

#[tokio::test]
async fn ids_and_aliases_of_others_are_not_taken() {
    let bench = Bench::seeded().await;
    let text = format!(
        "accounts:\n  - id: {OTHER}\n    users:\n      - name: eve\n        access_keys: \
         [{{id: LTAIalice, secret: Zk4vQ8mX1pT7bN3wR6yCaa}}]\n"
    );
    let report = bench.run(&text, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        ["impossible: access key LTAIalice of user eve has an id that belongs to another"]
    );
    // A key that another account once had is known only when it is made.
    let key = "LTAIalice".parse().unwrap();
    crate::support::call!(bench, |tx| tx.delete_key(&key).await.unwrap());
    let report = bench.run(&text, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        [
            "impossible: access key LTAIalice of user eve has an id that was used before, and an id is \
          never given twice"
        ]
    );
    let text = "accounts:\n  - id: 1000000000000003\n    alias: main\n";
    let report = bench.run(text, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        ["impossible: account 1000000000000003 has an alias that another account has"]
    );
    assert!(!bench.exists("1000000000000003").await);
}

fn change(figures: &[(&str, Option<u32>)]) -> QuotaChange {
    QuotaChange {
        account: ACCOUNT.parse().unwrap(),
        figures: figures
            .iter()
            .map(|(name, figure)| ((*name).to_owned(), *figure))
            .collect(),
    }
}

#[tokio::test]
async fn an_account_has_quotas_of_its_own() {
    let bench = Bench::seeded().await;
    let iam = &bench.iam;
    let held = account::quotas(iam, &change(&[])).await.unwrap();
    assert_eq!(
        (held["users"], held["roles"], held.len()),
        (5000, 1000, Quotas::default().each().len())
    );
    let rows = bench.audit(ACCOUNT.parse().unwrap()).await.len();
    let own = change(&[("users", Some(1)), ("roles", Some(7))]);
    let held = account::quotas(iam, &own).await.unwrap();
    assert_eq!((held["users"], held["roles"], held["groups"]), (1, 7, 300));
    let trail = bench.audit(ACCOUNT.parse().unwrap()).await;
    assert_eq!(trail.len(), rows + 1);
    assert!(
        trail
            .iter()
            .any(|row| row.operation == "operator.SetQuotas")
    );
    assert_eq!(account::quotas(iam, &change(&[])).await.unwrap(), held);
    // The seed keeps to them; another account has none of them.
    let text = SEED.replace("    users:\n", "    users:\n      - name: zoe\n");
    let report = bench.run(&text, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        ["impossible: user zoe is one too many; the account may have 1"]
    );
    let others = text
        .replace(ACCOUNT, OTHER)
        .replace("LTAI", "LTAIother")
        .replace("alias: main", "alias: other");
    assert_eq!(bench.run(&others, PLAIN).await.impossible(), 0);
    // One of them back to the server's.
    let held = account::quotas(iam, &change(&[("users", None)]))
        .await
        .unwrap();
    assert_eq!((held["users"], held["roles"]), (5000, 7));
    assert_eq!(bench.run(&text, PLAIN).await.impossible(), 0);
    for (name, figure) in [("user", 1), ("groups_per_user", 1001)] {
        let refused = account::quotas(iam, &change(&[(name, Some(figure))])).await;
        assert!(matches!(refused, Err(OperatorError::Quota(_))), "{name}");
    }
    assert_eq!(account::quotas(iam, &change(&[])).await.unwrap(), held);
}
