//! What the programming interfaces of the LMS itself know of a course, and LTI does not tell: what is due, handed in, excused,
//! posted, hidden, released and completed. Both flavours keep it in the same gradebook that the LTI services read.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::World;
use super::model::{Cell, Column, Person, Source, uuid};
use crate::options::Flavour;

/// Of a course.
#[derive(Debug, Clone, Default)]
pub struct CourseFacts {
    /// Canvas: assignment groups. Moodle: categories of the gradebook. A column of none is in the one that every course has.
    pub groups: Vec<GradeGroup>,
    /// Canvas: the weights of the groups count.
    pub is_weighted: bool,
    /// Canvas: letters with their lower bounds between 0 and 1, highest first.
    pub scheme: Option<Vec<(String, Decimal)>>,
    /// Canvas: totals that a teacher typed over.
    pub overrides: BTreeMap<u64, Decimal>,
    /// Canvas: students do not see their totals.
    pub hides_totals: bool,
    /// Canvas: percents that the late policy takes for each day, where there is one.
    pub late_policy: Option<Decimal>,
    /// Canvas: sections by hand. Whoever is in none is in the one that every course has.
    pub sections: Vec<Section>,
    /// Canvas: an inactive enrolment. Moodle: a suspended one.
    pub suspended: BTreeSet<u64>,
    /// Canvas: the enrolment is completed, in a course that goes on.
    pub ended: BTreeSet<u64>,
    /// Canvas: the dates of the term are over; nobody concluded the course by hand.
    pub is_over: bool,
    /// Moodle: students do not see the course.
    pub is_hidden: bool,
    /// Moodle: whether groups see each other.
    pub group_mode: GroupMode,
    /// Moodle: groups.
    pub teams: Vec<Team>,
    /// Moodle: what the user report shows.
    pub report: ReportSettings,
    /// Moodle: completion tracking is off.
    pub tracks_nothing: bool,
    /// Moodle: who completed the course, as of the last run of the task. None: the course has no criteria.
    pub completed: Option<BTreeMap<u64, DateTime<Utc>>>,
    /// Moodle: activities that are never graded.
    pub activities: Vec<Ungraded>,
}

/// An assignment group, or a category.
#[derive(Debug, Clone, Default)]
pub struct GradeGroup {
    pub id: u64,
    pub name: String,
    pub weight: Decimal,
    pub drop_lowest: usize,
    pub never_drop: Vec<u64>,
}

/// A section of Canvas.
#[derive(Debug, Clone, Default)]
pub struct Section {
    pub id: u64,
    pub name: String,
    pub people: BTreeSet<u64>,
}

/// A group of Moodle.
#[derive(Debug, Clone, Default)]
pub struct Team {
    pub id: u64,
    pub name: String,
    pub id_number: String,
    pub people: BTreeSet<u64>,
}

/// Moodle: whether groups see each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupMode {
    #[default]
    None,
    Separate,
    Visible,
}

/// Moodle: what the settings of the user report leave out of it, or put into it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportSettings {
    pub without_percentage: bool,
    /// The least and the most go with it.
    pub without_range: bool,
    pub without_feedback: bool,
    pub without_weight: bool,
    pub with_letter: bool,
    pub with_rank: bool,
    /// The site's default: people whose enrolment is suspended are in the report, for whoever may see them.
    pub with_suspended: bool,
}

/// Moodle: an activity without a grade.
#[derive(Debug, Clone)]
pub struct Ungraded {
    pub instance: u64,
    pub cmid: u64,
    pub module: &'static str,
    pub name: String,
    pub tracking: Option<Tracking>,
    pub is_hidden: bool,
    pub done: BTreeMap<u64, Completion>,
}

/// Moodle: how completion of an activity is tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracking {
    ByHand,
    Automatic,
}

/// Moodle: what is known of one student's completion of one activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completion {
    /// 1 done, 2 passed, 3 done and failed.
    pub state: u8,
    pub at: DateTime<Utc>,
    /// Who set it by hand.
    pub overridden_by: Option<u64>,
}

/// How Moodle's gradebook shows grades of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Display {
    #[default]
    Real,
    Percentage,
    Letter,
    RealAndLetter,
}

