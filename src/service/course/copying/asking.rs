//! Asking those who teach the old course, where nothing proves that a course was copied from it. Any of its teachers
//! answers, or an administrator of the institution in the console.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{own_copy, permission_of};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::copying::Permission;
use crate::domain::course::{CopyRequest, CopyRequestState, CopyState, CourseCopy};
use crate::domain::policy::Power;
use crate::ids::{CopyId, CopyRequestId, CourseId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, audit, copies, copy_requests, courses, people};

/// What can be done about a copy, for its own page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its badges were brought.
    Taken,
    /// They may be.
    May,
    /// Somebody has to agree; what was asked so far.
    MayNot(CourseCopy, Option<CopyRequest>),
}

/// What can be done about a copy.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a copy of another course.
#[tracing::instrument(name = "asking.standing", level = "debug", skip_all, fields(copy = id.as_str()))]
pub(crate) async fn standing(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &CopyId,
) -> Result<Standing, ServiceError> {
    visitor.teach()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (copy, _) = own_copy(db, &visitor, &id)?;
        if copy.state == CopyState::Taken {
            return Ok(Standing::Taken);
        }
        let (permission, request) = permission_of(db, &visitor, &copy)?;
        Ok(match permission {
            Permission::Nothing => Standing::MayNot(copy, request),
            Permission::WithoutDrafts | Permission::Everything => Standing::May,
        })
    });
    found.await
}

/// Asks the teachers of the old course, a week after they refused once more. Asking twice is asking once, and whoever may bring
/// its badges asks nobody.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Masquerade`] for whoever acts as one,
/// [`ServiceError::Policy`] where only administrators make badges, [`ServiceError::NotFound`] for a copy of another course.
#[tracing::instrument(name = "asking.ask", skip_all, fields(copy = id.as_str()))]
pub(crate) async fn ask(cairn: &Cairn, visitor: &Visitor, id: &CopyId) -> Result<(), ServiceError> {
    visitor.teach()?;
    visitor.act_for_oneself()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let (copy, _) = own_copy(db, &visitor, &id)?;
        let (permission, before) = permission_of(db, &visitor, &copy)?;
        if copy.state == CopyState::Taken || permission != Permission::Nothing {
            return Ok(());
        }
        if let Some(before) = before {
            let by = (&visitor.person.id, now);
            let is_due = before.again_from().is_some_and(|from| from <= now);
            if is_due && copy_requests::wait_again(db, &copy.tenant, &before.id, Some(by))? {
                let entry = visitor.entry(Action::CopyAsked, copy.course.as_str(), now);
                let entry = entry.detail(json!({ "from": copy.source, "again": true }));
                audit::record(db, &entry, random.as_ref())?;
            }
            return Ok(());
        }
        let request = CopyRequest {
            id: CopyRequestId::new(now, random.as_ref()),
            tenant: copy.tenant.clone(),
            copy: copy.id.clone(),
            source: copy.source.clone(),
            asked_by: Some(visitor.person.id.clone()),
            asked_at: now,
            state: CopyRequestState::Waiting,
            answered_at: None,
        };
        if copy_requests::ask(db, &request)? {
            let entry = visitor.entry(Action::CopyAsked, copy.course.as_str(), now);
            let entry = entry.detail(json!({ "from": copy.source }));
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}

/// A request, for those who answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requested {
    pub(crate) id: CopyRequestId,
    /// Who asked, as the course site calls them.
    pub(crate) who: String,
    /// The course that the badges would come to.
    pub(crate) course: String,
    /// The course that is asked.
    pub(crate) source: String,
    pub(crate) asked_at: DateTime<Utc>,
}

