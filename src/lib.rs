//! Cairn: an LTI 1.3 Advantage tool that turns course work into stackable, verifiable badges.
//!
//! # The map of this house
//!
//! | room | what happens there |
//! |---|---|
//! | [`domain`] | what a badge is and when it is earned: pure, no HTTP, no SQL |
//! | [`lti`] | LTI 1.3 Advantage, tool side: login, launch, members, grades |
//! | [`openbadges`] | Open Badges 3.0: credentials, proofs, status lists, baking, verifying |
//! | [`store`] | the only room that knows the database; functions that speak domain types |
//! | [`net`] | the only door outwards: a guarded HTTP client |
//! | [`service`] | use cases; the only room that joins the others: load, decide, save, enqueue |
//! | [`jobs`] | work that may be late but never lost |
//! | [`web`] | pages: extract, call one service, show one view |
//! | [`practice_lms`] | a small LMS that speaks the platform side, for the demo and the tests |
//!
//! # How a grade becomes a badge: five hops
//!
//! 1. A job (its kinds are in [`service::queue`]) has `service::sync` read a course through [`lti::services`].
//! 2. The facts are written and, in the same transaction, an evaluation is enqueued for whom they changed.
//! 3. [`domain::evaluate`] turns rule and facts into a decision with reasons; `service::decide` stores it and, when met,
//!    an award. A unique index makes it once only.
//! 4. `service::award` builds the credential, signs it once and stores the exact bytes.
//! 5. `web::public` serves those bytes. Nothing is ever re-signed or re-made on read.
//!
//! Arrows run web → service → {domain, lti, openbadges, store, net} and jobs → service; `tests/architecture.rs` holds
//! the walls.

#[cfg(test)]
mod any_json;
pub mod app;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod domain;
#[cfg(test)]
mod engine_tests;
pub mod ids;
pub mod jobs;
pub mod lti;
pub mod net;
pub mod openbadges;
pub mod practice_lms;
pub mod random;
pub mod secrets;
pub mod service;
pub mod settings;
pub mod store;
mod strict_json;
pub mod telemetry;
pub mod web;
