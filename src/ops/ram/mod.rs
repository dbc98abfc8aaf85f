//! RAM 2015-05-01. One file an operation; `shapes` holds what several answers share, `subject` who
//! a call about access keys is about.

pub mod attach_policy_to_role;
pub mod attach_policy_to_user;
pub mod clear_account_alias;
pub mod create_access_key;
pub mod create_policy;
pub mod create_policy_version;
pub mod create_role;
pub mod create_user;
pub mod decode_diagnostic_message;
pub mod delete_access_key;
pub mod delete_policy;
pub mod delete_policy_version;
pub mod delete_role;
pub mod delete_user;
pub mod detach_policy_from_role;
pub mod detach_policy_from_user;
pub mod get_access_key_last_used;
pub mod get_account_alias;
pub mod get_password_policy;
pub mod get_policy;
pub mod get_policy_version;
pub mod get_role;
pub mod get_security_preference;
pub mod get_user;
pub mod list_access_keys;
pub mod list_entities_for_policy;
pub mod list_policies;
pub mod list_policies_for_role;
pub mod list_policies_for_user;
pub mod list_policy_versions;
pub mod list_roles;
pub mod list_users;
pub mod set_account_alias;
pub mod set_default_policy_version;
pub mod set_password_policy;
pub mod set_security_preference;
pub mod update_access_key;
pub mod update_role;

mod attachments;
mod keys;
mod lookup;
mod settings;
mod shapes;
mod subject;
