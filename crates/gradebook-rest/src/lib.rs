//! Reads the grades of a whole course from Canvas's REST API and Moodle's web services, for tools that see only their own
//! columns through LTI. Read-only: nothing here writes to a course.
//!
//! The crate knows no database and no web framework. HTTP ([`Transport`](transport::Transport)), the time and randomness are its
//! parameters, and it never waits by itself: what may pass is an [`Error`] whose [`remedy`](Error::remedy) says for how long, or
//! which token to renew.
//!
//! 1. [`canvas::oauth`] gets, renews and gives back a token of Canvas; a token of Moodle is made by its administrator.
//! 2. [`canvas::Canvas::check`] and [`moodle::Moodle::check`] say by name what is missing before anything relies on it: scopes,
//!    functions, capabilities.
//! 3. [`canvas::Canvas::grades`] and [`moodle::Moodle::grades`] open a course as [`CourseGrades`]: its columns, and batches of
//!    rows until there are no more. [`CourseGrades::coverage`] says what is known and what is missing.
//! 4. [`moodle::Moodle::changes`] tells cheaply whose grades changed, [`canvas::Wanted::graded_since`] asks for them.
//! 5. [`canvas::join`] turns the ids of the API into those of LTI; those of Moodle are the same.
//!
//! What the platform's students do not see yet (unposted, hidden, anonymous, unreleased) is dropped where it is read, and only
//! counted. Numbers are exact decimals. One odd row spoils itself alone. Answers, pages, columns and people are bounded by
//! [`Limits`]. Tokens, and whatever else is secret in an answer, show in no debug form.
//!
//! ```
//! use std::sync::Arc;
//!
//! use gradebook_rest::canvas::{Canvas, Wanted};
//! use gradebook_rest::transport::{NetError, Request, Response, Transport};
//! use gradebook_rest::{Limits, Part, Remedy, Token};
//!
//! #[derive(Debug)]
//! struct Offline;
//!
//! #[async_trait::async_trait]
//! impl Transport for Offline {
//!     async fn send(&self, _: Request) -> Result<Response, NetError> {
//!         Err(NetError::Unreachable)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let base = "https://school.instructure.example".parse()?;
//! let canvas = Canvas::new(Arc::new(Offline), &base, Token::new("7~token"), "Tool/1.0", Limits::default())?;
//! match canvas.grades("4711", &Wanted::default()).await {
//!     Ok(mut grades) => {
//!         while let Some(batch) = grades.next().await? {
//!             println!("{} cells", batch.rows.len());
//!         }
//!         println!("complete: {}", grades.coverage().is_whole(Part::Grades));
//!     }
//!     Err(error) => assert!(matches!(error.remedy(), Remedy::Wait(_))),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! `examples/whole_course.rs` reads a course of either platform.

#![warn(missing_docs, unreachable_pub)]

pub mod canvas;
mod course;
mod error;
mod limits;
pub mod moodle;
mod number;
mod secret;
#[cfg(test)]
mod tests;
pub mod transport;
mod wire;

pub use course::{
    Activity, Attachment, Batch, Category, CategoryKey, CourseGrades, Coverage, Dropped, Grade, Grading,
    HandIn, Item, ItemKey, Kind, Listed, LtiIds, Part, PersonKey, Row, Sight, Withheld, WorkKind,
};
pub use error::{AccountFault, Error, Reason, Remedy, Wait};
pub use limits::Limits;
pub use secret::Token;
