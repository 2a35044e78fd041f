//! The grades of a course, whichever platform they come from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::error::{Error, Reason, Wait};
use crate::{canvas, moodle};

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The key that a caller kept as text.
            #[must_use]
            pub fn new(text: &str) -> Self {
                Self(text.into())
            }

            /// The key as text, to be kept.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

key! {
    /// A person by the platform's own id: Canvas's API id, which [`canvas::join`] turns into an LTI `sub`; Moodle's user id,
    /// which is the LTI `sub`.
    PersonKey
}
key! {
    /// A column of a course. Canvas: the id of the assignment, or [`ItemKey::TOTAL`]. Moodle: the id of the grade item, also for
    /// totals.
    ItemKey
}
key! {
    /// A category of columns: Canvas's assignment group, Moodle's grade category.
    CategoryKey
}

impl ItemKey {
    /// Canvas's course total, which has no id of its own.
    pub const TOTAL: &'static str = "total";
}

/// What a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Work that is handed in, or graded on paper.
    Assignment,
    /// A quiz.
    Quiz,
    /// A discussion or forum.
    Discussion,
    /// An external tool: also our own columns.
    Tool,
    /// Another activity.
    Other,
    /// A column that a teacher made in the gradebook.
    Manual,
    /// The total of a category.
    CategoryTotal,
    /// The total of the course.
    CourseTotal,
}

/// How a column is graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grading {
    /// Points.
    Points,
    /// A percentage: a total of Canvas. (Its assignments of that type have points.)
    Percent,
    /// Complete or not.
    PassFail,
    /// Letters or other words for parts of the range, with points behind them.
    Letters,
    /// The words of a scale, in order.
    Scale,
    /// It has no grades.
    None,
    /// Nothing tells.
    Unknown,
}

/// Why no grade of a column is read, whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Withheld {
    /// Students do not see it yet.
    Unpublished,
    /// Its work is anonymous for now.
    Anonymous,
    /// The course hides its totals from students.
    HiddenTotals,
}

/// Where a column stands in Moodle's course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The id in addresses, completion and updates.
    pub cmid: String,
    /// The kind of module in Moodle's own word: `assign`, `quiz`, `lti`.
    pub module: String,
    /// The id among the modules of its kind.
    pub instance: String,
}

/// How Canvas's column is known to LTI tools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LtiIds {
    /// `$com.instructure.Assignment.lti.id`, and the id in notices of asset processors.
    pub assignment: Option<String>,
    /// The `resource_link.id` of a tool's own column.
    pub resource_link: Option<String>,
}

/// A column of the gradebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which it is.
    pub key: ItemKey,
    /// Its title; none for totals, which the LMS names in the reader's language.
    pub title: Option<String>,
    /// What it is about.
    pub kind: Kind,
    /// How it is graded.
    pub grading: Grading,
    /// The most points, or the number of steps of a scale. Grades may exceed it.
    pub maximum: Option<Decimal>,
    /// The least points, where the platform says it.
    pub minimum: Option<Decimal>,
    /// Where it is sorted in.
    pub category: Option<CategoryKey>,
    /// When it is due for those without a date of their own.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether it counts in the course total; none where nothing tells.
    pub counts_in_total: Option<bool>,
    /// Canvas: students see letters and no points of it, so whatever is shown to them must not either.
    pub hides_points: bool,
    /// Canvas: the grading scheme that its letters come from, where it has one of its own.
    pub scheme: Option<String>,
    /// Why none of its grades is read.
    pub withheld: Option<Withheld>,
    /// Moodle: the activity.
    pub activity: Option<Activity>,
    /// Canvas: its ids in LTI, by which a tool recognises its own columns.
    pub lti: LtiIds,
}

impl Item {
    pub(crate) fn new(key: ItemKey, kind: Kind) -> Self {
        Self {
            key,
            title: None,
            kind,
            grading: Grading::Unknown,
            maximum: None,
            minimum: None,
            category: None,
            due_at: None,
            counts_in_total: None,
            hides_points: false,
            scheme: None,
            withheld: None,
            activity: None,
            lti: LtiIds::default(),
        }
    }
}

