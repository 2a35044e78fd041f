//! What a badge is and when it is earned. Pure: no HTTP, no SQL, no async, no clock of its own.
//!
//! A [`badge::Badge`] is designed by an instructor, a [`rule::Rule`] says when it is earned, [`facts::Facts`] are what is known of
//! one person, [`evaluate::evaluate`] turns rule and facts into a [`decision::Decision`] with its reasons, and an [`award::Award`] is
//! the fact that it was earned. [`dry_run`] does the same for a whole course before anybody is told, [`replay`] for the gradebook of
//! an earlier year, and [`versions`] holds two versions of a rule side by side; [`design_review`] says what keeps a badge from being
//! activated, [`coach`] what is worth a thought before. [`theme`] makes the colour of an institution legible.
//!
//! Beside them stand the records that every module speaks of and only the store keeps: a [`credential::Credential`], an
//! [`export::Export`], the [`keys`] of an issuer, a [`platform::Deployment`], who is an [`administrator::Admin`].

pub(crate) mod accounts;
pub(crate) mod achievement;
pub(crate) mod administrator;
pub(crate) mod audit;
pub(crate) mod authority;
pub(crate) mod award;
pub(crate) mod badge;
pub(crate) mod cause;
pub(crate) mod coach;
pub(crate) mod columns;
pub(crate) mod copying;
pub(crate) mod course;
pub(crate) mod credential;
pub(crate) mod cut;
pub(crate) mod decision;
pub(crate) mod design_review;
pub(crate) mod dry_run;
pub(crate) mod email_hash;
pub(crate) mod endorsement;
pub(crate) mod erasure;
pub(crate) mod evaluate;
pub(crate) mod evidence;
pub(crate) mod export;
pub(crate) mod facts;
pub(crate) mod finding;
pub(crate) mod holder_note;
pub(crate) mod holdings;
pub(crate) mod icons;
pub(crate) mod institution_badge;
pub(crate) mod issuer;
pub(crate) mod keys;
pub(crate) mod lineage;
pub(crate) mod lms_work;
pub(crate) mod membership;
pub(crate) mod namesakes;
pub(crate) mod natural;
pub(crate) mod outside;
pub(crate) mod page;
pub(crate) mod people;
pub(crate) mod picture;
pub(crate) mod platform;
pub(crate) mod policy;
pub(crate) mod portfolio;
pub(crate) mod posted_score;
pub(crate) mod programme;
pub(crate) mod reading;
pub(crate) mod release;
pub(crate) mod renewal;
pub(crate) mod replay;
pub(crate) mod rest;
pub(crate) mod rest_access;
pub(crate) mod rule;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod section;
pub(crate) mod sentence;
pub(crate) mod session;
pub(crate) mod skills;
pub(crate) mod stage;
pub(crate) mod starters;
pub(crate) mod subject;
pub(crate) mod tags;
pub(crate) mod theme;
pub(crate) mod timeline;
pub(crate) mod versions;
pub(crate) mod zone;
