//! What changed since the last time, cheaply. Nothing tells of a grade typed into the gradebook, an override, hiding, completion
//! or groups: the whole report is read from time to time all the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::rights::Function;
use super::{Moodle, sent_id};
use crate::course::{Item, PersonKey};
use crate::error::{Error, Reason};
use crate::wire::{self, Sent};

/// What changed in a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Whose grade changed in an assignment: read their reports.
    pub people: BTreeSet<PersonKey>,
    /// Activities (course module ids) in which grades or attempts changed, of whom is not told: quizzes, forums.
    pub of_somebody: BTreeSet<String>,
    /// Activities in which something was handed in: read [`Moodle::hand_ins`].
    pub handed_in: BTreeSet<String>,
    /// Whether an activity itself changed: its name, maximum or dates.
    pub columns: bool,
    /// Rows that could not be read: whoever is meant there is not named.
    pub unreadable: u64,
    /// What time it was there. To be kept, and given back next time.
    pub at: DateTime<Utc>,
}

impl Moodle {
    /// What changed since `since`, the [`Changes::at`] of the last time. `items` are the columns of the course.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn changes(
        &self,
        course: &str,
        since: DateTime<Utc>,
        items: &[Item],
    ) -> Result<Changes, Error> {
        let read = self.read_changes(course, since, items).await;
        read.map_err(|reason| reason.doing("Looking for changes"))
    }

    async fn read_changes(
        &self,
        course: &str,
        since: DateTime<Utc>,
        items: &[Item],
    ) -> Result<Changes, Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow)]
            instances: Vec<&'a RawValue>,
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
        // Strictly later is meant there: what changed within the same second would be missed.
        let earlier = since.timestamp().saturating_sub(1).max(0).to_string();
        let parameters = [("courseid", sent_id(course)?), ("since", earlier.as_str())];
        let answer = self.call(Function::Updates, &parameters).await?;
        let mut changes = Changes {
            people: BTreeSet::new(),
            of_somebody: BTreeSet::new(),
            handed_in: BTreeSet::new(),
            columns: false,
            unreadable: 0,
            // Not our own clock; where it is not told, the same span is looked at again.
            at: answer.at.unwrap_or(since),
        };
        let assignments: BTreeMap<&str, &str> = items
            .iter()
            .filter_map(|item| item.activity.as_ref())
            .filter(|activity| activity.module == "assign")
            .map(|activity| (activity.cmid.as_str(), activity.instance.as_str()))
            .collect();
        let mut graded: BTreeSet<&str> = BTreeSet::new();
        let body: Body<'_> = wire::read(&answer.body)?;
        for raw in body.instances {
            let instance: Option<Instance<'_>> = wire::row(raw);
            let Some((cmid, updates)) = instance.and_then(|one| Some((wire::id(one.id)?, one.updates)))
            else {
                changes.unreadable = changes.unreadable.saturating_add(1);
                continue;
            };
            for update in wire::list(updates) {
                let name = wire::row::<Update<'_>>(update).and_then(|update| wire::word(update.name));
                match name.as_deref() {
                    Some("usersubmissions") => {
                        changes.handed_in.insert(cmid.clone());
                    }
                    Some("usergrades" | "userattempts" | "ratings") => match assignments.get(cmid.as_str()) {
                        Some(assignment) => {
                            graded.insert(assignment);
                        }
                        None => {
                            changes.of_somebody.insert(cmid.clone());
                        }
                    },
                    Some("configuration") => changes.columns = true,
                    _ => {}
                }
            }
        }
        if !graded.is_empty() {
            self.whose(&graded, &earlier, &mut changes).await?;
        }
        Ok(changes)
    }

    /// Whose grades of these assignments changed. The grades themselves are those before overrides, blind and unreleased ones
    /// among them: they are not looked at.
    async fn whose(
        &self,
        assignments: &BTreeSet<&str>,
        since: &str,
        changes: &mut Changes,
    ) -> Result<(), Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            assignments: Sent<'a>,
        }
        #[derive(Deserialize)]
        struct Assignment<'a> {
            #[serde(borrow, default)]
            grades: Sent<'a>,
        }
        #[derive(Deserialize)]
        struct Grade<'a> {
            #[serde(borrow, default)]
            userid: Sent<'a>,
        }
        let names: Vec<String> = (0..assignments.len())
            .map(|at| format!("assignmentids[{at}]"))
            .collect();
        let ids = names.iter().map(String::as_str).zip(assignments.iter().copied());
        let parameters: Vec<(&str, &str)> = ids.chain([("since", since)]).collect();
        let answer = self.call(Function::AssignmentGrades, &parameters).await?;
        let body: Body<'_> = wire::read(&answer.body)?;
        let rows = wire::list(body.assignments)
            .into_iter()
            .filter_map(wire::row::<Assignment<'_>>)
            .flat_map(|assignment| wire::list(assignment.grades));
        for raw in rows {
            match wire::row::<Grade<'_>>(raw).and_then(|grade| wire::id(grade.userid)) {
                Some(id) => {
                    changes.people.insert(PersonKey::new(&id));
                }
                None => changes.unreadable = changes.unreadable.saturating_add(1),
            }
        }
        Ok(())
    }
}
