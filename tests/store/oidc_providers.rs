//! OIDC providers.

use rampart::model::change::Touched;
use rampart::model::provider::OidcProvider;
use rampart::store::{Page, Removed, StoreError};

use crate::backend::Exam;
use crate::records::{TRAPS, oidc_provider};

async fn what_is_written_is_read(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let made = oidc_provider(account, "Idp");
    let bare = OidcProvider {
        description: String::new(),
        client_ids: Vec::new(),
        fingerprints: Vec::new(),
        key_set: None,
        ..oidc_provider(account, "bare")
    };
    let mut tx = exam.tx(account).await;
    tx.create_oidc_provider(&made).await.unwrap();
    tx.create_oidc_provider(&bare).await.unwrap();
    let touched = [&made, &bare].map(|p| Touched::OidcProvider(p.name.clone()));
    assert_eq!(tx.touched().named(), Some(&touched[..]));
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let name = "iDP".parse().unwrap();
    let found = read.get_oidc_provider(&name).await.unwrap().unwrap();
    assert_eq!((&found, found.name.as_str()), (&made, "Idp"));
    let found = read.get_oidc_provider_of(&bare.issuer_url).await.unwrap();
    assert_eq!(found, Some(bare));
    assert_eq!(read.count_oidc_providers().await.unwrap(), 2);
    // An issuer is compared as it is.
    let upper = made.issuer_url.to_uppercase();
    assert_eq!(read.get_oidc_provider_of(&upper).await.unwrap(), None);
    drop(read);
    let mut theirs = exam.read(other).await;
    assert_eq!(theirs.get_oidc_provider(&name).await.unwrap(), None);
    let issuer = &made.issuer_url;
    assert_eq!(theirs.get_oidc_provider_of(issuer).await.unwrap(), None);
    assert_eq!(theirs.count_oidc_providers().await.unwrap(), 0);
}

async fn names_and_issuers_are_unique_in_an_account(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let made = oidc_provider(account, "Idp");
    let mut tx = exam.tx(account).await;
    tx.create_oidc_provider(&made).await.unwrap();
    let same_name = OidcProvider {
        issuer_url: "https://another.example".to_owned(),
        ..oidc_provider(account, "IDP")
    };
    let same_issuer = OidcProvider {
        issuer_url: made.issuer_url.clone(),
        ..oidc_provider(account, "another")
    };
    for taken in [&made, &same_name, &same_issuer] {
        let refused = tx.create_oidc_provider(taken).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    }
    // The transaction can go on.
    assert_eq!(tx.count_oidc_providers().await.unwrap(), 1);
    tx.commit().await.unwrap();
    let mut tx = exam.tx(other).await;
    let theirs = oidc_provider(other, "Idp");
    tx.create_oidc_provider(&theirs).await.unwrap();
    for refused in [
        tx.create_oidc_provider(&made).await,
        tx.update_oidc_provider(&made).await,
    ] {
        assert!(matches!(refused, Err(StoreError::Internal(_))));
    }
}

async fn a_change_leaves_name_and_issuer(exam: Exam) {
    let account = exam.account().await;
    let made = oidc_provider(account, "Idp");
    let changed = OidcProvider {
        name: "IDP".parse().unwrap(),
        issuer_url: "https://elsewhere.example".to_owned(),
        description: "another".to_owned(),
        client_ids: vec!["two".to_owned()],
        fingerprints: Vec::new(),
        issuance_limit_hours: 168,
        key_set: None,
        created_at: 70,
        updated_at: 71,
        ..made.clone()
    };
    let mut tx = exam.tx(account).await;
    let refused = tx.update_oidc_provider(&changed).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    tx.create_oidc_provider(&made).await.unwrap();
    tx.update_oidc_provider(&changed).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let found = read.get_oidc_provider(&made.name).await.unwrap().unwrap();
    assert_eq!(found.name.as_str(), "Idp");
    let expected = OidcProvider {
        issuer_url: made.issuer_url,
        created_at: 60,
        ..changed
    };
    assert_eq!(found, expected);
}

async fn t08_a_removed_provider_leaves_a_tombstone(exam: Exam) {
    let account = exam.account().await;
    let made = oidc_provider(account, "Idp");
    let gone = Removed::OidcProvider(&made.name);
    let mut tx = exam.tx(account).await;
    let refused = tx.delete_oidc_provider(&made.name).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    tx.create_oidc_provider(&made).await.unwrap();
    assert!(!tx.was_removed(gone).await.unwrap());
    tx.delete_oidc_provider(&"IDP".parse().unwrap())
        .await
        .unwrap();
    assert!(tx.was_removed(gone).await.unwrap());
    assert_eq!(tx.get_oidc_provider(&made.name).await.unwrap(), None);
    // The name can be given again.
    tx.create_oidc_provider(&made).await.unwrap();
    tx.commit().await.unwrap();
}

async fn providers_are_paged_by_name(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    let names = TRAPS.iter().copied();
    for name in names.clone().rev() {
        let provider = oidc_provider(account, name);
        tx.create_oidc_provider(&provider).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let mut listed: Vec<OidcProvider> = Vec::new();
    loop {
        let page = Page {
            after: listed.last().map(|provider| provider.name.key()),
            limit: 3,
        };
        let page = read.list_oidc_providers(page).await.unwrap();
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    let listed: Vec<_> = listed.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(listed, names.collect::<Vec<_>>());
}

cases!(
    what_is_written_is_read,
    names_and_issuers_are_unique_in_an_account,
    a_change_leaves_name_and_issuer,
    t08_a_removed_provider_leaves_a_tombstone,
    providers_are_paged_by_name,
);
