//! One student's work in one evidence activity, as the gradebook asks for it.

use url::Url;

use crate::domain::evidence::Activity;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::service::Cairn;
use crate::service::base::addresses::LAUNCH;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::{activities, enrolments, people, submissions};

/// The parameter of our launch address that names a hand-in.
const WORK: &str = "work";

/// Where a platform opens one student's work that is told an address and nothing else.
#[must_use]
pub(in crate::service) fn address(origin: &str, submission: &SubmissionId) -> String {
    format!("{origin}{LAUNCH}?{WORK}={submission}")
}

/// The hand-in that such an address names.
#[must_use]
pub(in crate::service) fn named_in(target: &Url) -> Option<SubmissionId> {
    let mut named = target.query_pairs().filter(|(name, _)| name == WORK);
    let id = named.next().map(|(_, id)| id)?;
    let is_id = uuid::Uuid::parse_str(&id).is_ok_and(|known| known.hyphenated().to_string() == id);
    is_id.then(|| SubmissionId::from(id.as_ref()))
}

/// What a student handed in, if anything.
#[derive(Debug, Clone)]
pub(crate) struct WorkOf {
    pub(crate) activity: Activity,
    pub(crate) student: String,
    /// The latest version.
    pub(crate) submission: Option<SubmissionId>,
}

/// The work of a member of the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for an activity or a person of another
/// course.
#[tracing::instrument(
    name = "student_work.student_work", level = "debug", skip_all,
    fields(activity = activity.as_str(), person = person.as_str())
)]
pub(crate) async fn student_work(
    cairn: &Cairn,
    visitor: &Visitor,
    activity: &ActivityId,
    person: &PersonId,
) -> Result<WorkOf, ServiceError> {
    visitor.look()?;
    let (visitor, activity, person) = (visitor.clone(), activity.clone(), person.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let activity = activities::get(db, tenant, &activity)?
            .filter(|activity| activity.course == *course)
            .ok_or(ServiceError::NotFound("evidence activity"))?;
        let member = enrolments::get(db, tenant, course, &person)?;
        let known = people::get(db, tenant, &person)?.filter(|_| member.is_some());
        let student = known.ok_or(ServiceError::NotFound("student"))?;
        let latest = submissions::latest(db, tenant, &activity.id, &person)?;
        Ok(WorkOf {
            activity,
            student: student.display_name(),
            submission: latest.map(|latest| latest.id),
        })
    });
    found.await
}
