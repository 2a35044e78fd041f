//! How much is read of a file that anybody may have made.

/// What a file may have; more is refused. Memory that is taken while reading is bounded by these alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Lines of the file; a cell with a line break takes two.
    pub lines: u64,
    /// Cells of one row.
    pub columns: usize,
    /// Bytes of one cell, as UTF-8.
    pub cell: usize,
    /// Bytes of all cells of one row, as UTF-8.
    pub row: usize,
    /// Grades that [`Export`](crate::Export) holds at a time. Reading row by row has no such bound, since nothing is held.
    pub grades: usize,
}

impl Default for Limits {
    /// Room for 5,000 students with 40 items in four display types and long feedback.
    fn default() -> Self {
        Self {
            bytes: 32 * 1024 * 1024,
            lines: 50_000,
            columns: 2_000,
            cell: 64 * 1024,
            row: 512 * 1024,
            grades: 1_000_000,
        }
    }
}
