//! What handlers receive: parsed, checked, and nothing else.

pub mod fields;
pub mod visit;
