//! Seeds that are refused, and where their faults are said to be. No fault shows a secret.

use rampart::operator::Disclosed;
use rampart::operator::seed::{ResolvedSecrets, SecretReference, read, references};

use crate::support::{SECRET, SEED};

fn faults(text: &str) -> Vec<String> {
    let faults = read(text, &ResolvedSecrets::new())
        .err()
        .unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn the_seed_of_these_tests_has_none() {
    assert_eq!(faults(SEED), Vec::<String>::new());
}

#[test]
fn unknown_keys_and_bad_yaml_have_a_place() {
    let found = faults(&SEED.replace("alias: main", "alais: main"));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("5:5: unknown field `alais`"),
        "{found:?}"
    );
    let found = faults("accounts:\n  - id: \"1000000000000001\n");
    assert!(found[0].starts_with("3:1: "), "{found:?}");
}

#[test]
fn all_faults_of_a_file_are_reported_in_its_order() {
    let text = r#"
accounts:
  - id: 100000000000000
    alias: Main
    policies:
      - name: read_logs
        document: {Version: 1, Statement: [{Effect: Allow, Action: "log:Get*", Resource: "*"}]}
    users:
      - name: alice
        email: nobody
        policies: [read-logs, System/NoSuchPolicy]
      - name: ALICE
    roles:
      - name: a_b
        max_session_duration: 60
        trust_policy: {Version: "1", Statement: []}
  - id: 0000000000000000
"#;
    let found = faults(text);
    let places: Vec<&str> = found
        .iter()
        .map(|fault| fault.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "3:9", "4:12", "6:15", "7:19", "10:16", "11:20", "11:31", "12:15", "14:15", "15:31",
            "16:23", "17:9"
        ],
        "{found:#?}"
    );
}

#[test]
fn a_fault_in_a_document_names_its_place_within_it() {
    let found = faults(&SEED.replace("\"Effect\": \"Allow\"", "\"Effect\": \"Permit\""));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains("in the document, 1:43: effect-value"),
        "{found:?}"
    );
    let long = format!("{:7000}", "");
    let found = faults(&SEED.replace("log:Get*", &format!("log:{long}")));
    assert!(
        found[0].ends_with("in the document, longer than 6144 characters"),
        "{found:?}"
    );
}

#[test]
fn a_condition_that_is_not_understood_is_refused() {
    let with = |condition: &str| {
        faults(&SEED.replace(
            "Resource: \"*\"}",
            &format!("Resource: \"*\", Condition: {condition}}}"),
        ))
    };
    let found = with("{ IpAddress: { \"acs:SourceIp\": 10.0.0.0/33 } }");
    assert!(found[0].contains("condition-value"), "{found:?}");
    assert_eq!(
        with("{ IpAddress: { \"acs:SourceIp\": 10.0.0.0/8 } }"),
        [""; 0]
    );
}

#[test]
fn an_entry_stands_in_the_file_once() {
    let twice = SEED.replace("System/AliyunRAMReadOnlyAccess", "Custom/Read-Logs");
    assert!(faults(&twice)[0].ends_with("the attachment stands in the file twice"));
    let twice = SEED.replace("LTAIalice", "LTAIroot");
    assert!(faults(&twice)[0].ends_with("the access key stands in the file twice"));
    let twice = format!("{SEED}  - id: 1000000000000001\n");
    assert!(faults(&twice)[0].ends_with("the account stands in the file twice"));
    let twice = format!("{SEED}  - id: 1000000000000002\n    alias: main\n");
    assert!(faults(&twice)[0].ends_with("another account of the file has the same alias"));
}

#[test]
fn t22_a_seeded_secret_is_long_and_in_no_published_example() {
    for (secret, reason) in [
        ("short", "a secret fixed by hand has 20 to 128 characters"),
        (
            "PupkTg8jdmau1cXxYacgE736PJj4cA",
            "that secret stands in a published example",
        ),
        (
            "Zk4vQ8mX1pT7 bN3wR6yCaa",
            "a secret holds printable ASCII characters without blanks",
        ),
    ] {
        let found = faults(&SEED.replace(SECRET, secret));
        assert_eq!(found, [format!("8:16: {reason}")]);
    }
}

#[test]
fn a_secret_comes_from_one_place() {
    let text = |key: &str| {
        format!("accounts:\n  - id: 1000000000000001\n    root: {{access_keys: [{key}]}}\n")
    };
    let one_of = "3:31: an access key has one of secret, secret_file, secret_env";
    for key in [
        "{id: LTAIroot}",
        "{id: LTAIroot, secret: x, secret_env: X}",
        "{id: LTAIroot, secret_file: x, secret_env: X}",
    ] {
        assert_eq!(faults(&text(key)), [one_of]);
    }
    let by_variable = text("{id: LTAIroot, secret_env: ROOT_SECRET}");
    assert_eq!(
        faults(&by_variable),
        ["3:31: there is no secret in environment variable `ROOT_SECRET`"]
    );
    let reference = SecretReference::Environment("ROOT_SECRET".to_owned());
    assert!(references(&by_variable).unwrap().contains(&reference));
    let secret = Disclosed::from(SECRET.to_owned()).into_secret();
    let seed = read(&by_variable, &ResolvedSecrets::from([(reference, secret)])).unwrap();
    assert_eq!(seed.accounts[0].root_keys[0].secret.expose(), SECRET);
}

#[test]
fn no_secret_is_shown() {
    let seed = read(SEED, &ResolvedSecrets::new()).unwrap();
    let shown = format!("{seed:?}");
    assert!(shown.contains("LTAIroot"));
    assert!(!shown.contains(SECRET), "{shown}");
    for broken in [
        SEED.replace("alias: main", "alais: main"),
        SEED.replace(SECRET, &format!("{SECRET} {SECRET}")),
        SEED.replace(SECRET, &format!("[{SECRET}]")),
        SEED.replace(
            &format!("secret: {SECRET}"),
            &format!("secret_env: {{{SECRET}: x}}"),
        ),
    ] {
        let found = faults(&broken);
        assert!(!found.is_empty());
        assert!(!format!("{found:?}").contains(SECRET), "{found:?}");
    }
}
