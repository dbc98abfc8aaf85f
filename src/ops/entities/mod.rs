//! What is done to entities, whichever product asks. RAM and ResourceManager name users by their names,
//! IMS by their logon names, and each shows what it finds in shapes of its own.

pub(super) mod access_keys;
pub(super) mod attachments;
pub(super) mod conditions;
pub(super) mod credential_report;
pub(super) mod groups;
pub(super) mod linked_roles;
pub(super) mod logins;
pub(super) mod lookup;
pub(super) mod mfa;
pub(super) mod passwords;
pub(super) mod policies;
pub(super) mod rename;
pub(super) mod roles;
pub(super) mod settings;
pub(super) mod subject;
pub(super) mod tags;
pub(super) mod users;

mod qr_code;
