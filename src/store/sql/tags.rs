//! Tags.

use std::collections::HashMap;

use super::session::Session;
use crate::model::change::Touched;
use crate::model::tag::{NamedTag, Tag, Tagged, TaggedKind};
use crate::store::dialect::{Arg, Dialect, Fields, Row, args, statements};
use crate::store::{Result, TagFilter};

/// Of the filters `f` the one that what `t` is a tag of does not pass, to the end of a `NOT EXISTS (`.
macro_rules! that_fails {
    () => {
        "
                WHERE NOT EXISTS (
                    SELECT 1
                    FROM tags o
                    WHERE o.account_id = t.account_id
                        AND o.resource_kind = t.resource_kind
                        AND o.resource_key = t.resource_key
                        AND o.tag_key = f.a
                        AND (f.b IS NULL OR o.tag_value = f.b)
                )
            )"
    };
}

statements! {
    LIST_EACH = "
        SELECT
            t.resource_kind,
            t.resource_key,
            t.tag_key,
            t.tag_value
        FROM ", {pairs "$2" "$3"}, " f
        JOIN tags t
            ON t.account_id = $1
            AND t.resource_kind = f.a
            AND t.resource_key = f.b
        ORDER BY
            t.resource_kind,
            t.resource_key,
            t.tag_key";
    /// Those of roles that no filter fails on.
    LIST_OF_ROLES = "
        SELECT
            r.name,
            t.tag_key,
            t.tag_value
        FROM tags t
        JOIN roles r
            ON r.account_id = t.account_id
            AND r.id = t.resource_key
        WHERE t.account_id = $1
            AND t.resource_kind = 'role'
            AND (r.name_key, t.tag_key) > ($2, $3)
            AND NOT EXISTS (
                SELECT 1
                FROM ", {pairs "$5" "$6"}, " f", {same that_fails}, "
        ORDER BY
            r.name_key,
            t.tag_key
        LIMIT $4";
    /// Those of policies that no filter fails on.
    LIST_OF_POLICIES = "
        SELECT
            p.name,
            t.tag_key,
            t.tag_value
        FROM tags t
        JOIN policies p
            ON p.account_id = t.account_id
            AND p.name_key = t.resource_key
        WHERE t.account_id = $1
            AND t.resource_kind = 'policy'
            AND (p.name_key, t.tag_key) > ($2, $3)
            AND NOT EXISTS (
                SELECT 1
                FROM ", {pairs "$5" "$6"}, " f", {same that_fails}, "
        ORDER BY
            p.name_key,
            t.tag_key
        LIMIT $4";
    /// Those of users that no filter fails on. A user is named by its id, as what has its tags. A release
    /// that knew no tags of users left them behind.
    LIST_OF_USERS = "
        SELECT
            t.resource_key AS name,
            t.tag_key,
            t.tag_value
        FROM tags t
        JOIN users u
            ON u.account_id = t.account_id
            AND u.id = t.resource_key
        WHERE t.account_id = $1
            AND t.resource_kind = 'user'
            AND (t.resource_key, t.tag_key) > ($2, $3)
            AND NOT EXISTS (
                SELECT 1
                FROM ", {pairs "$5" "$6"}, " f", {same that_fails}, "
        ORDER BY
            t.resource_key,
            t.tag_key
        LIMIT $4";
    PUT = "
        INSERT INTO tags (
            account_id,
            resource_kind,
            resource_key,
            tag_key,
            tag_value
        )
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account_id, resource_kind, resource_key, tag_key) DO UPDATE
        SET tag_value = excluded.tag_value";
    REMOVE = "
        DELETE FROM tags
        WHERE account_id = $1
            AND resource_kind = $2
            AND resource_key = $3
            AND tag_key = $4";
    DELETE = "
        DELETE FROM tags
        WHERE account_id = $1
            AND resource_kind = $2
            AND resource_key = $3";
}

/// The columns of what carries tags.
fn resource(of: &Tagged) -> (&'static str, String) {
    match of {
        Tagged::User(id) => (TaggedKind::User.as_str(), id.to_string()),
        Tagged::Role(id) => (TaggedKind::Role.as_str(), id.to_string()),
        Tagged::Policy(name) => (TaggedKind::Policy.as_str(), name.key().to_owned()),
    }
}

/// What carries tags, as what a change of them touches.
fn touched(of: &Tagged) -> Touched {
    match of {
        Tagged::User(id) => Touched::User(*id),
        Tagged::Role(id) => Touched::Role(*id),
        Tagged::Policy(name) => Touched::Policy(name.clone()),
    }
}

/// The filters as the two arrays that a list binds.
pub(super) fn filter_args(filters: &[TagFilter]) -> [Arg; 2] {
    let keys = filters.iter().map(|filter| Some(filter.key.clone()));
    let values = filters.iter().map(|filter| filter.value.clone());
    [Arg::Texts(keys.collect()), Arg::Texts(values.collect())]
}

fn tag<D: Dialect>(row: &Row<D>) -> Result<((String, String), Tag)> {
    let fields = Fields::<D>::of(row, "tags");
    let tag = Tag {
        key: fields.text("tag_key")?,
        value: fields.text("tag_value")?,
    };
    let resource = (fields.text("resource_kind")?, fields.text("resource_key")?);
    Ok((resource, tag))
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    of: &[Tagged],
) -> Result<Vec<Vec<Tag>>> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<(String, String)> = of
        .iter()
        .map(resource)
        .map(|(kind, key)| (kind.to_owned(), key))
        .collect();
    let mut found: HashMap<(String, String), Vec<Tag>> = wanted
        .iter()
        .cloned()
        .map(|resource| (resource, Vec::new()))
        .collect();
    // Each once, from the map's keys: the join would list for each time that one is given.
    let (kinds, keys) = found
        .keys()
        .cloned()
        .map(|(kind, key)| (Some(kind), Some(key)))
        .unzip();
    let args = vec![session.id(), Arg::Texts(kinds), Arg::Texts(keys)];
    for (resource, tag) in session.list(&LIST_EACH, args, tag::<D>).await? {
        found.entry(resource).or_default().push(tag);
    }
    let each = wanted
        .iter()
        .map(|of| found.get(of).cloned().unwrap_or_default());
    Ok(each.collect())
}

pub(super) async fn list_of_kind<D: Dialect>(
    session: &mut Session<D>,
    kind: TaggedKind,
    after: Option<(&str, &str)>,
    limit: u32,
    filters: &[TagFilter],
) -> Result<Vec<NamedTag>> {
    let (name, key) = after.unwrap_or_default();
    let mut args = args![session.id(), name, key, limit];
    args.extend(filter_args(filters));
    let record = |row: &Row<D>| {
        let fields = Fields::<D>::of(row, "tags");
        Ok(NamedTag {
            name: fields.text("name")?,
            tag: Tag {
                key: fields.text("tag_key")?,
                value: fields.text("tag_value")?,
            },
        })
    };
    let statement = match kind {
        TaggedKind::User => &LIST_OF_USERS,
        TaggedKind::Role => &LIST_OF_ROLES,
        TaggedKind::Policy => &LIST_OF_POLICIES,
    };
    session.list(statement, args, record).await
}

pub(super) async fn put<D: Dialect>(
    session: &mut Session<D>,
    of: &Tagged,
    tags: &[Tag],
) -> Result<()> {
    session.touch(touched(of));
    let (kind, key) = resource(of);
    for tag in tags {
        let args = args![
            session.id(),
            kind,
            key.as_str(),
            tag.key.as_str(),
            tag.value.as_str(),
        ];
        session.execute(&PUT, args).await?;
    }
    Ok(())
}

/// Removes those of these keys.
pub(super) async fn remove<D: Dialect>(
    session: &mut Session<D>,
    of: &Tagged,
    keys: &[String],
) -> Result<()> {
    session.touch(touched(of));
    let (kind, resource_key) = resource(of);
    for tag_key in keys {
        let args = args![session.id(), kind, resource_key.as_str(), tag_key.as_str(),];
        session.execute(&REMOVE, args).await?;
    }
    Ok(())
}

/// Removes all tags of a resource.
pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, of: &Tagged) -> Result<()> {
    session.touch(touched(of));
    let (kind, key) = resource(of);
    let args = args![session.id(), kind, key];
    session.execute(&DELETE, args).await.map(drop)
}
