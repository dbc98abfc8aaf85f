//! Which policies are attached to whom.

use std::collections::{BTreeSet, HashMap};

use super::groups::group;
use super::policies::policy;
use super::removed;
use super::roles::role;
use super::session::Session;
use super::users::user;
use crate::model::change::Touched;
use crate::model::policy::{Attachment, Policy, PolicyRef, PolicyType, PolicyVersion, VersionId};
use crate::model::principal::{Group, PrincipalId, Role, User};
use crate::policy::ids::{GroupId, PolicyName, UserId};
use crate::store::dialect::{Arg, Dialect, Fields, Row, args, statements};
use crate::store::{Removed, Result};

statements! {
    LIST = "
        SELECT
            principal_kind,
            principal_id,
            policy_type,
            policy_name,
            attached_at
        FROM attachments
        WHERE account_id = $1
            AND principal_kind = $2
            AND principal_id = $3
        ORDER BY policy_type, policy_key";
    /// Outer joins: an attachment whose policy or version is gone must show, not vanish, for the
    /// policy may have denied.
    LIST_DOCUMENTS = "
        SELECT
            p.name_key AS found_policy,
            p.account_id,
            p.name,
            p.description,
            p.default_version,
            p.latest_version,
            p.created_at,
            p.updated_at,
            v.version AS found_version,
            v.document,
            v.created_at AS version_created_at
        FROM attachments a
        LEFT JOIN policies p
            ON p.account_id = a.account_id
            AND p.name_key = a.policy_key
        LEFT JOIN policy_versions v
            ON v.account_id = p.account_id
            AND v.name_key = p.name_key
            AND v.version = p.default_version
        WHERE a.account_id = $1
            AND a.principal_kind = $2
            AND a.principal_id = $3
            AND a.policy_type = 'Custom'
        ORDER BY a.policy_key";
    LIST_OF_GROUPS = "
        SELECT
            a.principal_kind,
            a.principal_id,
            a.policy_type,
            a.policy_name,
            a.attached_at
        FROM group_members m
        JOIN attachments a
            ON a.account_id = m.account_id
            AND a.principal_kind = 'group'
            AND a.principal_id = m.group_id
        WHERE m.account_id = $1
            AND m.user_id = $2
        ORDER BY
            a.principal_id,
            a.policy_type,
            a.policy_key";
    LIST_DOCUMENTS_OF_GROUPS = "
        SELECT
            a.principal_id AS group_id,
            p.name_key AS found_policy,
            p.account_id,
            p.name,
            p.description,
            p.default_version,
            p.latest_version,
            p.created_at,
            p.updated_at,
            v.version AS found_version,
            v.document,
            v.created_at AS version_created_at
        FROM group_members m
        JOIN attachments a
            ON a.account_id = m.account_id
            AND a.principal_kind = 'group'
            AND a.principal_id = m.group_id
            AND a.policy_type = 'Custom'
        LEFT JOIN policies p
            ON p.account_id = a.account_id
            AND p.name_key = a.policy_key
        LEFT JOIN policy_versions v
            ON v.account_id = p.account_id
            AND v.name_key = p.name_key
            AND v.version = p.default_version
        WHERE m.account_id = $1
            AND m.user_id = $2
        ORDER BY
            a.principal_id,
            a.policy_key";
    LIST_GROUPS = "
        SELECT
            g.account_id,
            g.id,
            g.name,
            g.display_name,
            g.comments,
            g.created_at,
            g.updated_at,
            a.attached_at
        FROM attachments a
        JOIN user_groups g
            ON g.id = a.principal_id
            AND g.account_id = a.account_id
        WHERE a.account_id = $1
            AND a.policy_type = $2
            AND a.policy_key = $3
            AND a.principal_kind = 'group'
        ORDER BY g.name_key";
    LIST_USERS = "
        SELECT
            u.account_id,
            u.id,
            u.name,
            u.display_name,
            u.comments,
            u.email,
            u.mobile_phone,
            u.created_at,
            u.updated_at,
            u.last_login_at,
            a.attached_at
        FROM attachments a
        JOIN users u
            ON u.id = a.principal_id
            AND u.account_id = a.account_id
        WHERE a.account_id = $1
            AND a.policy_type = $2
            AND a.policy_key = $3
            AND a.principal_kind = 'user'
        ORDER BY u.name_key";
    LIST_ROLES = "
        SELECT
            r.account_id,
            r.id,
            r.name,
            r.description,
            r.trust_policy,
            r.max_session_duration,
            r.session_epoch,
            r.linked_service,
            r.created_at,
            r.updated_at,
            a.attached_at
        FROM attachments a
        JOIN roles r
            ON r.id = a.principal_id
            AND r.account_id = a.account_id
        WHERE a.account_id = $1
            AND a.policy_type = $2
            AND a.policy_key = $3
            AND a.principal_kind = 'role'
        ORDER BY r.name_key";
    COUNT_EACH = "
        SELECT
            a.policy_type,
            a.policy_key,
            COUNT(*) AS count
        FROM ", {pairs "$2" "$3"}, " f
        JOIN attachments a
            ON a.account_id = $1
            AND a.policy_type = f.a
            AND a.policy_key = f.b
        GROUP BY
            a.policy_type,
            a.policy_key";
    COUNT_ATTACHED = "
        SELECT COUNT(*) AS count
        FROM attachments
        WHERE account_id = $1
            AND principal_kind = $2
            AND principal_id = $3
            AND policy_type = $4";
    ATTACH = "
        INSERT INTO attachments (
            account_id,
            principal_kind,
            principal_id,
            policy_type,
            policy_name,
            policy_key,
            attached_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING";
    DETACH = "
        DELETE FROM attachments
        WHERE account_id = $1
            AND principal_kind = $2
            AND principal_id = $3
            AND policy_type = $4
            AND policy_key = $5";
}

/// The columns of a principal.
pub(super) fn principal(id: PrincipalId) -> (&'static str, String) {
    match id {
        PrincipalId::User(id) => ("user", id.to_string()),
        PrincipalId::Group(id) => ("group", id.to_string()),
        PrincipalId::Role(id) => ("role", id.to_string()),
    }
}

/// What an attachment changes: the principal; the policy stays what it is.
fn touched(principal: PrincipalId) -> Touched {
    match principal {
        PrincipalId::User(id) => Touched::User(id),
        PrincipalId::Group(id) => Touched::Group(id),
        PrincipalId::Role(id) => Touched::Role(id),
    }
}

fn attachment<D: Dialect>(row: &Row<D>) -> Result<Attachment> {
    let fields = Fields::<D>::of(row, "attachments");
    let principal = match fields.text("principal_kind")?.as_str() {
        "user" => PrincipalId::User(fields.parsed("principal_id")?),
        "group" => PrincipalId::Group(fields.parsed("principal_id")?),
        "role" => PrincipalId::Role(fields.parsed("principal_id")?),
        _ => return Err(fields.corrupt("principal_kind")),
    };
    let policy = PolicyRef {
        policy_type: fields.parsed("policy_type")?,
        name: fields.parsed("policy_name")?,
    };
    Ok(Attachment {
        principal,
        policy,
        attached_at: fields.int("attached_at")?,
    })
}

fn document<D: Dialect>(row: &Row<D>) -> Result<(Policy, PolicyVersion)> {
    let attachments = Fields::<D>::of(row, "attachments");
    if attachments.optional_text("found_policy")?.is_none() {
        return Err(attachments.corrupt("policy_key"));
    }
    let policy = policy::<D>(row)?;
    if attachments.optional_int("found_version")?.is_none() {
        return Err(Fields::<D>::of(row, "policies").corrupt("default_version"));
    }
    let fields = Fields::<D>::of(row, "policy_versions");
    let version = PolicyVersion {
        version: VersionId(fields.number("found_version")?),
        document: fields.text("document")?,
        created_at: fields.int("version_created_at")?,
    };
    Ok((policy, version))
}

fn attached_at<D: Dialect>(row: &Row<D>) -> Result<i64> {
    Fields::<D>::of(row, "attachments").int("attached_at")
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    of: PrincipalId,
) -> Result<Vec<Attachment>> {
    let (kind, id) = principal(of);
    let args = args![session.id(), kind, id];
    session.list(&LIST, args, attachment::<D>).await
}

pub(super) async fn list_documents<D: Dialect>(
    session: &mut Session<D>,
    of: PrincipalId,
) -> Result<Vec<(Policy, PolicyVersion)>> {
    let (kind, id) = principal(of);
    let args = args![session.id(), kind, id];
    session.list(&LIST_DOCUMENTS, args, document::<D>).await
}

pub(super) async fn list_of_groups<D: Dialect>(
    session: &mut Session<D>,
    member: UserId,
) -> Result<Vec<Attachment>> {
    let args = args![session.id(), member.to_string()];
    session.list(&LIST_OF_GROUPS, args, attachment::<D>).await
}

pub(super) async fn list_documents_of_groups<D: Dialect>(
    session: &mut Session<D>,
    member: UserId,
) -> Result<Vec<(GroupId, Policy, PolicyVersion)>> {
    let args = args![session.id(), member.to_string()];
    let record = |row: &Row<D>| {
        let group = Fields::<D>::of(row, "attachments").parsed("group_id")?;
        let (policy, version) = document::<D>(row)?;
        Ok((group, policy, version))
    };
    session.list(&LIST_DOCUMENTS_OF_GROUPS, args, record).await
}

pub(super) async fn list_groups<D: Dialect>(
    session: &mut Session<D>,
    of: &PolicyRef,
) -> Result<Vec<(Group, i64)>> {
    let args = args![session.id(), of.policy_type.as_str(), of.name.key()];
    let record = |row: &Row<D>| Ok((group::<D>(row)?, attached_at::<D>(row)?));
    session.list(&LIST_GROUPS, args, record).await
}

pub(super) async fn list_users<D: Dialect>(
    session: &mut Session<D>,
    of: &PolicyRef,
) -> Result<Vec<(User, i64)>> {
    let args = args![session.id(), of.policy_type.as_str(), of.name.key()];
    let record = |row: &Row<D>| Ok((user::<D>(row)?, attached_at::<D>(row)?));
    session.list(&LIST_USERS, args, record).await
}

pub(super) async fn list_roles<D: Dialect>(
    session: &mut Session<D>,
    of: &PolicyRef,
) -> Result<Vec<(Role, i64)>> {
    let args = args![session.id(), of.policy_type.as_str(), of.name.key()];
    let record = |row: &Row<D>| Ok((role::<D>(row)?, attached_at::<D>(row)?));
    session.list(&LIST_ROLES, args, record).await
}

pub(super) async fn count<D: Dialect>(
    session: &mut Session<D>,
    of: &[PolicyRef],
) -> Result<Vec<u32>> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    // Each once: the join would count for each time that one is given.
    let distinct: BTreeSet<&PolicyRef> = of.iter().collect();
    let types = distinct.iter().map(|p| Some(p.policy_type.to_string()));
    let names = distinct.iter().map(|p| Some(p.name.key().to_owned()));
    let args = vec![
        session.id(),
        Arg::Texts(types.collect()),
        Arg::Texts(names.collect()),
    ];
    let record = |row: &Row<D>| {
        let fields = Fields::<D>::of(row, "attachments");
        let policy_type: PolicyType = fields.parsed("policy_type")?;
        let name: PolicyName = fields.parsed("policy_key")?;
        Ok((PolicyRef { policy_type, name }, fields.number("count")?))
    };
    let counted = session.list(&COUNT_EACH, args, record).await?;
    let counted: HashMap<PolicyRef, u32> = counted.into_iter().collect();
    let each = of.iter().map(|p| counted.get(p).copied().unwrap_or(0));
    Ok(each.collect())
}

