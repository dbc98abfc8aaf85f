//! The operations, one small type each, and [`REGISTRY`], the one list of them.
//!
//! To add an operation: its file, one line in [`REGISTRY`], its test file. Everything else is derived
//! from its declaration. What several products do to an entity is in `entities`, what their answers
//! share in `shapes`. Operations hold no authentication, authorisation, audit, metrics or encoding: the
//! pipeline in `wire` does these for all of them.

pub mod call;
pub mod declare;
pub mod error;
pub mod ims;
pub mod params;
pub mod ram;
pub mod rampart;
pub mod resource_manager;
pub mod sts;
pub mod values;

mod entities;
mod page;
mod shapes;

use crate::ops::call::{Entry, prepared, read, session, write};
use crate::ops::declare::Product;

/// Every operation.
pub static REGISTRY: &[Entry] = &[
    write::<ram::create_role::CreateRole>(),
    read::<ram::get_role::GetRole>(),
    write::<ram::update_role::UpdateRole>(),
    write::<ram::delete_role::DeleteRole>(),
    read::<ram::list_roles::ListRoles>(),
    write::<ram::create_policy::CreatePolicy>(),
    read::<ram::get_policy::GetPolicy>(),
    read::<ram::list_policies::ListPolicies>(),
    write::<ram::update_policy_description::UpdatePolicyDescription>(),
    write::<ram::delete_policy::DeletePolicy>(),
    write::<ram::create_policy_version::CreatePolicyVersion>(),
    read::<ram::get_policy_version::GetPolicyVersion>(),
    read::<ram::list_policy_versions::ListPolicyVersions>(),
    write::<ram::set_default_policy_version::SetDefaultPolicyVersion>(),
    write::<ram::delete_policy_version::DeletePolicyVersion>(),
    write::<ram::attach_policy_to_user::AttachPolicyToUser>(),
    write::<ram::attach_policy_to_group::AttachPolicyToGroup>(),
    write::<ram::attach_policy_to_role::AttachPolicyToRole>(),
    write::<ram::detach_policy_from_user::DetachPolicyFromUser>(),
    write::<ram::detach_policy_from_group::DetachPolicyFromGroup>(),
    write::<ram::detach_policy_from_role::DetachPolicyFromRole>(),
    read::<ram::list_policies_for_user::ListPoliciesForUser>(),
    read::<ram::list_policies_for_group::ListPoliciesForGroup>(),
    read::<ram::list_policies_for_role::ListPoliciesForRole>(),
    read::<ram::list_entities_for_policy::ListEntitiesForPolicy>(),
    write::<ram::create_user::CreateUser>(),
    read::<ram::get_user::GetUser>(),
    write::<ram::update_user::UpdateUser>(),
    write::<ram::delete_user::DeleteUser>(),
    read::<ram::list_users::ListUsers>(),
    write::<ram::create_group::CreateGroup>(),
    read::<ram::get_group::GetGroup>(),
    write::<ram::update_group::UpdateGroup>(),
    write::<ram::delete_group::DeleteGroup>(),
    read::<ram::list_groups::ListGroups>(),
    write::<ram::add_user_to_group::AddUserToGroup>(),
    write::<ram::remove_user_from_group::RemoveUserFromGroup>(),
    read::<ram::list_groups_for_user::ListGroupsForUser>(),
    read::<ram::list_users_for_group::ListUsersForGroup>(),
    write::<ram::create_access_key::CreateAccessKey>(),
    read::<ram::list_access_keys::ListAccessKeys>(),
    write::<ram::update_access_key::UpdateAccessKey>(),
    write::<ram::delete_access_key::DeleteAccessKey>(),
    read::<ram::get_access_key_last_used::GetAccessKeyLastUsed>(),
    write::<ram::set_account_alias::SetAccountAlias>(),
    read::<ram::get_account_alias::GetAccountAlias>(),
    write::<ram::clear_account_alias::ClearAccountAlias>(),
    write::<ram::set_password_policy::SetPasswordPolicy>(),
    read::<ram::get_password_policy::GetPasswordPolicy>(),
    write::<ram::set_security_preference::SetSecurityPreference>(),
    read::<ram::get_security_preference::GetSecurityPreference>(),
    prepared::<ram::create_login_profile::CreateLoginProfile>(),
    read::<ram::get_login_profile::GetLoginProfile>(),
    prepared::<ram::update_login_profile::UpdateLoginProfile>(),
    write::<ram::delete_login_profile::DeleteLoginProfile>(),
    prepared::<ram::change_password::ChangePassword>(),
    write::<ram::create_virtual_mfa_device::CreateVirtualMFADevice>(),
    read::<ram::list_virtual_mfa_devices::ListVirtualMFADevices>(),
    write::<ram::delete_virtual_mfa_device::DeleteVirtualMFADevice>(),
    write::<ram::bind_mfa_device::BindMFADevice>(),
    write::<ram::unbind_mfa_device::UnbindMFADevice>(),
    read::<ram::get_user_mfa_info::GetUserMFAInfo>(),
    write::<ram::tag_resources::TagResources>(),
    write::<ram::untag_resources::UntagResources>(),
    read::<ram::list_tag_resources::ListTagResources>(),
    read::<ram::decode_diagnostic_message::DecodeDiagnosticMessage>(),
    write::<ims::create_user::CreateUser>(),
    read::<ims::get_user::GetUser>(),
    write::<ims::update_user::UpdateUser>(),
    write::<ims::delete_user::DeleteUser>(),
    read::<ims::list_users::ListUsers>(),
    read::<ims::list_user_basic_infos::ListUserBasicInfos>(),
    write::<ims::create_group::CreateGroup>(),
    read::<ims::get_group::GetGroup>(),
    write::<ims::update_group::UpdateGroup>(),
    write::<ims::delete_group::DeleteGroup>(),
    read::<ims::list_groups::ListGroups>(),
    write::<ims::add_user_to_group::AddUserToGroup>(),
    write::<ims::remove_user_from_group::RemoveUserFromGroup>(),
    read::<ims::list_groups_for_user::ListGroupsForUser>(),
    read::<ims::list_users_for_group::ListUsersForGroup>(),
    write::<ims::create_access_key::CreateAccessKey>(),
    write::<ims::update_access_key::UpdateAccessKey>(),
    write::<ims::delete_access_key::DeleteAccessKey>(),
    read::<ims::list_access_keys::ListAccessKeys>(),
    read::<ims::get_access_key_last_used::GetAccessKeyLastUsed>(),
    write::<ims::set_access_key_policy::SetAccessKeyPolicy>(),
    read::<ims::get_access_key_policy::GetAccessKeyPolicy>(),
    write::<ims::set_password_policy::SetPasswordPolicy>(),
    read::<ims::get_password_policy::GetPasswordPolicy>(),
    write::<ims::set_security_preference::SetSecurityPreference>(),
    read::<ims::get_security_preference::GetSecurityPreference>(),
    write::<ims::set_default_domain::SetDefaultDomain>(),
    read::<ims::get_default_domain::GetDefaultDomain>(),
    read::<ims::get_account_summary::GetAccountSummary>(),
    prepared::<ims::generate_credential_report::GenerateCredentialReport>(),
    read::<ims::get_credential_report::GetCredentialReport>(),
    prepared::<ims::create_login_profile::CreateLoginProfile>(),
    read::<ims::get_login_profile::GetLoginProfile>(),
    prepared::<ims::update_login_profile::UpdateLoginProfile>(),
    write::<ims::delete_login_profile::DeleteLoginProfile>(),
    prepared::<ims::change_password::ChangePassword>(),
    write::<ims::create_virtual_mfa_device::CreateVirtualMFADevice>(),
    read::<ims::list_virtual_mfa_devices::ListVirtualMFADevices>(),
    write::<ims::delete_virtual_mfa_device::DeleteVirtualMFADevice>(),
    write::<ims::bind_mfa_device::BindMFADevice>(),
    write::<ims::unbind_mfa_device::UnbindMFADevice>(),
    write::<ims::disable_virtual_mfa::DisableVirtualMFA>(),
    read::<ims::get_user_mfa_info::GetUserMFAInfo>(),
    read::<ims::get_account_mfa_info::GetAccountMFAInfo>(),
    write::<ims::tag_resources::TagResources>(),
    write::<ims::untag_resources::UntagResources>(),
    read::<ims::list_tag_resources::ListTagResources>(),
    write::<ims::create_oidc_provider::CreateOIDCProvider>(),
    read::<ims::get_oidc_provider::GetOIDCProvider>(),
    write::<ims::update_oidc_provider::UpdateOIDCProvider>(),
    write::<ims::delete_oidc_provider::DeleteOIDCProvider>(),
    read::<ims::list_oidc_providers::ListOIDCProviders>(),
    write::<ims::add_client_id_to_oidc_provider::AddClientIdToOIDCProvider>(),
    write::<ims::remove_client_id_from_oidc_provider::RemoveClientIdFromOIDCProvider>(),
    write::<ims::add_fingerprint_to_oidc_provider::AddFingerprintToOIDCProvider>(),
    write::<ims::remove_fingerprint_from_oidc_provider::RemoveFingerprintFromOIDCProvider>(),
    write::<ims::create_saml_provider::CreateSAMLProvider>(),
    read::<ims::get_saml_provider::GetSAMLProvider>(),
    write::<ims::update_saml_provider::UpdateSAMLProvider>(),
    write::<ims::delete_saml_provider::DeleteSAMLProvider>(),
    read::<ims::list_saml_providers::ListSAMLProviders>(),
    write::<ram::create_service_linked_role::CreateServiceLinkedRole>(),
    write::<ram::delete_service_linked_role::DeleteServiceLinkedRole>(),
    read::<ram::get_service_linked_role_template::GetServiceLinkedRoleTemplate>(),
    write::<resource_manager::create_service_linked_role::CreateServiceLinkedRole>(),
    write::<resource_manager::delete_service_linked_role::DeleteServiceLinkedRole>(),
    read::<resource_manager::get_service_linked_role_deletion_status::GetServiceLinkedRoleDeletionStatus>(),
    write::<rampart::put_service_linked_role_usage::PutServiceLinkedRoleUsage>(),
    write::<rampart::delete_service_linked_role_usage::DeleteServiceLinkedRoleUsage>(),
    session::<sts::assume_role::AssumeRole>(),
    session::<sts::assume_role_with_oidc::AssumeRoleWithOIDC>(),
    session::<sts::assume_role_with_saml::AssumeRoleWithSAML>(),
    session::<sts::get_caller_identity::GetCallerIdentity>(),
    write::<resource_manager::create_role::CreateRole>(),
    read::<resource_manager::get_role::GetRole>(),
    write::<resource_manager::update_role::UpdateRole>(),
    write::<resource_manager::delete_role::DeleteRole>(),
    read::<resource_manager::list_roles::ListRoles>(),
    write::<resource_manager::create_policy::CreatePolicy>(),
    read::<resource_manager::get_policy::GetPolicy>(),
    read::<resource_manager::list_policies::ListPolicies>(),
    write::<resource_manager::delete_policy::DeletePolicy>(),
    write::<resource_manager::create_policy_version::CreatePolicyVersion>(),
    read::<resource_manager::get_policy_version::GetPolicyVersion>(),
    read::<resource_manager::list_policy_versions::ListPolicyVersions>(),
    write::<resource_manager::set_default_policy_version::SetDefaultPolicyVersion>(),
    write::<resource_manager::delete_policy_version::DeletePolicyVersion>(),
    write::<resource_manager::attach_policy::AttachPolicy>(),
    write::<resource_manager::detach_policy::DetachPolicy>(),
    read::<resource_manager::list_policy_attachments::ListPolicyAttachments>(),
];

/// The product of a version.
pub fn product(version: &str) -> Option<Product> {
    Product::ALL
        .into_iter()
        .find(|product| product.version() == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_operation_is_there_twice() {
        for (index, entry) in REGISTRY.iter().enumerate() {
            let same = |other: &&Entry| {
                (other.declaration.product, other.declaration.name)
                    == (entry.declaration.product, entry.declaration.name)
            };
            assert!(
                !REGISTRY.iter().skip(index + 1).any(|other| same(&other)),
                "{entry:?}"
            );
        }
    }
}
