//! LTI 1.3 Advantage, tool side: from the login initiation of a platform to a verified launch, and the services after it.
//!
//! The crate knows no database and no web framework. Time ([`Clock`](ambient::clock::Clock)), randomness
//! ([`Random`](ambient::random::Random)) and HTTP ([`Transport`](transport::Transport)) are its parameters; what has to be
//! stored (registrations, deployments, nonces) is the program's.
//!
//! # The way of a launch
//!
//! 1. The platform sends the browser to the tool's login URL: [`login::LoginRequest`] reads the parameters, and
//!    [`login::choose_registration`] finds the [`registration::Registration`] that they mean.
//! 2. [`state::LoginState::begin`] draws a nonce, [`state::StateSealer::seal`] makes it an unforgeable `state`, and
//!    [`login::authorization_redirect`] is where the browser goes. A [`state::Binding`] goes with it as a cookie.
//! 3. The platform posts a form to the launch URL: [`launch::LaunchForm`] reads it, [`state::StateSealer::open`] and
//!    [`state::LoginState::check_binding`] tell whether this browser began the login here.
//! 4. [`launch::verify`] checks the `id_token`, row by row of the [checklist](launch), and gives a [`claims::Launch`].
//! 5. The program stores the nonce under a unique index, which consumes the state, and asks [`launch::admit`] about the
//!    deployment.
//!
//! After that, [`services::Services`] calls the platform: members, line items, results, scores, notices; and
//! [`deep_linking::accept()`] with [`deep_linking::Answer`] returns content to it. [`dynamic_registration`] makes the
//! registration in the first place, and [`notices`] verifies what Canvas sends without a browser.
//!
//! # Quick start
//!
//! A login from its parameters to the redirect and back; `examples/launch.rs` goes on to the launch and the services.
//!
//! ```
//! # use ambient as cairn_ambient;
//! use cairn_ambient::clock::{Clock as _, SystemClock};
//! use cairn_ambient::random::{self, SystemRandom};
//! use cairn_lti::login::{LoginRequest, authorization_redirect, choose_registration};
//! use cairn_lti::registration::{Flavour, RegistrationDraft};
//! use cairn_lti::state::{Binding, LoginState, StateSealer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registration = RegistrationDraft {
//!     name: "Example College".into(),
//!     issuer: "https://lms.example".into(),
//!     client_id: "tool-1".into(),
//!     authorization_url: "https://lms.example/auth".into(),
//!     token_url: "https://lms.example/token".into(),
//!     token_audience: None,
//!     jwks_url: "https://lms.example/keys".into(),
//!     flavour: Flavour::Moodle,
//!     algorithms: vec![],
//!     service_hosts: vec![],
//!     accepts_new_deployments: true,
//!     allow_http_loopback: false,
//!     enabled: true,
//! }
//! .check("registration-1".into(), "institution-1".into())
//! .map_err(|wrong| format!("{wrong:?}"))?;
//!
//! // What the platform's login request brought, decoded.
//! let sent = [
//!     ("iss", "https://lms.example"),
//!     ("login_hint", "5"),
//!     ("target_link_uri", "https://tool.example/lti/launch"),
//!     ("client_id", "tool-1"),
//! ]
//! .map(|(name, value)| (name.to_owned(), value.to_owned()));
//! let request = LoginRequest::parse(&sent)?;
//! request.check_target(&"https://tool.example".parse()?)?;
//! let known = [registration];
//! let registration = choose_registration(&known, &request)?;
//!
//! let sealer = StateSealer::new(&random::bytes(&SystemRandom)); // one key for all nodes, kept between restarts
//! let binding = Binding::new(&SystemRandom); // set as a cookie: binding.cookie_name(true) = binding.secret()
//! let state = LoginState::begin(registration, &request, Some(&binding), SystemClock.now(), &SystemRandom);
//! let sealed = sealer.seal(&state, &SystemRandom)?;
//! let launch_url = "https://tool.example/lti/launch";
//! let redirect = authorization_redirect(registration, &request, launch_url, &sealed, &state.nonce);
//! assert_eq!(redirect.host_str(), Some("lms.example"));
//!
//! // At the launch, the same state comes back, and the cookie with it.
//! let opened = sealer.open(&sealed, SystemClock.now())?;
//! opened.check_binding(Some(binding.secret()))?;
//! assert!(opened.check_binding(Some("somebody else's")).is_err());
//! # Ok(())
//! # }
//! ```
//!
//! # Sources
//!
//! LTI 1.3 core, LTI Deep Linking 2.0, Assignment and Grade Services 2.0 (AGS), Names and Role Provisioning Services 2.0
//! (NRPS), LTI Dynamic Registration 1.0 (DR), LTI Platform Notification Service 1.0, LTI Submission Review 1.0 and the
//! Security Framework 1.0, all of 1EdTech; and what Moodle and Canvas do beyond them, which the places concerned name.

#![warn(missing_docs, unreachable_pub)]

mod answered;
pub mod capabilities;
pub mod claims;
pub mod clean;
pub mod deep_linking;
pub mod dynamic_registration;
pub mod error;
pub mod keys;
pub mod launch;
mod lenient;
pub mod login;
mod messages;
pub mod notices;
mod number;
mod old_launch;
pub mod registration;
pub mod roles;
pub mod services;
pub mod state;
pub mod token;
pub mod transport;

#[cfg(test)]
mod testing;
