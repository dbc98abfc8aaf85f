//! Tags, and lists by them.

use rampart::model::tag::{Tag, Tagged};
use rampart::store::{Page, TagFilter};

use crate::backend::Exam;
use crate::records::{policy, role};

fn tag(key: &str, value: &str) -> Tag {
    Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

fn filter(key: &str, value: Option<&str>) -> TagFilter {
    TagFilter {
        key: key.to_owned(),
        value: value.map(str::to_owned),
    }
}

const ALL: Page<'_> = Page {
    after: None,
    limit: 9,
};

async fn tags_are_replaced_by_key_and_case_counts(exam: Exam) {
    let account = exam.account().await;
    let role = role(account, "r");
    let (policy, first) = policy(account, "P");
    let mut tx = exam.tx(account).await;
    tx.create_role(&role).await.unwrap();
    tx.create_policy(&policy, &first).await.unwrap();
    let of_role = Tagged::Role(role.id);
    let of_policy = Tagged::Policy("p".parse().unwrap());
    let tags = [tag("b", "1"), tag("B", ""), tag("ä\"\\", "林")];
    tx.put_tags(&of_role, &tags).await.unwrap();
    tx.put_tags(&of_policy, &tags[..1]).await.unwrap();
    tx.put_tags(&of_role, &[tag("b", "2")]).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let none = Tagged::Policy("none".parse().unwrap());
    let asked = [of_policy.clone(), none, of_role, of_policy];
    let listed = read.list_tags(&asked).await.unwrap();
    let of_policy = vec![tag("b", "1")];
    let of_role = vec![tag("B", ""), tag("b", "2"), tag("ä\"\\", "林")];
    assert_eq!(listed, [of_policy.clone(), vec![], of_role, of_policy]);
    assert!(read.list_tags(&[]).await.unwrap().is_empty());
}

async fn lists_keep_what_has_every_tag(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    for (name, tags) in [
        ("a", vec![tag("env", "prod"), tag("team", "x")]),
        ("b", vec![tag("env", "prod")]),
        ("c", vec![tag("env", ""), tag("team", "x")]),
        ("d", vec![]),
    ] {
        let role = role(account, name);
        let (policy, first) = policy(account, name);
        tx.create_role(&role).await.unwrap();
        tx.create_policy(&policy, &first).await.unwrap();
        tx.put_tags(&Tagged::Role(role.id), &tags).await.unwrap();
        tx.put_tags(&Tagged::Policy(policy.name), &tags)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    for (filters, expected) in [
        (vec![filter("env", None)], "abc"),
        (vec![filter("env", Some("prod"))], "ab"),
        (vec![filter("env", Some(""))], "c"),
        (vec![filter("ENV", None)], ""),
        (vec![filter("env", None), filter("team", Some("x"))], "ac"),
        (
            vec![filter("env", Some("prod")), filter("team", Some("x"))],
            "a",
        ),
        (
            vec![filter("env", Some("prod")), filter("env", Some(""))],
            "",
        ),
    ] {
        let roles = read.list_roles(ALL, &filters).await.unwrap();
        let roles: String = roles.iter().map(|role| role.name.as_str()).collect();
        let policies = read.list_policies(ALL, &filters).await.unwrap();
        let policies: String = policies.iter().map(|policy| policy.name.as_str()).collect();
        assert_eq!(
            (roles.as_str(), policies.as_str()),
            (expected, expected),
            "{filters:?}"
        );
    }
    let page = Page {
        after: Some("a"),
        limit: 1,
    };
    let roles = read.list_roles(page, &[filter("env", None)]).await.unwrap();
    assert_eq!(roles.len(), 1);
    assert_eq!(roles[0].name.as_str(), "b");
}

async fn tags_go_with_what_carries_them(exam: Exam) {
    let account = exam.account().await;
    let role = role(account, "r");
    let (policy, first) = policy(account, "p");
    let (of_role, of_policy) = (Tagged::Role(role.id), Tagged::Policy(policy.name.clone()));
    let mut tx = exam.tx(account).await;
    tx.create_role(&role).await.unwrap();
    tx.create_policy(&policy, &first).await.unwrap();
    tx.put_tags(&of_role, &[tag("a", "1")]).await.unwrap();
    tx.put_tags(&of_policy, &[tag("a", "1")]).await.unwrap();
    tx.delete_role(role.id).await.unwrap();
    tx.delete_policy(&policy.name).await.unwrap();
    tx.create_policy(&policy, &first).await.unwrap();
    let left = tx.list_tags(&[of_role, of_policy]).await.unwrap();
    assert_eq!(left, [vec![], vec![]]);
}

cases!(
    tags_are_replaced_by_key_and_case_counts,
    lists_keep_what_has_every_tag,
    tags_go_with_what_carries_them,
);
