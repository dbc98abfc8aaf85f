//! ResourceManager 2020-03-31: roles, policies and who has them, in other words than RAM's. One file
//! an operation; what is done is in `entities`, `shapes` is how it is told, `principals` how
//! ResourceManager names users, groups and roles, `numbered` its pages.

pub mod attach_policy;
pub mod create_policy;
pub mod create_policy_version;
pub mod create_role;
pub mod create_service_linked_role;
pub mod delete_policy;
pub mod delete_policy_version;
pub mod delete_role;
pub mod delete_service_linked_role;
pub mod detach_policy;
pub mod get_policy;
pub mod get_policy_version;
pub mod get_role;
pub mod get_service_linked_role_deletion_status;
pub mod list_policies;
pub mod list_policy_attachments;
pub mod list_policy_versions;
pub mod list_roles;
pub mod set_default_policy_version;
pub mod update_role;

mod grants;
mod numbered;
mod principals;
mod shapes;
