//! What was handed in to an assignment. Files and texts are not read.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::items::is_closed;
use super::people::Person;
use super::rights::Function;
use super::{Moodle, sent_id};
use crate::course::{HandIn, Item, PersonKey, Withheld};
use crate::error::{Error, Reason};
use crate::wire::{self, Sent};

/// What was handed in to an assignment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandIns {
    /// The latest of each person.
    pub people: HashMap<PersonKey, HandIn>,
    /// Whether work is that of groups: whoever is in none that is known may have handed in all the same.
    pub by_groups: bool,
    /// Rows that could not be read.
    pub unreadable: u64,
}

#[derive(Deserialize)]
struct Submission<'a> {
    #[serde(borrow, default)]
    userid: Sent<'a>,
    #[serde(borrow, default)]
    groupid: Sent<'a>,
    #[serde(borrow, default)]
    attemptnumber: Sent<'a>,
    #[serde(borrow, default)]
    timemodified: Sent<'a>,
    #[serde(borrow, default)]
    status: Sent<'a>,
}

impl Moodle {
    /// The latest attempt of everybody who handed something in, since a moment of the site's own clock. One assignment at a
    /// time: twenty at once take 13 s. `people` tell whose the work of a group is. Nothing comes of blind work.
    ///
    /// Personal dates are not told: work after the general one has no word on being late.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn hand_ins(
        &self,
        item: &Item,
        since: Option<DateTime<Utc>>,
        people: &[Person],
    ) -> Result<HandIns, Error> {
        let read = self.read_hand_ins(item, since, people).await;
        read.map_err(|reason| reason.doing("Reading what was handed in"))
    }

    async fn read_hand_ins(
        &self,
        item: &Item,
        since: Option<DateTime<Utc>>,
        people: &[Person],
    ) -> Result<HandIns, Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            assignments: Sent<'a>,
            #[serde(borrow, default)]
            warnings: Sent<'a>,
        }
        #[derive(Deserialize)]
        struct Assignment<'a> {
            #[serde(borrow, default)]
            submissions: Sent<'a>,
        }
        let activity = item
            .activity
            .as_ref()
            .filter(|activity| activity.module == "assign");
        let instance = activity.map(|activity| activity.instance.as_str());
        if item.withheld == Some(Withheld::Anonymous) {
            return Ok(HandIns::default());
        }
        let since = since
            .map_or(0, |since| since.timestamp().saturating_sub(1))
            .max(0)
            .to_string();
        let parameters = [
            ("assignmentids[0]", sent_id(instance.ok_or(Reason::NoId)?)?),
            ("status", "submitted"),
            ("since", since.as_str()),
        ];
        let answer = self.call(Function::Submissions, &parameters).await?;
        let body: Body<'_> = wire::read(&answer.body)?;
        if is_closed(body.warnings) {
            // Nothing would be the same as that nobody handed in.
            return Err(Reason::CapabilityMissing {
                function: Function::Submissions.as_str(),
                capabilities: Function::Submissions.capabilities(),
            });
        }
        let rows = wire::list(body.assignments)
            .into_iter()
            .filter_map(wire::row::<Assignment<'_>>)
            .flat_map(|assignment| wire::list(assignment.submissions));
        let mut found = HandIns::default();
        for raw in rows {
            let (whose, hand_in) = match hand_in(raw, item.due_at) {
                Ok(Some(read)) => read,
                Ok(None) => continue,
                Err(()) => {
                    found.unreadable = found.unreadable.saturating_add(1);
                    continue;
                }
            };
            let keys: Vec<PersonKey> = match whose {
                Whose::Person(id) => vec![PersonKey::new(&id)],
                Whose::Group(id) => {
                    found.by_groups = true;
                    people
                        .iter()
                        .filter(|person| person.groups.contains(&id))
                        .map(|person| person.key.clone())
                        .collect()
                }
            };
            for key in keys {
                let newest = found.people.entry(key).or_insert_with(|| hand_in.clone());
                if newest.at < hand_in.at {
                    *newest = hand_in.clone();
                }
            }
            if found.people.len() > self.limits.people {
                return Err(Reason::TooMany(self.limits.people));
            }
        }
        Ok(found)
    }
}

enum Whose {
    Person(String),
    /// The work of a team lies with its group.
    Group(String),
}

/// `Ok(None)` for what is no work: `new`, `draft` and `reopened`.
fn hand_in(raw: &RawValue, due_at: Option<DateTime<Utc>>) -> Result<Option<(Whose, HandIn)>, ()> {
    let wire: Submission<'_> = wire::row(raw).ok_or(())?;
    if wire::word(wire.status).ok_or(())? != "submitted" {
        return Ok(None);
    }
    let real = |sent| wire::id(sent).filter(|id| id != "0");
    let whose = real(wire.userid)
        .map(Whose::Person)
        .or_else(|| real(wire.groupid).map(Whose::Group))
        .ok_or(())?;
    let at = wire::seconds(wire.timemodified).ok_or(())?;
    let hand_in = HandIn {
        id: None,
        at,
        attempt: wire::integer(wire.attemptnumber)
            .and_then(|number| u32::try_from(number.checked_add(1)?).ok()),
        // Somebody may have an extension.
        late: due_at.filter(|due| at <= *due).map(|_| false),
        kind: None,
        files: None,
    };
    Ok(Some((whose, hand_in)))
}
