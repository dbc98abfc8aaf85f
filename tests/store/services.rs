//! Keys of services, what services have made with their roles, and the tasks that remove such roles.

use std::collections::HashMap;
use std::sync::Arc;

use rampart::model::key::{AccessKey, AccessKeyStatus, KeyOwner, Service};
use rampart::model::linked::{DeletionStatus, DeletionTask, LatestTask, RoleUsage, UsedIn};
use rampart::model::principal::Role;
use rampart::policy::ids::{AccountId, RoleId};
use rampart::store::{KeyUse, Removed, StoreError};

use crate::backend::Exam;
use crate::records::{self, role};

fn service(account: Option<AccountId>, networks: &[&str]) -> KeyOwner {
    KeyOwner::Service(Arc::new(Service {
        name: "Storage.Corp.example".parse().unwrap(),
        account,
        networks: networks.iter().map(|text| text.parse().unwrap()).collect(),
    }))
}

/// A key as it is made: of a service's no later change is kept.
fn key(account: AccountId, owner: KeyOwner, id: &str) -> AccessKey {
    let key = records::key(account, owner, id);
    AccessKey {
        updated_at: key.created_at,
        ..key
    }
}

async fn keys_of_services_are_the_system_accounts(exam: Exam) {
    let account = exam.account().await;
    let bound = key(AccountId::SYSTEM, service(Some(account), &[]), "LTAIbound");
    let networks = ["10.0.0.0/8", "2001:db8::/32"];
    let any = key(AccountId::SYSTEM, service(None, &networks), "LTAIany");
    let mut tx = exam.tx(AccountId::SYSTEM).await;
    tx.create_key(&bound).await.unwrap();
    tx.create_key(&any).await.unwrap();
    let again = tx.create_key(&any).await;
    assert!(matches!(again, Err(StoreError::AlreadyExists)));
    assert_eq!(tx.touched().named().unwrap().len(), 2);
    tx.commit().await.unwrap();
    for key in [&bound, &any] {
        assert_eq!(
            exam.store.find_key(&key.id).await.unwrap().as_ref(),
            Some(key)
        );
        let mut system = exam.read(AccountId::SYSTEM).await;
        assert_eq!(system.get_key(&key.id).await.unwrap().as_ref(), Some(key));
        drop(system);
        // By that name also where something of another account is changed by its right.
        let mut other = exam.read(account).await;
        assert_eq!(other.get_key(&key.id).await.unwrap(), None);
        let found = other.get_service_key(&key.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(key));
    }
    let ids = [
        "LTAIany".parse().unwrap(),
        "none".parse().unwrap(),
        "LTAIbound".parse().unwrap(),
    ];
    let found = exam.store.find_keys(&ids).await.unwrap();
    assert_eq!(found, [Some(any.clone()), None, Some(bound.clone())]);
    let mut system = exam.read(AccountId::SYSTEM).await;
    let listed = system.list_all_keys(None, 1).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&any));
    let listed = system.list_all_keys(Some(&any.id), 9).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&bound));
    drop(system);

    let at = KeyUse {
        key: any.id.clone(),
        account: AccountId::SYSTEM,
        at: 77,
    };
    exam.store.record_key_uses(&[at]).await.unwrap();
    let mut system = exam.read(AccountId::SYSTEM).await;
    assert_eq!(system.get_key_last_used(&any.id).await.unwrap(), Some(77));
    drop(system);

    let mut tx = exam.tx(AccountId::SYSTEM).await;
    tx.update_key_status(&any.id, AccessKeyStatus::Inactive, 9)
        .await
        .unwrap();
    tx.update_key_secret(&any.id, &[5]).await.unwrap();
    tx.delete_key(&bound.id).await.unwrap();
    assert!(tx.was_removed(Removed::Key(&bound.id)).await.unwrap());
    let again = tx.create_key(&bound).await;
    assert!(
        matches!(again, Err(StoreError::AlreadyExists)),
        "ids are given once"
    );
    tx.commit().await.unwrap();
    let found = exam.store.find_key(&any.id).await.unwrap().unwrap();
    assert_eq!(
        (found.status, found.sealed_secret),
        (AccessKeyStatus::Inactive, vec![5])
    );
    assert_eq!(exam.store.find_key(&bound.id).await.unwrap(), None);
}

