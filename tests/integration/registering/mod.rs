//! An administrator installs Cairn: invitation, the platform's page, the question, activation, the first launch.

mod clicking;
mod refused;
mod testing;
mod way;
