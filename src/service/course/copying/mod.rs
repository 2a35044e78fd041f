//! Roll-over: a course that was copied from one that we know is offered that course's badges and rules.
//!
//! `find` notices that a course is a copy, `source` reads what there is to bring, `plan` says beforehand what would be
//! found again, `take` brings it, `missing` says what was not found, `view` shows it, `map` lets a person say what stands
//! for it, `again` a later check, `recognise` what was copied before it was kept of what, and `links` has copied links open what was copied. Nothing of the old course's people is
//! ever looked at.
//!
//! That a course was copied is found by what anybody may type into a link; what may be brought is decided in `permitted`,
//! and where nothing proves the copy `asking` has the teachers of the old course asked.
//!
//! What is not found again has a placeholder in the new course, named after what it stands for: a gradebook column that
//! is gone, or an evidence activity behind a link that no platform knows. A badge that reads one rests; once it reads
//! none it is a draft, which a person tries out and activates as any other.

use std::sync::Arc;

use crate::domain::audit::Action;
use crate::domain::copying::{Permission, permission};
use crate::domain::course::{CopyRequest, CopyState, Course, CourseCopy};
use crate::domain::policy::Power;
use crate::ids::{CopyId, CourseId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::refusal::CourseRefusal;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, audit, copies, copy_requests, course_teachers, courses, platforms};

mod again;
mod asking;
mod find;
mod links;
mod map;
mod plan;
mod recognise;
mod source;
mod take;
mod view;

pub(crate) use crate::service::badge::copied_inputs::{Kind, Missing};
pub(in crate::service) use again::map_again;
pub(crate) use asking::{Requested, Standing, answer, ask, reopen, standing};
pub(in crate::service) use asking::{answer_in, reopen_in, requests_in};
pub(in crate::service) use find::{Copied, on_launch, on_notice};
pub(in crate::service) use links::{open_waiting, waiting};
pub(crate) use map::{Choice, choose, create_column};
pub(crate) use plan::{Note, Plan, PlannedInput, Told, plan};
pub(crate) use take::{Taken, take};
pub(crate) use view::{CopyView, copy_view};

/// The name of what stands in for that thing of the old course.
fn placeholder(id: &str) -> String {
    format!("{}{id}", crate::service::badge::copied_inputs::PLACEHOLDER)
}

/// An offer on the course page, or what is left to do after it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) copy: CourseCopy,
    pub(crate) way: Way,
}

/// What can be done about an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// The badges may come along.
    Bring {
        /// Of the old course.
        source_name: String,
        /// Badges that would come along.
        badges: usize,
    },
    /// Somebody has to agree; what was asked so far. Nothing of the old course is told.
    Ask(Option<CopyRequest>),
}

/// A copy of the visit's course, with the course it came from.
fn own_copy(db: &mut Db, visitor: &Visitor, id: &CopyId) -> Result<(CourseCopy, Course), ServiceError> {
    let tenant = visitor.tenant();
    let copy = copies::get(db, tenant, id)?
        .filter(|copy| copy.course == visitor.course.id)
        .ok_or(ServiceError::NotFound("copied course"))?;
    let source = courses::get(db, tenant, &copy.source)?.ok_or(ServiceError::NotFound("copied course"))?;
    if !is_of_one_platform(db, &visitor.course, &source.id)? {
        return Err(ServiceError::NotFound("copied course"));
    }
    Ok((copy, source))
}

/// Whether another course of the institution is in the same LMS.
fn is_of_one_platform(db: &mut Db, course: &Course, other: &CourseId) -> Result<bool, StoreError> {
    let tenant = &course.tenant;
    if courses::get(db, tenant, other)?.is_none() {
        return Ok(false);
    }
    let one = platforms::home_of_course(db, tenant, &course.id)?;
    Ok(one.platform == platforms::home_of_course(db, tenant, other)?.platform)
}

/// What the visitor may bring from the course that theirs was copied from, and what was asked for.
fn permission_of(
    db: &mut Db,
    visitor: &Visitor,
    copy: &CourseCopy,
) -> Result<(Permission, Option<CopyRequest>), StoreError> {
    let tenant = visitor.tenant();
    let taught = course_teachers::taught(db, tenant, &copy.source, &visitor.person.id)?;
    let request = copy_requests::for_copy(db, tenant, &copy.id)?;
    let state = request.as_ref().map(|request| request.state);
    Ok((permission(taught, copy.proof, state), request))
}

/// The same, for whoever is about to bring or to look.
///
/// # Errors
/// [`ServiceError::Refused`] where it is nothing.
fn permitted(db: &mut Db, visitor: &Visitor, copy: &CourseCopy) -> Result<Permission, ServiceError> {
    match permission_of(db, visitor, copy)?.0 {
        Permission::Nothing => Err(CourseRefusal::CopyNotAgreed.into()),
        permission => Ok(permission),
    }
}

/// What waits for an answer in the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
pub(in crate::service) fn offers(db: &mut Db, visitor: &Visitor) -> Result<Vec<Offer>, ServiceError> {
    visitor.teach()?;
    let tenant = visitor.tenant();
    let mut offers = Vec::new();
    for copy in copies::for_course(db, tenant, &visitor.course.id)? {
        if copy.state != CopyState::Offered {
            continue;
        }
        let (permission, request) = permission_of(db, visitor, &copy)?;
        if permission == Permission::Nothing {
            let way = Way::Ask(request);
            offers.push(Offer { copy, way });
            continue;
        }
        let badges = source::badges_to_bring(db, tenant, &copy.source, permission)?.len();
        let Some(course) = courses::get(db, tenant, &copy.source)? else {
            continue;
        };
        if badges > 0 {
            let way = Way::Bring {
                source_name: course.name().to_owned(),
                badges,
            };
            offers.push(Offer { copy, way });
        }
    }
    Ok(offers)
}

/// The copies of the visit's course that were taken, newest first: for the way to what is left to do.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
pub(in crate::service) fn taken(db: &mut Db, visitor: &Visitor) -> Result<Option<CopyId>, ServiceError> {
    visitor.teach()?;
    let all = copies::for_course(db, visitor.tenant(), &visitor.course.id)?;
    let taken = all.into_iter().rev().find(|copy| copy.state == CopyState::Taken);
    Ok(taken.map(|copy| copy.id))
}

/// Says no to an offer; it is not made again.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a copy of another course.
#[tracing::instrument(name = "copying.decline", skip_all, fields(copy = id.as_str()))]
pub(crate) async fn decline(cairn: &Cairn, visitor: &Visitor, id: &CopyId) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let (copy, source) = own_copy(db, &visitor, &id)?;
        if copies::settle(db, visitor.tenant(), &copy.id, CopyState::Declined, now)? {
            let entry = visitor.entry(Action::CopyDeclined, visitor.course.id.as_str(), now);
            let entry = entry.detail(serde_json::json!({ "from": source.id }));
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}
