//! For tests and benchmarks: credentials and keys that never change, random credentials, small pictures, and a bound on
//! what hostile input may cost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where a program may not"
)]

pub mod bounded;
pub mod examples;
pub mod pictures;
pub mod strategies;
