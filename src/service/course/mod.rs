//! A course of a platform: launches, links, gradebook columns, checks, deep linking and copies.

pub(crate) mod columns;
pub(crate) mod copying;
pub(crate) mod from_institution;
pub(crate) mod home;
pub(crate) mod launch;
pub(crate) mod links;
pub(crate) mod notices;
pub(crate) mod outside;
pub(crate) mod placing;
mod reach;
mod reclaiming;
pub(crate) mod releases;
pub(crate) mod replay;
pub(crate) mod rest_grades;
pub(crate) mod scores;
mod seen_as;
pub(crate) mod student_work;
pub(crate) mod students;
pub(crate) mod sync;
