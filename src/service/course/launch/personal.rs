//! Somebody who opens what is theirs from outside any course: they are led to one that knows them, and to no more there than
//! their own badges.

use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::ids::{CourseId, TenantId};
use crate::store::{Db, StoreError, awards, enrolments, programmes};
use lti::claims::{Launch, Message};

/// Of so many of their latest badges one is of a course.
const LOOKED_AT: i64 = 50;

/// The course in which such a visit is: where they were seen last, else where they earned something last. None for whom
/// nothing is known of, and for every other launch.
pub(super) fn course_of(
    db: &mut Db,
    tenant: &TenantId,
    launch: &Launch,
    person: Option<&Person>,
) -> Result<Option<CourseId>, StoreError> {
    let (true, Message::ResourceLink { .. }, Some(person)) = (launch.is_personal(), &launch.message, person)
    else {
        return Ok(None);
    };
    let seen = enrolments::for_person(db, tenant, &person.id)?;
    if let Some(latest) = seen.into_iter().next() {
        return Ok(Some(latest.course));
    }
    // Programmes are earned in the home of the institution, which nobody is led to.
    let home = programmes::home(db, tenant)?;
    let earned = awards::everywhere(db, tenant, &person.id, Page::first(LOOKED_AT))?;
    let mut courses = earned.into_iter().map(|(_, _, course)| course.id);
    Ok(courses.find(|course| Some(course) != home.as_ref()))
}
