//! The gradebook as a teacher works in it by hand.

use rust_decimal::Decimal;

use super::World;
use super::model::{Cell, Closed, Column, Source, StaleRecord};
use crate::options::Flavour;

impl World {
    /// Types a grade into the gradebook, or empties the cell. A grade makes the result row where there is none; emptying,
    /// as excusing does, takes the score away and leaves the row. Gives false when course or line item is unknown.
    pub fn set_grade(&self, course: u64, line_item: u64, person: u64, points: Option<Decimal>) -> bool {
        let now = self.now();
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, line_item) else {
            return false;
        };
        if column.is_scale && points.is_some_and(|points| !on_scale(points, column.maximum)) {
            return false;
        }
        let points = points.map(|points| column.entered(points));
        let of_tool = matches!(column.source, Source::Tool(_));
        let overrides = column.is_coupled && of_tool;
        let cell = column.cells.entry(person).or_insert_with(|| Cell::new(now));
        // A teacher enters what the late policy then takes from, and the row has what is left.
        let points = points.map(|points| cell.after_lateness(points));
        cell.points = points;
        cell.changed = now;
        cell.recorded_maximum = None;
        cell.facts.graded(points.is_some());
        match self.flavour() {
            Flavour::Moodle => cell.overridden = overrides,
            Flavour::Canvas => {
                cell.overridden = true;
                cell.needs_grading &= points.is_none();
                if points.is_some() && of_tool {
                    cell.row.get_or_insert_default();
                }
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
        let now = self.now();
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, line_item) else {
            return false;
        };
        label.clone_into(&mut column.label);
        column.facts.configured = Some(now);
        true
    }

