//! What handlers receive: parsed, checked, and nothing else.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod fields;
pub(crate) mod proven;
pub(crate) mod visit;
