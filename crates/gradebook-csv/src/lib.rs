//! Reads the gradebook exports of Canvas and Moodle, as a teacher downloads them or as a spreadsheet program saved them.
//!
//! The crate knows files and nothing of courses, badges or people's screens: it takes bytes, does no IO, and says what is wrong
//! as a type ([`Refusal`] for a file, [`Why`] for a row, [`Doubt`](matching::Doubt) for a person). Numbers are exact decimals.
//!
//! 1. [`Gradebook::open`] finds out encoding, separator, dialect, decimal sign and what each [`Column`] holds: where a column
//!    counts only after a tick of the teacher, [`Releases`] says so. Memory is bounded by [`Limits`], however many rows there are.
//! 2. [`Gradebook::rows`] reads the rows in turn; [`Export::read`] reads all of them into memory.
//! 3. [`course::belonging`] tells a file of another course by the ids of its assignments.
//! 4. [`Sections`] says who is in which section; [`matching`] says whom the rows are about, [`changes()`] what a second file changes.
//!
//! ```
//! use gradebook_csv::{Dialect, Export, Grade, Limits};
//!
//! let file = "Student,ID,SIS User ID,SIS Login ID,Section,Safety quiz (90211)\n    \
//!     Points Possible,,,,,10.00\n\
//!     \"Almeida, Rosa\",4101,S-20311,ralmeida,Welding 1,9.50\n";
//! let export = Export::read(file.as_bytes(), &Limits::default()).unwrap();
//!
//! assert_eq!(export.dialect, Dialect::Canvas);
//! assert_eq!(export.columns[5].id(), Some("90211"));
//! assert_eq!(export.columns[5].points_possible, Some("10".parse().unwrap()));
//! assert_eq!(export.rows[0].person.lms_id.as_deref(), Some("4101"));
//! assert_eq!(export.rows[0].grade(5), &Grade::Points("9.5".parse().unwrap()));
//! ```

#![warn(missing_docs, unreachable_pub)]

mod canvas;
mod changes;
mod column;
pub mod course;
mod encoding;
mod export;
mod grade;
mod gradebook;
mod limits;
pub mod matching;
mod moodle;
mod number;
mod records;
mod refusal;
mod sections;
mod survey;
#[cfg(test)]
mod tests;

pub use changes::{Changes, ColumnChange, GradeChange, WhatOfColumn, WhatOfGrade, changes};
pub use column::{Basis, Column, Display, Field, HeldBack, Kind, Measure, Releases, Scope, Total};
pub use encoding::Encoding;
pub use export::Export;
pub use grade::Grade;
pub use gradebook::{Dialect, Entry, Gradebook, PersonKey, Row, Rows, Skipped, Why};
pub use limits::Limits;
pub use number::DecimalSign;
pub use records::Delimiter;
pub use refusal::Refusal;
pub use sections::Sections;
