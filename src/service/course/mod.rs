//! A course of a platform: launches, links, gradebook columns, checks, deep linking and copies.

pub mod columns;
pub mod copying;
pub mod home;
pub mod launch;
pub mod links;
pub mod notices;
pub mod placing;
pub mod scores;
pub mod student_work;
pub mod sync;
