//! Columns of the gradebook as the user report has them.

use chrono::{DateTime, Utc};
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::super::super::answer::{number, together};
use super::super::super::world::model::{Cell, Closed, Column, Course, Source};
use super::super::super::world::native::{Display, ReportSettings};
use super::access::{can, of_column, sees};
use super::{Call, Outcome, entered, formatted};

/// For whom a report is made.
pub(super) struct View<'a> {
    pub call: &'a Call<'a>,
    pub course: &'a Course,
    pub now: DateTime<Utc>,
    /// The reader may see what is hidden.
    pub sees_hidden: bool,
    /// A student reads about themselves.
    pub is_own: bool,
}

/// The category that holds everything.
fn top_category(course: &Course) -> u64 {
    course.id * 1_000 + 9
}

fn category(course: &Course, column: &Column) -> u64 {
    let known = |id: &u64| course.facts.groups.iter().any(|group| group.id == *id);
    column
        .facts
        .group
        .filter(known)
        .unwrap_or_else(|| top_category(course))
}

impl<'a> View<'a> {
    pub(super) fn new(call: &'a Call<'a>, course: &'a Course, is_own: bool) -> Self {
        Self {
            call,
            course,
            now: call.world.now(),
            sees_hidden: can(call, course, "moodle/grade:viewhidden"),
            is_own,
        }
    }

    fn is_later(&self, time: Option<DateTime<Utc>>) -> bool {
        time.is_some_and(|time| time > self.now)
    }

    /// Whether a grade is hidden from students.
    fn is_hidden(&self, column: &Column, cell: Option<&Cell>) -> bool {
        let of_cell = cell.is_some_and(|cell| cell.facts.is_hidden || self.is_later(cell.facts.hidden_until));
        of_cell
            || column.is_hidden
            || column.facts.is_hidden_activity
            || self.is_later(column.facts.hidden_until)
    }

