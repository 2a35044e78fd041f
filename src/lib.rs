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
//! 1. A job (its kinds are in [`service::base::queue`]) has `service::course::sync` read a course through [`lti::services`].
//! 2. The facts are written and, in the same transaction, an evaluation is enqueued for whom they changed.
//! 3. [`domain::evaluate`] turns rule and facts into a decision with reasons; `service::award::decide` stores it and, when met,
//!    an award. A unique index makes it once only.
//! 4. `service::award::awarding` builds the credential, signs it once and stores the exact bytes.
//! 5. `web::public` serves those bytes. Nothing is ever re-signed or re-made on read.
//!
//! Arrows run web → service → {domain, lti, openbadges, store, net} and jobs → service; `tests/architecture.rs` holds
//! the walls.

pub use ambient::{clock, random};

pub mod app;
pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
pub mod ids;
pub mod jobs;
pub mod net;
pub mod secrets;
pub mod service;
pub mod settings;
pub mod store;
pub mod telemetry;
#[cfg(test)]
#[cfg(feature = "demo")]
mod tests;
pub mod web;
