//! What a program otherwise takes from its surroundings, as parameters: the time ([`clock`]), randomness ([`random`]) and
//! the identifiers that are made of both ([`mod@ids`]). A test gives a clock that stands still and a seeded stream instead.
//!
//! ```
//! use cairn_ambient::clock::{Clock, ManualClock};
//! use cairn_ambient::random::{self, SeededRandom};
//! use chrono::{DateTime, TimeDelta};
//!
//! let clock = ManualClock::at(DateTime::UNIX_EPOCH);
//! clock.advance(TimeDelta::seconds(90));
//! assert_eq!(clock.now().timestamp(), 90);
//!
//! let nonce = random::token::<16>(&SeededRandom::new(1));
//! assert_eq!(nonce, random::token::<16>(&SeededRandom::new(1)));
//! ```

#![warn(missing_docs, unreachable_pub)]

pub mod clock;
pub mod ids;
pub mod random;
