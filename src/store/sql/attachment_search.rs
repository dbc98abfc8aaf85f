//! The attachments of a whole account.

use super::session::Session;
use crate::model::policy::{FoundAttachment, PolicyRef};
use crate::model::principal::{PrincipalKind, PrincipalName};
use crate::store::dialect::{Arg, Dialect, Fields, Row, args, statements};
use crate::store::{AttachmentFilter, Result, Stretch};

/// Outer joins: what is attached to somebody who is gone must show as corrupt, not vanish.
macro_rules! found {
    () => {
        "
        SELECT
            a.principal_kind,
            COALESCE(u.name, g.name, r.name) AS principal_name,
            a.policy_type,
            a.policy_name,
            COALESCE(p.description, '') AS description,
            a.attached_at
        FROM attachments a
        LEFT JOIN users u
            ON u.id = a.principal_id
            AND u.account_id = a.account_id
            AND a.principal_kind = 'user'
        LEFT JOIN user_groups g
            ON g.id = a.principal_id
            AND g.account_id = a.account_id
            AND a.principal_kind = 'group'
        LEFT JOIN roles r
            ON r.id = a.principal_id
            AND r.account_id = a.account_id
            AND a.principal_kind = 'role'
        LEFT JOIN policies p
            ON p.account_id = a.account_id
            AND p.name_key = a.policy_key
            AND a.policy_type = 'Custom'"
    };
}

statements! {
    SEARCH = "", {same found}, "
        WHERE a.account_id = $1
            AND ($2 = '' OR a.principal_kind = $2)
            AND ($3 = '' OR a.policy_type = $3)
        ORDER BY
            a.principal_kind,
            a.principal_id,
            a.policy_type,
            a.policy_key
        LIMIT $4 OFFSET $5";
    /// Both types are named, so that the index by policy serves.
    SEARCH_BY_POLICY = "", {same found}, "
        WHERE a.account_id = $1
            AND ($2 = '' OR a.principal_kind = $2)
            AND a.policy_type IN ('Custom', 'System')
            AND ($3 = '' OR a.policy_type = $3)
            AND a.policy_key = $4
        ORDER BY
            a.principal_kind,
            a.principal_id,
            a.policy_type,
            a.policy_key
        LIMIT $5 OFFSET $6";
    COUNT = "
        SELECT COUNT(*) AS count
        FROM attachments
        WHERE account_id = $1
            AND ($2 = '' OR principal_kind = $2)
            AND ($3 = '' OR policy_type = $3)";
    COUNT_BY_POLICY = "
        SELECT COUNT(*) AS count
        FROM attachments
        WHERE account_id = $1
            AND ($2 = '' OR principal_kind = $2)
            AND policy_type IN ('Custom', 'System')
            AND ($3 = '' OR policy_type = $3)
            AND policy_key = $4";
}

fn found<D: Dialect>(row: &Row<D>) -> Result<FoundAttachment> {
    let fields = Fields::<D>::of(row, "attachments");
    if fields.optional_text("principal_name")?.is_none() {
        return Err(fields.corrupt("principal_id"));
    }
    let principal = match fields.text("principal_kind")?.as_str() {
        "user" => PrincipalName::User(fields.parsed("principal_name")?),
        "group" => PrincipalName::Group(fields.parsed("principal_name")?),
        "role" => PrincipalName::Role(fields.parsed("principal_name")?),
        _ => return Err(fields.corrupt("principal_kind")),
    };
    Ok(FoundAttachment {
        principal,
        policy: PolicyRef {
            policy_type: fields.parsed("policy_type")?,
            name: fields.parsed("policy_name")?,
        },
        description: fields.text("description")?,
        attached_at: fields.int("attached_at")?,
    })
}

/// The account and what is filtered by, in the order of the statements.
fn filter_args<D: Dialect>(session: &Session<D>, filter: AttachmentFilter<'_>) -> Vec<Arg> {
    let kind = match filter.principal_kind {
        None => "",
        Some(PrincipalKind::User) => "user",
        Some(PrincipalKind::Group) => "group",
        Some(PrincipalKind::Role) => "role",
    };
    let policy_type = filter.policy_type.map_or("", |of| of.as_str());
    let mut args = args![session.id(), kind, policy_type];
    if let Some(name) = filter.policy_name {
        args.push(name.key().into());
    }
    args
}

pub(super) async fn search<D: Dialect>(
    session: &mut Session<D>,
    filter: AttachmentFilter<'_>,
    stretch: Stretch,
) -> Result<Vec<FoundAttachment>> {
    let mut args = filter_args(session, filter);
    args.extend(args![stretch.limit, stretch.skip]);
    let statement = match filter.policy_name {
        None => &SEARCH,
        Some(_) => &SEARCH_BY_POLICY,
    };
    session.list(statement, args, found::<D>).await
}

pub(super) async fn count<D: Dialect>(
    session: &mut Session<D>,
    filter: AttachmentFilter<'_>,
) -> Result<u32> {
    let args = filter_args(session, filter);
    let statement = match filter.policy_name {
        None => &COUNT,
        Some(_) => &COUNT_BY_POLICY,
    };
    session.count_with(statement, args).await
}
