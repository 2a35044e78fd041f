//! Open Badges 3.0: make, sign, bake, revoke and verify credentials.
//!
//! The crate knows the credential standard and nothing of how a badge is earned or who asks for it: no database, no web
//! framework, no network. Documents of issuers and status lists come through a [`verify::Resolver`], the time is a
//! parameter.
//!
//! # From an achievement to a verdict
//!
//! 1. [`credential`] models the credential: what cannot be signed cannot be written down.
//!    A record ([`credential::ClrCredential`]) holds signed badges as they are.
//! 2. [`sign`] writes its RDF without a JSON-LD processor, canonicalises it ([`canon`], RDFC-1.0) and adds a Data Integrity
//!    proof, `eddsa-rdfc-2022` ([`proof`]). [`jwt::sign`] signs the same credential as a token with ES256. Both give
//!    [`SignedBytes`], to be stored and served as they are.
//! 3. [`bake`] puts the signed bytes into a PNG or an SVG, and takes them out.
//! 4. [`did`] says who signs (`did:web`), and [`status`] whether it was revoked (Bitstring Status List 1.0).
//! 5. [`verify::verify`] checks all of it from the bytes alone, somebody else's as well as one's own, through [`jsonld`] and
//!    the built-in [`contexts`]; nothing is loaded.
//!
//! # Quick start
//!
//! ```
//! use cairn_openbadges::credential::{Achievement, AchievementSubject, Criteria, OpenBadgeCredential, Profile};
//! use cairn_openbadges::did::IssuerIdentity;
//! use cairn_openbadges::verify::{Resolver, verify};
//! use cairn_openbadges::sign;
//! use chrono::{DateTime, TimeDelta};
//! use ed25519_dalek::SigningKey;
//! use serde_json::Value;
//!
//! /// Answers with the one identity document that there is.
//! struct Published(Value);
//!
//! impl Resolver for Published {
//!     fn did_document(&self, did: &str) -> Option<Value> {
//!         (self.0["id"] == did).then(|| self.0.clone())
//!     }
//!     fn status_list(&self, _url: &str) -> Option<Vec<u8>> {
//!         None
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = SigningKey::from_bytes(&[7; 32]); // of a random source, and kept
//! let issuer = IssuerIdentity::new("https://badges.example", "college")?;
//! let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default();
//!
//! let badge = OpenBadgeCredential {
//!     id: "urn:uuid:01990000-0000-7000-8000-000000000001".into(),
//!     issuer: Profile { id: issuer.did().into(), ..Profile::default() },
//!     valid_from: now,
//!     credential_subject: AchievementSubject {
//!         id: Some("urn:uuid:01990000-0000-7000-9000-000000000001".into()),
//!         achievement: Achievement {
//!             id: "https://badges.example/badges/teamwork/1".into(),
//!             name: "Teamwork".into(),
//!             description: "Works with others towards a common result.".into(),
//!             criteria: Criteria { narrative: Some("Finish the group project.".into()), ..Criteria::default() },
//!             ..Achievement::default()
//!         },
//!         ..AchievementSubject::default()
//!     },
//!     ..OpenBadgeCredential::default()
//! };
//! let method = issuer.verification_method(&key.verifying_key());
//! let signed = sign(&badge, &key, &method, now)?;
//!
//! let published = Published(serde_json::to_value(issuer.document([&key.verifying_key()]))?);
//! let verdict = verify(signed.as_bytes(), &published, now + TimeDelta::days(1));
//! assert!(verdict.is_valid());
//!
//! let forged = signed.as_str().replace("Teamwork", "Mastery");
//! assert!(!verify(forged.as_bytes(), &published, now + TimeDelta::days(1)).is_valid());
//! # Ok(())
//! # }
//! ```
//!
//! `examples/issue_and_verify.rs` goes on: status list, pictures, token, revocation.
//!
//! # To add a member to what is issued
//!
//! Add the field in [`credential`], its IRI in `vocab`, one line in `emit`, and let the property test in `tests` draw it. That
//! test compares the quads with those of a JSON-LD processor.

#![warn(missing_docs, unreachable_pub)]

pub mod bake;
pub mod canon;
mod compact;
pub mod contexts;
pub mod credential;
pub mod did;
mod emit;
pub mod error;
pub mod foreign_key;
pub mod jsonld;
pub mod jwt;
pub mod keys;
pub mod multibase;
mod naming;
mod nquads;
pub mod proof;
pub mod recipient;
pub mod status;
pub mod terms;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod verify;
mod vocab;

#[cfg(test)]
mod tests;

pub use credential::OpenBadgeCredential;
pub use emit::EmitError;
pub use error::Error;
pub use proof::{SignedBytes, sign};
