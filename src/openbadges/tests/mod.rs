//! The room as a whole: against published vectors, against a JSON-LD processor, against tampering.

mod arbitrary;
mod bounded;
mod hostile;
mod pictures;
mod property;
mod refusals;
mod strategies;
mod tokens;
pub(super) mod vectors;
mod verification;
mod web;
mod whole;
