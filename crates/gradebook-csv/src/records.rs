//! The rows of a text, one at a time, in memory of a fixed size.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::limits::Limits;
use crate::refusal::Refusal;

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab character.
    Tab,
    /// `:`, which a form of Moodle offers.
    Colon,
}

impl Delimiter {
    pub(crate) const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Colon];

    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Colon => b':',
        }
    }
}

/// One row as it stands in the file.
#[derive(Debug)]
pub(crate) struct Record<'r> {
    cells: &'r [u8],
    ends: &'r [usize],
    /// Where it begins and ends, from 1.
    pub(crate) first_line: u64,
    pub(crate) last_line: u64,
    /// Nothing but blank lines comes after it.
    pub(crate) last: bool,
    /// The text ends within a quoted cell.
    pub(crate) open: bool,
}

impl<'r> Record<'r> {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn cell(&self, at: usize) -> Option<&'r str> {
        let end = *self.ends.get(at)?;
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        std::str::from_utf8(self.cells.get(start..end)?).ok()
    }

    /// Bytes of its longest cell.
    fn longest(&self) -> usize {
        let starts = std::iter::once(&0).chain(self.ends);
        let lengths = self
            .ends
            .iter()
            .zip(starts)
            .map(|(end, start)| end.saturating_sub(*start));
        lengths.max().unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).map(|at| self.cell(at).unwrap_or_default())
    }
}

/// What one attempt to read a row came to.
enum Step {
    None,
    Row {
        consumed: usize,
        cells: usize,
        bytes: usize,
        open: bool,
        /// Line breaks in what was consumed.
        breaks: u64,
    },
    TooLong,
    TooWide,
}

/// Reads the rows of a text in turn.
pub(crate) struct Records<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
    rows: u64,
    strict: Reader,
    /// As PHP writes: a quote after a backslash is not doubled. It is what a row is read with that has a wrong number of cells.
    php: Reader,
    /// How many cells the first row has.
    width: Option<usize>,
    /// How many bytes may be read a second time.
    again: usize,
    buffer: Vec<u8>,
    ends: Vec<usize>,
    limits: Limits,
}

impl<'t> Records<'t> {
    pub(crate) fn new(text: &'t str, delimiter: Delimiter, limits: &Limits) -> Self {
        let room = limits.row.min(text.len()).saturating_add(1);
        let mut builder = ReaderBuilder::new();
        builder.delimiter(delimiter.byte());
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
            rows: 0,
            strict: builder.build(),
            php: builder.escape(Some(b'\\')).build(),
            width: None,
            again: text.len().saturating_add(limits.row),
            buffer: vec![0; room],
            ends: vec![0; limits.columns.min(text.len()).saturating_add(1)],
            limits: *limits,
        }
    }

    /// Counts lines as of a text that begins above.
    pub(crate) fn starting_at_line(mut self, line: u64) -> Self {
        self.line = line;
        self
    }

    /// The next row, or nothing after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, Refusal> {
        self.skip_blank_lines();
        let start = self.at;
        let first_line = self.line;
        let strict = self.attempt(start);
        let (consumed, cells, bytes, open, breaks) = match self.repaired(start, strict) {
            Step::Row {
                consumed,
                cells,
                bytes,
                open,
                breaks,
            } => (consumed, cells, bytes, open, breaks),
            Step::None => return Ok(None),
            Step::TooWide => return Err(self.too_wide(first_line)),
            Step::TooLong => {
                return Err(Refusal::RowTooLong {
                    line: first_line,
                    limit: self.limits.row,
                });
            }
        };
        self.at = start.saturating_add(consumed);
        self.rows += 1;
        let raw = self.text.get(start..self.at).unwrap_or_default();
        self.line += breaks;
        let last_line = if raw.ends_with(b"\n") {
            self.line - 1
        } else {
            self.line
        };
        if last_line.max(self.rows) > self.limits.lines {
            return Err(Refusal::TooManyLines {
                limit: self.limits.lines,
            });
        }
        if cells > self.limits.columns {
            return Err(self.too_wide(first_line));
        }
        self.skip_blank_lines();
        self.width.get_or_insert(cells);
        let record = Record {
            cells: self.buffer.get(..bytes).unwrap_or_default(),
            ends: self.ends.get(..cells).unwrap_or_default(),
            first_line,
            last_line,
            last: self.at >= self.text.len(),
            open,
        };
        let limit = self.limits.cell;
        if record.longest() > limit {
            return Err(Refusal::CellTooLong {
                line: first_line,
                limit,
            });
        }
        Ok(Some(record))
    }

    fn skip_blank_lines(&mut self) {
        while let Some(byte @ (b'\n' | b'\r')) = self.text.get(self.at) {
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
    }

    fn too_wide(&self, line: u64) -> Refusal {
        Refusal::TooManyColumns {
            line,
            limit: self.limits.columns,
        }
    }

    fn attempt(&mut self, start: usize) -> Step {
        let input = self.text.get(start..).unwrap_or_default();
        read(&mut self.strict, input, &mut self.buffer, &mut self.ends)
    }

    /// The row read anew as PHP writes it, where that alone gives it as many cells as the first row has.
    fn repaired(&mut self, start: usize, strict: Step) -> Step {
        let Step::Row {
            consumed,
            cells,
            open,
            ..
        } = strict
        else {
            return strict;
        };
        let fits = !open && self.width.is_none_or(|width| width == cells);
        let input = self.text.get(start..).unwrap_or_default();
        let raw = input.get(..consumed).unwrap_or_default();
        if fits || self.again == 0 || !raw.windows(2).any(|pair| pair == b"\\\"") {
            return strict;
        }
        let step = read(&mut self.php, input, &mut self.buffer, &mut self.ends);
        match step {
            Step::Row {
                consumed,
                cells,
                open: false,
                ..
            } if Some(cells) == self.width => {
                self.again = self.again.saturating_sub(consumed);
                step
            }
            Step::Row { consumed, .. } => {
                self.again = self.again.saturating_sub(consumed);
                self.attempt(start)
            }
            Step::None | Step::TooLong | Step::TooWide => {
                self.again = self.again.saturating_sub(self.buffer.len());
                self.attempt(start)
            }
        }
    }
}

/// One row from the beginning of `input`. A line break that is missing at the end of the text is added, so that only a cell
/// within quotes is still open then.
fn read(reader: &mut Reader, input: &[u8], buffer: &mut [u8], ends: &mut [usize]) -> Step {
    reader.reset();
    let (mut consumed, mut bytes, mut cells, mut breaks) = (0, 0, 0, 0);
    for (part, piece) in [input, b"\n", b""].into_iter().enumerate() {
        let room = buffer.get_mut(bytes..).unwrap_or_default();
        let places = ends.get_mut(cells..).unwrap_or_default();
        let (result, taken, written, ended) = reader.read_record(piece, room, places);
        bytes += written;
        cells += ended;
        if part == 0 {
            consumed += taken;
            breaks = reader.line().saturating_sub(1);
        }
        match result {
            ReadRecordResult::Record => {
                let open = part == 2;
                return Step::Row {
                    consumed,
                    cells,
                    bytes,
                    open,
                    breaks,
                };
            }
            ReadRecordResult::OutputFull => return Step::TooLong,
            ReadRecordResult::OutputEndsFull => return Step::TooWide,
            ReadRecordResult::End => return Step::None,
            ReadRecordResult::InputEmpty => {}
        }
    }
    Step::None
}