/// A category of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Which it is.
    pub key: CategoryKey,
    /// Its title, where the platform tells.
    pub title: Option<String>,
    /// Its weight in the course total in percent, where the course weighs categories.
    pub weight: Option<Decimal>,
    /// How many of the lowest grades are dropped. Which ones is not told: totals are read, not computed.
    pub drop_lowest: u32,
    /// How many of the highest grades are dropped.
    pub drop_highest: u32,
    /// Columns that are never dropped.
    pub never_drop: Vec<ItemKey>,
}

/// What somebody has in a column. There is no way to say what is hidden or not yet released: that is dropped and counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grade {
    /// Points, exactly; the maximum is a matter of the column.
    Points(Decimal),
    /// A percentage: 89.17 for 89.17 %.
    Percent(Decimal),
    /// A step of a scale, the first being 1.
    Scale {
        /// Which one.
        step: u32,
        /// How many there are, where the platform tells.
        of: Option<u32>,
        /// Its word.
        word: Option<String>,
    },
    /// A letter or other word for a part of the range.
    Letter {
        /// As the LMS shows it.
        letter: String,
        /// The points behind it.
        points: Option<Decimal>,
    },
    /// Complete or not.
    PassFail {
        /// Whether it is complete.
        passed: bool,
        /// The points behind it.
        points: Option<Decimal>,
    },
    /// The teacher lets it not count.
    Excused,
    /// Nothing was handed in though it is due, and there is no grade.
    Missing,
    /// There was a grade, and the work is being looked at again: handed in anew, or waiting for review; or a total that the platform
    /// cannot compute now. Keep what was known.
    Pending,
    /// No grade that may be seen.
    None,
}

/// A file that was handed in, without its address: that is asked for when it is fetched, and never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file's id.
    pub id: String,
    /// Its name for people.
    pub name: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// Its media type.
    pub media_type: Option<String>,
    /// When it last changed.
    pub modified_at: Option<DateTime<Utc>>,
}

/// How something was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkKind {
    /// Files.
    Files,
    /// A text that was typed there, which is not read.
    Text,
    /// A web address, which is not read.
    Address,
    /// A recording.
    Recording,
    /// Marks on a document of the teacher's.
    Annotation,
    /// Posts in a discussion.
    Discussion,
    /// A quiz.
    Quiz,
    /// Work in an external tool.
    Tool,
    /// Of another kind.
    Other,
}

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandIn {
    /// Canvas: the submission's own id, which opens its files.
    pub id: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// The number of the attempt, from 1.
    pub attempt: Option<u32>,
    /// Whether it came after the date for this person; none where the platform does not tell.
    pub late: Option<bool>,
    /// Canvas: how.
    pub kind: Option<WorkKind>,
    /// Its files; none where they were not asked for.
    pub files: Option<Vec<Attachment>>,
}

/// One cell of the gradebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub person: PersonKey,
    /// In which column.
    pub item: ItemKey,
    /// What stands there.
    pub grade: Grade,
    /// When it was released (Canvas) or last changed (Moodle).
    pub at: Option<DateTime<Utc>>,
    /// What was handed in; none also where the platform does not tell with its grades (Moodle).
    pub hand_in: Option<HandIn>,
}

/// Some rows of a course. A cell may come twice when the course changes meanwhile: the later one counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The cells.
    pub rows: Vec<Row>,
    /// Columns that were not there when the reading began.
    pub new_items: Vec<Item>,
    /// How long to pause before the next one.
    pub pause: Option<Wait>,
    /// Whether these cells came before, and come once more with their files.
    pub is_again: bool,
}

/// A list, and how many of its rows could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// What could be read.
    pub rows: Vec<T>,
    /// How many could not.
    pub unreadable: u64,
}

/// What was read and is in no batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Grades that are not posted.
    pub unposted: u64,
    /// Grades that are hidden, and totals that may contain hidden ones.
    pub hidden: u64,
    /// Rows of anonymous work.
    pub anonymous: u64,
    /// Rows of people who do not take part: the test student, whoever left.
    pub strangers: u64,
    /// Rows of columns that are not in the list: deleted or unpublished meanwhile.
    pub unknown_items: u64,
    /// Totals that the platform cannot compute.
    pub broken: u64,
    /// Rows that are not what they should be.
    pub unreadable: u64,
}

/// A part of a course that can be missing while the others are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Titles and weights of categories.
    Categories,
    /// Due dates, maxima and scales of assignments (Moodle).
    Assignments,
    /// Who takes part.
    People,
    /// Course totals (Canvas).
    Totals,
    /// Grades.
    Grades,
}

