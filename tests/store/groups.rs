//! Groups, who is in them, and what they give to their members.

use rampart::model::principal::{Group, PrincipalId, User};
use rampart::policy::ids::GroupId;
use rampart::store::{Page, Removed, StoreError};

use crate::backend::Exam;
use crate::records::{TRAPS, attachment, custom, group, policy, role, system, user};

const ALL: Page<'_> = Page {
    after: None,
    limit: 99,
};

async fn a_group_is_read_as_it_was_written(exam: Exam) {
    let account = exam.account().await;
    let written = group(account, "Devs.1_a-b");
    let mut tx = exam.tx(account).await;
    tx.create_group(&written).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let found = read.get_group(&"dEVS.1_A-B".parse().unwrap()).await;
    let found = found.unwrap().unwrap();
    assert_eq!(found, written);
    assert_eq!(found.name.as_str(), "Devs.1_a-b");
    assert_eq!(
        read.get_group(&"devs".parse().unwrap()).await.unwrap(),
        None
    );
    assert_eq!(read.count_groups().await.unwrap(), 1);
}

async fn another_account_does_not_see_them(exam: Exam) {
    let (own, other) = (exam.account().await, exam.account().await);
    let (devs, alice) = (group(own, "a"), user(own, "a"));
    let mut tx = exam.tx(own).await;
    tx.create_group(&devs).await.unwrap();
    tx.create_user(&alice).await.unwrap();
    tx.add_member(devs.id, alice.id, 1).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = exam.tx(other).await;
    assert_eq!(tx.get_group(&devs.name).await.unwrap(), None);
    assert_eq!(tx.list_groups(ALL).await.unwrap(), []);
    assert_eq!(tx.list_groups_of_user(alice.id).await.unwrap(), []);
    assert_eq!(tx.list_users_of_group(devs.id, ALL).await.unwrap(), []);
    for refused in [
        tx.delete_group(devs.id).await,
        tx.remove_member(devs.id, alice.id).await,
    ] {
        assert!(matches!(refused, Err(StoreError::NotFound)));
    }
    let refused = tx.update_group(&devs).await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
    // The same name is free there.
    tx.create_group(&group(other, "a")).await.unwrap();
    tx.commit().await.unwrap();
}

async fn t08_names_and_ids_are_given_once(exam: Exam) {
    let account = exam.account().await;
    let devs = group(account, "Devs");
    let mut tx = exam.tx(account).await;
    tx.create_group(&devs).await.unwrap();
    let taken = group(account, "dEVS");
    let refused = tx.create_group(&taken).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    // The id was not used up by the refusal.
    let renamed = Group {
        name: "ops".parse().unwrap(),
        ..taken
    };
    tx.create_group(&renamed).await.unwrap();
    let onto = Group {
        name: "OPS".parse().unwrap(),
        ..devs.clone()
    };
    let refused = tx.update_group(&onto).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    // What loses its name, or goes, leaves a tombstone; an id is never given again.
    let away = Group {
        name: "Away".parse().unwrap(),
        display_name: String::new(),
        comments: String::new(),
        updated_at: 99,
        ..devs.clone()
    };
    tx.update_group(&away).await.unwrap();
    assert_eq!(
        tx.get_group(&away.name).await.unwrap().as_ref(),
        Some(&away)
    );
    assert!(tx.was_removed(Removed::Group(&devs.name)).await.unwrap());
    assert!(!tx.was_removed(Removed::Group(&away.name)).await.unwrap());
    tx.delete_group(away.id).await.unwrap();
    assert!(tx.was_removed(Removed::Group(&away.name)).await.unwrap());
    let refused = tx.create_group(&away).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    tx.commit().await.unwrap();
}

async fn members_are_listed_by_name(exam: Exam) {
    let account = exam.account().await;
    let devs = group(account, "devs");
    let mut tx = exam.tx(account).await;
    tx.create_group(&devs).await.unwrap();
    let mut users: Vec<User> = Vec::new();
    for (at, name) in TRAPS.iter().enumerate().rev() {
        let user = user(account, name);
        tx.create_user(&user).await.unwrap();
        let joined_at = i64::try_from(at).unwrap();
        tx.add_member(devs.id, user.id, joined_at).await.unwrap();
        let refused = tx.add_member(devs.id, user.id, 99).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists)));
        users.push(user);
    }
    // And one who is not in it.
    tx.create_user(&user(account, "b")).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let mut listed = Vec::new();
    for limit in [3, 1, 4, 9] {
        let after = listed.last().map(|(user, _): &(User, i64)| user.name.key());
        let after = after.map(str::to_owned);
        let page = Page {
            after: after.as_deref(),
            limit,
        };
        listed.extend(read.list_users_of_group(devs.id, page).await.unwrap());
    }
    let expected: Vec<(User, i64)> = users.into_iter().rev().zip(0..).collect();
    assert_eq!(listed, expected);
}

