//! SAML providers.

use rampart::model::change::Touched;
use rampart::model::provider::{AuthnSignAlgo, SamlProvider};
use rampart::store::{Page, Removed, StoreError};

use crate::backend::Exam;
use crate::records::{TRAPS, saml_provider};

async fn what_is_written_is_read(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let made = saml_provider(account, "Idp");
    let bare = SamlProvider {
        description: String::new(),
        authn_sign_algo: AuthnSignAlgo::RsaSha1,
        metadata: "a".repeat(256 * 1024),
        ..saml_provider(account, "bare")
    };
    let mut tx = exam.tx(account).await;
    tx.create_saml_provider(&made).await.unwrap();
    tx.create_saml_provider(&bare).await.unwrap();
    let touched = [&made, &bare].map(|p| Touched::SamlProvider(p.name.clone()));
    assert_eq!(tx.touched().named(), Some(&touched[..]));
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let name = "iDP".parse().unwrap();
    let found = read.get_saml_provider(&name).await.unwrap().unwrap();
    assert_eq!((&found, found.name.as_str()), (&made, "Idp"));
    let found = read.get_saml_provider(&bare.name).await.unwrap();
    assert_eq!(found, Some(bare));
    assert_eq!(read.count_saml_providers().await.unwrap(), 2);
    drop(read);
    let mut theirs = exam.read(other).await;
    assert_eq!(theirs.get_saml_provider(&name).await.unwrap(), None);
    assert_eq!(theirs.count_saml_providers().await.unwrap(), 0);
}

async fn names_are_unique_in_an_account(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let made = saml_provider(account, "Idp");
    let mut tx = exam.tx(account).await;
    tx.create_saml_provider(&made).await.unwrap();
    for taken in [&made, &saml_provider(account, "IDP")] {
        let refused = tx.create_saml_provider(taken).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    }
    // The transaction can go on.
    assert_eq!(tx.count_saml_providers().await.unwrap(), 1);
    tx.commit().await.unwrap();
    let mut tx = exam.tx(other).await;
    let theirs = saml_provider(other, "Idp");
    tx.create_saml_provider(&theirs).await.unwrap();
    for refused in [
        tx.create_saml_provider(&made).await,
        tx.update_saml_provider(&made).await,
    ] {
        assert!(matches!(refused, Err(StoreError::Internal(_))));
    }
}

async fn a_change_leaves_the_name(exam: Exam) {
    let account = exam.account().await;
    let made = saml_provider(account, "Idp");
    let changed = SamlProvider {
        name: "IDP".parse().unwrap(),
        description: "another".to_owned(),
        metadata: "eHl6".to_owned(),
        authn_sign_algo: AuthnSignAlgo::RsaSha1,
        created_at: 70,
        updated_at: 71,
        ..made.clone()
    };
    let mut tx = exam.tx(account).await;
    let refused = tx.update_saml_provider(&changed).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    tx.create_saml_provider(&made).await.unwrap();
    tx.update_saml_provider(&changed).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let found = read.get_saml_provider(&made.name).await.unwrap().unwrap();
    assert_eq!(found.name.as_str(), "Idp");
    let expected = SamlProvider {
        created_at: 60,
        ..changed
    };
    assert_eq!(found, expected);
}

async fn t08_a_removed_provider_leaves_a_tombstone(exam: Exam) {
    let account = exam.account().await;
    let made = saml_provider(account, "Idp");
    let gone = Removed::SamlProvider(&made.name);
    let mut tx = exam.tx(account).await;
    let refused = tx.delete_saml_provider(&made.name).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    tx.create_saml_provider(&made).await.unwrap();
    assert!(!tx.was_removed(gone).await.unwrap());
    tx.delete_saml_provider(&"IDP".parse().unwrap())
        .await
        .unwrap();
    assert!(tx.was_removed(gone).await.unwrap());
    // One of the other kind is not meant.
    let other = Removed::OidcProvider(&made.name);
    assert!(!tx.was_removed(other).await.unwrap());
    assert_eq!(tx.get_saml_provider(&made.name).await.unwrap(), None);
    // The name can be given again.
    tx.create_saml_provider(&made).await.unwrap();
    tx.commit().await.unwrap();
}

async fn providers_are_paged_by_name(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    let names = TRAPS.iter().copied();
    for name in names.clone().rev() {
        let provider = saml_provider(account, name);
        tx.create_saml_provider(&provider).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let mut listed: Vec<SamlProvider> = Vec::new();
    loop {
        let page = Page {
            after: listed.last().map(|provider| provider.name.key()),
            limit: 3,
        };
        let page = read.list_saml_providers(page).await.unwrap();
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
    names_are_unique_in_an_account,
    a_change_leaves_the_name,
    t08_a_removed_provider_leaves_a_tombstone,
    providers_are_paged_by_name,
);