/// Of a column.
#[derive(Debug, Clone, Default)]
pub struct ColumnFacts {
    /// The group or category.
    pub group: Option<u64>,
    pub due: Option<DateTime<Utc>>,
    /// Canvas: grades wait until a teacher posts them.
    pub post_manually: bool,
    /// Canvas: `percent`, `letter_grade`, `gpa_scale` or `not_graded`; otherwise points, or complete/incomplete.
    pub grading: Option<&'static str>,
    /// Canvas: `submission_types` of a native assignment.
    pub submission_types: Option<Vec<&'static str>>,
    /// Canvas: anonymous, and names are withheld now.
    pub is_anonymous: bool,
    /// Canvas: does not count for totals.
    pub is_omitted: bool,
    /// Canvas: `points_possible` is null.
    pub has_no_points: bool,
    /// Canvas: criteria, as they are sent.
    pub rubric: Option<serde_json::Value>,
    /// Canvas: assigned to these alone.
    pub only_for: Option<BTreeSet<u64>>,
    /// Moodle: the least.
    pub minimum: Decimal,
    /// Moodle: the words of its scale.
    pub scale: Vec<String>,
    pub display: Display,
    pub decimals: Option<u32>,
    /// Moodle: grade to pass.
    pub pass: Option<Decimal>,
    /// Moodle: hidden until then.
    pub hidden_until: Option<DateTime<Utc>>,
    /// Moodle: the activity is hidden.
    pub is_hidden_activity: bool,
    /// Moodle: restricted to a group or a date.
    pub is_restricted: bool,
    /// Moodle: blind marking; no grade is in the gradebook before it is revealed.
    pub is_blind: bool,
    /// Moodle: marking workflow; no grade is in the gradebook before it is released.
    pub has_workflow: bool,
    /// Moodle: graded by words of feedback alone.
    pub is_text_only: bool,
    /// Moodle: groups hand in together.
    pub by_teams: bool,
    pub is_extra_credit: bool,
    pub tracking: Option<Tracking>,
    pub id_number: String,
    /// When its settings were changed last.
    pub configured: Option<DateTime<Utc>>,
}

/// Of one person's place in a column.
#[derive(Debug, Clone, Default)]
pub struct CellFacts {
    /// Canvas: excused. Moodle: excluded from the totals.
    pub is_excused: bool,
    /// Canvas: `late`, `missing`, `extended` or `none`.
    pub late_status: Option<&'static str>,
    /// Canvas: a status that the school made, which is neither late nor missing.
    pub custom_status: Option<u64>,
    /// Canvas: the grade is one of the policy for what is missing, so that nobody gave it.
    pub is_of_policy: bool,
    pub submitted: Option<DateTime<Utc>>,
    /// The number of the hand-in; 0 where there is none.
    pub attempt: u32,
    /// Canvas: how it was handed in.
    pub submission_type: Option<&'static str>,
    pub text: Option<String>,
    pub url: Option<String>,
    pub files: Vec<Attachment>,
    /// Canvas: handed in again after it was graded.
    pub is_resubmitted: bool,
    /// Earlier hand-ins.
    pub earlier: Vec<Earlier>,
    pub posting: Option<Posting>,
    pub rubric: Option<serde_json::Value>,
    /// Moodle: this one grade is hidden.
    pub is_hidden: bool,
    pub hidden_until: Option<DateTime<Utc>>,
    /// Moodle: revealed, or released.
    pub is_released: bool,
    /// Moodle: saved and not handed in.
    pub is_draft: bool,
    /// Moodle: what the activity itself says, where a teacher typed over it in the gradebook.
    pub of_module: Option<(Option<Decimal>, DateTime<Utc>)>,
    pub completion: Option<Completion>,
}

/// Canvas: what a teacher did about the visibility of one grade, beside the policy of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posting {
    At(DateTime<Utc>),
    HiddenSince(DateTime<Utc>),
}

/// A hand-in before the last one.
#[derive(Debug, Clone)]
pub struct Earlier {
    pub attempt: u32,
    pub submitted: Option<DateTime<Utc>>,
    pub points: Option<Decimal>,
    pub files: Vec<Attachment>,
}

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub id: u64,
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
    pub at: DateTime<Utc>,
    /// Canvas: its size is null, as of files of which Canvas knows none.
    pub has_no_size: bool,
    /// Canvas: it was deleted. The submission lists it all the same, and it cannot be opened any more.
    pub is_deleted: bool,
}