async fn groups_are_listed_by_name(exam: Exam) {
    let account = exam.account().await;
    let alice = user(account, "alice");
    let mut tx = exam.tx(account).await;
    tx.create_user(&alice).await.unwrap();
    let names = ["-b", ".a", "0a", "A-b", "aB"];
    let mut ids: Vec<GroupId> = Vec::new();
    for name in names.iter().rev() {
        let group = group(account, name);
        tx.create_group(&group).await.unwrap();
        tx.add_member(group.id, alice.id, 7).await.unwrap();
        ids.push(group.id);
    }
    let listed = tx.list_groups(ALL).await.unwrap();
    let of_alice = tx.list_groups_of_user(alice.id).await.unwrap();
    let with_date: Vec<(Group, i64)> = listed.iter().cloned().map(|group| (group, 7)).collect();
    assert_eq!(of_alice, with_date);
    let listed: Vec<&str> = listed.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(listed, names);
    tx.remove_member(ids[0], alice.id).await.unwrap();
    let refused = tx.remove_member(ids[0], alice.id).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    assert_eq!(tx.list_groups_of_user(alice.id).await.unwrap().len(), 4);
}

async fn neither_a_user_nor_a_group_leaves_a_member_behind(exam: Exam) {
    let account = exam.account().await;
    let (devs, alice) = (group(account, "devs"), user(account, "alice"));
    let mut tx = exam.tx(account).await;
    tx.create_group(&devs).await.unwrap();
    tx.create_user(&alice).await.unwrap();
    tx.add_member(devs.id, alice.id, 1).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = exam.tx(account).await;
    assert!(tx.delete_user(alice.id).await.is_err());
    drop(tx);
    let mut tx = exam.tx(account).await;
    assert!(tx.delete_group(devs.id).await.is_err());
    drop(tx);
    let mut tx = exam.tx(account).await;
    tx.remove_member(devs.id, alice.id).await.unwrap();
    tx.delete_group(devs.id).await.unwrap();
    tx.delete_user(alice.id).await.unwrap();
    tx.commit().await.unwrap();
}

async fn what_groups_give_is_read_for_their_members(exam: Exam) {
    let account = exam.account().await;
    let (devs, ops) = (group(account, "devs"), group(account, "ops"));
    let (alice, bob) = (user(account, "alice"), user(account, "bob"));
    let other = role(account, "r");
    let (of_devs, first) = policy(account, "A");
    let (of_ops, _) = policy(account, "b");
    let mut tx = exam.tx(account).await;
    for group in [&devs, &ops] {
        tx.create_group(group).await.unwrap();
    }
    for user in [&alice, &bob] {
        tx.create_user(user).await.unwrap();
    }
    for policy in [&of_devs, &of_ops] {
        tx.create_policy(policy, &first).await.unwrap();
    }
    tx.add_member(devs.id, alice.id, 1).await.unwrap();
    tx.add_member(ops.id, alice.id, 1).await.unwrap();
    tx.add_member(ops.id, bob.id, 1).await.unwrap();
    let (to_devs, to_ops) = (PrincipalId::Group(devs.id), PrincipalId::Group(ops.id));
    for (to, policy) in [
        (to_devs, custom("A")),
        (to_devs, system("ReadOnlyAccess")),
        (to_ops, custom("b")),
        // Their own, and another's, are not among them.
        (PrincipalId::User(alice.id), custom("b")),
        (PrincipalId::Role(other.id), custom("A")),
    ] {
        tx.attach_policy(&attachment(to, policy)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let of_alice = read.list_group_attachments(alice.id).await.unwrap();
    let mut expected = vec![
        attachment(to_devs, custom("A")),
        attachment(to_devs, system("ReadOnlyAccess")),
        attachment(to_ops, custom("b")),
    ];
    expected.sort_by_key(|attachment| attachment.principal);
    assert_eq!(of_alice, expected);
    let documents = read.list_group_documents(alice.id).await.unwrap();
    let mut expected = vec![
        (devs.id, of_devs, first.clone()),
        (ops.id, of_ops.clone(), first.clone()),
    ];
    expected.sort_by_key(|(group, ..)| *group);
    assert_eq!(documents, expected);
    let of_bob = read.list_group_documents(bob.id).await.unwrap();
    assert_eq!(of_bob, [(ops.id, of_ops, first)]);
    assert_eq!(
        read.list_groups_of_policy(&custom("a")).await.unwrap(),
        [(devs.clone(), 50)]
    );
    assert_eq!(read.list_groups_of_policy(&system("a")).await.unwrap(), []);
}

async fn t24_a_groups_policy_that_is_gone_does_not_vanish(exam: Exam) {
    let account = exam.account().await;
    let (devs, alice) = (group(account, "devs"), user(account, "alice"));
    let (written, first) = policy(account, "p");
    let mut tx = exam.tx(account).await;
    tx.create_group(&devs).await.unwrap();
    tx.create_user(&alice).await.unwrap();
    tx.add_member(devs.id, alice.id, 1).await.unwrap();
    tx.create_policy(&written, &first).await.unwrap();
    let to = PrincipalId::Group(devs.id);
    tx.attach_policy(&attachment(to, custom("p")))
        .await
        .unwrap();
    tx.delete_policy(&written.name).await.unwrap();
    let refused = tx.list_group_documents(alice.id).await;
    assert!(matches!(
        refused,
        Err(StoreError::Corrupt {
            table: "attachments",
            ..
        })
    ));
}

cases!(
    a_group_is_read_as_it_was_written,
    another_account_does_not_see_them,
    t08_names_and_ids_are_given_once,
    members_are_listed_by_name,
    groups_are_listed_by_name,
    neither_a_user_nor_a_group_leaves_a_member_behind,
    what_groups_give_is_read_for_their_members,
    t24_a_groups_policy_that_is_gone_does_not_vanish,
);
