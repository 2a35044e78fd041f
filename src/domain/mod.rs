//! What a badge is and when it is earned. Pure: no HTTP, no SQL, no async, no clock of its own.
//!
//! A [`badge::Badge`] is designed by an instructor, a [`rule::Rule`] says when it is earned, [`facts::Facts`] are what
//! is known of one person, [`evaluate::evaluate`] turns rule and facts into a [`decision::Decision`] with its reasons,
//! and an [`award::Award`] is the fact that it was earned. [`dry_run`] does the same for a whole course before anybody
//! is told; [`design_review`] says what keeps a badge from being activated.
//!
//! Beside them stand the records that every room speaks of and only the store keeps: a [`credential::Credential`], an
//! [`export::Export`], the [`keys`] of an issuer, a [`platform::Deployment`], who is an [`administrator::Admin`].

pub mod administrator;
pub mod audit;
pub mod award;
pub mod badge;
pub mod cause;
pub mod copying;
pub mod course;
pub mod credential;
pub mod decision;
pub mod design_review;
pub mod dry_run;
pub mod erasure;
pub mod evaluate;
pub mod evidence;
pub mod export;
pub mod facts;
pub mod issuer;
pub mod keys;
pub mod page;
pub mod people;
pub mod platform;
pub mod policy;
pub mod rule;
#[cfg(test)]
pub(crate) mod sample;
pub mod sentence;
pub mod session;
