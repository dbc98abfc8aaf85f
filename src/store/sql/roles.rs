//! Roles.

use super::removed::{self, IdKind};
use super::session::Session;
use super::tags;
use crate::model::change::Touched;
use crate::model::principal::Role;
use crate::model::tag::Tagged;
use crate::policy::ids::{RoleId, RoleName};
use crate::policy::service_name::ServiceName;
use crate::store::dialect::{Dialect, Fields, Row, args, statements};
use crate::store::{Page, Removed, Result, StoreError, Stretch, TagFilter};

statements! {
    GET = "
        SELECT
            account_id,
            id,
            name,
            description,
            trust_policy,
            max_session_duration,
            session_epoch,
            created_at,
            updated_at,
            linked_service
        FROM roles
        WHERE account_id = $1
            AND name_key = $2";
    GET_BY_ID = "
        SELECT
            account_id,
            id,
            name,
            description,
            trust_policy,
            max_session_duration,
            session_epoch,
            created_at,
            updated_at,
            linked_service
        FROM roles
        WHERE account_id = $1
            AND id = $2";
    LIST = "
        SELECT
            account_id,
            id,
            name,
            description,
            trust_policy,
            max_session_duration,
            session_epoch,
            created_at,
            updated_at,
            linked_service
        FROM roles
        WHERE account_id = $1
            AND name_key > $2
        ORDER BY name_key
        LIMIT $3";
    LIST_AT = "
        SELECT
            account_id,
            id,
            name,
            description,
            trust_policy,
            max_session_duration,
            session_epoch,
            created_at,
            updated_at,
            linked_service
        FROM roles
        WHERE account_id = $1
        ORDER BY name_key
        LIMIT $2 OFFSET $3";
    /// The roles that no filter fails on.
    LIST_TAGGED = "
        SELECT
            r.account_id,
            r.id,
            r.name,
            r.description,
            r.trust_policy,
            r.max_session_duration,
            r.session_epoch,
            r.created_at,
            r.updated_at,
            r.linked_service
        FROM roles r
        WHERE r.account_id = $1
            AND r.name_key > $2
            AND NOT EXISTS (
                SELECT 1
                FROM ", {pairs "$4" "$5"}, " f
                WHERE NOT EXISTS (
                    SELECT 1
                    FROM tags t
                    WHERE t.account_id = r.account_id
                        AND t.resource_kind = 'role'
                        AND t.resource_key = r.id
                        AND t.tag_key = f.a
                        AND (f.b IS NULL OR t.tag_value = f.b)
                )
            )
        ORDER BY r.name_key
        LIMIT $3";
    COUNT = "
        SELECT COUNT(*) AS count
        FROM roles
        WHERE account_id = $1";
    CREATE = "
        INSERT INTO roles (
            account_id,
            id,
            name,
            name_key,
            description,
            trust_policy,
            max_session_duration,
            session_epoch,
            created_at,
            updated_at,
            linked_service
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT DO NOTHING";
    UPDATE = "
        UPDATE roles
        SET name = $3,
            name_key = $4,
            description = $5,
            trust_policy = $6,
            max_session_duration = $7,
            session_epoch = $8,
            updated_at = $9
        WHERE account_id = $1
            AND id = $2";
    DELETE = "
        DELETE FROM roles
        WHERE account_id = $1
            AND id = $2";
}

/// Reads a role; also from rows that join roles with others.
pub(super) fn role<D: Dialect>(row: &Row<D>) -> Result<Role> {
    let fields = Fields::<D>::of(row, "roles");
    let linked = fields.optional_text("linked_service")?;
    Ok(Role {
        account: fields.parsed("account_id")?,
        id: fields.parsed("id")?,
        name: fields.parsed("name")?,
        description: fields.text("description")?,
        trust_policy: fields.text("trust_policy")?,
        max_session_duration: fields.int("max_session_duration")?,
        session_epoch: fields.int("session_epoch")?,
        created_at: fields.int("created_at")?,
        updated_at: fields.int("updated_at")?,
        linked_service: linked
            .map(|service| service.parse())
            .transpose()
            .map_err(|_| fields.corrupt("linked_service"))?,
    })
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    name: &RoleName,
) -> Result<Option<Role>> {
    let args = args![session.id(), name.key()];
    session.get(&GET, args, role::<D>).await
}

pub(super) async fn get_by_id<D: Dialect>(
    session: &mut Session<D>,
    id: RoleId,
) -> Result<Option<Role>> {
    let args = args![session.id(), id.to_string()];
    session.get(&GET_BY_ID, args, role::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    page: Page<'_>,
    filters: &[TagFilter],
) -> Result<Vec<Role>> {
    let mut args = args![session.id(), page.after.unwrap_or_default(), page.limit];
    if filters.is_empty() {
        return session.list(&LIST, args, role::<D>).await;
    }
    args.extend(tags::filter_args(filters));
    session.list(&LIST_TAGGED, args, role::<D>).await
}

pub(super) async fn list_at<D: Dialect>(
    session: &mut Session<D>,
    stretch: Stretch,
) -> Result<Vec<Role>> {
    let args = args![session.id(), stretch.limit, stretch.skip];
    session.list(&LIST_AT, args, role::<D>).await
}

pub(super) async fn count<D: Dialect>(session: &mut Session<D>) -> Result<u32> {
    session.count(&COUNT).await
}

/// As a principal and by its name.
fn touch<D: Dialect>(session: &mut Session<D>, role: &Role) {
    session.touch(Touched::Role(role.id));
    session.touch(Touched::RoleNamed(role.name.clone()));
}

pub(super) async fn create<D: Dialect>(session: &mut Session<D>, role: &Role) -> Result<()> {
    session.expect_own(role.account)?;
    touch(session, role);
    let id = role.id.to_string();
    let args = args![
        session.id(),
        id.as_str(),
        role.name.as_str(),
        role.name.key(),
        role.description.as_str(),
        role.trust_policy.as_str(),
        role.max_session_duration,
        role.session_epoch,
        role.created_at,
        role.updated_at,
        role.linked_service.as_ref().map(ServiceName::as_str),
    ];
    removed::insert_with_id(session, IdKind::Role, &id, &CREATE, args).await
}

pub(super) async fn update<D: Dialect>(session: &mut Session<D>, role: &Role) -> Result<()> {
    session.expect_own(role.account)?;
    let before = get_by_id(session, role.id).await?;
    let before = before.ok_or(StoreError::NotFound)?;
    touch(session, &before);
    touch(session, role);
    if before.name != role.name {
        if get(session, &role.name).await?.is_some() {
            return Err(StoreError::AlreadyExists);
        }
        removed::bury(session, Removed::Role(&before.name)).await?;
    }
    let args = args![
        session.id(),
        role.id.to_string(),
        role.name.as_str(),
        role.name.key(),
        role.description.as_str(),
        role.trust_policy.as_str(),
        role.max_session_duration,
        role.session_epoch,
        role.updated_at,
    ];
    session.change(&UPDATE, args).await
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, id: RoleId) -> Result<()> {
    let role = get_by_id(session, id).await?.ok_or(StoreError::NotFound)?;
    touch(session, &role);
    tags::delete(session, &Tagged::Role(id)).await?;
    let args = args![session.id(), id.to_string()];
    session.change(&DELETE, args).await?;
    removed::bury(session, Removed::Role(&role.name)).await
}
