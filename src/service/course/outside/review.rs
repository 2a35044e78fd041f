//! What is in a file, before anything counts.

use std::collections::{BTreeMap, BTreeSet};

use gradebook_csv::course::Belonging;
use gradebook_csv::matching::{By, Doubt as Ambiguity, Guess};
use gradebook_csv::{Releases, Why};

use super::Brought;
use super::people_of::Members;
use super::reading::{Book, Found};
use super::taking::{self, Changes};
use crate::domain::copying::folded;
use crate::domain::facts::GradeSource;
use crate::domain::outside::{Dialect, Measure, OutsideColumn, Scope, Unseen, certainly};
use crate::ids::PersonId;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::GradesRefusal;
use crate::service::base::session::Visitor;
use crate::service::course::rest_grades::unseen;
use crate::store::{Db, line_items, outside, readings};
use rust_decimal::Decimal;

/// Most rows of one sort that are named; the others are counted.
const NAMED: usize = 200;
/// Most rows that are confirmed in one go: each is a field of a form.
const CONFIRMED: usize = 500;

/// A file as its teacher sees it.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub(crate) file: Brought,
    pub(crate) dialect: Dialect,
    pub(crate) rows: usize,
    pub(crate) columns: Vec<ReviewColumn>,
    /// How many rows are certain, by what.
    pub(crate) matched: Vec<Matched>,
    /// Rows that have somebody's name and nothing else of them.
    pub(crate) to_confirm: Vec<ToConfirm>,
    /// How many more of those there are.
    pub(crate) more_to_confirm: usize,
    /// Rows that are left out, at most [`NAMED`].
    pub(crate) left_out: Vec<Row>,
    /// All of them.
    pub(crate) left_out_in_all: usize,
    /// Why it may be of another course.
    pub(crate) doubts: Vec<Doubt>,
    /// What it changes if it is used with the columns that are ticked to begin with.
    pub(crate) changes: Changes,
}

/// Rows that are certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Matched {
    pub(crate) by: By,
    pub(crate) rows: usize,
}

/// A row that a teacher confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToConfirm {
    pub(crate) line: u64,
    /// As the file names them.
    pub(crate) name: String,
    pub(crate) guess: Guess,
    pub(crate) person: PersonId,
    /// As the course names them.
    pub(crate) here: String,
}

/// A row that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) name: Option<String>,
    pub(crate) why: Left,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// Nobody in the course has its ids, its e-mail address or its name.
    Unmatched,
    Ambiguous(Ambiguity),
    Unread(Why),
}

/// Why a file may be of another course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Fewer than half of its rows are of somebody here.
    FewMatch,
    /// The LMS lists none of its assignments in this course.
    NotListed,
    /// Another course has a column of one of its ids.
    IdsOfAnotherCourse,
    /// None of its columns is one that earlier files had.
    NoKnownColumn,
}

/// A column as a teacher chooses it.
#[derive(Debug, Clone)]
pub(crate) struct ReviewColumn {
    pub(crate) index: usize,
    pub(crate) label: String,
    pub(crate) maximum: Option<Decimal>,
    pub(crate) measure: Measure,
    pub(crate) scope: Scope,
    pub(crate) releases: Releases,
    /// Two columns have this name, so neither can be used.
    pub(crate) shares_name: bool,
    /// Whether it is ticked to begin with.
    pub(crate) ticked: bool,
    /// Whether an earlier file had it and it counts.
    pub(crate) is_known: bool,
    /// Whether a column that Cairn reads by itself has this name.
    pub(crate) is_ours_too: bool,
    /// What students do not see of it in the LMS, as that tells: so many grades, or it at all.
    pub(crate) unseen: Option<Unseen>,
    /// How many of the matched students have a grade there.
    pub(crate) grades: usize,
    /// How many cells say something that is no grade.
    pub(crate) unread: usize,
}

/// Why a file may be of another course.
///
/// # Errors
/// [`GradesRefusal::OtherCourse`] for one that is, [`GradesRefusal::Nobody`] for one of nobody here.
pub(super) fn doubts(
    db: &mut Db,
    visitor: &Visitor,
    book: &Book,
    known: &[OutsideColumn],
    matching: usize,
) -> Result<Vec<Doubt>, ServiceError> {
    let rows = book.export.rows.len();
    let belonging = book.belonging(known);
    if belonging == Belonging::Foreign {
        return Err(GradesRefusal::OtherCourse.into());
    }
    if matching == 0 {
        return Err(GradesRefusal::Nobody(rows).into());
    }
    let mut doubts = Vec::new();
    if matching.saturating_mul(2) < rows {
        doubts.push(Doubt::FewMatch);
    }
    if belonging == Belonging::NotTold {
        let course = (visitor.tenant(), &visitor.course.id);
        if book.is_of_none(&outside::columns(db, course.0, course.1)?) {
            doubts.push(Doubt::NotListed);
        }
        if outside::is_of_another_course(db, course, GradeSource::Csv, &book.ids())? {
            doubts.push(Doubt::IdsOfAnotherCourse);
        }
        if book.has_only_new_titles(known) {
            doubts.push(Doubt::NoKnownColumn);
        }
    }
    Ok(doubts)
}

