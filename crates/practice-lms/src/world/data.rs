//! What happens in a practice LMS while it runs, and everything that changes in it.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::model::{Column, Course, Installed, Link, Person, Placement, Shown, Source};
use crate::options::{Manner, Tool};
use ambient::random::Random;

/// A login that was started and whose answer is still owed.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub tool: usize,
    pub course: u64,
    pub link: u64,
    pub person: u64,
    pub target_link_uri: String,
    /// Canvas: the hint dies after five minutes.
    pub expires: DateTime<Utc>,
    pub shown: Shown,
    pub ask: Ask,
}

/// Which message a login leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// A link is opened.
    Link,
    /// Content is chosen: the name of the selection that waits for it.
    Selection(String),
    /// A teacher looks at a student's work, from a column of the gradebook.
    Review { column: u64, student: u64 },
    /// Canvas: the navigation of the account.
    Account,
    /// Canvas: the navigation of whoever is signed in.
    Personal,
}

/// A place where a teacher chooses content of a tool.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
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
pub(crate) type Tamper = Box<dyn FnMut(&mut Map<String, Value>, &mut Map<String, Value>) + Send>;

/// An access token for the services.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub tool: usize,
    pub scopes: Vec<String>,
    pub expires: DateTime<Utc>,
}

/// A notice on its way: sent once, whatever the answer.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub notice_type: String,
    pub address: String,
    pub jwt: String,
}

/// One request of a tool to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub accept: Option<String>,
    pub content_type: Option<String>,
    /// The scopes of the token that it carried; none without a token that was good then.
    pub scopes: Option<Vec<String>>,
}

/// Canvas: when a tool that registers learns of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeploymentTold {
    /// The registration installs the tool in the account, and its answer names the deployment beside the tool's part.
    #[default]
    Beside,
    /// The same, but in the tool's part.
    Within,
    /// With the first launch: the app is added by hand, which makes the deployment.
    Later,
}

/// How far a registered tool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Moodle: pending. Canvas: its key is off.
    Waiting,
    /// Canvas: its key is on, but the app is not added.
    Enabled,
    /// Launches work.
    Active,
}

/// A tool that registered itself.
#[derive(Debug, Clone)]
pub struct RegisteredTool {
    /// Its place among the installed tools.
    pub index: usize,
    pub tool: Tool,
    pub standing: Standing,
    /// Canvas: whether the registration installed it, so that adding the app would install it once more.
    pub installed: bool,
    /// What it sent.
    pub request: Map<String, Value>,
}

/// Everything about registrations that changes.
#[derive(Debug, Default)]
pub(crate) struct Registering {
    pub tools: Vec<RegisteredTool>,
    pub used_tokens: HashSet<String>,
    /// Answers that the registration endpoint gives before it is honest again.
    pub forced: VecDeque<(u16, String)>,
    /// Put over the configuration that is served.
    pub patch: Map<String, Value>,
    /// Canvas: what the next registrations are answered.
    pub told: DeploymentTold,
    /// Canvas: changes that wait for the administrator's consent, by the tool's index.
    pub updates: BTreeMap<usize, Map<String, Value>>,
}

/// Everything that changes.
#[derive(Default)]
pub(crate) struct Data {
    pub people: BTreeMap<u64, Person>,
    pub courses: BTreeMap<u64, Course>,
    /// Courses that were deleted, for as long as they can be restored.
    pub deleted: BTreeMap<u64, Course>,
    pub tools: Vec<Installed>,
    /// By launch id.
    pub pending: HashMap<String, Pending>,
    /// By their names.
    pub selections: HashMap<String, Selection>,
    /// By token.
    pub grants: HashMap<String, Grant>,
    /// Canvas: `jti` values that were used.
    pub used_assertions: HashSet<String>,
    /// Key sets of tools as last fetched, by index.
    pub key_sets: HashMap<usize, Value>,
    pub tamper: Option<Tamper>,
    /// Tools that register themselves.
    pub registering: Registering,
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
    pub odd: HashSet<super::model::Oddity>,
    /// Canvas: what results call people whose account was merged into another one. Launches and members of their courses
    /// keep the former name.
    pub present: BTreeMap<u64, String>,
    /// Keys, tokens and rights of the LMS's own interfaces.
    pub rest: super::rest::Rest,
    pub next_id: u64,
}

impl Data {
    /// A number that nothing has yet.
    pub(crate) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// A person by what the LMS calls them in messages.
    #[must_use]
    pub(crate) fn person_by_sub(&self, sub: &str) -> Option<&Person> {
        let as_made = sub.parse::<u64>().ok().and_then(|id| self.people.get(&id));
        as_made.filter(|person| person.sub == sub).or_else(|| {
            let mut people = self.people.values();
            people.find(|person| person.sub == sub || self.present_sub(person) == sub)
        })
    }

    /// What results call a person.
    pub(crate) fn present_sub<'a>(&'a self, person: &'a Person) -> &'a str {
        self.present.get(&person.id).unwrap_or(&person.sub)
    }

    /// A link by its number, to change it.
    pub(crate) fn link_mut(&mut self, course: u64, id: u64) -> Option<&mut Link> {
        let links = &mut self.courses.get_mut(&course)?.links;
        links.iter_mut().find(|link| link.id == id)
    }

    /// A column by its number, to change it.
    pub(crate) fn column_mut(&mut self, course: u64, id: u64) -> Option<&mut Column> {
        self.courses.get_mut(&course)?.column_mut(id)
    }

    /// Adds a link to `tool` to a course and gives its number.
    pub(crate) fn add_link(
        &mut self,
        random: &dyn Random,
        course: u64,
        title: &str,
        placement: Placement,
        tool: usize,
    ) -> u64 {
        let (id, cmid) = (self.new_id(), self.new_id());
        if let Some(course) = self.courses.get_mut(&course) {
            course.links.push(Link {
                id,
                resource_link_id: placement.resource_link_id(id, &course.context_id, random),
                cmid,
                title: title.into(),
                placement,
                ..Link::none(tool)
            });
        }
        id
    }

    /// Gives a link its own gradebook column, and the number of that.
    pub(crate) fn couple(
        &mut self,
        course: u64,
        link: u64,
        label: &str,
        maximum: Decimal,
        tool: usize,
    ) -> u64 {
        let id = self.new_id();
        if let Some(course) = self.courses.get_mut(&course) {
            course.columns.push(Column {
                link: Some(link),
                is_coupled: true,
                ..Column::new(id, label.into(), maximum, Source::Tool(tool))
            });
        }
        id
    }
}
