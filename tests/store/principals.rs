//! Users and roles.

use rampart::model::principal::{Role, User};
use rampart::policy::ids::{RoleId, UserId};
use rampart::store::{Page, Removed, StoreError};

use crate::backend::{Exam, next};
use crate::records::{TRAPS, role, user};

async fn a_user_is_read_as_it_was_written(exam: Exam) {
    let account = exam.account().await;
    let written = User {
        last_login_at: Some(-1),
        ..user(account, "Alice.A")
    };
    let mut tx = exam.tx(account).await;
    tx.create_user(&written).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let by_name = read.get_user(&"aLICE.a".parse().unwrap()).await.unwrap();
    let by_id = read.get_user_by_id(written.id).await.unwrap();
    for found in [by_name, by_id] {
        let found = found.unwrap();
        assert_eq!(found, written);
        assert_eq!(found.name.as_str(), "Alice.A");
    }
    assert_eq!(
        read.get_user(&"alice".parse().unwrap()).await.unwrap(),
        None
    );
    assert_eq!(read.count_users().await.unwrap(), 1);
}

async fn a_role_is_read_as_it_was_written(exam: Exam) {
    let account = exam.account().await;
    let written = role(account, "Worker");
    let mut tx = exam.tx(account).await;
    tx.create_role(&written).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let by_name = read.get_role(&"WORKER".parse().unwrap()).await.unwrap();
    assert_eq!(by_name.as_ref(), Some(&written));
    assert_eq!(by_name.unwrap().trust_policy, " {\"Version\":\"1\"}\n");
    let by_id = read.get_role_by_id(written.id).await.unwrap();
    assert_eq!(by_id, Some(written));
    assert_eq!(read.count_roles().await.unwrap(), 1);
}

async fn another_account_does_not_see_them(exam: Exam) {
    let (own, other) = (exam.account().await, exam.account().await);
    let (user, role) = (user(own, "a"), role(own, "a"));
    let mut tx = exam.tx(own).await;
    tx.create_user(&user).await.unwrap();
    tx.create_role(&role).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = exam.tx(other).await;
    assert_eq!(tx.get_user(&user.name).await.unwrap(), None);
    assert_eq!(tx.get_user_by_id(user.id).await.unwrap(), None);
    assert_eq!(tx.get_role_by_id(role.id).await.unwrap(), None);
    assert_eq!(
        (
            tx.count_users().await.unwrap(),
            tx.count_roles().await.unwrap()
        ),
        (0, 0)
    );
    let refused = tx.delete_user(user.id).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    let refused = tx.delete_role(role.id).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    let refused = tx.update_user(&user).await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
    // The same names are free there.
    let same = crate::records::user(other, "a");
    tx.create_user(&same).await.unwrap();
    tx.commit().await.unwrap();
}

async fn names_are_taken_whatever_their_case_and_the_transaction_goes_on(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    tx.create_user(&user(account, "alice")).await.unwrap();
    tx.create_role(&role(account, "Worker")).await.unwrap();
    let taken = user(account, "ALICE");
    let refused = tx.create_user(&taken).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    let refused = tx.create_role(&role(account, "worker")).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    // The id was not used up by the refusal.
    let renamed = User {
        name: "bob".parse().unwrap(),
        ..taken
    };
    tx.create_user(&renamed).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(exam.read(account).await.count_users().await.unwrap(), 2);
}

