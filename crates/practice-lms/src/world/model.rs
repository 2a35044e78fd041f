//! What the practice LMS knows: people, courses, links, gradebook columns, tools.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

use super::native::{CellFacts, ColumnFacts, CourseFacts};
use crate::options::{Flavour, Registration, Tool};
use ambient::random::{self, Random};

/// Somebody with an account in the LMS.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account's number.
    pub id: u64,
    /// What the LMS sends as `sub` and `user_id`: the number in Moodle, a UUID in Canvas.
    pub sub: String,
    pub given: String,
    pub family: String,
    pub email: String,
    pub username: String,
    /// The number in the student information system.
    pub sis_id: String,
    /// Whether the account administers the whole site.
    pub is_admin: bool,
    /// What `$Person.address.timezone` becomes: in Moodle `99` for whoever has chosen none.
    pub time_zone: String,
    /// Canvas: the shard that the account lives on, where that is another one.
    pub shard: Option<u64>,
}

impl Person {
    /// Given and family name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// What a person is in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CourseRole {
    Teacher,
    /// Moodle: non-editing teacher. Canvas: TA.
    Assistant,
    /// Canvas only.
    Designer,
    /// A parent or mentor who watches.
    Observer,
    Student,
    /// Canvas's Student View.
    TestStudent,
}

impl CourseRole {
    /// The word that the course page shows.
    #[must_use]
    pub fn word(self, flavour: Flavour) -> &'static str {
        match (self, flavour) {
            (Self::Teacher, _) => "Teacher",
            (Self::Assistant, Flavour::Moodle) => "Non-editing teacher",
            (Self::Assistant, Flavour::Canvas) => "Teaching assistant",
            (Self::Designer, _) => "Designer",
            (Self::Observer, _) => "Observer",
            (Self::Student, _) => "Student",
            (Self::TestStudent, _) => "Test student (Student View)",
        }
    }
}

/// Where a link to a tool sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Moodle: an External tool activity.
    Activity,
    /// Canvas: the course's navigation; it has no resource link of its own.
    CourseNavigation,
    /// Canvas: a module item.
    ModuleItem,
    /// Canvas: an assignment of submission type external tool.
    Assignment,
}

impl Placement {
    /// The `resource_link.id` of a link with that number, in the course with that context id.
    #[must_use]
    pub fn resource_link_id(self, number: u64, context_id: &str, random: &dyn Random) -> String {
        match self {
            Self::Activity => number.to_string(),
            Self::CourseNavigation => context_id.to_owned(),
            Self::ModuleItem | Self::Assignment => uuid(random),
        }
    }
}

/// A random UUID: how Canvas names accounts, links and notices.
#[must_use]
pub fn uuid(random: &dyn Random) -> String {
    uuid::Builder::from_random_bytes(random::bytes(random))
        .into_uuid()
        .to_string()
}

/// A link in a course that opens a tool.
#[derive(Debug, Clone)]
pub struct Link {
    /// The link's number, in Moodle the `lti` row.
    pub id: u64,
    /// What is sent as `resource_link.id`.
    pub resource_link_id: String,
    /// Moodle's course module number: shown in addresses, never sent in a claim.
    pub cmid: u64,
    pub title: String,
    /// May hold HTML.
    pub description: String,
    /// Which installed tool it opens: an index.
    pub tool: usize,
    /// Its own launch address; the tool's when there is none.
    pub url: Option<String>,
    /// "Custom parameters" of the link.
    pub custom: BTreeMap<String, String>,
    pub placement: Placement,
    /// Moodle: its services still know the column that it had before a reset, so launches name none.
    pub lost_its_column: bool,
}

impl Link {
    /// No link at all: what stands behind a message that opens none.
    #[must_use]
    pub fn none(tool: usize) -> Self {
        Self {
            id: 0,
            resource_link_id: String::new(),
            cmid: 0,
            title: String::new(),
            description: String::new(),
            tool,
            url: None,
            custom: BTreeMap::new(),
            placement: Placement::Activity,
            lost_its_column: false,
        }
    }
}

/// Where a tool is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In a frame of the course page.
    Frame,
    /// In a window that was opened for it.
    NewWindow,
    /// In the place of the course page.
    ExistingWindow,
}

