//! The operator's side: the seed, accounts and the control socket, on a store in memory.

mod accounts;
mod commands;
mod control;
mod documentation;
mod faults;
mod quotas;
mod seed;
mod support;
mod taken_away;