impl CellFacts {
    /// A grade was typed: whatever was said in place of one is over.
    pub(super) fn graded(&mut self, has_grade: bool) {
        self.is_resubmitted = false;
        self.is_of_policy = false;
        self.of_module = None;
        if has_grade {
            self.is_excused = false;
        }
    }
}

impl Column {
    /// Canvas: when a student could see what stands in the cell; none where nothing was posted.
    #[must_use]
    pub fn posted_at(&self, cell: &Cell) -> Option<DateTime<Utc>> {
        let has_grade = cell.points.is_some() || cell.facts.is_excused;
        let by_policy = has_grade && !self.facts.post_manually;
        match cell.facts.posting {
            _ if self.is_hidden => None,
            Some(Posting::At(time)) => Some(time),
            Some(Posting::HiddenSince(time)) => (by_policy && cell.changed > time).then_some(cell.changed),
            None => by_policy.then_some(cell.changed),
        }
    }
}

impl Person {
    /// Canvas: the number by which its interfaces know an account: a global one where the account lives on another shard.
    #[must_use]
    pub fn api_id(&self) -> u64 {
        self.shard.map_or(self.id, |shard| shard * SHARD + self.id)
    }
}

/// Where numbers of another shard begin.
pub(crate) const SHARD: u64 = 10_000_000_000_000;

/// What somebody hands in.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// Canvas: `online_upload`, `online_text_entry`, `online_url`. Moodle does not tell.
    pub kind: &'static str,
    pub text: Option<String>,
    pub url: Option<String>,
    /// Name, media type and content.
    pub files: Vec<(String, String, Vec<u8>)>,
}

impl World {
    /// The LMS's own `assignment`, `quiz`, `new_quiz` (Canvas), `discussion` or `manual` column: no LTI service shows it. Gives its number.
    pub fn add_native(&self, course: u64, label: &str, kind: &'static str, maximum: Decimal) -> u64 {
        let mut data = self.lock();
        let id = data.new_id();
        if let Some(course) = data.courses.get_mut(&course) {
            course.columns.push(Column {
                is_coupled: true,
                ..Column::new(id, label.into(), maximum, Source::Native(kind))
            });
        }
        id
    }

    /// Moodle: an activity that is never graded, such as a `page`. Gives its course module number.
    pub fn add_activity(
        &self,
        course: u64,
        module: &'static str,
        name: &str,
        tracking: Option<Tracking>,
    ) -> u64 {
        let mut data = self.lock();
        let (instance, cmid) = (data.new_id(), data.new_id());
        if let Some(course) = data.courses.get_mut(&course) {
            course.facts.activities.push(Ungraded {
                instance,
                cmid,
                module,
                name: name.to_owned(),
                tracking,
                is_hidden: false,
                done: BTreeMap::new(),
            });
        }
        cmid
    }

    /// Moodle: somebody completed an activity without a grade, or takes that back.
    pub fn complete_activity(
        &self,
        course: u64,
        cmid: u64,
        person: u64,
        completion: Option<Completion>,
    ) -> bool {
        let mut data = self.lock();
        let activities = data
            .courses
            .get_mut(&course)
            .map(|course| &mut course.facts.activities);
        let activity = activities
            .into_iter()
            .flatten()
            .find(|activity| activity.cmid == cmid);
        let Some(activity) = activity else { return false };
        match completion {
            Some(completion) => drop(activity.done.insert(person, completion)),
            None => drop(activity.done.remove(&person)),
        }
        true
    }

    /// Changes what the LMS's own interfaces know of a course.
    pub fn change_course(&self, course: u64, change: impl FnOnce(&mut CourseFacts)) -> bool {
        let mut data = self.lock();
        let course = data.courses.get_mut(&course);
        course.map(|course| change(&mut course.facts)).is_some()
    }

