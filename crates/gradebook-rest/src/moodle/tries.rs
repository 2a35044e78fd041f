//! What no list shows: a right is tried by a call that needs it, and what nothing in a course can show is named, since a test that
//! is silent about it would be taken for one that found it.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::check::{Check, List};
use super::items::is_closed;
use super::report::Cell;
use super::rights::{self, Function};
use super::{Moodle, sent_id};
use crate::course::{Kind, PersonKey};
use crate::error::{Error, Reason};
use crate::wire::{self, Sent};

const VIEW_GRADES: &str = "mod/assign:viewgrades";
const VIEW_REPORTS: &str = "mod/quiz:viewreports";
const PROGRESS: &str = "report/progress:view";
const COMPLETION: &str = "report/completion:view";
const RESTRICTED: &str = "moodle/course:ignoreavailabilityrestrictions";
/// No grade is later, so that only the right is asked for.
const NEVER: &str = "2147483647";

/// What was seen of a course while its lists were counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) somebody: Option<PersonKey>,
    /// The instance id of one.
    pub(super) assignment: Option<String>,
    modules: BTreeSet<String>,
    quizzes: BTreeSet<String>,
    has_graded_quiz: bool,
    has_hidden_cell: bool,
    has_hidden_activity: bool,
    has_restricted: bool,
    has_unreached: bool,
}

/// What became of the rights that no list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tries {
    /// Capabilities that the role lacks.
    pub lacking: Vec<&'static str>,
    /// Capabilities that nothing in this course could show.
    pub untried: Vec<&'static str>,
}

impl Seen {
    pub(super) fn note_cell(&mut self, cell: &Cell<'_>, kind: Kind) {
        self.has_hidden_cell |= cell.is_told_hidden();
        self.has_graded_quiz |= kind == Kind::Quiz && cell.is_graded_by_activity();
    }

    /// The kind of an activity of the course page.
    pub(super) fn note_module(&mut self, raw: &RawValue) -> Option<String> {
        #[derive(Deserialize)]
        struct Module<'a> {
            #[serde(borrow, default)]
            id: Sent<'a>,
            #[serde(borrow, default)]
            modname: Sent<'a>,
            #[serde(borrow, default)]
            visible: Sent<'a>,
            #[serde(borrow, default)]
            uservisible: Sent<'a>,
            #[serde(borrow, default)]
            availability: Sent<'a>,
        }
        let module: Module<'_> = wire::row(raw)?;
        let name = wire::word(module.modname)?;
        self.has_hidden_activity |= wire::flag(module.visible) == Some(false);
        if wire::word(module.availability).is_some() {
            self.has_restricted = true;
            self.has_unreached |= wire::flag(module.uservisible) == Some(false);
        }
        if name == "quiz" {
            self.quizzes.extend(wire::id(module.id));
        }
        self.modules.insert(name.clone());
        Some(name)
    }
}

impl Moodle {
    /// Tries the rights that no list of [`Moodle::check`] shows.
    ///
    /// # Errors
    /// What may pass, and what concerns the token as a whole.
    pub async fn tries(&self, course: &str, check: &Check) -> Result<Tries, Error> {
        let tried = self.try_rights(course, check).await;
        tried.map_err(|reason| reason.doing("Trying the rights of the role"))
    }

    async fn try_rights(&self, course: &str, check: &Check) -> Result<Tries, Reason> {
        let mut tries = Tries::default();
        let seen = &check.seen;
        let grades = match &seen.assignment {
            Some(id) => self.sees_grades_of(id).await?,
            None => None,
        };
        tries.note(VIEW_GRADES, grades);
        let told = if seen.quizzes.is_empty() {
            None
        } else {
            self.tells_attempts(course, seen).await?
        };
        tries.note(VIEW_REPORTS, told);
        match &seen.somebody {
            Some(person) => self.try_completion(course, person, &mut tries).await?,
            None => tries.untried.extend([
                "gradereport/user:view",
                "moodle/grade:viewall",
                PROGRESS,
                COMPLETION,
            ]),
        }
        tries.note(RESTRICTED, seen.has_restricted.then_some(!seen.has_unreached));
        tries.note_unseen(check);
        Ok(tries)
    }

