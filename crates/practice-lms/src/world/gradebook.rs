//! The gradebook as a teacher works in it by hand.

use rust_decimal::Decimal;

use super::World;
use super::model::{Cell, Source};
use crate::options::Flavour;

impl World {
    /// Types a grade into the gradebook, or empties the cell. Moodle: the result row appears. Canvas: a result row changes
    /// only where a tool's score has made one. Gives false when course or line item is unknown.
    pub fn set_grade(&self, course: u64, line_item: u64, person: u64, points: Option<Decimal>) -> bool {
        let now = self.now();
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, line_item) else {
            return false;
        };
        let overrides = column.is_coupled && matches!(column.source, Source::Tool(_));
        let cell = column.cells.entry(person).or_insert_with(|| Cell::new(now));
        cell.points = points;
        cell.changed = now;
        match self.flavour() {
            Flavour::Moodle => cell.overridden = overrides,
            Flavour::Canvas => {
                cell.overridden = true;
                if let Some(row) = &mut cell.row {
                    row.score = points;
                }
            }
        }
        true
    }

    /// Moodle: sets or lifts the flag that a teacher's grade stands above the tool's.
    pub fn set_overridden(&self, course: u64, line_item: u64, person: u64, overridden: bool) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, line_item);
        let cell = column.and_then(|column| column.cells.get_mut(&person));
        cell.map(|cell| cell.overridden = overridden).is_some()
    }

    /// A teacher renames a column.
    pub fn rename_line_item(&self, course: u64, line_item: u64, label: &str) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, line_item);
        column.map(|column| label.clone_into(&mut column.label)).is_some()
    }

    /// A teacher removes a column.
    pub fn delete_line_item(&self, course: u64, line_item: u64) -> bool {
        let mut data = self.lock();
        let Some(course) = data.courses.get_mut(&course) else {
            return false;
        };
        let before = course.columns.len();
        course.columns.retain(|column| column.id != line_item);
        course.columns.len() < before
    }

    /// A teacher changes the points of a column; the grades in it stay as they are.
    pub fn change_maximum(&self, course: u64, line_item: u64, maximum: Decimal) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, line_item);
        column.map(|column| column.maximum = maximum).is_some()
    }

    /// Fills a column for every student: the `n`th of them gets what `points` says.
    pub fn fill_column(&self, course: u64, line_item: u64, points: impl Fn(usize) -> Option<Decimal>) {
        let students = self.students(course);
        for (n, student) in students.into_iter().enumerate() {
            self.set_grade(course, line_item, student.id, points(n));
        }
    }

    /// Canvas: makes the result rows of a column for all students, as a tool would by pending scores.
    pub fn make_rows(&self, course: u64, line_item: u64) {
        let students = self.students(course);
        let now = self.now();
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, line_item) else {
            return;
        };
        for student in students {
            let cell = column.cells.entry(student.id).or_insert_with(|| Cell::new(now));
            cell.row.get_or_insert_default();
        }
    }
}
