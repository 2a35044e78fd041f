//! Completion: one call for each person, so only for those whose rule needs it, and never more than a budget at once.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::rights::Function;
use super::{Moodle, sent_id};
use crate::course::PersonKey;
use crate::error::{Error, Reason};
use crate::wire::{self, Sent};

/// How far somebody is with an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompletionState {
    /// Not done.
    Incomplete,
    /// Done.
    Complete,
    /// Done, with a grade that passes.
    Passed,
    /// Done, with a grade that does not pass: not complete where a passing grade is asked for.
    Failed,
}

/// One activity of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityCompletion {
    /// The course module id ([`Activity::cmid`](crate::Activity)).
    pub cmid: String,
    /// How far.
    pub state: CompletionState,
    /// Whether Moodle counts it as complete.
    pub is_complete: bool,
    /// Since when.
    pub at: Option<DateTime<Utc>>,
    /// Whether somebody else set it by hand.
    pub is_overridden: bool,
}

/// All activities of one person that can be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonCompletion {
    /// Whose.
    pub person: PersonKey,
    /// Whether the person is tracked. Of somebody suspended or gone, the same list comes with nothing done.
    pub is_tracked: bool,
    /// Only activities with completion on.
    pub activities: Vec<ActivityCompletion>,
    /// Rows that could not be read.
    pub unreadable: u64,
}

/// What a budget bought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompletionBatch {
    /// Who was read.
    pub people: Vec<PersonCompletion>,
    /// Who could not be read, and why.
    pub failed: Vec<(PersonKey, Reason)>,
}

/// People whose completion is still to be read.
#[derive(Debug)]
pub struct CompletionReading {
    moodle: Moodle,
    course: String,
    queue: VecDeque<PersonKey>,
}

impl Moodle {
    /// Puts people in line; nothing is asked yet.
    pub fn completion(&self, course: &str, people: impl IntoIterator<Item = PersonKey>) -> CompletionReading {
        CompletionReading {
            moodle: self.clone(),
            course: course.to_owned(),
            queue: people.into_iter().collect(),
        }
    }

    /// Whether somebody completed the whole course. Moodle finds out by its cron, some time after the last activity.
    ///
    /// # Errors
    /// [`Error`]; a course without completion and a missing right are the same [`Reason::CapabilityMissing`].
    pub async fn course_completion(&self, course: &str, person: &PersonKey) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            completionstatus: Sent<'a>,
        }
        #[derive(Deserialize)]
        struct Status<'a> {
            #[serde(borrow, default)]
            completed: Sent<'a>,
        }
        let read = async {
            let parameters = [
                ("courseid", sent_id(course)?),
                ("userid", sent_id(person.as_str())?),
            ];
            let answer = self.call(Function::CourseCompletion, &parameters).await?;
            let body: Body<'_> = wire::read(&answer.body)?;
            wire::object::<Status<'_>>(body.completionstatus)
                .and_then(|status| wire::flag(status.completed))
                .ok_or(Reason::Malformed { line: 0, column: 0 })
        };
        read.await
            .map_err(|reason: Reason| reason.doing("Reading who completed the course"))
    }

    async fn read_completion(&self, course: &str, person: &PersonKey) -> Result<PersonCompletion, Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow)]
            statuses: Vec<&'a RawValue>,
        }
        let parameters = [
            ("courseid", sent_id(course)?),
            ("userid", sent_id(person.as_str())?),
        ];
        let answer = self.call(Function::ActivityCompletion, &parameters).await?;
        let body: Body<'_> = wire::read(&answer.body)?;
        let mut read = PersonCompletion {
            person: person.clone(),
            is_tracked: true,
            activities: Vec::with_capacity(body.statuses.len()),
            unreadable: 0,
        };
        for raw in body.statuses {
            match activity(raw) {
                Some((one, is_tracked)) => {
                    read.is_tracked &= is_tracked;
                    read.activities.push(one);
                }
                None => read.unreadable = read.unreadable.saturating_add(1),
            }
        }
        Ok(read)
    }
}

impl CompletionReading {
    /// Asks for at most `budget` people. None when nobody is left.
    ///
    /// # Errors
    /// What may pass, or a right that is missing for everybody: whoever was not read stays in line.
    pub async fn next(&mut self, budget: usize) -> Result<Option<CompletionBatch>, Error> {
        if self.queue.is_empty() {
            return Ok(None);
        }
        let mut batch = CompletionBatch::default();
        for _ in 0..budget {
            let Some(person) = self.queue.pop_front() else {
                break;
            };
            match self.moodle.read_completion(&self.course, &person).await {
                Ok(read) => batch.people.push(read),
                Err(
                    reason @ (Reason::UnknownPerson
                    | Reason::NotEnrolled
                    | Reason::NoId
                    | Reason::Malformed { .. }
                    | Reason::Code(_)),
                ) => batch.failed.push((person, reason)),
                Err(reason) => {
                    self.queue.push_front(person);
                    if batch == CompletionBatch::default() {
                        return Err(reason.doing("Reading completion"));
                    }
                    break;
                }
            }
        }
        Ok(Some(batch))
    }

    /// How many are still in line.
    #[must_use]
    pub fn left(&self) -> usize {
        self.queue.len()
    }
}

/// An activity, and whether the person is tracked.
fn activity(raw: &RawValue) -> Option<(ActivityCompletion, bool)> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        cmid: Sent<'a>,
        #[serde(borrow, default)]
        state: Sent<'a>,
        #[serde(borrow, default)]
        timecompleted: Sent<'a>,
        #[serde(borrow, default)]
        overrideby: Sent<'a>,
        #[serde(borrow, default)]
        istrackeduser: Sent<'a>,
        #[serde(borrow, default)]
        isoverallcomplete: Sent<'a>,
    }
    let wire: Wire<'_> = wire::row(raw)?;
    let state = match wire::integer(wire.state)? {
        0 => CompletionState::Incomplete,
        1 => CompletionState::Complete,
        2 => CompletionState::Passed,
        3 => CompletionState::Failed,
        _ => return None,
    };
    let done = matches!(state, CompletionState::Complete | CompletionState::Passed);
    let is_complete = wire::flag(wire.isoverallcomplete).unwrap_or(done);
    let one = ActivityCompletion {
        cmid: wire::id(wire.cmid)?,
        state,
        is_complete,
        at: wire::seconds(wire.timecompleted).filter(|_| is_complete),
        is_overridden: wire::integer(wire.overrideby).is_some_and(|by| by > 0),
    };
    Some((one, wire::flag(wire.istrackeduser).unwrap_or(true)))
}
