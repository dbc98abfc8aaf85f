//! Custom policies and their versions.

use super::removed;
use super::session::Session;
use super::tags;
use crate::model::change::Touched;
use crate::model::policy::{Policy, PolicyVersion, VersionId};
use crate::model::tag::Tagged;
use crate::policy::ids::PolicyName;
use crate::store::dialect::{Dialect, Fields, Row, args, statements};
use crate::store::{Page, Removed, Result, StoreError, Stretch, TagFilter};

statements! {
    GET = "
        SELECT
            account_id,
            name,
            description,
            default_version,
            latest_version,
            created_at,
            updated_at
        FROM policies
        WHERE account_id = $1
            AND name_key = $2";
    LIST = "
        SELECT
            account_id,
            name,
            description,
            default_version,
            latest_version,
            created_at,
            updated_at
        FROM policies
        WHERE account_id = $1
            AND name_key > $2
        ORDER BY name_key
        LIMIT $3";
    LIST_AT = "
        SELECT
            account_id,
            name,
            description,
            default_version,
            latest_version,
            created_at,
            updated_at
        FROM policies
        WHERE account_id = $1
        ORDER BY name_key
        LIMIT $2 OFFSET $3";
    /// The policies that no filter fails on.
    LIST_TAGGED = "
        SELECT
            p.account_id,
            p.name,
            p.description,
            p.default_version,
            p.latest_version,
            p.created_at,
            p.updated_at
        FROM policies p
        WHERE p.account_id = $1
            AND p.name_key > $2
            AND NOT EXISTS (
                SELECT 1
                FROM ", {pairs "$4" "$5"}, " f
                WHERE NOT EXISTS (
                    SELECT 1
                    FROM tags t
                    WHERE t.account_id = p.account_id
                        AND t.resource_kind = 'policy'
                        AND t.resource_key = p.name_key
                        AND t.tag_key = f.a
                        AND (f.b IS NULL OR t.tag_value = f.b)
                )
            )
        ORDER BY p.name_key
        LIMIT $3";
    COUNT = "
        SELECT COUNT(*) AS count
        FROM policies
        WHERE account_id = $1";
    CREATE = "
        INSERT INTO policies (
            account_id,
            name,
            name_key,
            description,
            default_version,
            latest_version,
            created_at,
            updated_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT DO NOTHING";
    UPDATE = "
        UPDATE policies
        SET description = $3,
            default_version = $4,
            latest_version = $5,
            updated_at = $6
        WHERE account_id = $1
            AND name_key = $2";
    DELETE = "
        DELETE FROM policies
        WHERE account_id = $1
            AND name_key = $2";
    GET_VERSION = "
        SELECT
            version,
            document,
            created_at
        FROM policy_versions
        WHERE account_id = $1
            AND name_key = $2
            AND version = $3";
    LIST_VERSIONS = "
        SELECT
            version,
            document,
            created_at
        FROM policy_versions
        WHERE account_id = $1
            AND name_key = $2
        ORDER BY version";
    CREATE_VERSION = "
        INSERT INTO policy_versions (
            account_id,
            name_key,
            version,
            document,
            created_at
        )
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    DELETE_VERSION = "
        DELETE FROM policy_versions
        WHERE account_id = $1
            AND name_key = $2
            AND version = $3";
    DELETE_VERSIONS = "
        DELETE FROM policy_versions
        WHERE account_id = $1
            AND name_key = $2";
}

/// Reads a policy; also from rows that join policies with others.
pub(super) fn policy<D: Dialect>(row: &Row<D>) -> Result<Policy> {
    let fields = Fields::<D>::of(row, "policies");
    Ok(Policy {
        account: fields.parsed("account_id")?,
        name: fields.parsed("name")?,
        description: fields.text("description")?,
        default_version: VersionId(fields.number("default_version")?),
        latest_version: VersionId(fields.number("latest_version")?),
        created_at: fields.int("created_at")?,
        updated_at: fields.int("updated_at")?,
    })
}

fn version<D: Dialect>(row: &Row<D>) -> Result<PolicyVersion> {
    let fields = Fields::<D>::of(row, "policy_versions");
    Ok(PolicyVersion {
        version: VersionId(fields.number("version")?),
        document: fields.text("document")?,
        created_at: fields.int("created_at")?,
    })
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    name: &PolicyName,
) -> Result<Option<Policy>> {
    let args = args![session.id(), name.key()];
    session.get(&GET, args, policy::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    page: Page<'_>,
    filters: &[TagFilter],
) -> Result<Vec<Policy>> {
    let mut args = args![session.id(), page.after.unwrap_or_default(), page.limit];
    if filters.is_empty() {
        return session.list(&LIST, args, policy::<D>).await;
    }
    args.extend(tags::filter_args(filters));
    session.list(&LIST_TAGGED, args, policy::<D>).await
}

pub(super) async fn list_at<D: Dialect>(
    session: &mut Session<D>,
    stretch: Stretch,
) -> Result<Vec<Policy>> {
    let args = args![session.id(), stretch.limit, stretch.skip];
    session.list(&LIST_AT, args, policy::<D>).await
}

pub(super) async fn count<D: Dialect>(session: &mut Session<D>) -> Result<u32> {
    session.count(&COUNT).await
}

pub(super) async fn get_version<D: Dialect>(
    session: &mut Session<D>,
    name: &PolicyName,
    number: VersionId,
) -> Result<Option<PolicyVersion>> {
    let args = args![session.id(), name.key(), number.0];
    session.get(&GET_VERSION, args, version::<D>).await
}

pub(super) async fn list_versions<D: Dialect>(
    session: &mut Session<D>,
    name: &PolicyName,
) -> Result<Vec<PolicyVersion>> {
    let args = args![session.id(), name.key()];
    session.list(&LIST_VERSIONS, args, version::<D>).await
}

pub(super) async fn create<D: Dialect>(
    session: &mut Session<D>,
    policy: &Policy,
    first: &PolicyVersion,
) -> Result<()> {
    session.expect_own(policy.account)?;
    session.touch(Touched::Policy(policy.name.clone()));
    let args = args![
        session.id(),
        policy.name.as_str(),
        policy.name.key(),
        policy.description.as_str(),
        policy.default_version.0,
        policy.latest_version.0,
        policy.created_at,
        policy.updated_at,
    ];
    session.insert(&CREATE, args).await?;
    insert_version(session, &policy.name, first).await
}

pub(super) async fn update<D: Dialect>(session: &mut Session<D>, policy: &Policy) -> Result<()> {
    session.expect_own(policy.account)?;
    session.touch(Touched::Policy(policy.name.clone()));
    let args = args![
        session.id(),
        policy.name.key(),
        policy.description.as_str(),
        policy.default_version.0,
        policy.latest_version.0,
        policy.updated_at,
    ];
    session.change(&UPDATE, args).await
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, name: &PolicyName) -> Result<()> {
    session.touch(Touched::Policy(name.clone()));
    tags::delete(session, &Tagged::Policy(name.clone())).await?;
    let args = args![session.id(), name.key()];
    session.execute(&DELETE_VERSIONS, args.clone()).await?;
    session.change(&DELETE, args).await?;
    removed::bury(session, Removed::Policy(name)).await
}

pub(super) async fn create_version<D: Dialect>(
    session: &mut Session<D>,
    name: &PolicyName,
    version: &PolicyVersion,
) -> Result<()> {
    if get(session, name).await?.is_none() {
        return Err(StoreError::NotFound);
    }
    insert_version(session, name, version).await
}

async fn insert_version<D: Dialect>(
    session: &mut Session<D>,
    name: &PolicyName,
    version: &PolicyVersion,
) -> Result<()> {
    session.touch(Touched::Policy(name.clone()));
    let args = args![
        session.id(),
        name.key(),
        version.version.0,
        version.document.as_str(),
        version.created_at,
    ];
    session.insert(&CREATE_VERSION, args).await
}

pub(super) async fn delete_version<D: Dialect>(
    session: &mut Session<D>,
    name: &PolicyName,
    number: VersionId,
) -> Result<()> {
    session.touch(Touched::Policy(name.clone()));
    let args = args![session.id(), name.key(), number.0];
    session.change(&DELETE_VERSION, args).await
}
