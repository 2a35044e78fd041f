//! What a program otherwise takes from its surroundings, as parameters: the time ([`clock`]), randomness ([`random`]) and
//! the identifiers that are made of both ([`mod@ids`]). A test gives a clock that stands still and a seeded stream instead.

pub mod clock;
pub mod ids;
pub mod random;
