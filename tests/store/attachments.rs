//! Attachments.

use rampart::model::policy::{FoundAttachment, Policy, PolicyRef, PolicyType, VersionId};
use rampart::model::principal::{PrincipalId, PrincipalKind, PrincipalName};
use rampart::policy::ids::PolicyName;
use rampart::store::{AttachmentFilter, Page, Removed, Snapshot, StoreError, Stretch};

use crate::backend::Exam;
use crate::records::{TRAPS, attachment, custom, group, policy, role, system, user, version};

async fn what_is_attached_is_listed_by_type_and_name(exam: Exam) {
    let account = exam.account().await;
    let (user, role) = (user(account, "u"), role(account, "r"));
    let to_user = PrincipalId::User(user.id);
    let to_role = PrincipalId::Role(role.id);
    let mut tx = exam.tx(account).await;
    tx.create_user(&user).await.unwrap();
    tx.create_role(&role).await.unwrap();
    let order = [
        custom("B"),
        custom("c-1"),
        system("AdministratorAccess"),
        system("b"),
    ];
    for policy in order.iter().rev() {
        tx.attach_policy(&attachment(to_user, policy.clone()))
            .await
            .unwrap();
    }
    tx.attach_policy(&attachment(to_role, custom("b")))
        .await
        .unwrap();
    let refused = tx.attach_policy(&attachment(to_user, custom("b"))).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    assert_eq!(
        tx.count_attached(to_user, PolicyType::Custom)
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        tx.count_attached(to_role, PolicyType::System)
            .await
            .unwrap(),
        0
    );
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let listed = read.list_attachments(to_user).await.unwrap();
    let expected = order.map(|policy| attachment(to_user, policy));
    assert_eq!(listed, expected);
    assert_eq!(listed[0].policy.name.as_str(), "B");
    let users = read.list_users_of_policy(&custom("b")).await.unwrap();
    assert_eq!(users, [(user, 50)]);
    let roles = read.list_roles_of_policy(&custom("b")).await.unwrap();
    assert_eq!(roles, [(role, 50)]);
    assert_eq!(read.list_roles_of_policy(&system("b")).await.unwrap(), []);
    let asked = [
        system("b"),
        custom("none"),
        custom("b"),
        custom("B"),
        system("b"),
    ];
    assert_eq!(
        read.count_attachments(&asked).await.unwrap(),
        [1, 0, 2, 2, 1]
    );
    assert_eq!(read.count_attachments(&[]).await.unwrap(), [0; 0]);
}

async fn a_decision_gets_default_versions(exam: Exam) {
    let account = exam.account().await;
    let to = PrincipalId::User(user(account, "u").id);
    let (a, first) = policy(account, "A");
    let (b, _) = policy(account, "b");
    let b = Policy {
        default_version: VersionId(2),
        ..b
    };
    let mut tx = exam.tx(account).await;
    tx.create_policy(&a, &first).await.unwrap();
    tx.create_policy(&b, &first).await.unwrap();
    tx.create_policy_version(&b.name, &version(2))
        .await
        .unwrap();
    for policy in [custom("B"), custom("a"), system("c")] {
        tx.attach_policy(&attachment(to, policy)).await.unwrap();
    }
    let documents = tx.list_attached_documents(to).await.unwrap();
    assert_eq!(documents, [(a, first), (b, version(2))]);
}

async fn t24_an_attached_policy_that_is_gone_does_not_vanish(exam: Exam) {
    let account = exam.account().await;
    let to = PrincipalId::User(user(account, "u").id);
    let (policy, first) = policy(account, "p");
    let mut tx = exam.tx(account).await;
    tx.create_policy(&policy, &first).await.unwrap();
    tx.attach_policy(&attachment(to, custom("p")))
        .await
        .unwrap();
    tx.delete_policy_version(&policy.name, VersionId(1))
        .await
        .unwrap();
    let refused = tx.list_attached_documents(to).await;
    assert!(matches!(
        refused,
        Err(StoreError::Corrupt {
            table: "policies",
            ..
        })
    ));
    tx.delete_policy(&policy.name).await.unwrap();
    let refused = tx.list_attached_documents(to).await;
    assert!(matches!(
        refused,
        Err(StoreError::Corrupt {
            table: "attachments",
            ..
        })
    ));
}

async fn t08_a_detached_policy_leaves_a_tombstone(exam: Exam) {
    let account = exam.account().await;
    let to = PrincipalId::Role(role(account, "r").id);
    let policy = system("ReadOnlyAccess");
    let mut tx = exam.tx(account).await;
    tx.attach_policy(&attachment(to, policy.clone()))
        .await
        .unwrap();
    assert!(
        !tx.was_removed(Removed::Attachment(to, &policy))
            .await
            .unwrap()
    );
    tx.detach_policy(to, &system("READONLYAccess"))
        .await
        .unwrap();
    assert!(
        tx.was_removed(Removed::Attachment(to, &policy))
            .await
            .unwrap()
    );
    let refused = tx.detach_policy(to, &policy).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    let other = custom("ReadOnlyAccess");
    assert!(
        !tx.was_removed(Removed::Attachment(to, &other))
            .await
            .unwrap()
    );
    // It can be attached and detached again.
    tx.attach_policy(&attachment(to, policy.clone()))
        .await
        .unwrap();
    tx.detach_policy(to, &policy).await.unwrap();
    tx.commit().await.unwrap();
}

