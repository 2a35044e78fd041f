//! An administrator installs Cairn: invitation, the platform's page, the question, activation, the first launch.

mod again;
mod clicking;
mod closing;
mod refused;
mod testing;
pub mod way;
