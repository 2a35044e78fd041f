//! Open Badges 3.0: the credential standard, and nothing of how a badge is earned or who asks for it.
//!
//! A badge goes through this room in four steps: [`credential`] models it, `emit` writes its RDF, [`canon`] gives
//! that one canonical text, [`proof`] signs it once; [`jwt`] signs the same credential as a token. [`bake`] puts the signed bytes into a picture, [`did`] tells who
//! signed, [`status`] whether it was revoked, and [`verify`] checks all of it from the bytes alone, somebody
//! else's as well as ours, through [`jsonld`] and the built-in [`contexts`]. [`terms`] writes those contexts down for
//! the verifier page, which does the same in a browser.
//!
//! To add a member to what we issue: add the field in [`credential`], its IRI in `vocab`, one line in `emit`, and
//! let the property test in `tests` draw it. That test compares our quads with those of a JSON-LD processor.

pub mod bake;
pub mod canon;
pub mod contexts;
pub mod credential;
pub mod did;
mod emit;
pub mod error;
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
