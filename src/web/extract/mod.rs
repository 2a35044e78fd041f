//! What handlers receive: parsed, checked, and nothing else.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod fields;
pub(crate) mod posted;
pub(crate) mod programme_request;
pub(crate) mod proven;
pub(crate) mod same_origin;
pub(crate) mod visit;
