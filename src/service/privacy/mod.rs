//! What a person may ask of their data: archives and erasure.

pub mod erasing;
pub mod export;
