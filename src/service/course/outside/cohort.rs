//! The gradebook of an earlier year: it is read in memory, nothing of it is kept, and nobody of it becomes a person here.

use gradebook_csv::Row;

use super::reading::{Book, Cell, Found, ID, cell};
use crate::domain::replay::{Cohort, CohortColumn, CohortPerson};
use crate::service::base::refusal::GradesRefusal;

/// Most characters of a name.
const LONGEST_NAME: usize = 200;

/// What is in a gradebook file, whatever course it is of.
pub(in crate::service::course) fn cohort(bytes: &[u8]) -> Result<Cohort, GradesRefusal> {
    let book = Book::read(bytes)?;
    Ok(Cohort {
        columns: book
            .columns
            .iter()
            .map(|column| described(column, &book))
            .collect(),
        people: book.export.rows.iter().map(|row| person(row, &book)).collect(),
    })
}

fn described(column: &Found, book: &Book) -> CohortColumn {
    let cells = book.export.rows.iter().map(|row| cell(row.grade(column.index)));
    CohortColumn {
        key: column.key.clone(),
        has_id: column.key.starts_with(ID),
        label: column.label.clone(),
        maximum: column.maximum,
        measure: column.measure,
        scope: column.scope,
        place: column.shares_name.then(|| column.index.saturating_add(1)),
        unread: cells.filter(|cell| matches!(cell, Cell::Unread)).count(),
    }
}

fn person(row: &Row, book: &Book) -> CohortPerson {
    let value = |column: &Found| match cell(row.grade(column.index)) {
        Cell::Is(value) => Some(value),
        Cell::Nothing | Cell::Unread => None,
    };
    CohortPerson {
        line: row.line,
        name: row
            .person
            .name
            .as_ref()
            .map(|name| name.chars().take(LONGEST_NAME).collect()),
        values: book.columns.iter().map(value).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outside::{Measure, OutsideValue};

    #[test]
    fn every_column_of_grades_is_there_and_of_people_nothing_but_the_name() {
        let text = "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (7),Essay (8)\n\
            \x20   Points Possible,,,,,10.00,20.00\n\
            \"Almeida, Rosa\",41,S-1,ralmeida,A,9.50,=1+1\n\
            \"Byrne, Tom\",42,S-2,tbyrne,A,,EX\n";
        let read = cohort(text.as_bytes()).unwrap();
        let told: Vec<_> = read
            .columns
            .iter()
            .map(|one| (one.key.as_str(), one.has_id, one.measure, one.unread))
            .collect();
        assert_eq!(
            told,
            [
                ("id:7", true, Measure::Points, 0),
                ("id:8", true, Measure::Points, 1)
            ]
        );
        let values: Vec<_> = read.people.iter().map(|one| one.values.as_slice()).collect();
        assert_eq!(
            values,
            [
                [Some(OutsideValue::Points("9.5".parse().unwrap())), None],
                [None, Some(OutsideValue::Excused)],
            ]
        );
        assert_eq!(
            (read.people[1].line, read.people[1].name.as_deref()),
            (4, Some("Byrne, Tom"))
        );
        let kept = serde_json::to_string(&read).unwrap();
        for other in ["ralmeida", "S-1", "\"41\""] {
            assert!(!kept.contains(other), "{other} in {kept}");
        }
    }

    #[test]
    fn what_is_no_gradebook_or_not_all_of_one_is_refused() {
        assert_eq!(cohort(b"a,b\n1,2\n"), Err(GradesRefusal::NotAGradebook));
        let cut = b"Student,ID,Section,Quiz (7),Lab (8)\nAda,1,A,9";
        assert_eq!(cohort(cut), Err(GradesRefusal::Cut(2)));
        let endless = format!("Student,ID,Section,Quiz (7)\n{}", "x,1,A,1\n".repeat(200_000));
        assert!(matches!(
            cohort(endless.as_bytes()),
            Err(GradesRefusal::Unreadable(
                gradebook_csv::Refusal::TooManyLines { .. }
            ))
        ));
    }
}
