//! The calls that make and remove service-linked roles: RAM and ResourceManager have both, and they
//! differ in one member of one answer.

pub(crate) mod create;
pub(crate) mod delete;
