//! A whole file in memory, to look at and to compare.

use crate::column::Column;
use crate::encoding::Encoding;
use crate::gradebook::{Dialect, Entry, Gradebook, Row, Skipped, Why};
use crate::limits::Limits;
use crate::number::DecimalSign;
use crate::records::Delimiter;
use crate::refusal::Refusal;

/// A gradebook file that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Which platform wrote it.
    pub dialect: Dialect,
    /// How its bytes were read.
    pub encoding: Encoding,
    /// What stands between its cells.
    pub delimiter: Delimiter,
    /// What stands before decimals, where that could be told.
    pub decimal_sign: Option<DecimalSign>,
    /// Its columns, in the order of the file.
    pub columns: Vec<Column>,
    /// Its people.
    pub rows: Vec<Row>,
    /// What was not read, row by row.
    pub skipped: Vec<Skipped>,
    /// See [`Gradebook::ends_within_a_line`].
    pub ends_within_a_line: bool,
}

impl Export {
    /// Reads a file to its end.
    ///
    /// # Errors
    /// [`Refusal`], where nothing of the file is read.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, Refusal> {
        let book = Gradebook::open(bytes, limits)?;
        let (mut rows, mut skipped) = (Vec::new(), Vec::new());
        let mut grades = 0_usize;
        for entry in book.rows() {
            match entry {
                Entry::Row(row) => {
                    grades += row.grades().count();
                    if grades > limits.grades {
                        return Err(Refusal::TooManyGrades { limit: limits.grades });
                    }
                    rows.push(row);
                }
                Entry::Skipped(row) => skipped.push(row),
            }
        }
        Ok(Self {
            dialect: book.dialect(),
            encoding: book.encoding(),
            delimiter: book.delimiter(),
            decimal_sign: book.decimal_sign(),
            columns: book.columns().to_vec(),
            ends_within_a_line: book.ends_within_a_line(),
            rows,
            skipped,
        })
    }

    /// The file ends within a row: others may be missing.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.skipped.iter().any(|row| row.why == Why::Cut)
    }
}
