//! What handlers receive: parsed, checked, and nothing else.

pub mod account;
pub mod admin;
pub mod fields;
pub mod proven;
pub mod visit;
