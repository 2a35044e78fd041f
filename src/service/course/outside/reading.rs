//! What a gradebook file holds for us: its columns of grades, and what stands in a cell.

use std::collections::BTreeSet;

use gradebook_csv as file;
use gradebook_csv::course::{Belonging, belonging};
use gradebook_csv::{Export, Kind, Limits, Releases, Sections, Why};
use rust_decimal::Decimal;

use crate::domain::facts::GradeSource;
use crate::domain::outside::{Dialect, Measure, OutsideColumn, OutsideValue, Scope};
use crate::service::base::refusal::GradesRefusal;

/// Most characters of a title or a word that is kept.
const MOST: usize = 300;
/// Most sections of a file that are kept.
const MOST_SECTIONS: usize = 500;

/// A file as far as it is of use.
pub(super) struct Book {
    pub(super) export: Export,
    pub(super) dialect: Dialect,
    pub(super) columns: Vec<Found>,
    /// None where there are more than any course has.
    pub(super) sections: Option<Sections>,
}

/// A column of grades.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its place in the file.
    pub(super) index: usize,
    pub(super) key: String,
    pub(super) label: String,
    pub(super) maximum: Option<Decimal>,
    pub(super) measure: Measure,
    pub(super) scope: Scope,
    pub(super) releases: Releases,
    /// Another column is named exactly so: which is which cannot be told the next time.
    pub(super) shares_name: bool,
}

/// What a cell says.
pub(super) enum Cell {
    Is(OutsideValue),
    Nothing,
    /// Something that is no grade: what was known before stays.
    Unread,
}

impl Book {
    /// Reads a file.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, GradesRefusal> {
        let export = Export::read(bytes, &Limits::default()).map_err(GradesRefusal::Unreadable)?;
        let dialect = match export.dialect {
            file::Dialect::Canvas => Dialect::Canvas,
            file::Dialect::Moodle => Dialect::Moodle,
            file::Dialect::Unknown => return Err(GradesRefusal::NotAGradebook),
        };
        if let Some(cut) = export.skipped.iter().find(|row| row.why == Why::Cut) {
            return Err(GradesRefusal::Cut(cut.first_line));
        }
        let columns: Vec<Found> = export
            .columns
            .iter()
            .filter_map(|column| found(&export, column))
            .collect();
        if columns.is_empty() {
            return Err(GradesRefusal::NoGrades);
        }
        if export.rows.is_empty() {
            return Err(GradesRefusal::NoRows);
        }
        Ok(Self {
            sections: Some(Sections::of(&export.rows)).filter(|all| all.names().count() <= MOST_SECTIONS),
            export,
            dialect,
            columns,
        })
    }

    /// Whether its assignments are of the course in which these columns are known.
    pub(super) fn belonging(&self, known: &[OutsideColumn]) -> Belonging {
        let ids: BTreeSet<&str> = kept(known).filter_map(|key| key.strip_prefix(ID)).collect();
        if ids.is_empty() {
            return Belonging::NotTold;
        }
        belonging(&self.export.columns, |id| ids.contains(id))
    }

    /// Whether it is of assignments of which the LMS itself, where it is read, lists none in the course of these columns.
    pub(super) fn is_of_none(&self, columns: &[OutsideColumn]) -> bool {
        let tells_ids = |column: &&OutsideColumn| {
            column.source == GradeSource::RestCanvas && column.rest.as_ref().is_some_and(|rest| rest.is_on)
        };
        let listed = columns.iter().filter(tells_ids);
        let ids: BTreeSet<&str> = listed.filter_map(|column| column.key.strip_prefix(ID)).collect();
        self.dialect == Dialect::Canvas
            && !ids.is_empty()
            && belonging(&self.export.columns, |id| ids.contains(id)) == Belonging::Foreign
    }

    /// Whether it has titles where others were known, and none of those: a file without ids tells no more.
    pub(super) fn has_only_new_titles(&self, known: &[OutsideColumn]) -> bool {
        let of_items = |key: &&str| key.starts_with(ITEM);
        let titles: BTreeSet<&str> = kept(known).filter(of_items).collect();
        let mut new = self.columns.iter().map(|column| column.key.as_str());
        !titles.is_empty()
            && self.columns.iter().any(|column| column.key.starts_with(ITEM))
            && !new.any(|key| titles.contains(key))
    }

    /// The keys of its assignments that name them by id.
    pub(super) fn ids(&self) -> Vec<String> {
        let keys = self.columns.iter().map(|column| &column.key);
        keys.filter(|key| key.starts_with(ID)).cloned().collect()
    }
}

/// The keys of columns whose grades are kept.
fn kept(known: &[OutsideColumn]) -> impl Iterator<Item = &str> {
    let kept = known.iter().filter(|column| column.file.is_some());
    kept.map(|column| column.key.as_str())
}

pub(super) const ID: &str = "id:";
const ITEM: &str = "item:";

