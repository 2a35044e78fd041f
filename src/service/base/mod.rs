//! What every use case needs: [`Cairn`] itself, errors, who somebody is, and reading institutions, platforms and policies.

pub(crate) mod activities;
pub(crate) mod addresses;
pub(in crate::service) mod archives;
pub(crate) mod audit;
pub(crate) mod cairn;
pub(crate) mod clash;
pub(crate) mod data_folder;
pub(crate) mod drawings;
pub(crate) mod erased;
pub(crate) mod error;
pub(crate) mod error_kind;
mod farewell;
pub(crate) mod institutions;
pub(crate) mod last_seen;
pub(in crate::service) mod looks;
mod lost_database;
pub(crate) mod master_key;
pub(crate) mod minors;
pub(crate) mod names;
pub(crate) mod namesakes;
pub(crate) mod operator;
pub(crate) mod platforms;
pub(crate) mod policies;
mod private;
pub(crate) mod queue;
pub(crate) mod refusal;
pub(crate) mod remembered;
pub(crate) mod rest_access;
pub(crate) mod room;
pub(crate) mod session;
pub(crate) mod stored;
pub(crate) mod throttle;
mod timed;
pub(crate) mod tool_keys;
pub(crate) mod trouble;
pub(in crate::service) mod wrong;
pub(crate) mod zones;

pub(crate) use cairn::{Cairn, StartError};
pub(crate) use timed::Timers;

/// Lets a command, for which nobody waits at a page, take its time with the database.
pub(crate) async fn unhurried<F: Future>(command: F) -> F::Output {
    crate::store::unhurried(command).await
}
