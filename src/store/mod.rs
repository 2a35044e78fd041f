//! The only room that knows Diesel: functions that speak domain types, on SQLite and on PostgreSQL alike.
//!
//! A [`Store`] runs closures on the blocking pool: [`Store::read`] for looking, [`Store::write`] for a transaction
//! that is rolled back when the closure says `Err`. Inside, one module for each noun has free functions that take the
//! connection, then the tenant. Every query names the tenant; the exceptions stand here and at the function:
//! tenants themselves, `tool_keys` (ours, for every platform), `registrations::by_issuer*` and `by_id` (a login names no
//! tenant yet), `arrivals::look` (a launch names its registration), `sessions::by_token_digest`, `in_course` and `by_id`, `invitations::by_code_digest` (known only from a secret), `issuers::by_slug`,
//! `credentials::by_slug`, `share_links::by_digest` and `status_lists::by_slug` (public pages), `admins`, `admin_sessions` and `admin_links` (who
//! comes in has no tenant yet, or all), and what the worker does for everybody: `courses::due`, `jobs::claim`,
//! `jobs::counts`, `sealed` (what the master key encrypts) and the purges.
//!
//! Trouble with the database can end each of them. A section `# Errors` stands only where a caller can expect more.

#[macro_use]
mod connection;
mod conflicts;
mod convert;
mod error;
mod migrate;
mod schema;

pub mod activities;
pub mod admin_links;
pub mod admin_sessions;
pub mod admins;
pub mod approvals;
pub mod arrivals;
pub mod audit;
pub mod awards;
pub mod backup;
pub mod badges;
pub mod blobs;
pub mod console;
pub mod copies;
pub mod courses;
pub mod credentials;
pub mod decisions;
pub mod deployments;
pub mod enrolments;
pub mod erasures;
pub mod exports;
pub mod facts;
pub mod invitations;
pub mod issuers;
pub mod jobs;
pub mod line_items;
pub mod links;
pub mod nonces;
pub mod notice_handlers;
pub mod pending;
pub mod people;
pub mod placements;
pub mod policies;
pub mod registrations;
pub mod regrades;
pub mod reissues;
pub mod results;
pub mod retention;
pub mod rules;
pub mod sealed;
pub mod sessions;
pub mod share_links;
pub mod sightings;
pub mod status_lists;
pub mod subjects;
pub mod submissions;
pub mod tenants;
#[cfg(test)]
pub mod testing;
pub mod token_keys;
pub mod tool_keys;

pub use conflicts::MaybeConflict;
pub use connection::{Db, Engine, Store};
pub use error::StoreError;

#[cfg(test)]
mod tests;
