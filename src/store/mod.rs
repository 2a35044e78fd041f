//! The only module that knows Diesel: functions that speak domain types, on SQLite and on PostgreSQL alike.
//!
//! A [`Store`] runs closures on the blocking pool: [`Store::read`] for looking, [`Store::write`] for a transaction that is rolled
//! back when the closure says `Err`. Inside, one module for each noun has free functions that take the connection, then the tenant.
//! Every query names the tenant; the exceptions stand here and at the function: tenants themselves, `tool_keys` (ours, for every
//! platform), `registrations::by_issuer*` and `by_id` (a login names no tenant yet), `arrivals::look` and `deployments::named` (a
//! launch names its registration, and the deployment says whose it is), `sessions::by_token_digest`, `in_course` and `by_id`,
//! `invitations::by_code_digest`, `rest_accesses::waits` and `take_consent` (known only from a secret), `issuers::by_slug`,
//! `credentials::by_slug`, `endorsements::by_digest`, `by_slug` and `published`, `share_links::by_digest`, `collections::by_digest`,
//! `timelines::by_digest` and `status_lists::by_slug` (public pages), `admins`, `admin_sessions` and `admin_links` (who comes in has
//! no tenant yet, or all), and what the worker does for everybody: `courses::due`, `jobs::claim`, `jobs::counts`, `room`, `sealed`
//! (what the master key encrypts) and the purges.
//!
//! Trouble with the database can end each of them. A section `# Errors` stands only where a caller can expect more.

#[macro_use]
mod connection;
mod committed;
mod conflicts;
mod convert;
mod error;
mod limits;
mod migrate;
mod open;
mod pieces;
mod schema;

pub(crate) mod account_joins;
pub(crate) mod activities;
pub(crate) mod admin_links;
pub(crate) mod admin_sessions;
pub(crate) mod admins;
pub(crate) mod approvals;
pub(crate) mod arrivals;
pub(crate) mod audit;
pub(crate) mod awards;
pub(crate) mod backup;
pub(crate) mod badges;
pub(crate) mod before_upgrade;
pub(crate) mod blobs;
pub(crate) mod cells;
pub(crate) mod class;
pub(crate) mod collections;
pub(crate) mod console;
pub(crate) mod content;
pub(crate) mod copies;
pub(crate) mod copy_requests;
pub(crate) mod course_keys;
pub(crate) mod course_teachers;
pub(crate) mod courses;
pub(crate) mod credentials;
pub(crate) mod decisions;
pub(crate) mod deployments;
pub(crate) mod dismissals;
pub(crate) mod endorsements;
pub(crate) mod enrolments;
pub(crate) mod erasures;
pub(crate) mod exports;
pub(crate) mod facts;
pub(crate) mod foreign_badges;
pub(crate) mod history_senders;
pub(crate) mod holder_notes;
pub(crate) mod identities;
pub(crate) mod incoming;
pub(crate) mod institution_badges;
pub(crate) mod invitations;
pub(crate) mod issuers;
pub(crate) mod jobs;
pub(crate) mod joins;
pub(crate) mod last_seen;
pub(crate) mod leftovers;
pub(crate) mod line_items;
pub(crate) mod lineages;
pub(crate) mod links;
pub(crate) mod looks;
pub(crate) mod minors;
pub(crate) mod nonces;
pub(crate) mod notice_handlers;
pub(crate) mod outside;
pub(crate) mod over_time;
pub(crate) mod pending;
pub(crate) mod people;
pub(crate) mod placements;
pub(crate) mod platforms;
pub(crate) mod policies;
pub(crate) mod posted_scores;
pub(crate) mod programmes;
pub(crate) mod readings;
pub(crate) mod records;
pub(crate) mod registrations;
pub(crate) mod regrades;
pub(crate) mod reissues;
pub(crate) mod releases;
pub(crate) mod rest_accesses;
pub(crate) mod rest_courses;
pub(crate) mod results;
pub(crate) mod retention;
pub(crate) mod room;
pub(crate) mod rules;
pub(crate) mod sealed;
pub(crate) mod sections;
pub(crate) mod sessions;
pub(crate) mod share_links;
pub(crate) mod skills;
pub(crate) mod status_lists;
pub(crate) mod subjects;
pub(crate) mod submissions;
pub(crate) mod tenants;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod timelines;
pub(crate) mod token_keys;
pub(crate) mod tombstones;
pub(crate) mod tool_keys;
pub(crate) mod unknown_users;
pub(crate) mod waiting_answers;

pub(crate) use committed::once_committed;
pub(crate) use conflicts::MaybeConflict;
pub(crate) use connection::{Db, Store};
pub(crate) use error::StoreError;
pub(crate) use limits::unhurried;

#[cfg(test)]
mod tests;
