//! That platforms may be read by their REST interface, the tokens that were given for it, and sign-ins that were begun.
//! Secrets arrive sealed and leave sealed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, from_word, json, micros, moment, opt_moment, word};
use super::schema::{
    course_keys, courses, enrolments, rest_accesses, rest_consents, rest_grants, rest_readings,
};
use super::{Db, StoreError};
use crate::domain::reading::Why;
use crate::domain::rest_access::{Access, Consent, Fault, Findings, Giver, Grant, GrantState, SealedTokens};
use crate::ids::{AdminId, CourseId, PersonId, PlatformId, RestAccessId, RestGrantId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rest_accesses, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    platform_id: String,
    interface: String,
    address: String,
    client_id: Option<String>,
    sealed_secret: Option<String>,
    by_teachers: bool,
    is_on: bool,
    changed_by: Option<String>,
    changed_at: i64,
}

impl Row {
    fn of(access: &Access) -> Result<Self, StoreError> {
        Ok(Self {
            id: access.id.to_string(),
            tenant_id: access.tenant.to_string(),
            platform_id: access.platform.to_string(),
            interface: word(&access.interface)?,
            address: access.address.clone(),
            client_id: access.client_id.clone(),
            sealed_secret: access.sealed_secret.clone(),
            by_teachers: access.by_teachers,
            is_on: access.is_on,
            changed_by: access.changed_by.as_ref().map(ToString::to_string),
            changed_at: micros(access.changed_at),
        })
    }

