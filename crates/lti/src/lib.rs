//! LTI 1.3 Advantage, tool side: from the login initiation to a verified launch, and the services after it.
//!
//! Knows no badge, no SQL and no web framework. The way of a launch: [`login::LoginRequest`] →
//! [`login::choose_registration`] → [`state::StateSealer::seal`] → [`login::authorization_redirect`] → the platform →
//! [`launch::LaunchForm`] → [`state::StateSealer::open`] → [`launch::verify`] → [`claims::Launch`].

mod answered;
pub mod capabilities;
pub mod claims;
pub mod deep_linking;
pub mod dynamic_registration;
pub mod error;
pub mod keys;
pub mod launch;
mod lenient;
pub mod login;
pub mod messages;
pub mod notices;
pub mod registration;
pub mod roles;
pub mod services;
pub mod state;
pub mod token;
pub mod transport;

#[cfg(test)]
mod testing;
