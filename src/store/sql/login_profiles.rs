//! Logins of users.

use super::session::Session;
use crate::model::login::LoginProfile;
use crate::policy::ids::UserId;
use crate::store::Result;
use crate::store::dialect::{Dialect, Fields, Row, args, statements};

statements! {
    GET = "
        SELECT
            user_id,
            account_id,
            status,
            is_initial,
            sealed_passwords,
            password_reset_required,
            mfa_bind_required,
            password_set_at,
            created_at,
            updated_at
        FROM login_profiles
        WHERE account_id = $1
            AND user_id = $2";
    LIST = "
        SELECT
            user_id,
            account_id,
            status,
            is_initial,
            sealed_passwords,
            password_reset_required,
            mfa_bind_required,
            password_set_at,
            created_at,
            updated_at
        FROM login_profiles
        WHERE account_id = $1
            AND user_id > $2
        ORDER BY user_id
        LIMIT $3";
    CREATE = "
        INSERT INTO login_profiles (
            account_id,
            user_id,
            status,
            is_initial,
            sealed_passwords,
            password_reset_required,
            mfa_bind_required,
            password_set_at,
            created_at,
            updated_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING";
    UPDATE = "
        UPDATE login_profiles
        SET sealed_passwords = $3,
            password_reset_required = $4,
            mfa_bind_required = $5,
            password_set_at = $6,
            updated_at = $7,
            status = $8,
            is_initial = $9
        WHERE account_id = $1
            AND user_id = $2";
    DELETE = "
        DELETE FROM login_profiles
        WHERE account_id = $1
            AND user_id = $2";
}

fn flag<D: Dialect>(fields: &Fields<'_, D>, column: &'static str) -> Result<bool> {
    match fields.int(column)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(fields.corrupt(column)),
    }
}

fn profile<D: Dialect>(row: &Row<D>) -> Result<LoginProfile> {
    let fields = Fields::<D>::of(row, "login_profiles");
    Ok(LoginProfile {
        account: fields.parsed("account_id")?,
        user: fields.parsed("user_id")?,
        status: fields.parsed("status")?,
        is_initial: flag(&fields, "is_initial")?,
        sealed_passwords: fields.blob("sealed_passwords")?,
        password_reset_required: flag(&fields, "password_reset_required")?,
        mfa_bind_required: flag(&fields, "mfa_bind_required")?,
        password_set_at: fields.int("password_set_at")?,
        created_at: fields.int("created_at")?,
        updated_at: fields.int("updated_at")?,
    })
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    user: UserId,
) -> Result<Option<LoginProfile>> {
    let args = args![session.id(), user.to_string()];
    session.get(&GET, args, profile::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    after: Option<UserId>,
    limit: u32,
) -> Result<Vec<LoginProfile>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let args = args![session.id(), after, limit];
    session.list(&LIST, args, profile::<D>).await
}

pub(super) async fn create<D: Dialect>(
    session: &mut Session<D>,
    profile: &LoginProfile,
) -> Result<()> {
    session.expect_own(profile.account)?;
    let args = args![
        session.id(),
        profile.user.to_string(),
        profile.status.as_str(),
        i64::from(profile.is_initial),
        profile.sealed_passwords.as_slice(),
        i64::from(profile.password_reset_required),
        i64::from(profile.mfa_bind_required),
        profile.password_set_at,
        profile.created_at,
        profile.updated_at,
    ];
    session.insert(&CREATE, args).await
}

pub(super) async fn update<D: Dialect>(
    session: &mut Session<D>,
    profile: &LoginProfile,
) -> Result<()> {
    session.expect_own(profile.account)?;
    let args = args![
        session.id(),
        profile.user.to_string(),
        profile.sealed_passwords.as_slice(),
        i64::from(profile.password_reset_required),
        i64::from(profile.mfa_bind_required),
        profile.password_set_at,
        profile.updated_at,
        profile.status.as_str(),
        i64::from(profile.is_initial),
    ];
    session.change(&UPDATE, args).await
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, user: UserId) -> Result<()> {
    let args = args![session.id(), user.to_string()];
    session.change(&DELETE, args).await
}