    fn access(self) -> Result<Access, StoreError> {
        Ok(Access {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            platform: self.platform_id.into(),
            interface: from_word("rest_accesses.interface", &self.interface)?,
            address: self.address,
            client_id: self.client_id,
            sealed_secret: self.sealed_secret,
            by_teachers: self.by_teachers,
            is_on: self.is_on,
            changed_by: self.changed_by.map(AdminId::from),
            changed_at: moment(self.changed_at)?,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rest_grants, treat_none_as_default_value = false)]
struct GrantRow {
    id: String,
    tenant_id: String,
    access_id: String,
    course_id: Option<String>,
    sealed_token: String,
    sealed_refresh: Option<String>,
    expires_at: Option<i64>,
    version: i64,
    state: String,
    fault: Option<String>,
    state_at: i64,
    given_by_admin: Option<String>,
    given_by_person: Option<String>,
    given_at: i64,
    findings: Option<String>,
    tested_at: Option<i64>,
}

fn giver(admin: Option<String>, person: Option<String>) -> Giver {
    match (admin, person) {
        (Some(admin), _) => Giver::Admin(admin.into()),
        (None, Some(person)) => Giver::Teacher(person.into()),
        (None, None) => Giver::Nobody,
    }
}

fn parts(giver: &Giver) -> (Option<String>, Option<String>) {
    match giver {
        Giver::Admin(admin) => (Some(admin.to_string()), None),
        Giver::Teacher(person) => (None, Some(person.to_string())),
        Giver::Nobody => (None, None),
    }
}

impl GrantRow {
    fn of(grant: &Grant) -> Result<Self, StoreError> {
        let (given_by_admin, given_by_person) = parts(&grant.given_by);
        let (findings, tested_at) = match &grant.tested {
            Some((findings, at)) => (Some(json(findings)?), Some(micros(*at))),
            None => (None, None),
        };
        Ok(Self {
            id: grant.id.to_string(),
            tenant_id: grant.tenant.to_string(),
            access_id: grant.access.to_string(),
            course_id: grant.course.as_ref().map(ToString::to_string),
            sealed_token: grant.tokens.token.clone(),
            sealed_refresh: grant.tokens.refresh.clone(),
            expires_at: grant.tokens.expires_at.map(micros),
            version: grant.version,
            state: word(&grant.state)?,
            fault: grant.fault.as_ref().map(json).transpose()?,
            state_at: micros(grant.state_at),
            given_by_admin,
            given_by_person,
            given_at: micros(grant.given_at),
            findings,
            tested_at,
        })
    }

    fn grant(self) -> Result<Grant, StoreError> {
        let tested = match (self.findings, self.tested_at) {
            (Some(findings), Some(at)) => Some((from_json("rest_grants.findings", &findings)?, moment(at)?)),
            _ => None,
        };
        let fault = self.fault.as_deref();
        Ok(Grant {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            access: self.access_id.into(),
            course: self.course_id.map(CourseId::from),
            tokens: SealedTokens {
                token: self.sealed_token,
                refresh: self.sealed_refresh,
                expires_at: opt_moment(self.expires_at)?,
            },
            version: self.version,
            state: from_word("rest_grants.state", &self.state)?,
            fault: fault
                .map(|text| from_json("rest_grants.fault", text))
                .transpose()?,
            state_at: moment(self.state_at)?,
            given_by: giver(self.given_by_admin, self.given_by_person),
            given_at: moment(self.given_at)?,
            tested,
        })
    }
}

/// What an administrator switched on for a platform.
pub(crate) fn of_platform(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
) -> Result<Option<Access>, StoreError> {
    let row: Option<Row> = rest_accesses::table
        .filter(rest_accesses::tenant_id.eq(tenant.as_str()))
        .filter(rest_accesses::platform_id.eq(platform.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::access).transpose()
}

/// What is switched on in an institution, the oldest platform first.
pub(crate) fn switched_on(db: &mut Db, tenant: &TenantId) -> Result<Vec<Access>, StoreError> {
    let rows: Vec<Row> = rest_accesses::table
        .filter(rest_accesses::tenant_id.eq(tenant.as_str()))
        .filter(rest_accesses::is_on.eq(true))
        .order(rest_accesses::platform_id)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::access).collect()
}

/// The access with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &RestAccessId) -> Result<Option<Access>, StoreError> {
    let row: Option<Row> = rest_accesses::table
        .filter(rest_accesses::tenant_id.eq(tenant.as_str()))
        .filter(rest_accesses::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::access).transpose()
}

/// Keeps an access, in the place of the one that its platform has.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when somebody else switched one on at this moment.
pub(crate) fn save(db: &mut Db, access: &Access) -> Result<(), StoreError> {
    let row = Row::of(access)?;
    let changed = diesel::update(rest_accesses::table)
        .filter(rest_accesses::tenant_id.eq(access.tenant.as_str()))
        .filter(rest_accesses::id.eq(access.id.as_str()))
        .set((
            rest_accesses::address.eq(&row.address),
            rest_accesses::client_id.eq(&row.client_id),
            rest_accesses::sealed_secret.eq(&row.sealed_secret),
            rest_accesses::by_teachers.eq(row.by_teachers),
            rest_accesses::is_on.eq(row.is_on),
            rest_accesses::changed_by.eq(&row.changed_by),
            rest_accesses::changed_at.eq(row.changed_at),
        ))
        .execute(db)?;
    if changed == 0 {
        diesel::insert_into(rest_accesses::table)
            .values(&row)
            .execute(db)?;
    }
    Ok(())
}

/// Forgets an access with all that hangs on it. Run it in a transaction.
pub(crate) fn remove(db: &mut Db, tenant: &TenantId, id: &RestAccessId) -> Result<(), StoreError> {
    diesel::delete(rest_consents::table)
        .filter(rest_consents::tenant_id.eq(tenant.as_str()))
        .filter(rest_consents::access_id.eq(id.as_str()))
        .execute(db)?;
    diesel::delete(rest_grants::table)
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::access_id.eq(id.as_str()))
        .execute(db)?;
    diesel::delete(rest_accesses::table)
        .filter(rest_accesses::tenant_id.eq(tenant.as_str()))
        .filter(rest_accesses::id.eq(id.as_str()))
        .execute(db)?;
    Ok(())
}

/// The tokens that were given for an access, that for all courses first.
pub(crate) fn grants(
    db: &mut Db,
    tenant: &TenantId,
    access: &RestAccessId,
) -> Result<Vec<Grant>, StoreError> {
    let rows: Vec<GrantRow> = rest_grants::table
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::access_id.eq(access.as_str()))
        .order((rest_grants::given_at, rest_grants::id))
        .select(GrantRow::as_select())
        .load(db)?;
    let mut grants = rows
        .into_iter()
        .map(GrantRow::grant)
        .collect::<Result<Vec<_>, _>>()?;
    grants.sort_by_key(|grant| grant.course.is_some());
    Ok(grants)
}

/// The grant with that id.
pub(crate) fn grant(db: &mut Db, tenant: &TenantId, id: &RestGrantId) -> Result<Option<Grant>, StoreError> {
    let row: Option<GrantRow> = rest_grants::table
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::id.eq(id.as_str()))
        .select(GrantRow::as_select())
        .get_result(db)
        .optional()?;
    row.map(GrantRow::grant).transpose()
}

