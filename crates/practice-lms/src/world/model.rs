//! What the practice LMS knows: people, courses, links, gradebook columns, tools.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::heard::Heard;
use crate::{Flavour, Manner, Registration, Tool};

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
    /// Canvas: the `submission_type` extension as it was sent.
    pub submission_type: Option<Value>,
    /// By person.
    pub cells: HashMap<u64, Cell>,
}

/// One person's place in a column.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What the gradebook shows.
    pub points: Option<Decimal>,
    /// A teacher typed over a tool's grade.
    pub overridden: bool,
    pub comment: Option<String>,
    /// When it last changed; for a tool's score the score's own timestamp.
    pub changed: DateTime<Utc>,
    /// Canvas: the result row, which only a tool's score makes.
    pub row: Option<Row>,
    /// Canvas: attempts counted so far.
    pub attempts: u32,
    /// Canvas: the comments that scores left, each one a new comment.
    pub comments: Vec<String>,
    /// The progress words of the last score.
    pub progress: Option<(String, String)>,
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
            row: None,
            attempts: 0,
            comments: Vec::new(),
            progress: None,
        }
    }
}

/// A result row of Canvas: what the results service can see.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub score: Option<Decimal>,
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
    /// In the order of enrolment.
    pub members: Vec<(u64, CourseRole)>,
    pub links: Vec<Link>,
    pub columns: Vec<Column>,
    /// Canvas: what was put into the course's page by its editor, as HTML.
    pub page: Vec<String>,
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

    /// A link by its number.
    #[must_use]
    pub fn link(&self, id: u64) -> Option<&Link> {
        self.links.iter().find(|link| link.id == id)
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
    /// The deployment that a launch from that course comes through.
    #[must_use]
    pub fn deployment(&self, course: u64) -> &str {
        self.in_courses
            .get(&course)
            .unwrap_or(&self.registration.deployment_id)
    }
}

/// A login that was started and whose answer is still owed.
#[derive(Debug, Clone)]
pub struct Pending {
    pub tool: usize,
    pub course: u64,
    pub link: u64,
    pub person: u64,
    pub target_link_uri: String,
    /// Canvas: the hint dies after five minutes.
    pub expires: DateTime<Utc>,
    /// In a frame of the course page, or in a window of its own.
    pub in_frame: bool,
    pub ask: Ask,
}

/// Which message a login leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A link is opened.
    Link,
    /// Content is chosen: the name of the selection that waits for it.
    Selection(String),
    /// A teacher looks at a student's work, from a column of the gradebook.
    Review { column: u64, student: u64 },
    /// Canvas: the navigation of the account.
    Account,
}

/// A place where a teacher chooses content of a tool.
#[derive(Debug, Clone)]
pub struct Selection {
    pub tool: usize,
    pub course: u64,
    /// Canvas: where, such as `assignment_selection`.
    pub placement: String,
    /// Canvas: must come back in the answer.
    pub data: Option<String>,
    /// What the tool returned, until the teacher saves it.
    pub items: Vec<Value>,
}

/// What a test does to a launch before it is signed: header and claims are there to be changed.
pub type Tamper = Box<dyn FnMut(&mut Map<String, Value>, &mut Map<String, Value>) + Send>;

/// An access token for the services.
#[derive(Debug, Clone)]
pub struct Grant {
    pub tool: usize,
    pub scopes: Vec<String>,
    pub expires: DateTime<Utc>,
}

/// A notice on its way: sent once, whatever the answer.
#[derive(Debug, Clone)]
pub struct Letter {
    pub notice_type: String,
    pub address: String,
    pub jwt: String,
}

/// Everything that changes.
#[derive(Default)]
pub struct Data {
    pub people: BTreeMap<u64, Person>,
    pub courses: BTreeMap<u64, Course>,
    pub tools: Vec<Installed>,
    /// By launch id.
    pub pending: HashMap<String, Pending>,
    /// By their names.
    pub selections: HashMap<String, Selection>,
    /// By token.
    pub grants: HashMap<String, Grant>,
    /// Canvas: `jti` values that were used.
    pub used_assertions: std::collections::HashSet<String>,
    /// Key sets of tools as last fetched, by index.
    pub key_sets: HashMap<usize, Value>,
    pub tamper: Option<Tamper>,
    /// Tools that register themselves.
    pub registering: super::registrations::Registering,
    /// The next authorizations answer with these OIDC errors.
    pub refusals: Vec<String>,
    /// Canvas: notices that are still to be sent, each with its address.
    pub outbox: Vec<Letter>,
    /// What tools asked of the services, oldest first.
    pub heard: VecDeque<Heard>,
    /// Scores as tools sent them, oldest first.
    pub scores: VecDeque<Value>,
    /// How pages answer for platform storage.
    pub manner: Manner,
    /// Canvas: what became of those that were sent.
    pub delivered: Vec<(String, Option<u16>)>,
    /// Which of the two platform keys signs.
    pub signing_key: usize,
    /// The name that a key took over from the one before it.
    pub kept_kid: Option<String>,
    /// How it is unlike the standards.
    pub odd: std::collections::HashSet<super::oddities::Oddity>,
    pub next_id: u64,
}

impl Data {
    /// A number that nothing has yet.
    pub fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// A person by what the LMS calls them in messages.
    #[must_use]
    pub fn person_by_sub(&self, sub: &str) -> Option<&Person> {
        match sub.parse::<u64>() {
            Ok(id) => self.people.get(&id),
            Err(_) => self.people.values().find(|person| person.sub == sub),
        }
    }
}
