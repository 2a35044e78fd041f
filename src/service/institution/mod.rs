//! What administrators look after: platforms, issuers, administrators, policies, the self-test and the keys towards
//! platforms.

pub mod account;
pub mod administrators;
pub mod connecting;
pub mod issuing;
pub mod policies;
pub mod registering;
pub mod self_test;
pub mod tool_keys;
