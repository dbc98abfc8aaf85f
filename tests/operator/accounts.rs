//! Accounts made by command.

use rampart::operator::OperatorError;
use rampart::operator::account::{self, NewAccount};
use rampart::policy::ids::AccountId;

use crate::support::Bench;

#[tokio::test]
async fn an_account_is_made_with_a_root_key() {
    let bench = Bench::new().await;
    let new = NewAccount {
        name: Some("Second".to_owned()),
        alias: Some("second".to_owned()),
        id: None,
    };
    let created = account::create(&bench.iam, &new).await.unwrap();
    assert!(!format!("{created:?}").contains(created.access_key_secret.expose()));
    let key = bench
        .iam
        .store
        .find_key(&created.access_key_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(key.account, created.account_id);
    let opened = bench.iam.secrets.open_access_key(&key).unwrap();
    assert_eq!(opened.expose(), created.access_key_secret.expose());
    let rows = bench.audit(created.account_id).await;
    let mut operations: Vec<&str> = rows.iter().map(|row| row.operation.as_str()).collect();
    operations.sort_unstable();
    assert_eq!(
        operations,
        ["operator.CreateAccessKey", "operator.CreateAccount"]
    );
    assert!(rows.iter().all(|row| row.principal == "operator"));

    let third = NewAccount {
        id: Some("1000000000000003".parse().unwrap()),
        ..NewAccount::default()
    };
    let third = account::create(&bench.iam, &third).await.unwrap();
    let listed = account::list(&bench.iam, None, 10).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(
        listed
            .iter()
            .any(|listed| listed.account_id == third.account_id)
    );
    let first = account::list(&bench.iam, None, 1).await.unwrap();
    let rest = account::list(&bench.iam, Some(first[0].account_id), 10)
        .await
        .unwrap();
    assert_eq!([first, rest].concat(), listed);
}

#[tokio::test]
async fn ids_and_aliases_are_given_once() {
    let bench = Bench::new().await;
    let new = NewAccount {
        name: None,
        alias: Some("one".to_owned()),
        id: Some("1000000000000001".parse().unwrap()),
    };
    account::create(&bench.iam, &new).await.unwrap();
    for taken in [
        NewAccount {
            alias: None,
            ..new.clone()
        },
        NewAccount {
            id: None,
            ..new.clone()
        },
    ] {
        let error = account::create(&bench.iam, &taken).await.unwrap_err();
        assert!(matches!(error, OperatorError::AccountTaken), "{error:?}");
    }
    for refused in [
        NewAccount {
            id: Some(AccountId::SYSTEM),
            ..NewAccount::default()
        },
        NewAccount {
            alias: Some("No".to_owned()),
            ..NewAccount::default()
        },
        NewAccount {
            name: Some(String::new()),
            ..NewAccount::default()
        },
    ] {
        let error = account::create(&bench.iam, &refused).await.unwrap_err();
        assert!(matches!(error, OperatorError::Refused(_)), "{error:?}");
    }
    assert_eq!(account::list(&bench.iam, None, 10).await.unwrap().len(), 1);
}
