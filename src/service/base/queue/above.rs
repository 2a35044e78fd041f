//! The badges that build on another one.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{DecideBadge, DecidePerson, enqueue};
use crate::domain::badge::Badge;
use crate::domain::cause::Cause;
use crate::ids::PersonId;
use crate::random::Random;
use crate::store::{Db, StoreError, badges, rules};

/// For more people than this, badges are decided as a whole.
const FEW: usize = 5;

/// Has the badges decided that build on `badge`, for the people for whom it was just awarded or counts anew. Run it in the
/// transaction of what made it necessary.
///
/// # Errors
/// What the store reports.
pub(crate) fn decide_above(
    db: &mut Db,
    badge: &Badge,
    people: &[PersonId],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let (tenant, cause) = (&badge.tenant, Cause::Award);
    let above = rules::badges_building_on(db, tenant, &badge.id)?;
    if people.len() > FEW {
        for badge in above {
            enqueue(db, tenant, &DecideBadge { badge, cause }, now, now, random)?;
        }
        return Ok(());
    }
    let mut courses = HashSet::new();
    for id in above {
        if let Some(one) = badges::get(db, tenant, &id)? {
            courses.insert(one.course);
        }
    }
    for course in courses {
        for person in people {
            let job = DecidePerson {
                course: course.clone(),
                person: person.clone(),
                cause,
            };
            enqueue(db, tenant, &job, now, now, random)?;
        }
    }
    Ok(())
}
