//! One submission: a student's place in an assignment.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::super::super::answer::{float, together};
use super::super::super::world::data::Data;
use super::super::super::world::model::{Cell, Closed, Column, Course, CourseRole, Oddity, Person, Source};
use super::courses::when;
use super::{Asked, assignments, courses, files, ids};

/// Whether students see the assignment.
pub(super) fn is_published(column: &Column) -> bool {
    column.closed != Some(Closed::Unpublished)
}

/// Whether it is assigned to a student.
pub(super) fn is_assigned(column: &Column, person: u64) -> bool {
    let only = column.facts.only_for.as_ref();
    only.is_none_or(|only| only.contains(&person))
}

/// `grading_type`.
pub(super) fn grading(column: &Column) -> &'static str {
    let otherwise = if column.is_pass_fail {
        "pass_fail"
    } else {
        "points"
    };
    column.facts.grading.unwrap_or(otherwise)
}

/// `workflow_state`.
pub(super) fn state(cell: &Cell) -> &'static str {
    if cell.facts.is_excused {
        "graded"
    } else if cell.needs_grading {
        "pending_review"
    } else if cell.points.is_some() && !cell.facts.is_resubmitted {
        "graded"
    } else if cell.facts.submitted.is_some() || cell.attempts > 0 {
        "submitted"
    } else {
        "unsubmitted"
    }
}

/// When it was handed in: in a tool, when its last score came.
pub(super) fn submitted(column: &Column, cell: &Cell) -> Option<DateTime<Utc>> {
    let of_tool = matches!(column.source, Source::Tool(_)) && cell.attempts > 0;
    cell.facts.submitted.or(of_tool.then_some(cell.changed))
}

/// The points of a grade: there are none while grades are moderated.
pub(super) fn points(column: &Column, cell: &Cell) -> Option<Decimal> {
    cell.points.filter(|_| column.closed != Some(Closed::Moderated))
}

/// When it was graded last; none without a grade.
pub(super) fn graded(cell: &Cell) -> Option<DateTime<Utc>> {
    (cell.points.is_some() || cell.facts.is_excused).then_some(cell.changed)
}

/// A grade as Canvas writes it.
fn written(course: &Course, column: &Column, points: Decimal) -> String {
    let plain = |value: Decimal| value.normalize().to_string();
    let share = points.checked_div(column.maximum).unwrap_or_default();
    match grading(column) {
        "pass_fail" if points > Decimal::ZERO => "complete".to_owned(),
        "pass_fail" => "incomplete".to_owned(),
        "percent" => format!("{}%", plain((share * Decimal::ONE_HUNDRED).round_dp(2))),
        "letter_grade" => letter(course, share),
        _ => plain(points),
    }
}

/// The default scheme of Canvas, in hundredths.
const LETTERS: [(&str, i64); 12] = [
    ("A", 94),
    ("A-", 90),
    ("B+", 87),
    ("B", 84),
    ("B-", 80),
    ("C+", 77),
    ("C", 74),
    ("C-", 70),
    ("D+", 67),
    ("D", 64),
    ("D-", 61),
    ("F", 0),
];

/// The letter of a share of 1.
pub(super) fn letter(course: &Course, share: Decimal) -> String {
    let own = course.facts.scheme.iter().flatten();
    let found = own.clone().find(|(_, least)| share >= *least);
    if let Some((name, _)) = found.or(own.clone().next_back()) {
        return name.clone();
    }
    let standard = LETTERS.iter().find(|(_, least)| share >= Decimal::new(*least, 2));
    standard.map_or("F", |(name, _)| *name).to_owned()
}

/// Whether somebody hands in too late.
fn is_late(column: &Column, cell: &Cell) -> bool {
    let by_date = || {
        let both = submitted(column, cell).zip(column.facts.due);
        both.is_some_and(|(submitted, due)| submitted > due)
    };
    !cell.facts.is_excused
        && cell.facts.custom_status.is_none()
        && cell
            .facts
            .late_status
            .map_or_else(by_date, |status| status == "late")
}

/// Whether nothing was handed in where something should have been.
fn is_missing(column: &Column, cell: &Cell, now: DateTime<Utc>) -> bool {
    let expects = !assignments::submission_types(column)
        .iter()
        .all(|kind| matches!(*kind, "none" | "on_paper" | "not_graded" | "external_tool"));
    let is_over = column.facts.due.is_some_and(|due| due < now);
    let by_date = || expects && is_over && submitted(column, cell).is_none() && cell.points.is_none();
    !cell.facts.is_excused
        && cell.facts.custom_status.is_none()
        && cell
            .facts
            .late_status
            .map_or_else(by_date, |status| status == "missing")
}

/// Whose grades are shown to whom, and what beside.
pub(super) struct View<'a> {
    pub asked: &'a Asked<'a>,
    pub data: &'a Data,
    pub course: &'a Course,
    /// Grades that are not posted are shown too.
    pub is_grader: bool,
}

