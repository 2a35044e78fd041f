//! The badges that build on another one.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{DecideBadge, DecidePerson, enqueue};
use crate::domain::badge::Badge;
use crate::domain::cause::Cause;
use crate::ids::{CourseId, PersonId};
use crate::random::Random;
use crate::store::{Db, StoreError, enrolments, programmes, rules};

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
    let above = rules::above(db, tenant, &badge.id)?;
    if above.is_empty() {
        return Ok(());
    }
    // Nobody is known in the home of the institution: whoever earned a part may have earned a programme. Its badges are never decided as
    // a whole for that, since their people are those of all courses.
    let asks = |home: &CourseId| *home != badge.course && above.iter().any(|(_, course)| course == home);
    if let Some(course) = programmes::home(db, tenant)?.filter(asks) {
        for person in people {
            let job = DecidePerson {
                course: course.clone(),
                person: person.clone(),
                cause,
            };
            enqueue(db, tenant, &job, now, now, random)?;
        }
    }
    // However many courses ask for it, only those in which somebody is have anything to decide about them.
    let others = above.iter().map(|(_, course)| course);
    let others: BTreeSet<&CourseId> = others.filter(|course| **course != badge.course).collect();
    let others: Vec<&CourseId> = others.into_iter().collect();
    let mut due = enrolments::among(db, tenant, &others, people)?;
    if people.len() > FEW {
        let courses: BTreeSet<CourseId> = due.into_iter().map(|(course, _)| course).collect();
        for (above, course) in above {
            if course == badge.course || courses.contains(&course) {
                let job = DecideBadge { badge: above, cause };
                enqueue(db, tenant, &job, now, now, random)?;
            }
        }
        return Ok(());
    }
    if above.iter().any(|(_, course)| *course == badge.course) {
        due.extend(people.iter().map(|person| (badge.course.clone(), person.clone())));
    }
    for (course, person) in due {
        let job = DecidePerson {
            course,
            person,
            cause,
        };
        enqueue(db, tenant, &job, now, now, random)?;
    }
    Ok(())
}
