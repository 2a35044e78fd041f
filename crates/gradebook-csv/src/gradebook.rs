//! A file as it is read: first what it is, then its rows in turn.

use std::borrow::Cow;

use crate::canvas;
use crate::column::{Column, Field, Kind};
use crate::encoding::{Encoding, decode};
use crate::grade::{Grade, read, unwrapped};
use crate::limits::Limits;
use crate::moodle;
use crate::number::DecimalSign;
use crate::records::{Delimiter, Record, Records};
use crate::refusal::Refusal;
use crate::survey::{Survey, delimiter, survey};

/// Which platform wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Canvas: Grades, Export.
    Canvas,
    /// Moodle: Grades, Export, Plain text file.
    Moodle,
    /// A table, but of neither: no grade is read from it.
    Unknown,
}

/// By what a row says whom it is about. Each is as it stands there, without blanks around it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PersonKey {
    /// Canvas's id in its API.
    pub lms_id: Option<String>,
    /// The id of the student information system; Moodle's "ID number".
    pub sis_id: Option<String>,
    /// The name to sign in with.
    pub login: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The name, `Almeida, Rosa` or `Rosa Almeida`.
    pub name: Option<String>,
}

impl PersonKey {
    fn names_somebody(&self) -> bool {
        self.has_key() || self.name.is_some()
    }

    /// Whether there is anything but a name.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.lms_id.is_some() || self.sis_id.is_some() || self.login.is_some() || self.email.is_some()
    }
}

/// A row about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it begins in the file, from 1.
    pub line: u64,
    /// Whom it is about.
    pub person: PersonKey,
    /// The sections, in words.
    pub section: Option<String>,
    /// Moodle says that the enrolment is suspended; in an English file alone can that be told.
    pub suspended: bool,
    /// By the place of the column; what is empty is left out.
    grades: Vec<(usize, Grade)>,
}

impl Row {
    /// What stands in a column.
    #[must_use]
    pub fn grade(&self, column: usize) -> &Grade {
        let found = self.grades.binary_search_by_key(&column, |(at, _)| *at);
        let found = found.ok().and_then(|at| self.grades.get(at));
        found.map_or(&Grade::Empty, |(_, grade)| grade)
    }

    /// Every grade that is not empty, with the place of its column.
    pub fn grades(&self) -> impl Iterator<Item = (usize, &Grade)> {
        self.grades.iter().map(|(at, grade)| (*at, grade))
    }
}

/// A row that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it begins in the file, from 1.
    pub first_line: u64,
    /// Where it ends.
    pub last_line: u64,
    /// The name in it, if that much can be read.
    pub name: Option<String>,
    /// Why.
    pub why: Why,
}

/// Why a row is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// Canvas's test student.
    TestStudent,
    /// No id (Canvas), or nothing at all by which to know somebody.
    NobodyNamed,
    /// The file ends within it. Whatever came after is not in the file.
    Cut,
    /// Fewer cells than the first row: which ones are missing cannot be told.
    TooFewCells,
    /// More cells than the first row.
    TooManyCells,
    /// A line break where there is none in any file of a platform: a quote is missing or too many, and rows ran into one
    /// another.
    RanTogether,
    /// The first row again, as where two files were put together.
    HeaderAgain,
}

/// What a row below the first comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A row about a person.
    Row(Row),
    /// One that is not read.
    Skipped(Skipped),
}

/// An opened file: what it is and what its columns hold. Its rows are read in turn, as often as wanted.
#[derive(Debug)]
pub struct Gradebook<'a> {
    text: Cow<'a, str>,
    begins: Begins,
    limits: Limits,
    dialect: Dialect,
    encoding: Encoding,
    delimiter: Delimiter,
    decimal_sign: Option<DecimalSign>,
    columns: Vec<Column>,
    canvas: Option<canvas::Layout>,
    cut: bool,
}

/// Where the table begins: behind the `sep=;` of spreadsheet programs, if there is one.
#[derive(Debug, Clone, Copy)]
struct Begins {
    at: usize,
    line: u64,
    delimiter: Option<Delimiter>,
}

fn begins(text: &str) -> Begins {
    let found = Delimiter::ALL.into_iter().find_map(|delimiter| {
        let mark = char::from(delimiter.byte());
        let rest = text.strip_prefix("sep=")?.strip_prefix(mark)?;
        let rest = rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix(['\n', '\r']))?;
        Some(Begins {
            at: text.len() - rest.len(),
            line: 2,
            delimiter: Some(delimiter),
        })
    });
    found.unwrap_or(Begins {
        at: 0,
        line: 1,
        delimiter: None,
    })
}

