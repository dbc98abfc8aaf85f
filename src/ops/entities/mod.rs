//! What is done to users, groups, keys, logins, MFA devices and settings, whichever product asks: RAM
//! names users by their names, IMS by their logon names, and each shows what it finds in shapes of its
//! own.

pub(super) mod access_keys;
pub(super) mod credential_report;
pub(super) mod groups;
pub(super) mod logins;
pub(super) mod mfa;
pub(super) mod passwords;
pub(super) mod rename;
pub(super) mod settings;
pub(super) mod subject;
pub(super) mod tags;
pub(super) mod users;

mod qr_code;
