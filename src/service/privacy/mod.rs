//! What a person may ask of their data: archives and erasure.

pub(crate) mod erasing;
pub(crate) mod export;
