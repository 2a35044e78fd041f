//! What every use case needs: [`Cairn`] itself, errors, who somebody is, and reading institutions, platforms and policies.

pub mod addresses;
pub mod audit;
pub mod cairn;
pub mod data_folder;
pub mod error;
pub mod institutions;
pub mod last_seen;
pub mod master_key;
pub mod names;
pub mod operator;
pub mod platforms;
pub mod policies;
pub mod queue;
pub mod refusal;
pub mod remembered;
pub mod session;
pub mod throttle;
mod timed;
pub mod tool_keys;
pub mod trouble;

pub use cairn::{Cairn, StartError};