impl View<'_> {
    /// One row, which every student has for everything that is assigned to them.
    pub(super) fn row(&self, column: &Column, person: &Person) -> Value {
        let now = self.asked.world.now();
        let empty = Cell::new(now);
        let cell = column.cells.get(&person.id).unwrap_or(&empty);
        let facts = &cell.facts;
        let posted = column
            .posted_at(cell)
            .filter(|_| column.closed != Some(Closed::Moderated));
        let points =
            points(column, cell).filter(|_| !facts.is_excused && (self.is_grader || posted.is_some()));
        let entered = points.map(|points| points + cell.deducted);
        let grade = |points: Option<Decimal>| points.map(|points| written(self.course, column, points));
        let attempt = if facts.attempt > 0 {
            facts.attempt
        } else {
            cell.attempts
        };
        let (id, submitted) = (ids::submission(column, person.id), submitted(column, cell));
        let is_late = is_late(column, cell);
        let late_by = submitted
            .zip(column.facts.due)
            .map_or(0, |(at, due)| (at - due).num_seconds());
        let path = format!(
            "/courses/{}/assignments/{}/submissions/{}",
            self.course.id,
            column.id,
            person.api_id()
        );
        let grades = json!({
            "id": id, "assignment_id": column.id, "user_id": person.api_id(), "attempt": (attempt > 0).then_some(attempt),
            "submission_type": self.kind(cell), "workflow_state": state(cell), "submitted_at": when(submitted),
            "graded_at": when(graded(cell)), "posted_at": when(posted), "grader_id": self.grader(column, cell),
            "score": points.map(float), "grade": grade(points), "entered_score": entered.map(float),
            "entered_grade": grade(entered),
        });
        let marks = json!({
            "grade_matches_current_submission": !facts.is_resubmitted,
            "excused": facts.is_excused, "late": is_late, "missing": is_missing(column, cell, now),
            "seconds_late": if is_late { late_by.max(0) } else { 0 }, "late_policy_status": facts.late_status,
            "points_deducted": (!cell.deducted.is_zero()).then(|| float(cell.deducted)),
            "cached_due_date": when(column.facts.due), "extra_attempts": null, "grading_period_id": null,
            "redo_request": false, "custom_grade_status_id": facts.custom_status, "sticker": null, "body": facts.text, "url": facts.url,
            "preview_url": self.asked.world.url(&format!("{path}?preview=1&version={attempt}")),
        });
        let mut all = together([grades, marks]);
        if self
            .data
            .people
            .get(&self.asked.person)
            .is_some_and(|one| one.is_admin)
        {
            all.insert(
                "anonymous_id".into(),
                json!(ids::uuid(person).chars().take(5).collect::<String>()),
            );
        }
        if !facts.files.is_empty() {
            all.insert("attachments".into(), self.files(&facts.files));
        }
        self.add_included(&mut all, column, person, cell);
        for left_out in self.asked.values("exclude_response_fields") {
            all.remove(left_out);
        }
        Value::Object(all)
    }

    fn files(&self, files: &[super::super::super::world::native::Attachment]) -> Value {
        let with_verifier = self.data.is_odd(Oddity::FileVerifiers);
        let all = files
            .iter()
            .map(|file| files::as_json(self.asked.world, file, with_verifier));
        Value::Array(all.collect())
    }

    fn kind(&self, cell: &Cell) -> Option<&'static str> {
        let of_tool = cell.attempts > 0 || cell.launch_url.is_some();
        cell.facts
            .submission_type
            .or(of_tool.then_some("basic_lti_launch"))
    }

    /// Who graded: a person, a tool as a negative number, or nobody.
    fn grader(&self, column: &Column, cell: &Cell) -> Value {
        if graded(cell).is_none() || cell.facts.is_of_policy {
            return Value::Null;
        }
        if let (Source::Tool(tool), false) = (&column.source, cell.overridden) {
            let tool = i64::try_from(*tool).unwrap_or_default();
            return json!(-(tool + 12));
        }
        let mut members = self.course.members.iter();
        let teacher = members.find(|(_, role)| *role == CourseRole::Teacher);
        let teacher = teacher.and_then(|(id, _)| self.data.people.get(id));
        json!(teacher.map(Person::api_id))
    }

    fn add_included(&self, all: &mut Map<String, Value>, column: &Column, person: &Person, cell: &Cell) {
        let asked = self.asked;
        let facts = &cell.facts;
        if asked.includes("user") && !column.facts.is_anonymous {
            let user = courses::person(asked, self.data, Some(self.course), person);
            all.insert("user".into(), Value::Object(user));
        }
        if asked.includes("assignment") {
            all.insert(
                "assignment".into(),
                json!({"id": column.id, "name": column.label}),
            );
        }
        if asked.includes("visibility") {
            all.insert("assignment_visible".into(), json!(is_assigned(column, person.id)));
        }
        if asked.includes("group") {
            let place = column.groups.iter().position(|group| group.contains(&person.id));
            let name = place.map(|place| format!("Team {}", place + 1));
            all.insert(
                "group".into(),
                json!({"id": place.map(|place| place + 5), "name": name}),
            );
        }
        if asked.includes("rubric_assessment")
            && let Some(rubric) = &facts.rubric
        {
            all.insert("rubric_assessment".into(), rubric.clone());
        }
        if asked.includes("submission_comments") {
            let comments = cell.comments.iter().chain(&cell.comment);
            let comments: Vec<Value> = comments.map(|text| json!({ "comment": text })).collect();
            all.insert("submission_comments".into(), json!(comments));
        }
        if asked.includes("submission_history") {
            let mut history: Vec<Value> = facts
                .earlier
                .iter()
                .map(|earlier| {
                    let mut version = all.clone();
                    version.insert("attempt".into(), json!(earlier.attempt));
                    version.insert("submitted_at".into(), when(earlier.submitted));
                    version.insert("score".into(), json!(earlier.points.map(float)));
                    version.insert(
                        "grade".into(),
                        json!(earlier.points.map(|points| written(self.course, column, points))),
                    );
                    version.insert("attachments".into(), self.files(&earlier.files));
                    Value::Object(version)
                })
                .collect();
            history.push(Value::Object(all.clone()));
            all.insert("submission_history".into(), Value::Array(history));
        }
    }
}