    /// The columns that the reader has in the report. Without the right to see an activity its column is missing.
    fn columns(&self) -> impl Iterator<Item = &'a Column> {
        let (call, course, sees_hidden) = (self.call, self.course, self.sees_hidden);
        course.columns.iter().filter(move |column| {
            let activity = of_column(course, column);
            activity.is_none_or(|activity| sees(call, course, &activity))
                && (sees_hidden || !(column.is_hidden || column.facts.is_hidden_activity))
        })
    }

    /// All items of somebody: columns, categories, the course.
    pub(super) fn items(&self, person: u64) -> Vec<Value> {
        let columns: Vec<&Column> = self.columns().collect();
        let weight = Decimal::ONE
            .checked_div(Decimal::from(columns.len().max(1)))
            .unwrap_or_default();
        let mut items: Vec<Value> = columns
            .iter()
            .map(|column| self.item(column, person, weight))
            .collect();
        for group in &self.course.facts.groups {
            items.push(self.total(person, Some(group.id)));
        }
        items.push(self.total(person, None));
        items
    }

    /// The points of a cell, where they are in the gradebook: neither blind nor unreleased ones are.
    fn points(column: &Column, cell: Option<&Cell>) -> Option<Decimal> {
        let cell = cell?;
        let is_held_back = (column.facts.is_blind || column.facts.has_workflow) && !cell.facts.is_released;
        cell.points
            .filter(|_| !is_held_back && !column.facts.is_text_only)
    }

    fn item(&self, column: &Column, person: u64, weight: Decimal) -> Value {
        let cell = column.cells.get(&person);
        let activity = of_column(self.course, column);
        let is_hidden = self.is_hidden(column, cell);
        let points = Self::points(column, cell).filter(|_| self.sees_hidden || !is_hidden);
        let is_excluded = cell.is_some_and(|cell| cell.facts.is_excused);
        let scale = Scale::of(column);
        let is_locked = column.closed == Some(Closed::Locked);
        let kind = if activity.is_some() { "mod" } else { "manual" };
        let item = json!({
            "id": column.id, "itemname": column.label, "itemtype": kind,
            "itemmodule": activity.as_ref().map(|one| one.module), "iteminstance": activity.as_ref().map(|one| one.instance),
            "itemnumber": activity.as_ref().map(|_| 0), "idnumber": column.facts.id_number,
            "categoryid": category(self.course, column), "outcomeid": null, "scaleid": null,
            "locked": (!self.is_own).then_some(is_locked),
        });
        let status = if is_excluded {
            Some("dropped")
        } else if points.is_none() {
            Some("novalue")
        } else {
            column.facts.is_extra_credit.then_some("extra")
        };
        let grade = json!({
            "graderaw": points.map(|points| number(points.round_dp(5))),
            "gradedatesubmitted": submitted(column, cell), "gradedategraded": graded(cell),
            "gradehiddenbydate": false, "gradeneedsupdate": false, "gradeishidden": is_hidden,
            "gradeislocked": (!self.is_own).then_some(is_locked),
            "gradeisoverridden": (!self.is_own).then_some(cell.is_some_and(|cell| cell.overridden)),
            "gradeformatted": self.shown(column, &scale, points),
        });
        let mut all = together([item, grade]);
        if let Some(activity) = &activity {
            all.insert("cmid".into(), json!(activity.cmid));
        }
        if let Some(status) = status {
            all.insert("status".into(), json!(status));
        }
        let report = self.course.facts.report;
        if !report.without_weight {
            let weight = if is_excluded { Decimal::ZERO } else { weight };
            all.insert("weightraw".into(), number(weight.round_dp(5)));
            let text = fixed(weight * Decimal::ONE_HUNDRED, 2);
            all.insert("weightformatted".into(), json!(self.signed(format!("{text} %"))));
        }
        self.add_ranges(
            &mut all,
            &scale,
            points,
            column.facts.decimals.unwrap_or(2),
            report,
        );
        if !report.without_feedback {
            let comment = cell.and_then(|cell| cell.comment.as_deref()).unwrap_or_default();
            let feedback = if comment.is_empty() {
                String::new()
            } else {
                format!("<p>{comment}</p>")
            };
            all.insert("feedbackformat".into(), json!(i32::from(!feedback.is_empty())));
            all.insert("feedback".into(), json!(feedback));
        }
        Value::Object(all)
    }

    /// What the settings of the report show beside the grade.
    fn add_ranges(
        &self,
        all: &mut serde_json::Map<String, Value>,
        scale: &Scale,
        points: Option<Decimal>,
        decimals: u32,
        report: ReportSettings,
    ) {
        if !report.without_range {
            all.insert("grademin".into(), number(scale.least));
            all.insert("grademax".into(), number(scale.most));
            all.insert("rangeformatted".into(), json!(scale.range()));
        }
        if !report.without_percentage {
            let text = points.map(|points| format!("{} %", fixed(scale.percent(points), decimals)));
            let text = text.map_or_else(|| "-".to_owned(), |text| self.signed(text));
            all.insert("percentageformatted".into(), json!(text));
        }
        if report.with_letter {
            let letter = points.map_or("-", |points| letter(scale.percent(points)));
            all.insert("lettergradeformatted".into(), json!(letter));
        }
        if report.with_rank {
            all.insert("rank".into(), json!(1));
            all.insert("numusers".into(), json!(self.course.members.len()));
        }
    }

    /// A number in the reader's language.
    fn signed(&self, text: String) -> String {
        if self.call.has_comma() {
            text.replace('.', ",")
        } else {
            text
        }
    }

    /// For people: with a picture where there is a grade to pass.
    fn shown(&self, column: &Column, scale: &Scale, points: Option<Decimal>) -> String {
        if column.facts.is_text_only {
            return String::new();
        }
        let Some(points) = points else {
            return "-".to_owned();
        };
        if let Some(word) = scale.word(points) {
            return formatted(word);
        }
        let decimals = column.facts.decimals.unwrap_or(2);
        let (real, percent) = (fixed(points, decimals), scale.percent(points));
        let text = match column.facts.display {
            Display::Real => self.signed(real),
            Display::Percentage => self.signed(format!("{} %", fixed(percent, decimals))),
            Display::Letter => letter(percent).to_owned(),
            Display::RealAndLetter => self.signed(format!("{real} ({})", letter(percent))),
        };
        let icon = column.facts.pass.map(|pass| {
            let (picture, word) = if points >= pass { ("fa-check text-success", "Pass") } else { ("fa-remove text-danger", "Fail") };
            format!("<i class=\"icon fa {picture} fa-fw \"  title=\"{word}\" role=\"img\" aria-label=\"{word}\"></i>")
        });
        format!("{}{text}", icon.unwrap_or_default())
    }

    /// The total of a category, or of the course: not marked as hidden, whatever is hidden in it.
    fn total(&self, person: u64, group: Option<u64>) -> Value {
        let (mut points, mut most, mut holds_hidden) = (Decimal::ZERO, Decimal::ZERO, false);
        for column in &self.course.columns {
            let cell = column.cells.get(&person);
            let is_in = group.is_none_or(|group| column.facts.group == Some(group));
            let counts = is_in && !cell.is_some_and(|cell| cell.facts.is_excused);
            if let Some(own) = Self::points(column, cell).filter(|_| counts) {
                points += own;
                most += column.maximum;
                holds_hidden |= self.is_hidden(column, cell);
            }
        }
        let share = points
            .checked_div(most)
            .map(|share| (share * Decimal::ONE_HUNDRED).round_dp(5));
        let share = share.filter(|_| self.sees_hidden || !holds_hidden);
        let scale = Scale {
            least: Decimal::ZERO,
            most: Decimal::ONE_HUNDRED,
            words: Vec::new(),
            is_text: false,
        };
        let text = share.map_or_else(|| "-".to_owned(), |share| self.signed(fixed(share, 2)));
        let top = top_category(self.course);
        let instance = group.unwrap_or(top);
        let item = json!({
            "id": instance + 500, "itemname": null, "itemtype": if group.is_some() { "category" } else { "course" },
            "itemmodule": null, "iteminstance": instance, "itemnumber": 0, "idnumber": "",
            "categoryid": group.map(|_| top), "outcomeid": null, "scaleid": null, "locked": (!self.is_own).then_some(false),
        });
        let grade = json!({
            "graderaw": share.map(number), "gradedatesubmitted": null, "gradedategraded": null, "gradehiddenbydate": false,
            "gradeneedsupdate": false, "gradeishidden": false, "gradeislocked": (!self.is_own).then_some(false),
            "gradeisoverridden": (!self.is_own).then_some(false), "gradeformatted": text,
        });
        let mut all = together([item, grade]);
        self.add_ranges(&mut all, &scale, share, 2, self.course.facts.report);
        Value::Object(all)
    }
}