    /// Changes what they know of a column.
    pub fn change_column(&self, course: u64, column: u64, change: impl FnOnce(&mut ColumnFacts)) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, column);
        column.map(|column| change(&mut column.facts)).is_some()
    }

    /// Changes what they know of one person's place in a column.
    pub fn change_cell(
        &self,
        course: u64,
        column: u64,
        person: u64,
        change: impl FnOnce(&mut CellFacts),
    ) -> bool {
        let now = self.now();
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, column) else {
            return false;
        };
        let cell = column.cells.entry(person).or_insert_with(|| Cell::new(now));
        change(&mut cell.facts);
        true
    }

    /// Somebody hands in, once more where there was a hand-in. A grade that is there belongs to the one before.
    pub fn hand_in(&self, course: u64, column: u64, person: u64, work: Work) -> bool {
        let now = self.now();
        let mut data = self.lock();
        let files = work
            .files
            .into_iter()
            .map(|(name, media_type, bytes)| Attachment {
                id: data.new_id(),
                name,
                media_type,
                bytes,
                at: now,
                has_no_size: false,
                is_deleted: false,
            })
            .collect();
        let Some(column) = data.column_mut(course, column) else {
            return false;
        };
        let cell = column.cells.entry(person).or_insert_with(|| Cell::new(now));
        let points = cell.points;
        let facts = &mut cell.facts;
        let before = std::mem::replace(&mut facts.files, files);
        if facts.attempt > 0 {
            facts.earlier.push(Earlier {
                attempt: facts.attempt,
                submitted: facts.submitted,
                points,
                files: before,
            });
        }
        facts.attempt += 1;
        facts.submitted = Some(now);
        facts.submission_type = Some(work.kind).filter(|kind| !kind.is_empty());
        facts.text = work.text;
        facts.url = work.url;
        facts.is_draft = false;
        facts.is_resubmitted = points.is_some();
        true
    }

    /// Canvas: a teacher excuses somebody, which takes the grade away, or no longer does.
    pub fn excuse(&self, course: u64, column: u64, person: u64, excused: bool) -> bool {
        let is_known = self.set_grade(course, column, person, None);
        is_known && self.change_cell(course, column, person, |cell| cell.is_excused = excused)
    }

    /// Canvas: a teacher posts what is graded in a column. Its policy stays as it is.
    pub fn post_grades(&self, course: u64, column: u64) -> bool {
        self.mark_graded(course, column, Posting::At(self.now()))
    }

    /// Canvas: a teacher hides the grades of a column again. Those that come later follow its policy.
    pub fn hide_posted(&self, course: u64, column: u64) -> bool {
        self.mark_graded(course, column, Posting::HiddenSince(self.now()))
    }

    fn mark_graded(&self, course: u64, column: u64, posting: Posting) -> bool {
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, column) else {
            return false;
        };
        column.facts.post_manually |= std::mem::take(&mut column.is_hidden);
        for cell in column.cells.values_mut() {
            if cell.points.is_some() || cell.facts.is_excused {
                cell.facts.posting = Some(posting);
            }
        }
        true
    }

    /// Moodle: a teacher types over the grade of an activity in the gradebook; the activity keeps its own.
    pub fn override_grade(&self, course: u64, column: u64, person: u64, points: Option<Decimal>) -> bool {
        let now = self.now();
        let mut data = self.lock();
        let Some(column) = data.column_mut(course, column) else {
            return false;
        };
        let cell = column.cells.entry(person).or_insert_with(|| Cell::new(now));
        cell.facts.of_module.get_or_insert((cell.points, cell.changed));
        cell.points = points;
        cell.changed = now;
        cell.overridden = true;
        true
    }

    /// Moodle: what is marked in a column is released, or the identities are revealed.
    pub fn release_marks(&self, course: u64, column: u64) -> bool {
        let mut data = self.lock();
        let column = data.column_mut(course, column);
        let cells = column.map(|column| column.cells.values_mut());
        let is_known = cells.is_some();
        for cell in cells.into_iter().flatten() {
            cell.facts.is_released = true;
        }
        is_known
    }

    /// Canvas: an account lives on another shard, so that its numbers are global ones.
    pub fn move_to_shard(&self, person: u64, shard: u64) {
        if let Some(person) = self.lock().people.get_mut(&person) {
            person.shard = Some(shard);
        }
    }

    /// An account that is enrolled nowhere: Moodle's service account, or an administrator of Canvas. Gives its number.
    pub fn add_account(&self, username: &str, is_admin: bool) -> u64 {
        let flavour = self.flavour();
        let uuid = uuid(self.random());
        let mut data = self.lock();
        let id = data.new_id();
        let person = Person {
            id,
            sub: if flavour == Flavour::Moodle {
                id.to_string()
            } else {
                uuid
            },
            given: "Badge".into(),
            family: "Reader".into(),
            email: format!("{username}@example.edu"),
            username: username.into(),
            sis_id: String::new(),
            is_admin,
            time_zone: "99".into(),
            shard: None,
        };
        data.people.insert(id, person);
        id
    }
}
