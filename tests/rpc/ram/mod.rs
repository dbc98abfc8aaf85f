//! RAM 2015-05-01, one file an operation.

mod attach_policy_to_role;
mod attach_policy_to_user;
mod create_policy;
mod create_policy_version;
mod create_role;
mod create_user;
mod delete_policy;
mod delete_policy_version;
mod delete_role;
mod delete_user;
mod detach_policy_from_role;
mod detach_policy_from_user;
mod get_policy;
mod get_policy_version;
mod get_role;
mod get_user;
mod list_entities_for_policy;
mod list_policies;
mod list_policies_for_role;
mod list_policies_for_user;
mod list_policy_versions;
mod list_roles;
mod list_users;
mod set_default_policy_version;
mod update_role;
