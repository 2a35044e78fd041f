//! What was handed in to assignments of Moodle, as far as rules ask it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use gradebook_rest::moodle::{Moodle, Person};
use gradebook_rest::{HandIn, Item, PersonKey};

use super::columns::item_of;
use super::moodle::{is_mended, people};
use super::session::{Session, Stop};
use super::why::why;
use crate::domain::outside::OutsideColumn;
use crate::domain::reading::{Coverage, Part};
use crate::ids::OutsideColumnId;
use crate::store::cells::{self, CellSeen, GradeTold, HandInTold};

/// What was handed in to columns of which rules ask it; `only` those activities.
pub(super) async fn hand_ins(
    session: &mut Session<'_>,
    moodle: &Moodle,
    watched: &[OutsideColumnId],
    only: Option<&BTreeSet<String>>,
    since: Option<DateTime<Utc>>,
    people: &[Person],
    lacks: &mut Coverage,
) -> Result<(), Stop> {
    let is_wanted = |column: &&OutsideColumn| {
        let rest = column.rest.as_ref();
        let activity = rest.and_then(|rest| rest.activity.as_ref());
        watched.contains(&column.id)
            && rest.is_some_and(|rest| rest.is_listed && rest.tells_hand_ins)
            && only.is_none_or(|only| activity.is_some_and(|one| only.contains(one)))
    };
    let wanted = session.columns.all().filter(is_wanted);
    let wanted: Vec<(OutsideColumnId, Item)> = wanted
        .filter_map(|column| Some((column.id.clone(), item_of(column)?)))
        .collect();
    for (column, item) in wanted {
        let found = loop {
            match moodle.hand_ins(&item, since, people).await {
                Ok(found) => break found,
                Err(error) if is_mended(&error) => session.mend(&error).await?,
                Err(error) => {
                    lacks.lacks(Part::HandIns, why(&error.reason));
                    return Ok(());
                }
            }
        };
        session.answered();
        let mut seen = Vec::with_capacity(found.people.len());
        if since.is_none() && found.unreadable == 0 && !found.by_groups && item.withheld.is_none() {
            seen.extend(nothing_handed_in(session, &column, &found.people));
        }
        for (key, work) in &found.people {
            let Some(person) = session.folk.of(key) else {
                continue;
            };
            let told = HandInTold {
                at: Some(work.at),
                late: work.late,
                missing: false,
                is_kept: true,
            };
            seen.push(CellSeen {
                column: column.clone(),
                person,
                grade: GradeTold::Untold,
                hand_in: Some(told),
                completion: None,
            });
        }
        session.write(seen).await?;
    }
    session.readings.done.hand_ins = Some(session.begun);
    Ok(())
}

/// Who has handed in nothing, as everybody's work was read: that is known, and nobody is told to wait for it.
fn nothing_handed_in(
    session: &Session<'_>,
    column: &OutsideColumnId,
    work: &HashMap<PersonKey, HandIn>,
) -> Vec<CellSeen> {
    let students = session.folk.students().into_iter();
    students
        .filter(|(key, _)| !work.contains_key(&PersonKey::new(key)))
        .map(|(_, person)| CellSeen {
            column: column.clone(),
            person: person.clone(),
            grade: GradeTold::Untold,
            hand_in: Some(HandInTold {
                at: None,
                late: None,
                missing: false,
                is_kept: true,
            }),
            completion: None,
        })
        .collect()
}

/// What was handed in before a rule asked for it: nothing tells of that as a change.
pub(super) async fn first_hand_ins(
    session: &mut Session<'_>,
    moodle: &Moodle,
    watched: &[OutsideColumnId],
) -> Result<(), Stop> {
    if watched.is_empty() {
        return Ok(());
    }
    let (tenant, ids) = (session.course.tenant.clone(), watched.to_vec());
    let read = session
        .cairn
        .store
        .read(move |db| cells::with_hand_ins(db, &tenant, &ids))
        .await?;
    let unread: Vec<OutsideColumnId> = watched
        .iter()
        .filter(|column| !read.contains(*column))
        .cloned()
        .collect();
    if unread.is_empty() {
        return Ok(());
    }
    let (course, mut lacks) = (session.course.context_id.clone(), Coverage::default());
    // With their groups, as the work of a team lies with its group.
    let listed = people(session, moodle, &course, &mut lacks).await?;
    hand_ins(session, moodle, &unread, None, None, &listed, &mut lacks).await?;
    if let Some(coverage) = &mut session.readings.coverage {
        for lack in lacks.lacks {
            coverage.lacks(lack.part, lack.why);
        }
    }
    Ok(())
}