impl Shown {
    /// As `document_target` says it in Canvas.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Frame => "iframe",
            Self::NewWindow | Self::ExistingWindow => "window",
        }
    }

    /// As the parameter `window` of a launch address says it.
    #[must_use]
    pub(crate) fn of_parameter(window: Option<&str>) -> Self {
        match window {
            None => Self::Frame,
            Some("existing") => Self::ExistingWindow,
            Some(_) => Self::NewWindow,
        }
    }
}

/// Who made a gradebook column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The LMS's own assignment or quiz: no tool ever sees it.
    Native(&'static str),
    /// The tool of that index, through a link or the line item service.
    Tool(usize),
}

/// Why a column takes no score for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Closed {
    /// Moodle: a teacher locked it.
    Locked,
    /// Canvas: its assignment is not published.
    Unpublished,
    /// Canvas: its grading period is closed.
    GradingPeriod,
    /// Canvas: its grades are being moderated.
    Moderated,
    /// Canvas: the course has concluded.
    Concluded,
}

/// Moodle: what the line item service kept of a column that a course reset deleted. Until the cleanup task has been there,
/// launches of the link name no column, and its submission review is that of before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StaleRecord {
    pub submission_review: Option<Value>,
}

/// A gradebook column.
#[derive(Debug, Clone)]
pub struct Column {
    pub id: u64,
    pub label: String,
    /// Points that fill it.
    pub maximum: Decimal,
    pub source: Source,
    pub tag: Option<String>,
    pub resource_id: Option<String>,
    /// The link it belongs to.
    pub link: Option<u64>,
    /// Whether the link brought it along (true) or the line item service made it (false).
    pub is_coupled: bool,
    pub submission_review: Option<Value>,
    /// Moodle: a course reset made it in place of one of which a record is left.
    pub stale_record: Option<StaleRecord>,
    /// Canvas: the `submission_type` extension as it was sent.
    pub submission_type: Option<Value>,
    /// Moodle: graded by a scale. No service tells: its maximum is the number of the scale's items, a result one of them.
    pub is_scale: bool,
    /// Canvas: graded as complete or incomplete. No service tells: the maximum is that of points.
    pub is_pass_fail: bool,
    /// Canvas: who hands in together. A tool's score for one of them grades them all.
    pub groups: Vec<Vec<u64>>,
    /// Why it takes no score.
    pub closed: Option<Closed>,
    /// Canvas: how many attempts a student has; none where there is no limit.
    pub allowed_attempts: Option<u32>,
    /// Whether students do not see its grades (Moodle: hidden; Canvas: not posted). No service says so.
    pub is_hidden: bool,
    /// What only the LMS's own interfaces tell.
    pub facts: ColumnFacts,
    /// By person.
    pub cells: HashMap<u64, Cell>,
}

impl Column {
    /// An empty column that belongs to no link.
    #[must_use]
    pub fn new(id: u64, label: String, maximum: Decimal, source: Source) -> Self {
        Self {
            id,
            label,
            maximum,
            source,
            tag: None,
            resource_id: None,
            link: None,
            is_coupled: false,
            submission_review: None,
            stale_record: None,
            submission_type: None,
            is_scale: false,
            is_pass_fail: false,
            groups: Vec::new(),
            closed: None,
            allowed_attempts: None,
            is_hidden: false,
            facts: ColumnFacts::default(),
            cells: HashMap::new(),
        }
    }

    /// What the gradebook makes of that many points before anything is deducted: of complete/incomplete everything above zero is
    /// complete, which is all of them.
    #[must_use]
    pub fn entered(&self, points: Decimal) -> Decimal {
        if self.is_pass_fail && points > Decimal::ZERO {
            self.maximum
        } else {
            points
        }
    }

    /// Moodle: whether the line item service has a record of it. It has none of what a link brought along without anything of
    /// the tool's.
    #[must_use]
    pub fn has_record(&self) -> bool {
        !self.is_coupled || self.tag.is_some() || self.resource_id.is_some()
    }

    /// Who hands in together with somebody, without them.
    #[must_use]
    pub fn companions(&self, person: u64) -> Vec<u64> {
        let group = self.groups.iter().find(|group| group.contains(&person));
        let others = group.into_iter().flatten().filter(|other| **other != person);
        others.copied().collect()
    }
}

