//! Use cases: the only module that joins the others. Each loads, decides, saves and enqueues; none knows a page.
//!
//! They are kept in wings, one for each noun. A wing names those that stand before it in this list and itself, never one
//! that comes later; where it has something to tell a later one, it enqueues a job. `tests/architecture.rs` holds that.
//!
//! 1. [`base`]: the process, errors, who somebody is, and reading what all need;
//! 2. [`badge`]: what instructors design;
//! 3. [`credential`]: signed documents;
//! 4. [`award`]: decisions, awards and evidence;
//! 5. [`course`]: launches, gradebook columns, checks and copies;
//! 6. [`institution`]: what administrators look after;
//! 7. [`privacy`]: archives and erasure;
//! 8. [`operations`]: backups and the master key.
//!
//! To add a use case: a file named after what a person does, functions that take `&Cairn` and ids, one transaction for
//! what must hold together, [`base::error::ServiceError`] for what can go wrong.

pub(crate) mod award;
pub(crate) mod badge;
pub(crate) mod base;
pub(crate) mod course;
pub(crate) mod credential;
pub(crate) mod institution;
pub(crate) mod operations;
pub(crate) mod privacy;

pub(crate) use base::{Cairn, StartError, Timers};
