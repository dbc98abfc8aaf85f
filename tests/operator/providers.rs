//! OIDC providers of a seed.

use rampart::model::provider::OidcProvider;
use rampart::model::quotas::Quotas;
use rampart::operator::seed::{Outcome, ResolvedSecrets, read};

use crate::support::{ACCOUNT, Bench, NOW, PLAIN, PRUNE, RESTORE, call, id, lines};

const SEED: &str = r#"
accounts:
  - id: 1000000000000001
    oidc_providers:
      - name: Cluster
        issuer_url: https://kubernetes.default.svc
        client_ids: [sts.aliyuncs.com, two]
        fingerprints: [abcd]
        description: pods
        issuance_limit_time: 7
      - { name: least, issuer_url: "https://idp.example" }
"#;

async fn provider(bench: &Bench, name: &str) -> Option<OidcProvider> {
    let name = name.parse().unwrap();
    let mut snapshot = bench.read(ACCOUNT).await;
    snapshot.get_oidc_provider(&name).await.unwrap()
}

async fn seeded() -> Bench {
    let bench = Bench::new().await;
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(report.impossible(), 0, "{report}");
    bench
}

#[tokio::test]
async fn a_seed_makes_providers_and_makes_them_once() {
    let bench = Bench::new().await;
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "create account 1000000000000001",
            "create OIDC provider Cluster",
            "create OIDC provider least"
        ]
    );
    let cluster = OidcProvider {
        account: id(ACCOUNT),
        name: "Cluster".parse().unwrap(),
        issuer_url: "https://kubernetes.default.svc".to_owned(),
        description: "pods".to_owned(),
        client_ids: vec!["sts.aliyuncs.com".to_owned(), "two".to_owned()],
        fingerprints: vec!["abcd".to_owned()],
        issuance_limit_hours: 7,
        key_set: None,
        created_at: NOW,
        updated_at: NOW,
    };
    assert_eq!(provider(&bench, "cluster").await, Some(cluster));
    let least = provider(&bench, "least").await.unwrap();
    assert_eq!((least.issuance_limit_hours, least.client_ids), (12, vec![]));
    let tag = bench.tag(ACCOUNT).await;
    assert_eq!(bench.run(SEED, PLAIN).await.changes(), 0);
    assert_eq!(bench.tag(ACCOUNT).await, tag);
}

#[tokio::test]
async fn what_the_file_says_anew_is_written() {
    let bench = seeded().await;
    let edited = SEED
        .replace("sts.aliyuncs.com, two", "two")
        .replace("pods", "the pods")
        .replace("limit_time: 7", "limit_time: 8");
    let report = bench.run(&edited, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        ["update OIDC provider Cluster: client ids, description, issuance limit"]
    );
    let cluster = provider(&bench, "Cluster").await.unwrap();
    assert_eq!(
        (
            cluster.client_ids,
            cluster.issuance_limit_hours,
            cluster.fingerprints
        ),
        (vec!["two".to_owned()], 8, vec!["abcd".to_owned()])
    );
    let moved = edited.replace("kubernetes.default", "kubernetes.other");
    let report = bench.run(&moved, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        [
            "impossible: OIDC provider Cluster has another issuer, which never changes: remove it first"
        ]
    );
}

#[tokio::test]
async fn t08_a_removed_or_changed_provider_stays_so() {
    let bench = seeded().await;
    let mut changed = provider(&bench, "Cluster").await.unwrap();
    changed.client_ids.clear();
    call!(bench, |tx| {
        tx.update_oidc_provider(&changed).await.unwrap();
        tx.delete_oidc_provider(&"least".parse().unwrap())
            .await
            .unwrap();
    });
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(report.changes(), 0, "{report}");
    assert_eq!(
        lines(&report, Outcome::Skipped),
        [
            "skipped: OIDC provider Cluster was changed since the seed wrote it; --restore writes the file's again",
            "skipped: OIDC provider least was removed; --restore brings it back"
        ]
    );
    let report = bench.run(SEED, RESTORE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "update OIDC provider Cluster: client ids",
            "create OIDC provider least"
        ]
    );
}

#[tokio::test]
async fn pruning_takes_what_the_file_does_not_name() {
    let bench = seeded().await;
    let one = SEED.split("      - { name: least").next().unwrap();
    let report = bench.run(one, PLAIN).await;
    assert_eq!(report.changes(), 0, "{report}");
    let report = bench.run(one, PRUNE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        ["delete OIDC provider least"]
    );
    assert_eq!(provider(&bench, "least").await, None);
}

#[tokio::test]
async fn quotas_bind_the_seed_too() {
    let bench = Bench::with(Quotas {
        oidc_providers: 1,
        client_ids_per_oidc_provider: 1,
        ..Quotas::default()
    })
    .await;
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        ["impossible: OIDC provider Cluster has more than 1 client ids"]
    );
    let report = bench.run(&SEED.replace(", two", ""), PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        ["impossible: OIDC provider Cluster is one too many; the account may have 1"]
    );
}

#[test]
fn faults_have_a_place() {
    for (from, to, fault) in [
        (
            "Cluster",
            "-a",
            "5:15: the provider's name contains invalid characters",
        ),
        (
            "https://idp.example",
            "http://idp.example",
            "11:36: the issuer URL is incorrect",
        ),
        (
            "https://idp.example",
            "https://kubernetes.default.svc",
            "11:36: the issuer stands in the file twice",
        ),
        (
            "least",
            "CLUSTER",
            "11:17: the provider stands in the file twice",
        ),
        (
            ", two",
            ", a b",
            "7:40: the client id contains invalid characters",
        ),
        (
            "abcd",
            "\"a:b\"",
            "8:24: the fingerprint contains invalid characters",
        ),
        (
            "limit_time: 7",
            "limit_time: 169",
            "10:30: issuance_limit_time is 1 to 168 hours",
        ),
        (
            "limit_time: 7",
            "limit_time: 7\n        json_web_key_set: {keys: []}",
            "11:27: json_web_key_set is no JSON Web Key Set with a key of use",
        ),
    ] {
        let text = SEED.replace(from, to);
        let faults = read(&text, &ResolvedSecrets::new()).unwrap_err();
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, [fault], "{to}");
    }
}
