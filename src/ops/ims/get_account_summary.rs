//! `GetAccountSummary`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::key_policy;
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::policy::document::DocumentKind;
use crate::store::{Page, Snapshot};

operation! {
    /// Counts what the account has, and tells how much of each it may have.
    GetAccountSummary {
        product: Ims,
        access: Read,
        action: "ram:GetAccountSummary",
        resources: Of(&["acs:ram:*:{account}:*"]),
        params {}
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    summary_map: SummaryMap,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SummaryMap {
    users: u32,
    users_quota: u32,
    groups: u32,
    groups_quota: u32,
    groups_per_user_quota: u32,
    roles: u32,
    roles_quota: u32,
    policies: u32,
    policies_quota: u32,
    policy_size_quota: u32,
    versions_per_policy_quota: u32,
    attached_policies_per_user_quota: u32,
    attached_policies_per_group_quota: u32,
    attached_policies_per_role_quota: u32,
    attached_system_policies_per_user_quota: u32,
    attached_system_policies_per_group_quota: u32,
    attached_system_policies_per_role_quota: u32,
    access_keys_per_user_quota: u32,
    account_access_keys_per_account_quota: u32,
    #[serde(rename = "MFADevices")]
    mfa_devices: u32,
    #[serde(rename = "MFADevicesInUse")]
    mfa_devices_in_use: u32,
    #[serde(rename = "VirtualMFADevicesQuota")]
    virtual_mfa_devices_quota: u32,
    #[serde(rename = "IPItemsPerAKPolicyQuota")]
    ip_items_per_ak_policy_quota: u32,
    #[serde(rename = "ConditionsPerAKPolicyQuota")]
    conditions_per_ak_policy_quota: u32,
    /// There are no OAuth clients here.
    authorized_client_per_user_quota: u32,
    /// Nor keys of single services.
    service_credentials_per_user_per_service_quota: u32,
}

#[async_trait]
impl Read for GetAccountSummary {
    type Answer = Got;

    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Got, OpError> {
        let quotas = cx.iam.quotas_of(&mut *snapshot).await?;
        let custom = quotas.custom_policies_per_principal;
        let system = quotas.system_policies_per_principal;
        let devices = snapshot.count_mfa_devices().await?;
        let all = Page {
            after: None,
            limit: devices,
        };
        let in_use = snapshot.list_mfa_device_holders(all).await?.len();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Got {
            summary_map: SummaryMap {
                users: snapshot.count_users().await?,
                users_quota: quotas.users,
                groups: snapshot.count_groups().await?,
                groups_quota: quotas.groups,
                groups_per_user_quota: quotas.groups_per_user,
                roles: snapshot.count_roles().await?,
                roles_quota: quotas.roles,
                policies: snapshot.count_policies().await?,
                policies_quota: quotas.policies,
                policy_size_quota: number(DocumentKind::Identity.max_length()),
                versions_per_policy_quota: quotas.versions_per_policy,
                attached_policies_per_user_quota: custom,
                attached_policies_per_group_quota: custom,
                attached_policies_per_role_quota: custom,
                attached_system_policies_per_user_quota: system,
                attached_system_policies_per_group_quota: system,
                attached_system_policies_per_role_quota: system,
                access_keys_per_user_quota: quotas.access_keys_per_user,
                account_access_keys_per_account_quota: quotas.access_keys_per_account,
                mfa_devices: devices,
                mfa_devices_in_use: number(in_use),
                virtual_mfa_devices_quota: quotas.virtual_mfa_devices,
                ip_items_per_ak_policy_quota: number(key_policy::NETWORKS),
                conditions_per_ak_policy_quota: number(key_policy::STATEMENTS),
                authorized_client_per_user_quota: 0,
                service_credentials_per_user_per_service_quota: 0,
            },
        })
    }
}
