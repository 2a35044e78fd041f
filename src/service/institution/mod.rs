//! What administrators look after: platforms, issuers, administrators, policies, the self-test and the keys towards
//! platforms.

pub(crate) mod account;
pub(crate) mod administrators;
pub(crate) mod coaching;
pub(crate) mod connecting;
pub(crate) mod copy_requests;
pub(crate) mod endorsements;
pub(crate) mod holdings;
pub(crate) mod identity;
pub(crate) mod institution_badges;
pub(crate) mod issuing;
pub(crate) mod joining;
pub(crate) mod minors;
pub(crate) mod policies;
pub(crate) mod programmes;
pub(crate) mod registering;
pub(crate) mod rest_access;
pub(crate) mod revoking;
pub(crate) mod self_test;
pub(crate) mod sharing;
pub(crate) mod skills;
pub(crate) mod tool_keys;
