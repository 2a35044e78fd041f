//! Why a file is not read at all. What is wrong with one row is a [`Skipped`](crate::Skipped) and does not stop the others.

use crate::encoding::Encoding;

/// Why a whole file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No byte, or nothing but blank lines.
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`Limits::bytes`](crate::Limits::bytes).
    #[error("the file has {bytes} bytes, and {limit} are read")]
    TooLarge {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        limit: usize,
    },
    /// A workbook (XLSX, XLS, ODS): it has to be saved as CSV first.
    #[error("the file is a workbook, not CSV")]
    Workbook,
    /// HTML or XML, as of a page that asks to sign in.
    #[error("the file is a web page or XML, not CSV")]
    Markup,
    /// Not text: a picture, an archive, or UTF-16 without a byte order mark.
    #[error("the file is not text")]
    Binary,
    /// The byte order mark says one encoding, and the bytes are not in it.
    #[error("the file says it is {0}, and is not")]
    Broken(Encoding),
    /// More lines than [`Limits::lines`](crate::Limits::lines).
    #[error("the file has more than {limit} lines")]
    TooManyLines {
        /// How many it may have.
        limit: u64,
    },
    /// More cells in a row than [`Limits::columns`](crate::Limits::columns).
    #[error("line {line} has more than {limit} cells")]
    TooManyColumns {
        /// Where the row begins, from 1.
        line: u64,
        /// How many it may have.
        limit: usize,
    },
    /// A longer cell than [`Limits::cell`](crate::Limits::cell), as after a quote that is never closed.
    #[error("line {line} has a cell of more than {limit} bytes")]
    CellTooLong {
        /// Where the row begins, from 1.
        line: u64,
        /// How many bytes it may have.
        limit: usize,
    },
    /// A longer row than [`Limits::row`](crate::Limits::row), as after a quote that is never closed.
    #[error("line {line} begins a row of more than {limit} bytes")]
    RowTooLong {
        /// Where the row begins, from 1.
        line: u64,
        /// How many bytes it may have.
        limit: usize,
    },
    /// One column: no separator is known that divides the first row.
    #[error("no separator divides the first row")]
    NoTable,
    /// More grades than [`Limits::grades`](crate::Limits::grades).
    #[error("the file has more than {limit} grades")]
    TooManyGrades {
        /// How many are held.
        limit: usize,
    },
}

impl Refusal {
    /// For logs and metrics; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "gradebook.empty",
            Self::TooLarge { .. } => "gradebook.too-large",
            Self::Workbook => "gradebook.workbook",
            Self::Markup => "gradebook.markup",
            Self::Binary => "gradebook.binary",
            Self::Broken(_) => "gradebook.broken-encoding",
            Self::TooManyLines { .. } => "gradebook.too-many-lines",
            Self::TooManyColumns { .. } => "gradebook.too-many-columns",
            Self::CellTooLong { .. } => "gradebook.cell-too-long",
            Self::RowTooLong { .. } => "gradebook.row-too-long",
            Self::NoTable => "gradebook.no-table",
            Self::TooManyGrades { .. } => "gradebook.too-many-grades",
        }
    }
}