/// What stands so of that which was asked of a course, or of any course of the institution.
pub(in crate::service) fn requests_in(
    db: &mut Db,
    tenant: &TenantId,
    source: Option<&CourseId>,
    state: CopyRequestState,
) -> Result<Vec<Requested>, StoreError> {
    let mut all = Vec::new();
    for request in copy_requests::standing(db, tenant, source, state)? {
        let Some(copy) = copies::get(db, tenant, &request.copy)? else {
            continue;
        };
        if copy.state == CopyState::Taken {
            continue;
        }
        let mut name = |id: &CourseId| -> Result<String, StoreError> {
            let course = courses::get(db, tenant, id)?;
            Ok(course.map(|course| course.name().to_owned()).unwrap_or_default())
        };
        let (course, source) = (name(&copy.course)?, name(&copy.source)?);
        let who = match &request.asked_by {
            Some(person) => people::get(db, tenant, person)?,
            None => None,
        };
        all.push(Requested {
            id: request.id,
            who: who.map_or_else(|| "Somebody".to_owned(), |person| person.display_name()),
            course,
            source,
            asked_at: request.asked_at,
        });
    }
    Ok(all)
}

/// Answers what was asked of the visit's course, and says which answer stands: of two the first counts.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Masquerade`] for whoever acts as one,
/// [`ServiceError::Policy`] for assistants who may put nothing into a course, [`ServiceError::NotFound`] for a request to
/// another course.
#[tracing::instrument(name = "asking.answer", skip_all, fields(request = id.as_str()))]
pub(crate) async fn answer(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &CopyRequestId,
    yes: bool,
) -> Result<CopyRequestState, ServiceError> {
    visitor.teach()?;
    visitor.act_for_oneself()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Place)?;
        let request = copy_requests::get(db, visitor.tenant(), &id)?
            .filter(|request| request.source == visitor.course.id)
            .ok_or(ServiceError::NotFound("request"))?;
        Ok(answer_in(
            db,
            &request,
            yes,
            visitor.actor(),
            now,
            random.as_ref(),
        )?)
    });
    done.await
}

/// The answer of whoever may give it, and which one stands. Run it in a transaction.
pub(in crate::service) fn answer_in(
    db: &mut Db,
    request: &CopyRequest,
    yes: bool,
    by: Actor,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<CopyRequestState, StoreError> {
    let (state, action) = if yes {
        (CopyRequestState::Agreed, Action::CopyAgreed)
    } else {
        (CopyRequestState::Refused, Action::CopyRefused)
    };
    if !copy_requests::answer(db, &request.tenant, &request.id, state, now)? {
        let stands = copy_requests::get(db, &request.tenant, &request.id)?;
        return Ok(stands.map_or(request.state, |stands| stands.state));
    }
    let course = copies::get(db, &request.tenant, &request.copy)?.map(|copy| copy.course);
    let entry = Entry::new(&request.tenant, by, action, request.source.as_str(), now);
    audit::record(db, &entry.detail(json!({ "to": course })), random)?;
    Ok(state)
}

/// Has a request to the visit's course wait for an answer again that was refused. Doing it twice is doing it once.
///
/// # Errors
/// As [`answer`].
#[tracing::instrument(name = "asking.reopen", skip_all, fields(request = id.as_str()))]
pub(crate) async fn reopen(cairn: &Cairn, visitor: &Visitor, id: &CopyRequestId) -> Result<(), ServiceError> {
    visitor.teach()?;
    visitor.act_for_oneself()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Place)?;
        let request = copy_requests::get(db, visitor.tenant(), &id)?
            .filter(|request| request.source == visitor.course.id)
            .ok_or(ServiceError::NotFound("request"))?;
        Ok(reopen_in(db, &request, visitor.actor(), now, random.as_ref())?)
    });
    done.await
}

/// That, by whoever may answer it. Run it in a transaction.
pub(in crate::service) fn reopen_in(
    db: &mut Db,
    request: &CopyRequest,
    by: Actor,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    if !copy_requests::wait_again(db, &request.tenant, &request.id, None)? {
        return Ok(());
    }
    let course = copies::get(db, &request.tenant, &request.copy)?.map(|copy| copy.course);
    let source = request.source.as_str();
    let entry = Entry::new(&request.tenant, by, Action::CopyReopened, source, now);
    audit::record(db, &entry.detail(json!({ "to": course })), random)
}
