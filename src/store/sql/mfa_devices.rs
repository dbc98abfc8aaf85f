//! Virtual MFA devices.

use super::session::Session;
use super::users::user;
use crate::model::login::{Binding, VirtualMfaDevice};
use crate::model::principal::User;
use crate::policy::ids::{MfaDeviceName, UserId};
use crate::store::dialect::{Dialect, Fields, Row, args, statements};
use crate::store::{Page, Result};

statements! {
    GET = "
        SELECT
            id,
            account_id,
            name,
            sealed_seed,
            user_id,
            activated_at,
            last_step,
            created_at
        FROM virtual_mfa_devices
        WHERE account_id = $1
            AND name_key = $2";
    GET_OF_USER = "
        SELECT
            id,
            account_id,
            name,
            sealed_seed,
            user_id,
            activated_at,
            last_step,
            created_at
        FROM virtual_mfa_devices
        WHERE account_id = $1
            AND user_id = $2";
    LIST = "
        SELECT
            id,
            account_id,
            name,
            sealed_seed,
            user_id,
            activated_at,
            last_step,
            created_at
        FROM virtual_mfa_devices
        WHERE account_id = $1
            AND name_key > $2
        ORDER BY name_key
        LIMIT $3";
    /// Those of that many bound devices, which are all that are bound in a page of as many.
    LIST_HOLDERS = "
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
            u.last_login_at
        FROM virtual_mfa_devices d
        JOIN users u
            ON u.id = d.user_id
            AND u.account_id = d.account_id
        WHERE d.account_id = $1
            AND d.name_key > $2
        ORDER BY d.name_key
        LIMIT $3";
    COUNT = "
        SELECT COUNT(*) AS count
        FROM virtual_mfa_devices
        WHERE account_id = $1";
    CREATE = "
        INSERT INTO virtual_mfa_devices (
            account_id,
            id,
            name,
            name_key,
            sealed_seed,
            user_id,
            activated_at,
            last_step,
            created_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT DO NOTHING";
    UPDATE = "
        UPDATE virtual_mfa_devices
        SET user_id = $3,
            activated_at = $4,
            last_step = $5
        WHERE account_id = $1
            AND id = $2";
    DELETE = "
        DELETE FROM virtual_mfa_devices
        WHERE account_id = $1
            AND id = $2";
}

fn device<D: Dialect>(row: &Row<D>) -> Result<VirtualMfaDevice> {
    let fields = Fields::<D>::of(row, "virtual_mfa_devices");
    let user = match fields.optional_text("user_id")? {
        Some(id) => Some(id.parse().map_err(|_| fields.corrupt("user_id"))?),
        None => None,
    };
    let binding = match (user, fields.optional_int("activated_at")?) {
        (Some(user), Some(activated_at)) => Some(Binding { user, activated_at }),
        (None, None) => None,
        _ => return Err(fields.corrupt("activated_at")),
    };
    Ok(VirtualMfaDevice {
        account: fields.parsed("account_id")?,
        id: fields.text("id")?,
        name: fields.parsed("name")?,
        sealed_seed: fields.blob("sealed_seed")?,
        binding,
        last_step: fields.int("last_step")?,
        created_at: fields.int("created_at")?,
    })
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    name: &MfaDeviceName,
) -> Result<Option<VirtualMfaDevice>> {
    let args = args![session.id(), name.key()];
    session.get(&GET, args, device::<D>).await
}

pub(super) async fn get_of_user<D: Dialect>(
    session: &mut Session<D>,
    user: UserId,
) -> Result<Option<VirtualMfaDevice>> {
    let args = args![session.id(), user.to_string()];
    session.get(&GET_OF_USER, args, device::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    page: Page<'_>,
) -> Result<Vec<VirtualMfaDevice>> {
    let args = args![session.id(), page.after.unwrap_or_default(), page.limit];
    session.list(&LIST, args, device::<D>).await
}

pub(super) async fn list_holders<D: Dialect>(
    session: &mut Session<D>,
    page: Page<'_>,
) -> Result<Vec<User>> {
    let args = args![session.id(), page.after.unwrap_or_default(), page.limit];
    session.list(&LIST_HOLDERS, args, user::<D>).await
}

pub(super) async fn count<D: Dialect>(session: &mut Session<D>) -> Result<u32> {
    session.count(&COUNT).await
}

pub(super) async fn create<D: Dialect>(
    session: &mut Session<D>,
    device: &VirtualMfaDevice,
) -> Result<()> {
    session.expect_own(device.account)?;
    let user = device.binding.map(|binding| binding.user.to_string());
    let args = args![
        session.id(),
        device.id.as_str(),
        device.name.as_str(),
        device.name.key(),
        device.sealed_seed.as_slice(),
        user.as_deref(),
        device.binding.map(|binding| binding.activated_at),
        device.last_step,
        device.created_at,
    ];
    session.insert(&CREATE, args).await
}

pub(super) async fn update<D: Dialect>(
    session: &mut Session<D>,
    device: &VirtualMfaDevice,
) -> Result<()> {
    session.expect_own(device.account)?;
    let user = device.binding.map(|binding| binding.user.to_string());
    let args = args![
        session.id(),
        device.id.as_str(),
        user.as_deref(),
        device.binding.map(|binding| binding.activated_at),
        device.last_step,
    ];
    session.change(&UPDATE, args).await
}

pub(super) async fn delete<D: Dialect>(session: &mut Session<D>, id: &str) -> Result<()> {
    let args = args![session.id(), id];
    session.change(&DELETE, args).await
}
