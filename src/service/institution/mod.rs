//! What administrators look after: platforms, issuers, administrators, policies and the self-test.

pub(crate) mod account;
pub(crate) mod administrators;
pub(crate) mod connecting;
pub(crate) mod issuing;
pub(crate) mod policies;
pub(crate) mod registering;
pub(crate) mod self_test;