async fn no_other_account_has_keys_of_services(exam: Exam) {
    let account = exam.account().await;
    let misplaced = AccessKey {
        account,
        ..key(AccountId::SYSTEM, service(None, &[]), "LTAIk")
    };
    let mut tx = exam.tx(account).await;
    let refused = tx.create_key(&misplaced).await;
    assert!(
        matches!(refused, Err(StoreError::Internal(_))),
        "{refused:?}"
    );
}

fn linked(account: AccountId, name: &str) -> Role {
    Role {
        linked_service: Some("storage.corp.example".parse().unwrap()),
        ..role(account, name)
    }
}

async fn a_role_keeps_its_linked_service(exam: Exam) {
    let account = exam.account().await;
    let (linked, plain) = (
        linked(account, "AliyunServiceRoleForX_y"),
        role(account, "plain"),
    );
    let mut tx = exam.tx(account).await;
    tx.create_role(&linked).await.unwrap();
    tx.create_role(&plain).await.unwrap();
    let changed = Role {
        linked_service: None,
        description: "changed".to_owned(),
        ..linked.clone()
    };
    tx.update_role(&changed).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let found = read.get_role_by_id(linked.id).await.unwrap().unwrap();
    assert_eq!(found.description, "changed");
    assert_eq!(
        found.linked_service, linked.linked_service,
        "it is given once"
    );
    assert_eq!(read.get_role(&plain.name).await.unwrap(), Some(plain));
}

fn usage(region: &str, resource: &str) -> RoleUsage {
    RoleUsage {
        region: region.to_owned(),
        resource: resource.to_owned(),
        registered_at: 60,
    }
}

async fn usages_keep_a_role(exam: Exam) {
    let account = exam.account().await;
    let (one, two) = (linked(account, "one"), linked(account, "two"));
    let mut tx = exam.tx(account).await;
    tx.create_role(&one).await.unwrap();
    tx.create_role(&two).await.unwrap();
    for (region, resource) in [("b", "y"), ("b", "Y"), ("a", "z"), ("b", "x"), ("b", "y")] {
        tx.put_role_usage(one.id, &usage(region, resource))
            .await
            .unwrap();
    }
    let later = RoleUsage {
        registered_at: 99,
        ..usage("a", "z")
    };
    tx.put_role_usage(one.id, &later).await.unwrap();
    tx.commit().await.unwrap();
    let all = [
        usage("a", "z"),
        usage("b", "Y"),
        usage("b", "x"),
        usage("b", "y"),
    ];
    let mut read = exam.read(account).await;
    assert_eq!(read.list_role_usages(one.id).await.unwrap(), all);
    assert_eq!(read.count_role_usages(one.id).await.unwrap(), 4);
    assert_eq!(read.count_role_usages(two.id).await.unwrap(), 0);
    drop(read);
    let mut tx = exam.tx(account).await;
    assert!(
        tx.delete_role(one.id).await.is_err(),
        "the database itself keeps it"
    );
    drop(tx);
    let mut tx = exam.tx(account).await;
    for used in &all {
        tx.delete_role_usage(one.id, &used.region, &used.resource)
            .await
            .unwrap();
    }
    tx.delete_role_usage(one.id, "a", "never").await.unwrap();
    tx.delete_role(one.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        exam.read(account).await.get_role(&one.name).await.unwrap(),
        None
    );
}

fn task(account: AccountId, role: RoleId, number: u32) -> DeletionTask {
    DeletionTask {
        account,
        id: format!("task/acs-service-role/storage.corp.example/one/{role}-{number}"),
        role,
        number,
        status: DeletionStatus::InProgress,
        reason: Vec::new(),
        created_at: 70 + i64::from(number),
        updated_at: 70,
    }
}

