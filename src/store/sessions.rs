//! Sessions after a launch. The token itself is never stored, only its digest.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment};
use super::courses::Row as CourseRow;
use super::people::Row as PersonRow;
use super::registrations::Row as RegistrationRow;
use super::schema::{courses, deployments, people, registrations, sessions, tenants};
use super::{Db, StoreError};
use crate::domain::course::Course;
use crate::domain::people::Person;
use crate::domain::session::Session;
use crate::domain::theme::Colour;
use crate::domain::zone::Zone;
use crate::ids::{CourseId, LinkId, PersonId, SessionId, TenantId};
use lti::registration::Registration;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
#[allow(clippy::struct_excessive_bools, reason = "the columns of the table")]
struct Row {
    id: String,
    tenant_id: String,
    token_digest: String,
    registration_id: String,
    deployment_id: String,
    course_id: Option<String>,
    link_id: Option<String>,
    person_id: String,
    learner: bool,
    instructor: bool,
    administrator: bool,
    test_user: bool,
    message_type: String,
    locale: Option<String>,
    created_at: i64,
    last_used_at: i64,
    expires_at: i64,
    request: Option<String>,
    masquerade: bool,
    assistant: bool,
    sections_only: bool,
    reading: bool,
    return_url: Option<String>,
}

impl Row {
    fn session(self) -> Result<Session, StoreError> {
        Ok(Session {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            registration: self.registration_id.into(),
            deployment: self.deployment_id.into(),
            course: self.course_id.map(CourseId::from),
            link: self.link_id.map(LinkId::from),
            person: self.person_id.into(),
            learner: self.learner,
            instructor: self.instructor,
            administrator: self.administrator,
            test_user: self.test_user,
            message_type: self.message_type,
            request: self.request,
            masquerade: self.masquerade,
            assistant: self.assistant,
            sections_only: self.sections_only,
            reading: self.reading,
            return_url: self.return_url,
            locale: self.locale,
            created_at: moment(self.created_at)?,
            last_used_at: moment(self.last_used_at)?,
            expires_at: moment(self.expires_at)?,
        })
    }
}

/// Adds a session that is found again by the digest of its token.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the digest is taken.
pub(crate) fn insert(db: &mut Db, session: &Session, token_digest: &str) -> Result<(), StoreError> {
    let row = Row {
        id: session.id.to_string(),
        tenant_id: session.tenant.to_string(),
        token_digest: token_digest.to_owned(),
        registration_id: session.registration.to_string(),
        deployment_id: session.deployment.to_string(),
        course_id: session.course.as_ref().map(ToString::to_string),
        link_id: session.link.as_ref().map(ToString::to_string),
        person_id: session.person.to_string(),
        learner: session.learner,
        instructor: session.instructor,
        administrator: session.administrator,
        test_user: session.test_user,
        message_type: session.message_type.clone(),
        locale: session.locale.clone(),
        created_at: micros(session.created_at),
        last_used_at: micros(session.last_used_at),
        expires_at: micros(session.expires_at),
        request: session.request.clone(),
        masquerade: session.masquerade,
        assistant: session.assistant,
        sections_only: session.sections_only,
        reading: session.reading,
        return_url: session.return_url.clone(),
    };
    on_both!(db, |connection| diesel::insert_into(sessions::table)
        .values(&row)
        .execute(connection))?;
    Ok(())
}

/// The session of a token, unless it is over. Names no tenant: the digest of an unguessable token is how a request
/// finds its tenant.
pub(crate) fn by_token_digest(
    db: &mut Db,
    token_digest: &str,
    now: DateTime<Utc>,
) -> Result<Option<Session>, StoreError> {
    let row = sessions::table
        .filter(sessions::token_digest.eq(token_digest))
        .filter(sessions::expires_at.gt(micros(now)))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::session).transpose()
}

/// A session in a course, with everything that a page of it needs to know.
#[derive(Debug, Clone)]
pub(crate) struct InCourse {
    pub(crate) session: Session,
    pub(crate) course: Course,
    pub(crate) person: Person,
    pub(crate) registration: Registration,
    /// The colour of the institution's pages.
    pub(crate) accent: Option<Colour>,
    /// Where the institution is, if anybody has said so.
    pub(crate) zone: Option<Zone>,
}

/// As [`by_token_digest`], for a session in a course: one statement, because every page begins with it.
pub(crate) fn in_course(
    db: &mut Db,
    token_digest: &str,
    now: DateTime<Utc>,
) -> Result<Option<InCourse>, StoreError> {
    /// The institution's accent and time zone.
    type Tenant = (Option<String>, Option<String>);
    let found: Option<(Row, CourseRow, PersonRow, RegistrationRow, Tenant)> =
        on_both!(db, |connection| sessions::table
            .inner_join(courses::table.on(courses::id.nullable().eq(sessions::course_id)))
            .inner_join(people::table.on(people::id.eq(sessions::person_id)))
            .inner_join(registrations::table.on(registrations::id.eq(sessions::registration_id)))
            .inner_join(tenants::table.on(tenants::id.eq(sessions::tenant_id)))
            .filter(sessions::token_digest.eq(token_digest))
            .filter(sessions::expires_at.gt(micros(now)))
            .filter(courses::tenant_id.eq(sessions::tenant_id))
            .filter(people::tenant_id.eq(sessions::tenant_id))
            // A deployment may carry a registration into another institution.
            .inner_join(deployments::table.on(deployments::id.eq(sessions::deployment_id)))
            .filter(deployments::tenant_id.eq(sessions::tenant_id))
            .filter(deployments::registration_id.eq(sessions::registration_id))
            .select((
                Row::as_select(),
                CourseRow::as_select(),
                PersonRow::as_select(),
                RegistrationRow::as_select(),
                (tenants::accent, tenants::time_zone),
            ))
            .get_result(connection))
        .optional()?;
    let Some((session, course, person, registration, (accent, zone))) = found else {
        return Ok(None);
    };
    let session_tenant = session.tenant_id.as_str().into();
    Ok(Some(InCourse {
        session: session.session()?,
        course: course.course()?,
        person: person.into(),
        registration: Registration {
            tenant: session_tenant,
            ..registration.registration()?
        },
        accent: super::tenants::accent(accent.as_deref())?,
        zone: super::tenants::zone_named(zone.as_deref())?,
    }))
}

/// The session with that id, for a proof that names it; the tenant is not known yet.
pub(crate) fn by_id(db: &mut Db, id: &SessionId) -> Result<Option<Session>, StoreError> {
    let row = sessions::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::session).transpose()
}

/// Notes that the session was used, and when it now ends.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such session.
pub(crate) fn touch(
    db: &mut Db,
    tenant: &TenantId,
    id: &SessionId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = diesel::update(sessions::table)
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::id.eq(id.as_str()))
        .set((
            sessions::last_used_at.eq(micros(now)),
            sessions::expires_at.eq(micros(expires_at)),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("session"))
    } else {
        Ok(())
    }
}

/// Forgets sessions that ended before `now`, of all institutions, and says how many.
pub(crate) fn purge(db: &mut Db, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table)
        .filter(sessions::expires_at.le(micros(now)))
        .execute(db)?)
}

/// The visits of a person that are kept, oldest first.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Session>, StoreError> {
    let rows: Vec<Row> = sessions::table
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::person_id.eq(person.as_str()))
        .order((sessions::created_at, sessions::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::session).collect()
}
