//! RAM 2015-05-01, one file an operation.

mod create_role;
mod delete_role;
mod get_role;
mod list_roles;
mod update_role;