/// How much of the course the token's person sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sight {
    /// Everybody.
    Everybody,
    /// Only people of these sections, without a hint that there are others: who is absent has not left.
    Sections(Vec<String>),
    /// Nothing tells.
    #[default]
    Unknown,
}

/// How much of a course is known by now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// What could not be read, and why; the rest was.
    pub missing: Vec<(Part, Reason)>,
    /// Parts that have been read to their end.
    pub whole: Vec<Part>,
    /// People whose grades could not be read, each with the reason. At most [`Coverage::NAMED`] are named.
    pub people: Vec<(PersonKey, Reason)>,
    /// How many people's grades could not be read.
    pub people_missing: u64,
    /// What was read and left out.
    pub dropped: Dropped,
    /// How many grades students do not see yet, by column: that they are there, and nothing of them.
    pub unseen: BTreeMap<ItemKey, u64>,
    /// Whom the reader sees at all.
    pub sight: Sight,
    /// Canvas: the latest grading that was seen, of grades that are not posted too. Less some minutes, it is the next
    /// [`graded_since`](canvas::Wanted::graded_since).
    pub graded_until: Option<DateTime<Utc>>,
}

impl Dropped {
    /// Of single grades, what students do not see yet.
    pub(crate) fn unseen(&self) -> u64 {
        self.unposted.saturating_add(self.hidden)
    }
}

impl Coverage {
    /// How many people are named.
    pub const NAMED: usize = 100;

    /// Whether an absent grade means that there is none: only then may anything be taken away.
    #[must_use]
    pub fn is_whole(&self, part: Part) -> bool {
        let lacks_people = self.missing.iter().any(|(lacking, _)| *lacking == Part::People);
        let sees_all = match self.sight {
            Sight::Everybody => true,
            Sight::Sections(_) => false,
            // Neither the own place in the course nor the list of the others tells.
            Sight::Unknown => !lacks_people,
        };
        let odd = self.dropped.unreadable > 0 || self.people_missing > 0;
        sees_all && self.whole.contains(&part) && !(part == Part::Grades && odd)
    }

    pub(crate) fn lacks(&mut self, part: Part, reason: Reason) {
        self.missing.push((part, reason));
    }

    pub(crate) fn lacks_person(&mut self, person: PersonKey, reason: Reason) {
        self.people_missing = self.people_missing.saturating_add(1);
        if self.people.len() < Self::NAMED {
            self.people.push((person, reason));
        }
    }
}

/// A course that is being read: its columns at once, its grades batch by batch in memory that does not grow with them.
#[derive(Debug)]
pub struct CourseGrades {
    /// The columns, those that are withheld among them.
    pub items: Vec<Item>,
    /// The categories.
    pub categories: Vec<Category>,
    /// Whether the course is over; none where nothing tells.
    pub is_concluded: Option<bool>,
    pub(crate) source: Source,
}

#[derive(Debug)]
pub(crate) enum Source {
    Canvas(Box<canvas::Reading>),
    Moodle(Box<moodle::Reading>),
}

impl CourseGrades {
    /// The next batch; none when everything that can be read has been.
    ///
    /// # Errors
    /// What may pass: the platform asks to wait, or for another token. Nothing is lost: do what [`Error::remedy`] says and call
    /// again. What does not pass is in [`coverage`](Self::coverage), and the reading goes on with the next part.
    pub async fn next(&mut self) -> Result<Option<Batch>, Error> {
        match &mut self.source {
            Source::Canvas(reading) => reading.next().await,
            Source::Moodle(reading) => reading.next().await,
        }
    }

    /// What is known by now, what is missing and what was left out.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        match &self.source {
            Source::Canvas(reading) => &reading.coverage,
            Source::Moodle(reading) => &reading.coverage,
        }
    }

    /// Ids of the sections of each student (Canvas; Moodle tells groups with its [people](moodle::Person)). None unless all of
    /// them are known: before the enrolments were read to their end, where one of them cannot be read, and where the token's
    /// person sees some sections only.
    #[must_use]
    pub fn sections(&self) -> Option<&HashMap<PersonKey, BTreeSet<String>>> {
        match &self.source {
            Source::Canvas(reading) => reading.sections(),
            Source::Moodle(_) => None,
        }
    }
}