async fn the_whole_account_is_searched_by_number(exam: Exam) {
    let account = exam.account().await;
    let (user, group, role) = (user(account, "U"), group(account, "G"), role(account, "R"));
    let (first, _) = policy(account, "Alpha");
    let mut tx = exam.tx(account).await;
    tx.create_user(&user).await.unwrap();
    tx.create_group(&group).await.unwrap();
    tx.create_role(&role).await.unwrap();
    tx.create_policy(&first, &version(1)).await.unwrap();
    let (to_user, to_group, to_role) = (
        PrincipalId::User(user.id),
        PrincipalId::Group(group.id),
        PrincipalId::Role(role.id),
    );
    for (to, of) in [
        (to_user, system("beta")),
        (to_user, custom("Alpha")),
        (to_role, custom("Alpha")),
        (to_role, system("alpha")),
        (to_group, system("beta")),
    ] {
        tx.attach_policy(&attachment(to, of)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let found = |principal, policy: PolicyRef| FoundAttachment {
        principal,
        description: match policy.policy_type {
            PolicyType::Custom => first.description.clone(),
            PolicyType::System => String::new(),
        },
        policy,
        attached_at: 50,
    };
    let (u, g, r) = (
        PrincipalName::User(user.name.clone()),
        PrincipalName::Group(group.name.clone()),
        PrincipalName::Role(role.name.clone()),
    );
    let all = [
        found(g, system("beta")),
        found(r.clone(), custom("alpha")),
        found(r, system("alpha")),
        found(u.clone(), custom("alpha")),
        found(u, system("beta")),
    ];
    let mut read = exam.read(account).await;
    let (alpha, beta) = ("ALPHA".parse().unwrap(), "beta".parse().unwrap());
    let filters: [(AttachmentFilter<'_>, &[usize]); 8] = [
        (AttachmentFilter::default(), &[0, 1, 2, 3, 4]),
        (of_kind(PrincipalKind::User), &[3, 4]),
        (of_kind(PrincipalKind::Group), &[0]),
        (of_type(PolicyType::Custom), &[1, 3]),
        (
            AttachmentFilter {
                policy_type: Some(PolicyType::System),
                ..of_kind(PrincipalKind::Role)
            },
            &[2],
        ),
        (of_name(&alpha), &[1, 2, 3]),
        (
            AttachmentFilter {
                policy_type: Some(PolicyType::Custom),
                ..of_name(&alpha)
            },
            &[1, 3],
        ),
        (
            AttachmentFilter {
                principal_kind: Some(PrincipalKind::Group),
                ..of_name(&beta)
            },
            &[0],
        ),
    ];
    for (filter, expected) in filters {
        let expected: Vec<&FoundAttachment> = expected.iter().map(|place| &all[*place]).collect();
        let counted = read.count_found_attachments(filter).await.unwrap();
        assert_eq!(usize::try_from(counted).unwrap(), expected.len());
        for limit in 1..=6 {
            let seen = six_pages(read.as_mut(), filter, limit).await;
            let seen: Vec<&FoundAttachment> = seen.iter().collect();
            assert_eq!(seen, expected, "{filter:?} {limit}");
        }
    }
    let far = Stretch {
        skip: u32::MAX,
        limit: 100,
    };
    let found = read.search_attachments(AttachmentFilter::default(), far);
    assert_eq!(found.await.unwrap(), []);
    assert_eq!(read.list_roles_at(far).await.unwrap(), []);
    drop(read);
    let other = exam.account().await;
    let mut read = exam.read(other).await;
    let counted = read.count_found_attachments(AttachmentFilter::default());
    assert_eq!(counted.await.unwrap(), 0);
}

async fn six_pages(
    read: &mut dyn Snapshot,
    filter: AttachmentFilter<'_>,
    limit: u32,
) -> Vec<FoundAttachment> {
    let mut seen = Vec::new();
    for number in 0..6 {
        let skip = number * limit;
        let page = read.search_attachments(filter, Stretch { skip, limit });
        seen.extend(page.await.unwrap());
    }
    seen
}

fn of_kind(kind: PrincipalKind) -> AttachmentFilter<'static> {
    AttachmentFilter {
        principal_kind: Some(kind),
        ..AttachmentFilter::default()
    }
}

fn of_type(policy_type: PolicyType) -> AttachmentFilter<'static> {
    AttachmentFilter {
        policy_type: Some(policy_type),
        ..AttachmentFilter::default()
    }
}

fn of_name(name: &PolicyName) -> AttachmentFilter<'_> {
    AttachmentFilter {
        policy_name: Some(name),
        ..AttachmentFilter::default()
    }
}

async fn roles_and_policies_are_listed_by_number(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    for name in TRAPS.iter().rev() {
        tx.create_role(&role(account, name)).await.unwrap();
        let name = name.replace(['.', '_'], "-");
        let (made, first) = policy(account, &name);
        tx.create_policy(&made, &first).await.ok();
    }
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let whole = Page {
        after: None,
        limit: 100,
    };
    let roles = read.list_roles(whole, &[]).await.unwrap();
    let policies = read.list_policies(whole, &[]).await.unwrap();
    assert_eq!(roles.len(), TRAPS.len());
    for limit in [1, 3, 10, 11] {
        let (mut seen, mut found) = (Vec::new(), Vec::new());
        for number in 0..11 {
            let skip = number * limit;
            let stretch = Stretch { skip, limit };
            seen.extend(read.list_roles_at(stretch).await.unwrap());
            found.extend(read.list_policies_at(stretch).await.unwrap());
        }
        assert_eq!((&seen, &found), (&roles, &policies), "{limit}");
    }
}

cases!(
    what_is_attached_is_listed_by_type_and_name,
    the_whole_account_is_searched_by_number,
    roles_and_policies_are_listed_by_number,
    a_decision_gets_default_versions,
    t24_an_attached_policy_that_is_gone_does_not_vanish,
    t08_a_detached_policy_leaves_a_tombstone,
);