/// Least and most of a column, or the words of its scale.
struct Scale {
    least: Decimal,
    most: Decimal,
    words: Vec<String>,
    is_text: bool,
}

impl Scale {
    fn of(column: &Column) -> Self {
        if !column.is_scale {
            return Self {
                least: column.facts.minimum,
                most: column.maximum,
                words: Vec::new(),
                is_text: column.facts.is_text_only,
            };
        }
        let count = column.maximum.to_usize().unwrap_or(1).max(1);
        let own = column.facts.scale.iter().cloned();
        let words: Vec<String> = own
            .chain((1..).map(|step| format!("Step {step}")))
            .take(count)
            .collect();
        Self {
            least: Decimal::ONE,
            most: column.maximum,
            words,
            is_text: false,
        }
    }

    /// The word of a step, which are counted from 1.
    fn word(&self, points: Decimal) -> Option<&str> {
        let step = points.to_usize()?;
        self.words.get(step.checked_sub(1)?).map(String::as_str)
    }

    fn percent(&self, points: Decimal) -> Decimal {
        let share = (points - self.least).checked_div(self.most - self.least);
        share.unwrap_or_default() * Decimal::ONE_HUNDRED
    }

    fn range(&self) -> String {
        match (self.words.first(), self.words.last()) {
            _ if self.is_text => "&ndash;".to_owned(),
            (Some(first), Some(last)) => format!("{}&ndash;{}", formatted(first), formatted(last)),
            _ => format!("{}&ndash;{}", self.least.normalize(), self.most.normalize()),
        }
    }
}

/// So many decimals, rounded as PHP does.
pub(super) fn fixed(value: Decimal, decimals: u32) -> String {
    let value = value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    let places = usize::try_from(decimals).unwrap_or(2);
    format!("{value:.places$}")
}

/// The letters of Moodle's default.
fn letter(percent: Decimal) -> &'static str {
    const LETTERS: [(i64, &str); 11] = [
        (93, "A"),
        (90, "A-"),
        (87, "B+"),
        (83, "B"),
        (80, "B-"),
        (77, "C+"),
        (73, "C"),
        (70, "C-"),
        (67, "D+"),
        (60, "D"),
        (0, "F"),
    ];
    let found = LETTERS.iter().find(|(least, _)| percent >= Decimal::from(*least));
    found.map_or("F", |(_, letter)| *letter)
}

/// Set for quizzes and for what waits for a grade; gone as soon as an assignment is graded.
fn submitted(column: &Column, cell: Option<&Cell>) -> Option<i64> {
    let cell = cell?;
    let is_quiz = column.source == Source::Native("quiz");
    let waits = cell.points.is_none() || cell.facts.is_resubmitted;
    let time = cell.facts.submitted.filter(|_| waits || is_quiz);
    time.or_else(|| cell.points.filter(|_| is_quiz).map(|_| cell.changed))
        .map(|time| time.timestamp())
}

fn graded(cell: Option<&Cell>) -> Option<i64> {
    let cell = cell.filter(|cell| cell.points.is_some())?;
    Some(cell.changed.timestamp())
}

/// `core_grades_get_gradeitems`: names alone, ids as text; everybody in the course may ask, and is told of what they do not see, too.
pub(super) fn names(call: &Call<'_>) -> Outcome {
    let course = entered(call, "errorcoursecontextnotvalid")?;
    let items: Vec<Value> = course
        .columns
        .iter()
        .map(|column| {
            let group = course.facts.groups.iter().find(|group| Some(group.id) == column.facts.group);
            let category = group.map_or(course.title.as_str(), |group| group.name.as_str());
            // These stay escaped, whatever is wanted.
            json!({"id": column.id.to_string(), "itemname": formatted(&column.label), "category": formatted(category)})
        })
        .collect();
    Ok(json!({"gradeItems": items, "warnings": []}))
}
