//! SAML providers of a seed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rampart::model::provider::{AuthnSignAlgo, SamlProvider};
use rampart::model::quotas::Quotas;
use rampart::operator::seed::{Outcome, ResolvedSecrets, read};

use crate::support::{ACCOUNT, Bench, NOW, PLAIN, PRUNE, RESTORE, call, id, lines};

const METADATA: &str = include_str!("../vectors/saml/metadata.xml");

/// A file with one provider whose metadata is XML, and one whose is Base64.
fn seed() -> String {
    let xml = METADATA.trim().replace('\n', "\n          ");
    let encoded = STANDARD.encode(METADATA);
    format!(
        r#"
accounts:
  - id: 1000000000000001
    saml_providers:
      - name: Staff
        description: the staff
        authn_sign_algo: rsa-sha256
        metadata: |
          {xml}
      - {{ name: least, metadata: "{encoded}" }}
"#
    )
}

async fn provider(bench: &Bench, name: &str) -> Option<SamlProvider> {
    let name = name.parse().unwrap();
    let mut snapshot = bench.read(ACCOUNT).await;
    snapshot.get_saml_provider(&name).await.unwrap()
}

async fn seeded() -> Bench {
    let bench = Bench::new().await;
    let report = bench.run(&seed(), PLAIN).await;
    assert_eq!(report.impossible(), 0, "{report}");
    bench
}

#[tokio::test]
async fn a_seed_makes_providers_and_makes_them_once() {
    let bench = Bench::new().await;
    let report = bench.run(&seed(), PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "create account 1000000000000001",
            "create SAML provider Staff",
            "create SAML provider least"
        ]
    );
    let staff = SamlProvider {
        account: id(ACCOUNT),
        name: "Staff".parse().unwrap(),
        description: "the staff".to_owned(),
        metadata: STANDARD.encode(METADATA.trim()),
        authn_sign_algo: AuthnSignAlgo::RsaSha256,
        created_at: NOW,
        updated_at: NOW,
    };
    assert_eq!(provider(&bench, "staff").await, Some(staff));
    let least = provider(&bench, "least").await.unwrap();
    assert_eq!(
        (least.authn_sign_algo, least.metadata),
        (AuthnSignAlgo::RsaSha1, STANDARD.encode(METADATA))
    );
    let tag = bench.tag(ACCOUNT).await;
    assert_eq!(bench.run(&seed(), PLAIN).await.changes(), 0);
    assert_eq!(bench.tag(ACCOUNT).await, tag);
}

#[tokio::test]
async fn what_the_file_says_anew_is_written() {
    let bench = seeded().await;
    let edited = seed()
        .replace(
            "entityID=\"https://idp.example",
            "entityID=\"https://sso.example",
        )
        .replace("the staff", "all staff")
        .replace("rsa-sha256", "rsa-sha1");
    let report = bench.run(&edited, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        ["update SAML provider Staff: metadata, description, algorithm of sign-on requests"]
    );
    let staff = provider(&bench, "Staff").await.unwrap();
    let metadata = STANDARD.decode(&staff.metadata).unwrap();
    assert!(String::from_utf8(metadata).unwrap().contains("sso.example"));
}

#[tokio::test]
async fn t08_a_removed_or_changed_provider_stays_so() {
    let bench = seeded().await;
    let mut changed = provider(&bench, "Staff").await.unwrap();
    changed.description.clear();
    call!(bench, |tx| {
        tx.update_saml_provider(&changed).await.unwrap();
        tx.delete_saml_provider(&"least".parse().unwrap())
            .await
            .unwrap();
    });
    let report = bench.run(&seed(), PLAIN).await;
    assert_eq!(report.changes(), 0, "{report}");
    assert_eq!(
        lines(&report, Outcome::Skipped),
        [
            "skipped: SAML provider Staff was changed since the seed wrote it; --restore writes the file's again",
            "skipped: SAML provider least was removed; --restore brings it back"
        ]
    );
    let report = bench.run(&seed(), RESTORE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "update SAML provider Staff: description",
            "create SAML provider least"
        ]
    );
}

#[tokio::test]
async fn pruning_takes_what_the_file_does_not_name() {
    let bench = seeded().await;
    let seed = seed();
    let one = seed.split("      - { name: least").next().unwrap();
    let report = bench.run(one, PLAIN).await;
    assert_eq!(report.changes(), 0, "{report}");
    let report = bench.run(one, PRUNE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        ["delete SAML provider least"]
    );
    assert_eq!(provider(&bench, "least").await, None);
}

#[tokio::test]
async fn the_quota_binds_the_seed_too() {
    let bench = Bench::with(Quotas {
        saml_providers: 1,
        ..Quotas::default()
    })
    .await;
    let report = bench.run(&seed(), PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Impossible),
        ["impossible: SAML provider least is one too many; the account may have 1"]
    );
}

#[test]
fn faults_have_a_place() {
    for (from, to, fault) in [
        (
            "name: Staff",
            "name: -a",
            "5:15: the provider's name contains invalid characters",
        ),
        ("rsa-sha256", "sha256", "7:26: authn_sign_algo is incorrect"),
        (
            "entityID",
            "entityId",
            "9:11: `entityID` is not 1 to 1024 printable characters",
        ),
        (
            "<?xml version",
            "<!DOCTYPE a><!-- version",
            "9:11: the metadata is no XML, or has a document type",
        ),
    ] {
        let text = seed().replace(from, to);
        let faults = read(&text, &ResolvedSecrets::new()).unwrap_err();
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, [fault], "{to}");
    }
    let twice = seed().replace("name: least", "name: STAFF");
    let faults = read(&twice, &ResolvedSecrets::new()).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0]
            .to_string()
            .ends_with("the provider stands in the file twice")
    );
}