    /// Whether grades of an assignment may be looked at; a warning is all that says no.
    async fn sees_grades_of(&self, assignment: &str) -> Result<Option<bool>, Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            warnings: Sent<'a>,
        }
        let parameters = [("assignmentids[0]", sent_id(assignment)?), ("since", NEVER)];
        let Some(answer) = known(self.call(Function::AssignmentGrades, &parameters).await)? else {
            return Ok(None);
        };
        let body: Body<'_> = wire::read(&answer.body)?;
        Ok(Some(!is_closed(body.warnings)))
    }

    /// Whether it is told that quizzes were taken; none where nobody seems to have taken one.
    async fn tells_attempts(&self, course: &str, seen: &Seen) -> Result<Option<bool>, Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            instances: Sent<'a>,
        }
        #[derive(Deserialize)]
        struct Instance<'a> {
            #[serde(borrow, default)]
            id: Sent<'a>,
            #[serde(borrow, default)]
            updates: Sent<'a>,
        }
        #[derive(Deserialize)]
        struct Update<'a> {
            #[serde(borrow, default)]
            name: Sent<'a>,
        }
        let parameters = [("courseid", sent_id(course)?), ("since", "0")];
        let Some(answer) = known(self.call(Function::Updates, &parameters).await)? else {
            return Ok(None);
        };
        let body: Body<'_> = wire::read(&answer.body)?;
        let of_quizzes = wire::list(body.instances)
            .into_iter()
            .filter_map(wire::row::<Instance<'_>>)
            .filter(|one| wire::id(one.id).is_some_and(|id| seen.quizzes.contains(&id)));
        let is_told = of_quizzes
            .flat_map(|one| wire::list(one.updates))
            .filter_map(|raw| wire::word(wire::row::<Update<'_>>(raw)?.name))
            .any(|name| name == "userattempts" || name == "usergrades");
        Ok((is_told || seen.has_graded_quiz).then_some(is_told))
    }

    async fn try_completion(
        &self,
        course: &str,
        person: &PersonKey,
        tries: &mut Tries,
    ) -> Result<(), Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            statuses: Sent<'a>,
        }
        let parameters = [
            ("courseid", sent_id(course)?),
            ("userid", sent_id(person.as_str())?),
        ];
        let activities = self.call(Function::ActivityCompletion, &parameters).await;
        let (progress, is_on) = match activities {
            Err(Reason::CapabilityMissing { .. }) => (Some(false), false),
            other => match known(other)? {
                Some(answer) => {
                    let body: Body<'_> = wire::read(&answer.body)?;
                    (Some(true), !wire::list(body.statuses).is_empty())
                }
                None => (None, false),
            },
        };
        tries.note(PROGRESS, progress);
        let whole = match self.call(Function::CourseCompletion, &parameters).await {
            // A course without completion refuses in the same words.
            Err(Reason::CapabilityMissing { .. }) => is_on.then_some(false),
            // The right is looked at before these are said.
            Err(Reason::NotEnrolled | Reason::Code(_)) => Some(true),
            other => known(other)?.map(|_| true),
        };
        tries.note(COMPLETION, whole);
        Ok(())
    }
}

impl Tries {
    fn note(&mut self, capability: &'static str, is_there: Option<bool>) {
        match is_there {
            Some(true) => {}
            Some(false) => self.lacking.push(capability),
            None => self.untried.push(capability),
        }
    }

    /// What only shows where the course has something of it.
    fn note_unseen(&mut self, check: &Check) {
        let (seen, counts) = (&check.seen, &check.counts);
        let has = |module: &str| seen.modules.contains(module);
        let shows = [
            // Whether the course is hidden is not told.
            ("moodle/course:viewhiddencourses", false),
            ("moodle/course:viewhiddenactivities", seen.has_hidden_activity),
            ("moodle/site:accessallgroups", counts.groups > 0),
            ("moodle/grade:viewhidden", seen.has_hidden_cell),
            ("mod/assign:view", has("assign") || counts.assignments > 0),
            ("mod/quiz:view", has("quiz") || counts.quizzes > 0),
            ("mod/lti:view", has("lti")),
        ];
        let unseen = shows
            .into_iter()
            .filter_map(|(name, shows)| (!shows).then_some(name));
        self.untried.extend(unseen);
        // What a short list or a refusal names already is no longer only untried.
        let named: BTreeSet<&str> = check
            .short
            .iter()
            .filter(|short| short.list != List::Activities)
            .flat_map(|short| short.capabilities.iter().copied())
            .chain(
                check
                    .refused
                    .iter()
                    .flat_map(|(_, reason)| match reason {
                        Reason::CapabilityMissing { capabilities, .. } => *capabilities,
                        _ => &[],
                    })
                    .copied(),
            )
            .collect();
        self.untried.retain(|one| !named.contains(one));
        // In the order of the steps.
        let place = |one: &&'static str| rights::CAPABILITIES.iter().position(|(name, _)| name == one);
        self.untried.sort_by_key(place);
        self.lacking.sort_by_key(place);
    }
}

/// An answer; none where the call says nothing of the right that it was to try.
fn known<T>(answer: Result<T, Reason>) -> Result<Option<T>, Reason> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(
            reason @ (Reason::TokenUnknown
            | Reason::ServicesOff
            | Reason::Account(_)
            | Reason::NoAddress
            | Reason::Redirected(_)),
        ) => Err(reason),
        Err(reason) if reason.is_passing() => Err(reason),
        Err(_) => Ok(None),
    }
}
