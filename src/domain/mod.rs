//! What a badge is and when it is earned. Pure: no HTTP, no SQL, no async, no clock of its own.
//!
//! A [`badge::Badge`] is designed by an instructor, a [`rule::Rule`] says when it is earned, [`facts::Facts`] are what
//! is known of one person, [`evaluate::evaluate`] turns rule and facts into a [`decision::Decision`] with its reasons,
//! and an [`award::Award`] is the fact that it was earned. [`dry_run`] does the same for a whole course before anybody
//! is told; [`design_review`] says what keeps a badge from being activated. [`theme`] makes the colour of an institution
//! legible.

pub mod audit;
pub mod award;
pub mod badge;
pub mod cause;
pub mod copying;
pub mod course;
pub mod decision;
pub mod design_review;
pub mod dry_run;
pub mod evaluate;
pub mod evidence;
pub mod facts;
pub mod issuer;
pub mod people;
pub mod policy;
pub mod rule;
#[cfg(test)]
pub(crate) mod sample;
pub mod sentence;
pub mod theme;
