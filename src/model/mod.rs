//! Plain records: what the store holds and what operations speak of. No rule lives here but those
//! that a record's own type can hold.

pub mod account;
pub mod audit;
pub mod catalog;
pub mod change;
pub mod key;
pub mod linked;
pub mod login;
pub mod network;
pub mod policy;
pub mod principal;
pub mod provider;
pub mod quotas;
pub mod settings;
pub mod tag;