fn found(export: &Export, column: &file::Column) -> Option<Found> {
    if !column.has_grades() || matches!(column.releases, Releases::Never | Releases::NoGrades) {
        return None;
    }
    let numbers = || {
        if words_alone(export, column.index) {
            Measure::Words
        } else {
            Measure::Points
        }
    };
    let (key, label, measure, scope) = match &column.kind {
        Kind::Assignment { lms_id, name } => (format!("{ID}{lms_id}"), name, numbers(), Scope::Item),
        Kind::Item { name, scope, display } => {
            let (word, measure, label) = match display {
                file::Display::Real => ("real", numbers(), name),
                file::Display::Percentage => ("percent", Measure::Percent, &column.title),
                file::Display::Letter => ("letter", Measure::Words, &column.title),
            };
            let scope = match scope {
                file::Scope::Item => Scope::Item,
                file::Scope::Category => Scope::Category,
                file::Scope::Course => Scope::Course,
            };
            (format!("{ITEM}{word}:{name}"), label, measure, scope)
        }
        Kind::Total(total) => {
            let measure = match total.measure {
                file::Measure::Points => Measure::Points,
                file::Measure::Score => Measure::Percent,
                file::Measure::Grade => Measure::Words,
            };
            let scope = if total.group.is_some() {
                Scope::Category
            } else {
                Scope::Course
            };
            (format!("total:{}", column.title), &column.title, measure, scope)
        }
        _ => return None,
    };
    Some(Found {
        index: column.index,
        key: key.chars().take(MOST).collect(),
        label: label.chars().take(MOST).collect(),
        maximum: column
            .points_possible
            .filter(|points| *points > Decimal::ZERO && measure == Measure::Points),
        measure,
        scope,
        releases: column.releases.clone(),
        shares_name: column.shares_name && !key.starts_with(ID),
    })
}

/// Whether there are letters in a column and no number.
fn words_alone(export: &Export, index: usize) -> bool {
    let mut words = false;
    for row in &export.rows {
        match row.grade(index) {
            file::Grade::Letter(_) => words = true,
            file::Grade::Points(_) | file::Grade::Percent(_) => return false,
            _ => {}
        }
    }
    words
}

/// What a cell says. Nothing is never nought.
pub(super) fn cell(grade: &file::Grade) -> Cell {
    match grade {
        file::Grade::Points(number) => Cell::Is(OutsideValue::Points(*number)),
        file::Grade::Percent(number) => Cell::Is(OutsideValue::Percent(*number)),
        file::Grade::Letter(word) => Cell::Is(OutsideValue::Word(word.chars().take(MOST).collect())),
        file::Grade::Excused => Cell::Is(OutsideValue::Excused),
        file::Grade::NotAvailable | file::Grade::Empty => Cell::Nothing,
        file::Grade::Unreadable(_) => Cell::Unread,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANVAS: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (7),Blind (8),Current Score,Unposted Current Score\n\
        ,,,,,,Manual Posting,,\n    Points Possible,,,,,10.00,20.00,(read only),(read only)\n\
        \"Almeida, Rosa\",41,S-1,ralmeida,A,9.50,12.00,90.00,91.00\n";

    fn read(text: &str) -> Result<Book, GradesRefusal> {
        Book::read(text.as_bytes())
    }

    #[test]
    fn assignments_are_known_by_their_ids_and_what_is_unposted_is_not_offered() {
        let book = read(CANVAS).unwrap();
        assert_eq!(book.dialect, Dialect::Canvas);
        let told: Vec<_> = book
            .columns
            .iter()
            .map(|one| (one.key.as_str(), one.label.as_str(), one.measure, one.scope))
            .collect();
        assert_eq!(
            told,
            [
                ("id:7", "Quiz", Measure::Points, Scope::Item),
                ("id:8", "Blind", Measure::Points, Scope::Item),
                (
                    "total:Current Score",
                    "Current Score",
                    Measure::Percent,
                    Scope::Course
                ),
            ]
        );
        assert_eq!(book.columns[0].releases, Releases::Released);
        assert!(matches!(book.columns[1].releases, Releases::NeedsTick(_)));
        assert_eq!(book.columns[2].maximum, None);
    }

    #[test]
    fn a_name_for_each_row_is_no_section() {
        let names = |count: usize| {
            let lines: String = (1..=count).map(|n| format!("\"P, {n}\",{n},N{n},1\n")).collect();
            let book = read(&format!("Student,ID,Section,Quiz (7)\n{lines}")).unwrap();
            book.sections.map(|all| all.names().count())
        };
        assert_eq!(names(500), Some(500));
        assert_eq!(names(501), None);
    }

    #[test]
    fn what_is_no_gradebook_or_not_all_of_one_is_refused() {
        assert_eq!(read("a,b\n1,2\n").err(), Some(GradesRefusal::NotAGradebook));
        assert!(matches!(read("").err(), Some(GradesRefusal::Unreadable(_))));
        let (whole, _) = CANVAS.trim_end().rsplit_once(",90.00").unwrap();
        assert!(matches!(read(whole).err(), Some(GradesRefusal::Cut(_))));
        let lines = "x,1\n".repeat(200_000);
        let refusal = read(&format!("Student,ID,Section,Quiz (7)\n{lines}")).err();
        assert!(matches!(
            refusal,
            Some(GradesRefusal::Unreadable(file::Refusal::TooManyLines { .. }))
        ));
    }
}
