//! What administrators look after: platforms, issuers, administrators, policies and the self-test.

pub mod account;
pub mod administrators;
pub mod connecting;
pub mod issuing;
pub mod policies;
pub mod registering;
pub mod self_test;
