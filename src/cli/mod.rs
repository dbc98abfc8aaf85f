//! The command line.

pub mod account;
pub mod operator;
pub mod policy;
pub mod seed;
pub mod signature;
