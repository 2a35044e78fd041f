//! Why a gradebook file is not taken.

use super::ErrorKind;

/// Why a gradebook file is not taken, or not as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GradesRefusal {
    /// No file was chosen.
    NoFile,
    /// It is larger than so many bytes.
    TooLarge(u64),
    /// There is no room for it among the files of the institution.
    NoRoom,
    /// It cannot be read.
    Unreadable(gradebook_csv::Refusal),
    /// It is no export of a gradebook that is known.
    NotAGradebook,
    /// It ends within the row that begins in this line.
    Cut(u64),
    /// It has no column of grades.
    NoGrades,
    /// It has no row of a student.
    NoRows,
    /// None of its so many rows is of somebody in this course.
    Nobody(usize),
    /// None of its assignments is of this course.
    OtherCourse,
    /// It may be of another course, and nobody said that it is of this one.
    NotConfirmed,
    /// No column of it was chosen that may count.
    NothingChosen,
    /// It does not lie here any more.
    Gone,
}

impl GradesRefusal {
    pub(super) fn facts(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, TooLarge, Unprocessable};
        match self {
            Self::NoFile => (Unprocessable, "gradebook.no-file"),
            Self::TooLarge(_) => (TooLarge, "gradebook.too-large"),
            Self::NoRoom => (Conflict, "gradebook.no-room"),
            Self::Unreadable(refusal) => (Unprocessable, refusal.code()),
            Self::NotAGradebook => (Unprocessable, "gradebook.unknown"),
            Self::Cut(_) => (Unprocessable, "gradebook.cut"),
            Self::NoGrades => (Unprocessable, "gradebook.no-grades"),
            Self::NoRows => (Unprocessable, "gradebook.no-rows"),
            Self::Nobody(_) => (Unprocessable, "gradebook.nobody"),
            Self::OtherCourse => (Unprocessable, "gradebook.other-course"),
            Self::NotConfirmed => (Unprocessable, "gradebook.not-confirmed"),
            Self::NothingChosen => (Unprocessable, "gradebook.nothing-chosen"),
            Self::Gone => (Conflict, "gradebook.gone"),
        }
    }
}