async fn tasks_are_written_down_until_they_are_done(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let (one, two) = (linked(account, "one").id, linked(account, "two").id);
    let [first, second, foreign] = [
        task(account, one, 1),
        task(account, one, 2),
        task(other, two, 1),
    ];
    for (account, tasks) in [(account, vec![&first, &second]), (other, vec![&foreign])] {
        let mut tx = exam.tx(account).await;
        for task in tasks {
            tx.create_deletion_task(task).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    let unfinished = |until| {
        let store = Arc::clone(&exam.store);
        async move { store.unfinished_deletions(until, 10).await.unwrap() }
    };
    let mut expected = vec![
        (account, first.id.clone()),
        (other, foreign.id.clone()),
        (account, second.id.clone()),
    ];
    expected.sort_by_key(|(account, id)| (id.ends_with('2'), *account));
    assert_eq!(unfinished(72).await, expected);
    assert_eq!(unfinished(71).await, expected[..2]);
    assert_eq!(
        exam.store.unfinished_deletions(72, 1).await.unwrap(),
        expected[..1]
    );

    let failed = DeletionTask {
        status: DeletionStatus::Failed,
        reason: vec![UsedIn {
            region: "cn-hangzhou".to_owned(),
            resources: vec!["bucket \"a\"".to_owned(), "bucket 林".to_owned()],
        }],
        updated_at: 90,
        ..first.clone()
    };
    let mut tx = exam.tx(account).await;
    tx.update_deletion_task(&failed).await.unwrap();
    let unknown = DeletionTask {
        id: "none".to_owned(),
        ..failed.clone()
    };
    let refused = tx.update_deletion_task(&unknown).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    let refused = tx.create_deletion_task(&second).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    tx.commit().await.unwrap();
    assert_eq!(unfinished(99).await.len(), 2);
    let mut read = exam.read(account).await;
    assert_eq!(
        read.get_deletion_task(&first.id).await.unwrap(),
        Some(failed)
    );
    assert_eq!(read.get_deletion_task(&foreign.id).await.unwrap(), None);
    let latest = read.latest_deletion_tasks(&[two, one]).await.unwrap();
    let expected = LatestTask {
        id: second.id.clone(),
        number: second.number,
        status: second.status,
        created_at: second.created_at,
    };
    assert_eq!(latest, HashMap::from([(one, expected)]));
    let latest = read.latest_deletion_tasks(&[]).await.unwrap();
    assert_eq!(latest, HashMap::new());
}

async fn a_task_is_given_up_once(exam: Exam) {
    let account = exam.account().await;
    let role = linked(account, "one").id;
    let (open, done) = (task(account, role, 1), task(account, role, 2));
    let done = DeletionTask {
        status: DeletionStatus::Succeeded,
        ..done
    };
    let mut tx = exam.tx(account).await;
    for task in [&open, &done] {
        tx.create_deletion_task(task).await.unwrap();
        tx.give_up_deletion_task(&task.id, 99).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let given_up = DeletionTask {
        status: DeletionStatus::InternalError,
        updated_at: 99,
        ..open.clone()
    };
    let found = read.get_deletion_task(&open.id).await.unwrap();
    assert_eq!(found, Some(given_up));
    let found = read.get_deletion_task(&done.id).await.unwrap();
    assert_eq!(found, Some(done));
}

async fn tasks_that_are_done_are_forgotten(exam: Exam) {
    let account = exam.account().await;
    let (one, two) = (linked(account, "one").id, linked(account, "two").id);
    let finished = |number| DeletionTask {
        status: DeletionStatus::Failed,
        updated_at: i64::from(number),
        ..task(account, one, number)
    };
    let mut tx = exam.tx(account).await;
    let open = task(account, one, 1);
    tx.create_deletion_task(&open).await.unwrap();
    for number in 2..=13 {
        tx.create_deletion_task(&finished(number)).await.unwrap();
    }
    let another = task(account, two, 1);
    tx.create_deletion_task(&another).await.unwrap();
    tx.commit().await.unwrap();
    // Ten of a role stay, and what is to be done.
    let mut left = Vec::new();
    let mut read = exam.read(account).await;
    for number in 1..=13 {
        let id = task(account, one, number).id;
        if read.get_deletion_task(&id).await.unwrap().is_some() {
            left.push(number);
        }
    }
    assert_eq!(left, [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    drop(read);
    assert_eq!(exam.store.forget_deletions(13).await.unwrap(), 9);
    let mut read = exam.read(account).await;
    for (id, is_there) in [
        (&open.id, true),
        (&another.id, true),
        (&finished(12).id, false),
        (&finished(13).id, true),
    ] {
        let found = read.get_deletion_task(id).await.unwrap();
        assert_eq!(found.is_some(), is_there, "{id}");
    }
}

cases!(
    keys_of_services_are_the_system_accounts,
    no_other_account_has_keys_of_services,
    a_role_keeps_its_linked_service,
    usages_keep_a_role,
    tasks_are_written_down_until_they_are_done,
    a_task_is_given_up_once,
    tasks_that_are_done_are_forgotten,
);