async fn pages_go_by_bytes_of_the_folded_name(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    for name in TRAPS.iter().rev() {
        tx.create_user(&user(account, name)).await.unwrap();
        tx.create_role(&role(account, name)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let (mut users, mut roles) = (Vec::new(), Vec::new());
    for limit in [3, 1, 4, 9] {
        let after = users.last().map(|user: &User| user.name.key().to_owned());
        let page = Page {
            after: after.as_deref(),
            limit,
        };
        users.extend(read.list_users(page, &[]).await.unwrap());
        roles.extend(read.list_roles(page, &[]).await.unwrap());
    }
    let users: Vec<_> = users.iter().map(|user| user.name.as_str()).collect();
    let roles: Vec<_> = roles.iter().map(|role: &Role| role.name.as_str()).collect();
    assert_eq!(users, TRAPS);
    assert_eq!(roles, TRAPS);
}

async fn updates_replace_fields_by_id(exam: Exam) {
    let account = exam.account().await;
    let (user, role) = (user(account, "a"), role(account, "a"));
    let mut tx = exam.tx(account).await;
    tx.create_user(&user).await.unwrap();
    tx.create_role(&role).await.unwrap();
    let user = User {
        name: "B".parse().unwrap(),
        display_name: String::new(),
        email: "b@example.com".to_owned(),
        updated_at: 99,
        last_login_at: Some(5),
        ..user
    };
    let role = Role {
        trust_policy: "{}".to_owned(),
        session_epoch: 1,
        max_session_duration: 7200,
        ..role
    };
    tx.update_user(&user).await.unwrap();
    tx.update_role(&role).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    assert_eq!(
        read.get_user(&user.name).await.unwrap().as_ref(),
        Some(&user)
    );
    assert_eq!(read.get_user(&"a".parse().unwrap()).await.unwrap(), None);
    assert_eq!(
        read.get_role(&role.name).await.unwrap().as_ref(),
        Some(&role)
    );
    let old = "a".parse().unwrap();
    assert!(read.was_removed(Removed::User(&old)).await.unwrap());
    assert!(!read.was_removed(Removed::User(&user.name)).await.unwrap());
}

async fn a_user_cannot_take_anothers_name(exam: Exam) {
    let account = exam.account().await;
    let (a, b) = (user(account, "a"), user(account, "b"));
    let mut tx = exam.tx(account).await;
    tx.create_user(&a).await.unwrap();
    tx.create_user(&b).await.unwrap();
    let taken = User {
        name: "B".parse().unwrap(),
        ..a.clone()
    };
    let refused = tx.update_user(&taken).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    let recased = User {
        name: "A".parse().unwrap(),
        ..a
    };
    tx.update_user(&recased).await.unwrap();
    assert!(!tx.was_removed(Removed::User(&recased.name)).await.unwrap());
    let nobody = user(account, "c");
    let refused = tx.update_user(&nobody).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let found = read.get_user_by_id(recased.id).await.unwrap().unwrap();
    assert_eq!(found.name.as_str(), "A");
}

async fn t08_a_removed_id_is_never_given_again(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let (user, role) = (user(account, "Alice"), role(account, "Worker"));
    let mut tx = exam.tx(account).await;
    tx.create_user(&user).await.unwrap();
    tx.create_role(&role).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = exam.tx(account).await;
    assert!(!tx.was_removed(Removed::User(&user.name)).await.unwrap());
    tx.delete_user(user.id).await.unwrap();
    tx.delete_role(role.id).await.unwrap();
    let again = tx.delete_user(user.id).await;
    assert!(matches!(again, Err(StoreError::NotFound)));
    tx.commit().await.unwrap();
    for account in [account, other] {
        let mut tx = exam.tx(account).await;
        let user = User {
            account,
            name: "new".parse().unwrap(),
            ..user.clone()
        };
        let role = Role {
            account,
            name: "new".parse().unwrap(),
            ..role.clone()
        };
        let refused = tx.create_user(&user).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists)));
        let refused = tx.create_role(&role).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists)));
        tx.commit().await.unwrap();
    }
    let mut tx = exam.tx(account).await;
    let (any_case, worker) = ("ALICE".parse().unwrap(), "worker".parse().unwrap());
    assert!(tx.was_removed(Removed::User(&any_case)).await.unwrap());
    assert!(tx.was_removed(Removed::Role(&worker)).await.unwrap());
    assert!(
        !tx.was_removed(Removed::Role(&"alice".parse().unwrap()))
            .await
            .unwrap()
    );
    // The name is free for someone new.
    let successor = User {
        id: UserId::from_random(next()),
        ..user
    };
    tx.create_user(&successor).await.unwrap();
    let successor = Role {
        id: RoleId::from_random(next()),
        ..role
    };
    tx.create_role(&successor).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(other).await;
    assert!(!read.was_removed(Removed::User(&any_case)).await.unwrap());
}

cases!(
    a_user_is_read_as_it_was_written,
    a_role_is_read_as_it_was_written,
    another_account_does_not_see_them,
    names_are_taken_whatever_their_case_and_the_transaction_goes_on,
    pages_go_by_bytes_of_the_folded_name,
    updates_replace_fields_by_id,
    a_user_cannot_take_anothers_name,
    t08_a_removed_id_is_never_given_again,
);
