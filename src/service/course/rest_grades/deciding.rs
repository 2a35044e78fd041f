//! Whom a reading concerns, and which badges.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::ids::{BadgeId, OutsideColumnId, PersonId};
use crate::random::Random;
use crate::service::base::queue::{self, DecideBadge, DecidePerson};
use crate::store::{Db, StoreError, outside, rules};

/// For more people than this, badges are decided as a whole.
const FEW: usize = 10;

/// When, why and by which randomness something is enqueued.
pub(super) struct Asking<'a> {
    pub(super) cause: Cause,
    pub(super) run_at: DateTime<Utc>,
    pub(super) now: DateTime<Utc>,
    pub(super) random: &'a dyn Random,
}

/// The badges whose rules read each of these columns: those of the LMS, and those of ours that they are.
fn readers(
    db: &mut Db,
    course: &Course,
    columns: &BTreeSet<&OutsideColumnId>,
) -> Result<BTreeMap<OutsideColumnId, BTreeSet<BadgeId>>, StoreError> {
    let mut found: BTreeMap<OutsideColumnId, BTreeSet<BadgeId>> = BTreeMap::new();
    for kind in [rules::OUTSIDE, rules::HAND_IN, rules::COMPLETION] {
        for (column, badge) in rules::reading_of_kind(db, &course.tenant, &course.id, kind)? {
            if columns.contains(&column) {
                found.entry(column).or_default().insert(badge);
            }
        }
    }
    for (column, item) in outside::ours_among(db, &course.tenant, &course.id)? {
        if columns.contains(&column) {
            let badges = rules::badges_reading(db, &course.tenant, &item)?;
            found.entry(column).or_default().extend(badges);
        }
    }
    Ok(found)
}

/// Has everybody decided who is concerned by what changed of them: a few at once, of many their badges at `asking.run_at`. Says
/// in which columns many changed.
pub(super) fn people(
    db: &mut Db,
    course: &Course,
    changed: &[(PersonId, OutsideColumnId)],
    asking: &Asking<'_>,
) -> Result<Vec<OutsideColumnId>, StoreError> {
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let columns: BTreeSet<&OutsideColumnId> = changed.iter().map(|(_, column)| column).collect();
    let readers = readers(db, course, &columns)?;
    let concerned = changed.iter().filter(|(_, column)| readers.contains_key(column));
    let people: BTreeSet<&PersonId> = concerned.map(|(person, _)| person).collect();
    if people.len() > FEW {
        let many: Vec<OutsideColumnId> = readers.keys().cloned().collect();
        enqueue(db, course, readers.into_values().flatten().collect(), asking)?;
        return Ok(many);
    }
    for person in people {
        let job = DecidePerson {
            course: course.id.clone(),
            person: person.clone(),
            cause: asking.cause,
        };
        queue::enqueue(db, &course.tenant, &job, asking.now, asking.now, asking.random)?;
    }
    Ok(Vec::new())
}

/// Has the badges decided whose rules read one of these columns.
pub(super) fn columns(
    db: &mut Db,
    course: &Course,
    columns: &[OutsideColumnId],
    asking: &Asking<'_>,
) -> Result<(), StoreError> {
    if columns.is_empty() {
        return Ok(());
    }
    let readers = readers(db, course, &columns.iter().collect())?;
    enqueue(db, course, readers.into_values().flatten().collect(), asking)
}

/// Has all badges decided whose rules read anything that the interface tells: it was switched on or off, or its word on what is
/// released counts now, or no longer.
pub(super) fn all(db: &mut Db, course: &Course, asking: &Asking<'_>) -> Result<(), StoreError> {
    let known = outside::columns(db, &course.tenant, &course.id)?;
    let of_rest: Vec<OutsideColumnId> = known
        .into_iter()
        .filter(|column| column.rest.is_some())
        .map(|column| column.id)
        .collect();
    columns(db, course, &of_rest, asking)
}

fn enqueue(
    db: &mut Db,
    course: &Course,
    badges: BTreeSet<BadgeId>,
    asking: &Asking<'_>,
) -> Result<(), StoreError> {
    for badge in badges {
        let job = DecideBadge {
            badge,
            cause: asking.cause,
        };
        queue::enqueue(db, &course.tenant, &job, asking.run_at, asking.now, asking.random)?;
    }
    Ok(())
}