/// What a teacher sees of it.
pub(super) fn of(db: &mut Db, visitor: &Visitor, file: Brought, book: &Book) -> Result<Review, ServiceError> {
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let known = outside::columns_of_files(db, tenant, course)?;
    let members = Members::of(db, tenant, course)?;
    let pairing = members.pair(&book.export);
    let matching = pairing.certain.len() + pairing.proposed.len();
    let doubts = doubts(db, visitor, book, &known, matching)?;
    let used = members.used(&book.export, &pairing, &BTreeSet::new());
    let ours: BTreeSet<String> = line_items::for_course(db, tenant, course)?
        .iter()
        .map(|item| folded(&item.label))
        .collect();
    let mut of_lms = outside::columns(db, tenant, course)?;
    of_lms.retain(|column| column.rest.is_some());
    let read = readings::of_course(db, tenant, course)?;
    let columns: Vec<ReviewColumn> = book
        .columns
        .iter()
        .map(|column| ReviewColumn {
            unseen: certainly(&column.key, &of_lms).and_then(|one| unseen(one, read.as_ref())),
            ..review_column(column, book, &known, &used, &ours)
        })
        .collect();
    let ticked: BTreeSet<usize> = columns
        .iter()
        .filter(|column| column.ticked)
        .map(|column| column.index)
        .collect();
    let changes = taking::compare(db, visitor, book, &known, &used, &ticked)?;
    let mut by: BTreeMap<By, usize> = BTreeMap::new();
    for pair in &pairing.certain {
        *by.entry(pair.by).or_default() += 1;
    }
    let line = |row: usize| book.export.rows.get(row).map_or(0, |row| row.line);
    let name = |row: usize| book.export.rows.get(row).and_then(|row| row.person.name.clone());
    let to_confirm = pairing.proposed.iter().take(CONFIRMED).filter_map(|pair| {
        let person = members.at(pair.member)?;
        Some(ToConfirm {
            line: line(pair.row),
            name: name(pair.row).unwrap_or_default(),
            guess: pair.by,
            person: person.id.clone(),
            here: person.display_name(),
        })
    });
    let unmatched = pairing.unmatched.iter().map(|row| (*row, Left::Unmatched));
    let ambiguous = pairing
        .ambiguous
        .iter()
        .map(|one| (one.row, Left::Ambiguous(one.why)));
    let mut left_out: Vec<Row> = unmatched
        .chain(ambiguous)
        .map(|(row, why)| Row {
            line: line(row),
            name: name(row),
            why,
        })
        .collect();
    // Nobody expects the test student among the students.
    let skipped = book
        .export
        .skipped
        .iter()
        .filter(|row| row.why != Why::TestStudent);
    left_out.extend(skipped.map(|row| Row {
        line: row.first_line,
        name: row.name.clone(),
        why: Left::Unread(row.why),
    }));
    left_out.sort_by_key(|row| row.line);
    let left_out_in_all = left_out.len();
    left_out.truncate(NAMED);
    Ok(Review {
        file,
        dialect: book.dialect,
        rows: book.export.rows.len(),
        matched: by.into_iter().map(|(by, rows)| Matched { by, rows }).collect(),
        more_to_confirm: pairing.proposed.len().saturating_sub(CONFIRMED),
        to_confirm: to_confirm.collect(),
        columns,
        left_out,
        left_out_in_all,
        doubts,
        changes,
    })
}

fn review_column(
    column: &Found,
    book: &Book,
    known: &[OutsideColumn],
    used: &BTreeMap<usize, PersonId>,
    ours: &BTreeSet<String>,
) -> ReviewColumn {
    let before = known.iter().find(|one| one.key == column.key);
    let is_known = before.is_some_and(OutsideColumn::counts);
    let (grades, unread) = taking::count(column, book, used);
    ReviewColumn {
        index: column.index,
        label: column.label.clone(),
        maximum: column.maximum,
        measure: column.measure,
        scope: column.scope,
        shares_name: column.shares_name,
        // What a file holds back is ticked by hand each time: grades may be in it that nobody has seen yet.
        ticked: !column.shares_name
            && match column.releases {
                Releases::Released => true,
                Releases::NotTold => is_known,
                Releases::NeedsTick(_) | Releases::Never | Releases::NoGrades => false,
            },
        releases: column.releases.clone(),
        is_known,
        is_ours_too: ours.contains(&folded(&column.label)),
        unseen: None,
        grades,
        unread,
    }
}