/// Keeps a grant in the place of the one that reached as far. Run it in a transaction.
pub(crate) fn give(db: &mut Db, grant: &Grant) -> Result<(), StoreError> {
    let former = diesel::delete(rest_grants::table)
        .filter(rest_grants::tenant_id.eq(grant.tenant.as_str()))
        .filter(rest_grants::access_id.eq(grant.access.as_str()));
    match &grant.course {
        Some(course) => former
            .filter(rest_grants::course_id.eq(course.as_str()))
            .execute(db)?,
        None => former.filter(rest_grants::course_id.is_null()).execute(db)?,
    };
    diesel::insert_into(rest_grants::table)
        .values(&GrantRow::of(grant)?)
        .execute(db)?;
    Ok(())
}

/// Forgets a grant.
pub(crate) fn remove_grant(db: &mut Db, tenant: &TenantId, id: &RestGrantId) -> Result<(), StoreError> {
    diesel::delete(rest_grants::table)
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::id.eq(id.as_str()))
        .execute(db)?;
    Ok(())
}

/// Says that this node renews the token of that version. `false`: it is another one by now, or another node is doing it.
pub(crate) fn begin_renewing(
    db: &mut Db,
    tenant: &TenantId,
    id: &RestGrantId,
    version: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let renewing_until = || rest_grants::renewing_until.assume_not_null();
    // One that goes on for longer than any was given by a clock that was ahead.
    let abandoned = renewing_until()
        .le(micros(now))
        .or(renewing_until().gt(micros(until)));
    let taken = diesel::update(rest_grants::table)
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::id.eq(id.as_str()))
        .filter(rest_grants::version.eq(version))
        .filter(rest_grants::renewing_until.is_null().or(abandoned))
        .set(rest_grants::renewing_until.eq(Some(micros(until))))
        .execute(db)?;
    Ok(taken == 1)
}

/// Lets others renew, since nothing came of it.
pub(crate) fn end_renewing(
    db: &mut Db,
    tenant: &TenantId,
    id: &RestGrantId,
    version: i64,
) -> Result<(), StoreError> {
    diesel::update(rest_grants::table)
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::id.eq(id.as_str()))
        .filter(rest_grants::version.eq(version))
        .set(rest_grants::renewing_until.eq(None::<i64>))
        .execute(db)?;
    Ok(())
}

/// Keeps renewed tokens in the place of those of `version`. `false`: others stand there by now.
pub(crate) fn renewed(
    db: &mut Db,
    tenant: &TenantId,
    id: &RestGrantId,
    version: i64,
    tokens: &SealedTokens,
) -> Result<bool, StoreError> {
    let changed = diesel::update(rest_grants::table)
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::id.eq(id.as_str()))
        .filter(rest_grants::version.eq(version))
        .set((
            rest_grants::sealed_token.eq(&tokens.token),
            rest_grants::sealed_refresh.eq(&tokens.refresh),
            rest_grants::expires_at.eq(tokens.expires_at.map(micros)),
            rest_grants::version.eq(version.saturating_add(1)),
            rest_grants::renewing_until.eq(None::<i64>),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Says how the tokens of `version` stand. `false`: that is said already, or others stand there by now.
pub(crate) fn set_state(
    db: &mut Db,
    tenant: &TenantId,
    id: &RestGrantId,
    version: i64,
    state: GrantState,
    fault: Option<&Fault>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let before: Option<(String, Option<String>)> = rest_grants::table
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::id.eq(id.as_str()))
        .filter(rest_grants::version.eq(version))
        .select((rest_grants::state, rest_grants::fault))
        .get_result(db)
        .optional()?;
    let Some(before) = before else {
        return Ok(false);
    };
    let after = (word(&state)?, fault.map(json).transpose()?);
    diesel::update(rest_grants::table)
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::id.eq(id.as_str()))
        .filter(rest_grants::version.eq(version))
        .set((
            rest_grants::state.eq(&after.0),
            rest_grants::fault.eq(&after.1),
            rest_grants::state_at.eq(micros(now)),
        ))
        .execute(db)?;
    Ok(before != after)
}

/// Keeps what a test found.
pub(crate) fn set_findings(
    db: &mut Db,
    tenant: &TenantId,
    id: &RestGrantId,
    findings: &Findings,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(rest_grants::table)
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::id.eq(id.as_str()))
        .set((
            rest_grants::findings.eq(Some(json(findings)?)),
            rest_grants::tested_at.eq(Some(micros(now))),
        ))
        .execute(db)?;
    Ok(())
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rest_consents, treat_none_as_default_value = false)]
struct ConsentRow {
    digest: String,
    tenant_id: String,
    access_id: String,
    course_id: Option<String>,
    session_id: String,
    begun_by_admin: Option<String>,
    begun_by_person: Option<String>,
    expires_at: i64,
}