/// One person's place in a column.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What the gradebook shows.
    pub points: Option<Decimal>,
    /// Moodle: a teacher typed over a tool's grade. Canvas: a teacher graded last.
    pub overridden: bool,
    pub comment: Option<String>,
    /// When it last changed; for a tool's score the score's own timestamp.
    pub changed: DateTime<Utc>,
    /// Moodle: what the points were out of when they were given, where the column's maximum was changed since.
    pub recorded_maximum: Option<Decimal>,
    /// Canvas: the result row, which a tool's score or a teacher's grade makes.
    pub row: Option<Row>,
    /// Canvas: points that the course's late policy takes from the grade.
    pub deducted: Decimal,
    /// Canvas: the gradebook marks it as work that waits for a grade.
    pub needs_grading: bool,
    /// Canvas: attempts counted so far.
    pub attempts: u32,
    /// Canvas: the comments that scores left, each one a new comment.
    pub comments: Vec<String>,
    /// The progress words of the last score.
    pub progress: Option<(String, String)>,
    /// Canvas: where the work is that was handed in last, of the type `basic_lti_launch`: `submission_data`.
    pub launch_url: Option<String>,
    /// What only the LMS's own interfaces tell.
    pub facts: CellFacts,
}

impl Cell {
    /// An empty cell.
    #[must_use]
    pub fn new(changed: DateTime<Utc>) -> Self {
        Self {
            points: None,
            overridden: false,
            comment: None,
            changed,
            recorded_maximum: None,
            row: None,
            deducted: Decimal::ZERO,
            needs_grading: false,
            attempts: 0,
            comments: Vec::new(),
            progress: None,
            launch_url: None,
            facts: CellFacts::default(),
        }
    }

    /// What is left of points once the late policy took its part; nothing is taken from nothing.
    #[must_use]
    pub fn after_lateness(&self, points: Decimal) -> Decimal {
        (points - self.deducted).max(Decimal::ZERO.min(points))
    }
}

/// A result row of Canvas: what the results service can see.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// As a tool posted it, or a teacher's points.
    pub score: Option<Decimal>,
    /// What a tool posted last; a teacher's grade leaves it as it is.
    pub maximum: Option<Decimal>,
    pub comment: Option<String>,
    /// The timestamp of the last tool score.
    pub timestamp: DateTime<Utc>,
}

/// A course.
#[derive(Debug, Clone)]
pub struct Course {
    pub id: u64,
    /// What is sent as `context.id`.
    pub context_id: String,
    pub label: String,
    pub title: String,
    pub sis_id: String,
    /// Context ids of the courses that it was copied from, nearest first.
    pub history: Vec<String>,
    /// In the order of enrolment. In Canvas a person has several where sections give them several roles.
    pub members: Vec<(u64, CourseRole)>,
    /// Canvas: who may see people of their own sections only.
    pub limited_to_sections: BTreeSet<u64>,
    pub links: Vec<Link>,
    pub columns: Vec<Column>,
    /// Columns that a teacher deleted and may bring back.
    pub deleted: Vec<Column>,
    /// Canvas: what was put into the course's page by its editor, as HTML.
    pub page: Vec<String>,
    /// Canvas: concluded by hand. Enrolments are kept, and none of them is current.
    pub is_concluded: bool,
    /// What only the LMS's own interfaces tell.
    pub facts: CourseFacts,
}

impl Course {
    /// The role of a person here.
    #[must_use]
    pub fn role(&self, person: u64) -> Option<CourseRole> {
        self.members
            .iter()
            .find(|(id, _)| *id == person)
            .map(|(_, role)| *role)
    }

    /// The same, as far as it lasts: nobody's does in a course that was concluded.
    #[must_use]
    pub fn current_role(&self, person: u64) -> Option<CourseRole> {
        self.role(person).filter(|_| !self.is_concluded)
    }

    /// All roles of a person here, over all sections.
    pub fn roles(&self, person: u64) -> impl Iterator<Item = CourseRole> {
        let own = self.members.iter().filter(move |(id, _)| *id == person);
        own.map(|(_, role)| *role)
    }

    /// The same, as far as they last.
    pub fn current_roles(&self, person: u64) -> impl Iterator<Item = CourseRole> {
        self.roles(person).filter(move |_| !self.is_concluded)
    }

    /// Whether a person has that role here, whichever else they have.
    #[must_use]
    pub fn is(&self, person: u64, role: CourseRole) -> bool {
        self.roles(person).any(|own| own == role)
    }

    /// A link by its number.
    #[must_use]
    pub fn link(&self, id: u64) -> Option<&Link> {
        self.links.iter().find(|link| link.id == id)
    }

