//! Cairn: an LTI 1.3 Advantage tool that turns course work into stackable, verifiable badges.
//!
//! # The map
//!
//! | module | what happens there |
//! |---|---|
//! | [`domain`] | what a badge is and when it is earned: pure, no HTTP, no SQL |
//! | [`store`] | the only module that knows the database; functions that speak domain types |
//! | [`net`] | the only way out: a guarded HTTP client |
//! | [`service`] | use cases, in wings by noun; the only module that joins the others: load, decide, save, enqueue |
//! | [`jobs`] | work that may be late but never lost |
//! | [`web`] | pages: extract, call one service, show one view |
//! | [`cli`] | the command line |
//!
//! Crates of their own are [`lti`] (LTI 1.3 Advantage, tool side), [`openbadges`] (credentials, proofs, status lists) and the
//! practice LMS of the demo and the tests, which shares no type with them. `docs/architecture.md` says how data goes through
//! all of this and how to add each kind of thing.
//!
//! # How a grade becomes a badge: five hops
//!
//! 1. A job asks `service::course::sync` to read a course through [`lti::services`].
//! 2. The facts are written and, in the same transaction, an evaluation is enqueued for whom they changed.
//! 3. [`domain::evaluate`] turns rule and facts into a decision with reasons; `service::award::decide` stores it and, when
//!    met, an award. A unique index makes it once only.
//! 4. `service::credential` builds the credential, signs it once and stores the exact bytes.
//! 5. `web::public` serves those bytes. Nothing is ever re-signed or re-made on read.
//!
//! Arrows run web → service → {domain, lti, openbadges, store, net} and jobs → service; `tests/architecture.rs` holds
//! these boundaries.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "who reads the documentation of a program reads its private items"
)]

pub(crate) use ambient::{clock, random};

pub mod app;
#[cfg(feature = "benchmarks")]
pub mod benchmarks;
pub mod cli;
#[cfg(feature = "demo")]
pub(crate) mod demo;
pub(crate) mod descriptors;
pub(crate) mod domain;
pub(crate) mod ids;
pub(crate) mod jobs;
pub(crate) mod net;
pub(crate) mod secrets;
pub(crate) mod service;
pub(crate) mod settings;
pub(crate) mod store;
pub(crate) mod telemetry;
#[cfg(test)]
#[cfg(feature = "demo")]
mod tests;
pub(crate) mod web;
