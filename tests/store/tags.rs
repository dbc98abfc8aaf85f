//! Tags, and lists by them.

use rampart::model::tag::{Tag, Tagged, TaggedKind};
use rampart::store::{Page, TagFilter};

use crate::backend::Exam;
use crate::records::{self, policy, role};

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

async fn tags_are_taken_off_by_key_or_all(exam: Exam) {
    let account = exam.account().await;
    let (one, other) = (role(account, "one"), role(account, "other"));
    let (of_one, of_other) = (Tagged::Role(one.id), Tagged::Role(other.id));
    let tags = [tag("A", ""), tag("a", "1"), tag("b", "2")];
    let mut tx = exam.tx(account).await;
    for (role, tagged) in [(&one, &of_one), (&other, &of_other)] {
        tx.create_role(role).await.unwrap();
        tx.put_tags(tagged, &tags).await.unwrap();
    }
    let keys = ["a".to_owned(), "none".to_owned()];
    tx.remove_tags(&of_one, Some(&keys)).await.unwrap();
    tx.commit().await.unwrap();
    let both = [of_one.clone(), of_other.clone()];
    let mut tx = exam.tx(account).await;
    let left = tx.list_tags(&both).await.unwrap();
    assert_eq!(left, [vec![tag("A", ""), tag("b", "2")], tags.to_vec()]);
    tx.remove_tags(&of_other, None).await.unwrap();
    let left = tx.list_tags(&both).await.unwrap();
    assert_eq!(left, [vec![tag("A", ""), tag("b", "2")], vec![]]);
}

async fn tags_of_a_kind_are_listed_by_name_and_key(exam: Exam) {
    let (account, elsewhere) = (exam.account().await, exam.account().await);
    let mut tx = exam.tx(elsewhere).await;
    let foreign = role(elsewhere, "a");
    tx.create_role(&foreign).await.unwrap();
    tx.put_tags(&Tagged::Role(foreign.id), &[tag("x", "")])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = exam.tx(account).await;
    for (name, tags) in [
        ("b", vec![tag("k", "1")]),
        ("A", vec![tag("k", "1"), tag("B", "2")]),
        ("none", vec![]),
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
    for kind in [TaggedKind::Role, TaggedKind::Policy] {
        for (after, limit, filters, expected) in [
            (None, 9, vec![], "A/B=2 A/k=1 b/k=1"),
            (None, 2, vec![], "A/B=2 A/k=1"),
            (Some(("a", "B")), 9, vec![], "A/k=1 b/k=1"),
            (Some(("a", "k")), 9, vec![], "b/k=1"),
            (Some(("aa", "")), 9, vec![], "b/k=1"),
            (Some(("b", "k")), 9, vec![], ""),
            (None, 9, vec![filter("B", None)], "A/B=2 A/k=1"),
            (None, 9, vec![filter("k", Some("2"))], ""),
        ] {
            let listed = tx.list_tags_of_kind(kind, after, limit, &filters).await;
            let listed: Vec<String> = listed
                .unwrap()
                .into_iter()
                .map(|t| format!("{}/{}={}", t.name, t.tag.key, t.tag.value))
                .collect();
            assert_eq!(listed.join(" "), expected, "{kind:?} {after:?} {filters:?}");
        }
    }
    // What has its tags by an id must be there: a release that knew none of these left them behind.
    let carrier = records::user(account, "carrier");
    let tagged = Tagged::User(carrier.id);
    tx.put_tags(&tagged, &[tag("k", "1")]).await.unwrap();
    let listed = tx.list_tags_of_kind(TaggedKind::User, None, 9, &[]).await;
    assert_eq!(listed.unwrap(), []);
    tx.create_user(&carrier).await.unwrap();
    let listed = tx.list_tags_of_kind(TaggedKind::User, None, 9, &[]).await;
    assert_eq!(listed.unwrap().len(), 1);
}

cases!(
    tags_are_taken_off_by_key_or_all,
    tags_of_a_kind_are_listed_by_name_and_key,
    tags_are_replaced_by_key_and_case_counts,
    lists_keep_what_has_every_tag,
    tags_go_with_what_carries_them,
);