impl<'a> Gradebook<'a> {
    /// Finds out what a file is, and goes through it once: afterwards every limit is known to hold for all of its rows. What is
    /// held is the text, one row, and a few numbers for each column.
    ///
    /// # Errors
    /// [`Refusal`], where nothing of the file is read.
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Refusal> {
        let decoded = decode(bytes, limits)?;
        let begins = begins(&decoded.text);
        let table = decoded.text.get(begins.at..).unwrap_or_default();
        let delimiter = match begins.delimiter {
            Some(delimiter) => delimiter,
            None => delimiter(table, limits)?,
        };
        let seen = survey(Records::new(table, delimiter, limits).starting_at_line(begins.line))?;
        if seen.header.len() < 2 {
            return Err(Refusal::NoTable);
        }
        let (dialect, (mut columns, decimal_sign)) = if seen.canvas.is_some() {
            (Dialect::Canvas, canvas::columns(&seen))
        } else if moodle::is_moodle(&seen) {
            (Dialect::Moodle, moodle::columns(&seen))
        } else {
            (Dialect::Unknown, (unknown(&seen), None))
        };
        mark_namesakes(&mut columns);
        Ok(Self {
            begins,
            limits: *limits,
            dialect,
            encoding: decoded.encoding,
            delimiter,
            decimal_sign,
            columns,
            canvas: seen.canvas,
            cut: decoded.cut,
            text: decoded.text,
        })
    }

    /// Which platform wrote it.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// How its bytes were read.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What stands between its cells.
    #[must_use]
    pub fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// Nothing where no number has decimals, or where numbers of both kinds stand side by side.
    #[must_use]
    pub fn decimal_sign(&self) -> Option<DecimalSign> {
        self.decimal_sign
    }

    /// Its columns, in the order of the file.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The file has no line break at its end. Canvas and Moodle write one, some spreadsheet programs do not; where a file was
    /// cut within its last cell, this alone shows it.
    #[must_use]
    pub fn ends_within_a_line(&self) -> bool {
        self.cut || !self.text.ends_with(['\n', '\r'])
    }

    /// Its rows, read as they are asked for.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        let table = self.text.get(self.begins.at..).unwrap_or_default();
        let mut records =
            Records::new(table, self.delimiter, &self.limits).starting_at_line(self.begins.line);
        let header = records.next().is_ok_and(|record| record.is_some());
        Rows {
            book: self,
            records: header.then_some(records),
        }
    }

    /// Nothing for a row that is about columns.
    fn entry(&self, record: &Record<'_>) -> Option<Entry> {
        let is_lead = |layout| canvas::lead(layout, record).is_some();
        if self.canvas.as_ref().is_some_and(is_lead) {
            return None;
        }
        let found = Found::of(&self.columns, record);
        if let Some(why) = self.wrong(record, &found) {
            return Some(Entry::Skipped(Skipped {
                first_line: record.first_line,
                last_line: record.last_line,
                name: found.person.name,
                why,
            }));
        }
        let cells = self.columns.iter().filter_map(|column| {
            let cell = record.cell(column.index)?;
            let grade = read(cell, column.reading?, self.decimal_sign);
            (grade != Grade::Empty).then_some((column.index, grade))
        });
        Some(Entry::Row(Row {
            line: record.first_line,
            grades: cells.collect(),
            person: found.person,
            section: found.section,
            suspended: found.suspended,
        }))
    }

    /// Moodle's last cell has ten digits in every row.
    fn is_moment_cut(&self, record: &Record<'_>) -> bool {
        let last = self.columns.last().filter(|column| column.kind == Kind::Exported);
        let cell = last.and_then(|column| record.cell(column.index));
        cell.is_some_and(|cell| cell.trim().len() < 10)
    }

    /// What people write may have line breaks: feedback, and columns of the school's own.
    fn ran_together(&self, record: &Record<'_>) -> bool {
        let written = |column: &Column| matches!(column.kind, Kind::Feedback { .. } | Kind::Other);
        let breaks = |column: &Column| {
            record
                .cell(column.index)
                .is_some_and(|cell| cell.trim().contains('\n'))
        };
        record.last_line > record.first_line
            && self.dialect != Dialect::Unknown
            && self
                .columns
                .iter()
                .any(|column| !written(column) && breaks(column))
    }

    fn wrong(&self, record: &Record<'_>, found: &Found) -> Option<Why> {
        let width = self.columns.len();
        let is_short = record.len() < width;
        let surplus = || record.iter().skip(width).any(|cell| !cell.trim().is_empty());
        if record.open || (record.last && (self.cut || is_short || self.is_moment_cut(record))) {
            Some(Why::Cut)
        } else if is_short {
            Some(Why::TooFewCells)
        } else if surplus() {
            Some(Why::TooManyCells)
        } else if self.ran_together(record) {
            Some(Why::RanTogether)
        } else if found.is_header {
            Some(Why::HeaderAgain)
        } else if self.dialect == Dialect::Canvas {
            if found.is_test_student {
                Some(Why::TestStudent)
            } else {
                (!found.has_id).then_some(Why::NobodyNamed)
            }
        } else {
            (!found.person.names_somebody()).then_some(Why::NobodyNamed)
        }
    }
}