/// Keeps that a sign-in was begun, under the digest of its state.
pub(crate) fn begin_consent(db: &mut Db, digest: &str, consent: &Consent) -> Result<(), StoreError> {
    let (begun_by_admin, begun_by_person) = parts(&consent.begun_by);
    diesel::insert_into(rest_consents::table)
        .values(&ConsentRow {
            digest: digest.to_owned(),
            tenant_id: consent.tenant.to_string(),
            access_id: consent.access.to_string(),
            course_id: consent.course.as_ref().map(ToString::to_string),
            session_id: consent.session.clone(),
            begun_by_admin,
            begun_by_person,
            expires_at: micros(consent.expires_at),
        })
        .execute(db)?;
    Ok(())
}

/// Whether a sign-in waits under that digest. Names no tenant, as with [`take_consent`].
pub(crate) fn waits(db: &mut Db, digest: &str) -> Result<bool, StoreError> {
    let found: i64 = rest_consents::table
        .filter(rest_consents::digest.eq(digest))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

/// The sign-in behind a state, which nobody can use again; none if it is over. Names no tenant: the state is how the tenant is
/// found. Run it in a transaction.
pub(crate) fn take_consent(
    db: &mut Db,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<Option<Consent>, StoreError> {
    let row: Option<ConsentRow> = rest_consents::table
        .filter(rest_consents::digest.eq(digest))
        .filter(rest_consents::expires_at.gt(micros(now)))
        .select(ConsentRow::as_select())
        .get_result(db)
        .optional()?;
    let gone = diesel::delete(rest_consents::table)
        .filter(rest_consents::digest.eq(digest))
        .execute(db)?;
    // Where two take it at once, the one whose deletion finds it has it.
    let Some(row) = row.filter(|_| gone == 1) else {
        return Ok(None);
    };
    Ok(Some(Consent {
        tenant: row.tenant_id.into(),
        access: row.access_id.into(),
        course: row.course_id.map(CourseId::from),
        session: row.session_id,
        begun_by: giver(row.begun_by_admin, row.begun_by_person),
        expires_at: moment(row.expires_at)?,
    }))
}

/// Forgets sign-ins that were never answered, of all institutions.
pub(crate) fn purge_consents(db: &mut Db, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::delete(rest_consents::table)
        .filter(rest_consents::expires_at.le(micros(now)))
        .execute(db)?)
}

/// The tokens that somebody gave for their courses.
pub(crate) fn of_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Grant>, StoreError> {
    let rows: Vec<GrantRow> = rest_grants::table
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::given_by_person.eq(person.as_str()))
        .order((rest_grants::given_at, rest_grants::id))
        .select(GrantRow::as_select())
        .load(db)?;
    rows.into_iter().map(GrantRow::grant).collect()
}

/// Whether the last reading of a course of a platform, of those that go on and other than `course`, stopped for that reason.
pub(crate) fn is_so_elsewhere(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    course: &CourseId,
    why: &Why,
) -> Result<bool, StoreError> {
    let why = json(why)?;
    let found: i64 = on_both!(db, |connection| course_keys::table
        .inner_join(courses::table.on(courses::id.eq(course_keys::course_id)))
        .inner_join(rest_readings::table.on(rest_readings::course_id.eq(courses::id)))
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(platform.as_str()))
        .filter(courses::joined_into.is_null())
        .filter(courses::ended_at.is_null())
        .filter(courses::id.ne(course.as_str()))
        .filter(rest_readings::trouble.eq(Some(&why)))
        .count()
        .get_result(connection))?;
    Ok(found > 0)
}

/// How many people the member list of a course named last.
pub(crate) fn on_member_list(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<i64, StoreError> {
    Ok(enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(enrolments::active.eq(true))
        .filter(enrolments::listed.is_not_null())
        .count()
        .get_result(db)?)
}

/// Forgets what somebody gave for their courses and what they began, because they are erased.
pub(crate) fn remove_of_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    diesel::delete(rest_grants::table)
        .filter(rest_grants::tenant_id.eq(tenant.as_str()))
        .filter(rest_grants::given_by_person.eq(person.as_str()))
        .execute(db)?;
    diesel::delete(rest_consents::table)
        .filter(rest_consents::tenant_id.eq(tenant.as_str()))
        .filter(rest_consents::begun_by_person.eq(person.as_str()))
        .execute(db)?;
    Ok(())
}