    /// A link by its `resource_link.id`.
    #[must_use]
    pub fn resource_link(&self, id: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.resource_link_id == id)
    }

    /// A link by its number; `none` for the number 0.
    #[must_use]
    pub fn link_or<'a>(&'a self, id: u64, none: &'a Link) -> Option<&'a Link> {
        self.link(id).or((id == 0).then_some(none))
    }

    /// A column by its number.
    #[must_use]
    pub fn column(&self, id: u64) -> Option<&Column> {
        self.columns.iter().find(|column| column.id == id)
    }

    /// A column by its number, to change it.
    pub fn column_mut(&mut self, id: u64) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.id == id)
    }

    /// The columns of a link that drive the launch's `lineitem`.
    pub fn columns_of_link(&self, link: u64) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(move |column| column.link == Some(link))
    }
}

/// A tool as installed here.
#[derive(Debug, Clone)]
pub struct Installed {
    /// What the admin typed. None until the tool is installed: its ids exist before.
    pub tool: Option<Tool>,
    pub registration: Registration,
    /// Moodle's tool type number; in Canvas only an index.
    pub type_id: u64,
    /// Custom parameters that the admin set for all links.
    pub custom: BTreeMap<String, String>,
    /// Canvas: courses in which the tool is installed once more, with the deployment of each.
    pub in_courses: BTreeMap<u64, String>,
    /// Canvas: whether the scope of the notification service was granted.
    pub may_be_notified: bool,
    /// Canvas: where notices go, by type.
    pub notice_handlers: BTreeMap<String, String>,
    /// Scopes that the administrator does not grant.
    pub withheld: BTreeSet<String>,
    /// Moodle: deleted. Canvas: its key is off.
    pub is_off: bool,
}

impl Installed {
    /// Whether the tool may know what people are called.
    #[must_use]
    pub fn shares_names(&self) -> bool {
        self.tool.as_ref().is_some_and(|tool| tool.share_names)
    }

    /// Whether the tool may know their addresses.
    #[must_use]
    pub fn shares_email(&self) -> bool {
        self.tool.as_ref().is_some_and(|tool| tool.share_email)
    }

    /// The deployment that a launch from that course comes through.
    #[must_use]
    pub fn deployment(&self, course: u64) -> &str {
        self.in_courses
            .get(&course)
            .unwrap_or(&self.registration.deployment_id)
    }
}

/// A way to be unlike the standards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// Launches carry optional OpenID claims of wrong types, as JumpCloud's `"email_verified": "true"`.
    OddClaims,
    /// Launches and members have a given and a family name, and no whole one.
    NoWholeName,
    /// Names, titles, labels and comments hold U+0000 after their first letter.
    ControlCharacters,
    /// Beside what the person is, the roles of launches and members name a school's own, one of LTI 1.1, an empty text and null.
    FurtherRoles,
    /// Launches name roles in the institution only, as Open edX does before 2026.
    NoCourseRole,
    /// Moodle: whoever teaches without editing rights launches as a learner, too, as where the role may not manage activities.
    AssistantsAsLearners,
    /// Canvas: the member list calls the test student a learner and nothing else, as it did once.
    TestStudentsAsLearners,
    /// `status` is in lower case.
    LowerCaseStatus,
    /// The member list begins with rows that are none: null, a number, and two learners without a usable id.
    MalformedMembers,
    /// Numbers of keys are in plain base64 with padding, as Schoology's.
    PlainBase64Keys,
    /// Token answers have a lower-case type, a life as text and an empty list as scope.
    OddTokens,
    /// Services answer 403 where others answer 401.
    ForbiddenTokens,
    /// Canvas: grade services of a course that was concluded answer 404, as older versions do.
    ConcludedAsMissing,
    /// Moodle: a column of another tool is not there either when it is asked for by its address. Moodle 5.1 does not look whose
    /// it is, where the line item service has a record of it.
    ColumnsOfOthersHidden,
    /// Canvas: a page of its interfaces may be shorter than asked, or empty, and another one follows all the same.
    ShortPages,
    /// Canvas: addresses of files carry a `verifier`, with which anybody may read them, as before 2026.
    FileVerifiers,
    /// Canvas: throttling answers 403 in plain text, as hosted schools did before October 2025 and others still do.
    OldThrottling,
    /// Canvas: a refused right is 401, as before 2022, and so is a token that was revoked called invalid.
    OldRefusals,
    /// Canvas: refused token requests are sent back to the `redirect_uri`, as older versions do.
    TokenRedirects,
}