/// What a row says of its person.
#[derive(Default)]
struct Found {
    person: PersonKey,
    section: Option<String>,
    suspended: bool,
    /// Something stands where Canvas has its id, readable or not.
    has_id: bool,
    is_test_student: bool,
    is_header: bool,
}

impl Found {
    fn of(columns: &[Column], record: &Record<'_>) -> Self {
        let mut found = Self::default();
        let (mut first, mut last) = (None, None);
        let mut same = 0;
        let mut known = 0;
        for column in columns {
            let wanted = matches!(column.kind, Kind::Person(_) | Kind::Section | Kind::Suspended);
            let Some(cell) = record.cell(column.index).filter(|_| wanted) else {
                continue;
            };
            let text = text(cell);
            known += 1;
            same += usize::from(text.as_deref() == Some(column.title.as_str()));
            let person = &mut found.person;
            match column.kind {
                Kind::Person(Field::LmsId) => {
                    found.has_id |= text.is_some();
                    keep(&mut person.lms_id, canvas::id(cell));
                }
                Kind::Person(Field::SisId) => keep(&mut person.sis_id, text),
                Kind::Person(Field::Login) => keep(&mut person.login, text),
                Kind::Person(Field::Email) => keep(&mut person.email, text),
                Kind::Person(Field::Name) => keep(&mut person.name, text),
                Kind::Person(Field::FirstName) => keep(&mut first, text),
                Kind::Person(Field::LastName) => keep(&mut last, text),
                Kind::Section => keep(&mut found.section, text),
                Kind::Suspended => found.suspended |= text.is_some(),
                _ => {}
            }
        }
        found.is_header = known > 1 && same == known;
        found.is_test_student =
            canvas::is_test_student(first.as_deref(), last.as_deref(), found.person.name.as_deref());
        if found.person.name.is_none() {
            let parts: Vec<String> = [first, last].into_iter().flatten().collect();
            found.person.name = (!parts.is_empty()).then(|| parts.join(" "));
        }
        found
    }
}

/// The first of two columns of one kind is the platform's own.
fn keep(place: &mut Option<String>, text: Option<String>) {
    if place.is_none() {
        *place = text;
    }
}

fn text(cell: &str) -> Option<String> {
    let text = unwrapped(cell);
    (!text.is_empty()).then(|| text.into_owned())
}

/// Nobody knows what a table is of: only what is an address by its looks is told from the rest.
fn unknown(seen: &Survey) -> Vec<Column> {
    let columns = seen.header.iter().zip(&seen.stats).enumerate();
    let columns = columns.map(|(index, (title, stats))| {
        let kind = if stats.are_addresses() {
            Kind::Person(Field::Email)
        } else {
            Kind::Other
        };
        Column::plain(index, title, kind)
    });
    columns.collect()
}

/// Columns with grades that nothing but their place tells apart.
fn mark_namesakes(columns: &mut [Column]) {
    let mut times = std::collections::HashMap::new();
    let name = |column: &Column| column.id().unwrap_or(&column.title).to_owned();
    for column in columns.iter().filter(|column| column.has_grades()) {
        *times.entry(name(column)).or_insert(0_usize) += 1;
    }
    for column in columns.iter_mut().filter(|column| column.has_grades()) {
        column.shares_name = times.get(&name(column)).is_some_and(|times| *times > 1);
    }
}

/// The rows of a [`Gradebook`].
pub struct Rows<'g> {
    book: &'g Gradebook<'g>,
    records: Option<Records<'g>>,
}

impl Iterator for Rows<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        // A refusal cannot come here: the survey went the same way.
        while let Ok(Some(record)) = self.records.as_mut()?.next() {
            if let Some(entry) = self.book.entry(&record) {
                return Some(entry);
            }
        }
        None
    }
}
