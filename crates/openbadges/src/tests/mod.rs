//! The crate as a whole: against published vectors, against a JSON-LD processor, against tampering.

mod arbitrary;
mod endorsements;
mod hostile;
mod property;
mod records;
mod refusals;
mod tokens;
pub(super) mod vectors;
mod verification;
mod web;
mod whole;