    /// From now on the column takes no score, or takes scores again.
    pub fn close_line_item(&self, course: u64, line_item: u64, closed: Option<Closed>) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, line_item);
        column.map(|column| column.closed = closed).is_some()
    }

    /// Canvas: a teacher limits the attempts at an assignment, or lifts the limit.
    pub fn allow_attempts(&self, course: u64, line_item: u64, attempts: Option<u32>) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, line_item);
        column.map(|column| column.allowed_attempts = attempts).is_some()
    }

    /// Canvas: a teacher has a column graded as complete or incomplete, or in points again.
    pub fn grade_pass_fail(&self, course: u64, line_item: u64, is_pass_fail: bool) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, line_item);
        column.map(|column| column.is_pass_fail = is_pass_fail).is_some()
    }

    /// Canvas: these hand in together from now on.
    pub fn group_students(&self, course: u64, line_item: u64, group: &[u64]) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, line_item);
        column.map(|column| column.groups.push(group.to_vec())).is_some()
    }

    /// Canvas: the late policy takes points from somebody's grade, also from one that comes later. A tool's score stays in the
    /// result row as it was posted; what a teacher entered is there after the deduction.
    pub fn deduct_for_lateness(&self, course: u64, line_item: u64, person: u64, points: Decimal) -> bool {
        let now = self.now();
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, line_item) else {
            return false;
        };
        let cell = column.cells.entry(person).or_insert_with(|| Cell::new(now));
        let entered = cell.points.map(|points| points + cell.deducted);
        cell.deducted = points;
        cell.points = entered.map(|entered| cell.after_lateness(entered));
        if let Some(row) = cell.row.as_mut().filter(|_| cell.overridden) {
            row.score = cell.points;
        }
        true
    }

    /// A teacher hides the grades of a column from students (Moodle), or posts them by hand (Canvas); or shows them.
    pub fn hide_grades(&self, course: u64, line_item: u64, hidden: bool) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, line_item);
        column.map(|column| column.is_hidden = hidden).is_some()
    }

    /// What a student sees of their grade.
    #[must_use]
    pub fn grade_shown(&self, course: u64, line_item: u64, person: u64) -> Option<Decimal> {
        let data = self.lock();
        let column = data.courses.get(&course)?.column(line_item)?;
        let cell = column.cells.get(&person).filter(|_| !column.is_hidden)?;
        cell.points
    }

    /// A teacher removes a column: no list has it any more, and its address answers 404.
    pub fn delete_line_item(&self, course: u64, line_item: u64) -> bool {
        let mut data = self.lock();
        let Some(course) = data.courses.get_mut(&course) else {
            return false;
        };
        let place = course.columns.iter().position(|column| column.id == line_item);
        let Some(place) = place else { return false };
        course.deleted.push(course.columns.remove(place));
        true
    }

    /// A teacher brings a removed column back, as Canvas's "undelete" does: the same id, with the grades in it.
    pub fn restore_line_item(&self, course: u64, line_item: u64) -> bool {
        let mut data = self.lock();
        let Some(course) = data.courses.get_mut(&course) else {
            return false;
        };
        let place = course.deleted.iter().position(|column| column.id == line_item);
        let Some(place) = place else { return false };
        course.columns.push(course.deleted.remove(place));
        true
    }

    /// Moodle: a course reset with "all items". What stands in the gradebook by itself is gone; the column of each activity is
    /// a new one, without grades and without anything that a tool gave it (Moodle 11.3). Launches name it once
    /// [`clean_up_line_items`](Self::clean_up_line_items) was there.
    pub fn reset_course(&self, course: u64) -> bool {
        let mut data = self.lock();
        let Some(known) = data.courses.get(&course) else {
            return false;
        };
        let before = known.columns.clone();
        let mut remade = Vec::new();
        for column in before.into_iter().filter(|column| column.is_coupled) {
            let id = data.new_id();
            let is_recorded =
                column.tag.is_some() || column.resource_id.is_some() || column.submission_review.is_some();
            let stale_record = is_recorded.then_some(StaleRecord {
                submission_review: column.submission_review,
            });
            remade.push(Column {
                link: column.link,
                is_coupled: true,
                is_scale: column.is_scale,
                stale_record,
                ..Column::new(id, column.label, column.maximum, column.source)
            });
        }
        if let Some(course) = data.courses.get_mut(&course) {
            course.columns = remade;
            course.deleted.clear();
        }
        true
    }

    /// Moodle: the scheduled task that forgets the records of line items that are not there any more.
    pub fn clean_up_line_items(&self, course: u64) {
        let mut data = self.lock();
        let columns = data.courses.get_mut(&course).map(|course| &mut course.columns);
        for column in columns.into_iter().flatten() {
            column.stale_record = None;
        }
    }

    /// Moodle, after a reset: its services still know the column that the link had before, so launches of it and of its
    /// duplicates name no column, although it has one.
    pub fn lose_column_of(&self, course: u64, link: u64) -> bool {
        let mut data = self.lock();
        let Some(link) = data.link_mut(course, link) else {
            return false;
        };
        link.lost_its_column = true;
        true
    }

    /// Moodle: a teacher has a column graded by points again. The grades in it go.
    pub fn grade_by_points(&self, course: u64, line_item: u64, maximum: Decimal) -> bool {
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, line_item) else {
            return false;
        };
        column.is_scale = false;
        column.maximum = maximum;
        column.cells.clear();
        true
    }

    /// Moodle: a teacher has a column graded by a scale of so many items. The grades in it go.
    pub fn grade_by_scale(&self, course: u64, line_item: u64, items: u32) -> bool {
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, line_item) else {
            return false;
        };
        column.is_scale = true;
        column.maximum = items.into();
        column.cells.clear();
        true
    }

    /// A teacher changes the points of a column; the grades in it stay as they are. Moodle: results of a column that no
    /// link brought along stay out of what they were out of.
    pub fn change_maximum(&self, course: u64, line_item: u64, maximum: Decimal) -> bool {
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, line_item) else {
            return false;
        };
        let before = std::mem::replace(&mut column.maximum, maximum);
        if self.flavour() == Flavour::Moodle && !column.is_coupled {
            for cell in column.cells.values_mut() {
                cell.recorded_maximum.get_or_insert(before);
            }
        }
        true
    }

    /// Fills a column for every student: the `n`th of them gets what `points` says.
    pub fn fill_column(&self, course: u64, line_item: u64, points: impl Fn(usize) -> Option<Decimal>) {
        let students = self.students(course);
        for (n, student) in students.into_iter().enumerate() {
            self.set_grade(course, line_item, student.id, points(n));
        }
    }
}

/// Whether that is one of a scale's items, which are counted from 1.
fn on_scale(points: Decimal, items: Decimal) -> bool {
    points.fract().is_zero() && points >= Decimal::ONE && points <= items
}

#[cfg(test)]
#[path = "gradebook_tests.rs"]
mod tests;