pub(super) async fn count_attached<D: Dialect>(
    session: &mut Session<D>,
    to: PrincipalId,
    policy_type: PolicyType,
) -> Result<u32> {
    let (kind, id) = principal(to);
    let args = args![session.id(), kind, id, policy_type.as_str()];
    session.count_with(&COUNT_ATTACHED, args).await
}

pub(super) async fn attach<D: Dialect>(
    session: &mut Session<D>,
    attachment: &Attachment,
) -> Result<()> {
    session.touch(touched(attachment.principal));
    let (kind, id) = principal(attachment.principal);
    let args = args![
        session.id(),
        kind,
        id,
        attachment.policy.policy_type.as_str(),
        attachment.policy.name.as_str(),
        attachment.policy.name.key(),
        attachment.attached_at,
    ];
    session.insert(&ATTACH, args).await
}

pub(super) async fn detach<D: Dialect>(
    session: &mut Session<D>,
    from: PrincipalId,
    policy: &PolicyRef,
) -> Result<()> {
    session.touch(touched(from));
    let (kind, id) = principal(from);
    let args = args![
        session.id(),
        kind,
        id,
        policy.policy_type.as_str(),
        policy.name.key(),
    ];
    session.change(&DETACH, args).await?;
    removed::bury(session, Removed::Attachment(from, policy)).await
}
