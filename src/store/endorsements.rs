//! Endorsements by other bodies: invited, signed once, ended.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, from_word, json, micros, moment, opt_moment, word};
use super::schema::{badges, endorsements};
use super::{Db, StoreError};
use crate::domain::endorsement::{Domain, DomainBy, Endorsement, Endorser, Given, InvitedBy};
use crate::ids::{BadgeId, CourseId, EndorsementId, PersonId, TenantId};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = endorsements, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    tenant_id: String,
    badge_id: String,
    name: String,
    email: Option<String>,
    domain: Option<String>,
    domain_by: Option<String>,
    domain_at: Option<i64>,
    invited_by_person: Option<String>,
    invited_by_admin: Option<String>,
    made_at: i64,
    until: i64,
    link_digest: String,
    withdrawn_at: Option<i64>,
    used_at: Option<i64>,
    own_digest: Option<String>,
    slug: Option<String>,
    public_multibase: Option<String>,
    sealed_secret: Option<String>,
    key_taken_at: Option<i64>,
    revision: Option<i32>,
    shown: Option<String>,
    substance: Option<String>,
    comment: Option<String>,
    document: Option<String>,
    list_document: Option<String>,
    list_revoked: Option<String>,
    carried: bool,
    ended_at: Option<i64>,
    revoked_at: Option<i64>,
    domain_lost_at: Option<i64>,
}

impl Row {
    fn of(one: &Endorsement) -> Result<Self, StoreError> {
        let (person, admin) = match &one.invited_by {
            InvitedBy::Teacher(id) => (Some(id.to_string()), None),
            InvitedBy::Administrator(id) => (None, Some(id.to_string())),
            InvitedBy::Nobody => (None, None),
        };
        let given = one.given.as_ref();
        let issuer = given.and_then(|given| given.issuer.as_ref());
        let domain = one.domain.as_ref();
        Ok(Self {
            id: one.id.to_string(),
            tenant_id: one.tenant.to_string(),
            badge_id: one.badge.to_string(),
            name: one.name.clone(),
            email: one.email.clone(),
            domain: domain.map(|domain| domain.name.clone()),
            domain_by: domain.map(|domain| word(&domain.by)).transpose()?,
            domain_at: domain.map(|domain| micros(domain.at)),
            invited_by_person: person,
            invited_by_admin: admin,
            made_at: micros(one.made_at),
            until: micros(one.until),
            link_digest: one.link_digest.clone(),
            withdrawn_at: one.withdrawn_at.map(micros),
            used_at: given.map(|given| micros(given.at)),
            own_digest: given.map(|given| given.own_digest.clone()),
            slug: issuer.map(|issuer| issuer.slug.clone()),
            public_multibase: issuer.map(|issuer| issuer.public_multibase.clone()),
            sealed_secret: issuer.and_then(|issuer| issuer.sealed_secret.clone()),
            key_taken_at: issuer.and_then(|issuer| issuer.key_taken_at.map(micros)),
            revision: given.map(|given| given.revision),
            shown: given.map(|given| json(&given.shown)).transpose()?,
            substance: given.map(|given| given.substance.clone()),
            comment: given.map(|given| given.comment.clone()),
            document: given.map(|given| given.document.clone()),
            list_document: issuer.map(|issuer| issuer.list_document.clone()),
            list_revoked: issuer.map(|issuer| issuer.list_revoked.clone()),
            carried: given.is_some_and(|given| given.carried),
            ended_at: given.and_then(|given| given.ended_at.map(micros)),
            revoked_at: given.and_then(|given| given.revoked_at.map(micros)),
            domain_lost_at: domain.and_then(|domain| domain.lost_at.map(micros)),
        })
    }

    fn endorsement(self) -> Result<Endorsement, StoreError> {
        let invited_by = match (self.invited_by_person.clone(), self.invited_by_admin.clone()) {
            (Some(id), _) => InvitedBy::Teacher(id.into()),
            (None, Some(id)) => InvitedBy::Administrator(id.into()),
            (None, None) => InvitedBy::Nobody,
        };
        let domain = match (self.domain.clone(), &self.domain_by, self.domain_at) {
            (Some(name), Some(by), Some(at)) => Some(Domain {
                name,
                by: from_word("endorsements.domain_by", by)?,
                at: moment(at)?,
                lost_at: opt_moment(self.domain_lost_at)?,
            }),
            _ => None,
        };
        Ok(Endorsement {
            id: self.id.clone().into(),
            tenant: self.tenant_id.clone().into(),
            badge: self.badge_id.clone().into(),
            name: self.name.clone(),
            email: self.email.clone(),
            domain,
            invited_by,
            made_at: moment(self.made_at)?,
            until: moment(self.until)?,
            link_digest: self.link_digest.clone(),
            withdrawn_at: opt_moment(self.withdrawn_at)?,
            given: self.given()?,
        })
    }

    fn given(self) -> Result<Option<Given>, StoreError> {
        let Some(at) = self.used_at else {
            return Ok(None);
        };
        let missing = || StoreError::Value {
            column: "endorsements.document",
            problem: "nothing".to_owned(),
        };
        let issuer = match (self.slug, self.public_multibase) {
            (Some(slug), Some(public_multibase)) => Some(Endorser {
                slug,
                public_multibase,
                sealed_secret: self.sealed_secret,
                key_taken_at: opt_moment(self.key_taken_at)?,
                list_document: self.list_document.unwrap_or_default(),
                list_revoked: self.list_revoked.unwrap_or_default(),
            }),
            _ => None,
        };
        let shown = self.shown.ok_or_else(missing)?;
        Ok(Some(Given {
            at: moment(at)?,
            own_digest: self.own_digest.ok_or_else(missing)?,
            issuer,
            revision: self.revision.unwrap_or_default(),
            shown: from_json("endorsements.shown", &shown)?,
            substance: self.substance.unwrap_or_default(),
            comment: self.comment.unwrap_or_default(),
            document: self.document.ok_or_else(missing)?,
            carried: self.carried,
            ended_at: opt_moment(self.ended_at)?,
            revoked_at: opt_moment(self.revoked_at)?,
        }))
    }
}

fn all(rows: Vec<Row>) -> Result<Vec<Endorsement>, StoreError> {
    rows.into_iter().map(Row::endorsement).collect()
}

/// Keeps an invitation.
pub(crate) fn insert(db: &mut Db, one: &Endorsement) -> Result<(), StoreError> {
    diesel::insert_into(endorsements::table)
        .values(&Row::of(one)?)
        .execute(db)?;
    Ok(())
}

/// The one with that id.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &EndorsementId,
) -> Result<Option<Endorsement>, StoreError> {
    let row = endorsements::table
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::endorsement).transpose()
}

/// The one whose link, or whose endorser's own link, has that digest. Names no tenant: whoever opens it knows none, and the
/// secret is unguessable.
pub(crate) fn by_digest(db: &mut Db, digest: &str) -> Result<Option<Endorsement>, StoreError> {
    let row = endorsements::table
        .filter(
            endorsements::link_digest
                .eq(digest)
                .or(endorsements::own_digest.assume_not_null().eq(digest)),
        )
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::endorsement).transpose()
}

/// The one for which the issuer at that address was made. Names no tenant: the address is public.
pub(crate) fn by_slug(db: &mut Db, slug: &str) -> Result<Option<Endorsement>, StoreError> {
    let row = endorsements::table
        .filter(endorsements::slug.eq(slug))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::endorsement).transpose()
}

/// The one with that id, once it was signed. Names no tenant: it is published at its id.
pub(crate) fn published(db: &mut Db, id: &EndorsementId) -> Result<Option<Endorsement>, StoreError> {
    let row = endorsements::table
        .filter(endorsements::id.eq(id.as_str()))
        .filter(endorsements::used_at.is_not_null())
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::endorsement).transpose()
}

/// Those of a badge, oldest first.
pub(crate) fn of_badge(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<Vec<Endorsement>, StoreError> {
    let rows: Vec<Row> = endorsements::table
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::badge_id.eq(badge.as_str()))
        .order((endorsements::made_at, endorsements::id))
        .select(Row::as_select())
        .load(db)?;
    all(rows)
}

/// Those of the badges of a course that were signed, oldest first.
pub(crate) fn signed_in_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<Endorsement>, StoreError> {
    let here = badges::table
        .filter(badges::course_id.eq(course.as_str()))
        .select(badges::id);
    let rows: Vec<Row> = on_both!(db, |connection| endorsements::table
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::badge_id.eq_any(here))
        .filter(endorsements::used_at.is_not_null())
        .order((endorsements::made_at, endorsements::id))
        .select(Row::as_select())
        .load(connection))?;
    all(rows)
}

/// All of an institution that were signed, oldest first.
pub(crate) fn signed(db: &mut Db, tenant: &TenantId) -> Result<Vec<Endorsement>, StoreError> {
    let rows: Vec<Row> = endorsements::table
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::used_at.is_not_null())
        .order((endorsements::made_at, endorsements::id))
        .select(Row::as_select())
        .load(db)?;
    all(rows)
}

/// Those of an institution, newest first, at most `limit`.
pub(crate) fn of_tenant(db: &mut Db, tenant: &TenantId, limit: i64) -> Result<Vec<Endorsement>, StoreError> {
    let rows: Vec<Row> = endorsements::table
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .order((endorsements::made_at.desc(), endorsements::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    all(rows)
}

/// Those that a teacher invited, oldest first.
pub(crate) fn invited_by(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Endorsement>, StoreError> {
    let rows: Vec<Row> = endorsements::table
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::invited_by_person.eq(person.as_str()))
        .order((endorsements::made_at, endorsements::id))
        .select(Row::as_select())
        .load(db)?;
    all(rows)
}

/// Writes down what was signed. `false`: somebody was faster, or the link works no more.
pub(crate) fn give(db: &mut Db, one: &Endorsement, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(one.tenant.as_str()))
        .filter(endorsements::id.eq(one.id.as_str()))
        .filter(endorsements::used_at.is_null())
        .filter(endorsements::withdrawn_at.is_null())
        .filter(endorsements::until.gt(micros(now)))
        .set(&Row::of(one)?)
        .execute(db)?;
    Ok(changed == 1)
}

/// Takes back an invitation that waits, and keeps `left` of its address. `false`: there is none that waits.
pub(crate) fn withdraw(
    db: &mut Db,
    tenant: &TenantId,
    id: &EndorsementId,
    left: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::id.eq(id.as_str()))
        .filter(endorsements::used_at.is_null())
        .filter(endorsements::withdrawn_at.is_null())
        .set((
            endorsements::withdrawn_at.eq(Some(micros(now))),
            endorsements::email.eq(left),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Has an endorsement end. `false`: it has ended before.
pub(crate) fn end(
    db: &mut Db,
    tenant: &TenantId,
    id: &EndorsementId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::id.eq(id.as_str()))
        .filter(endorsements::used_at.is_not_null())
        .filter(
            endorsements::ended_at
                .is_null()
                .or(endorsements::ended_at.assume_not_null().gt(micros(now))),
        )
        .filter(endorsements::revoked_at.is_null())
        .set(endorsements::ended_at.eq(Some(micros(now))))
        .execute(db)?;
    Ok(changed == 1)
}

/// Has an endorsement taken back, whether it had ended or not, and forgets the address of whoever gave it and what the institution
/// vouched for: that stood behind what was said. `false`: it was before.
pub(crate) fn revoke(
    db: &mut Db,
    tenant: &TenantId,
    id: &EndorsementId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::id.eq(id.as_str()))
        .filter(endorsements::used_at.is_not_null())
        .filter(endorsements::revoked_at.is_null())
        .set((
            endorsements::revoked_at.eq(Some(micros(now))),
            endorsements::email.eq(None::<String>),
        ))
        .execute(db)?;
    diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::id.eq(id.as_str()))
        .filter(endorsements::revoked_at.is_not_null())
        .filter(endorsements::domain_by.eq(Some(word(&DomainBy::Institution)?)))
        .set((
            endorsements::domain.eq(None::<String>),
            endorsements::domain_by.eq(None::<String>),
            endorsements::domain_at.eq(None::<i64>),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Forgets the key of an endorser, who has it now. `false`: it was taken before, or is another one by now.
pub(crate) fn take_key(
    db: &mut Db,
    tenant: &TenantId,
    id: &EndorsementId,
    sealed: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::id.eq(id.as_str()))
        .filter(endorsements::sealed_secret.eq(Some(sealed)))
        .set((
            endorsements::sealed_secret.eq(None::<String>),
            endorsements::key_taken_at.eq(Some(micros(now))),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Says in the institution's word which DNS name is that of whoever gave an endorsement. `false`: nobody gave it, it was taken back,
/// or a domain has shown itself to be theirs.
pub(crate) fn vouch(
    db: &mut Db,
    tenant: &TenantId,
    id: &EndorsementId,
    name: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let own_word = word(&DomainBy::Institution)?;
    let changed = diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::id.eq(id.as_str()))
        .filter(endorsements::used_at.is_not_null())
        .filter(endorsements::revoked_at.is_null())
        .filter(
            endorsements::domain_by
                .is_null()
                .or(endorsements::domain_by.assume_not_null().eq(own_word.as_str()))
                .or(endorsements::domain_lost_at.is_not_null()),
        )
        .set((
            endorsements::domain.eq(Some(name)),
            endorsements::domain_by.eq(Some(own_word.as_str())),
            endorsements::domain_at.eq(Some(micros(now))),
            endorsements::domain_asked_at.eq(None::<i64>),
            endorsements::domain_lost_at.eq(None::<i64>),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Says which DNS name is theirs, and by whose word.
pub(crate) fn set_domain(
    db: &mut Db,
    tenant: &TenantId,
    id: &EndorsementId,
    domain: &Domain,
) -> Result<(), StoreError> {
    diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::id.eq(id.as_str()))
        .set((
            endorsements::domain.eq(Some(domain.name.as_str())),
            endorsements::domain_by.eq(Some(word(&domain.by)?)),
            endorsements::domain_at.eq(Some(micros(domain.at))),
            endorsements::domain_asked_at.eq(None::<i64>),
            endorsements::domain_lost_at.eq(domain.lost_at.map(micros)),
        ))
        .execute(db)?;
    Ok(())
}

/// Those whose domain said before `said` for the last time that it is theirs, was not asked in vain since `asked`, and names an
/// identity that was made here; the longest ago first.
pub(crate) fn domains_due(
    db: &mut Db,
    tenant: &TenantId,
    said: DateTime<Utc>,
    asked: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Endorsement>, StoreError> {
    let by = word(&DomainBy::Did)?;
    let rows: Vec<Row> = on_both!(db, |connection| endorsements::table
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::domain_by.assume_not_null().eq(by.as_str()))
        .filter(endorsements::domain_at.assume_not_null().lt(micros(said)))
        .filter(endorsements::domain_lost_at.is_null())
        .filter(endorsements::revoked_at.is_null())
        .filter(endorsements::slug.is_not_null())
        .filter(
            endorsements::domain_asked_at
                .is_null()
                .or(endorsements::domain_asked_at.assume_not_null().lt(micros(asked))),
        )
        .order((endorsements::domain_at, endorsements::id))
        .limit(limit)
        .select(Row::as_select())
        .load(connection))?;
    all(rows)
}

/// Keeps that a domain was asked and did not answer.
pub(crate) fn asked_in_vain(
    db: &mut Db,
    tenant: &TenantId,
    id: &EndorsementId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::id.eq(id.as_str()))
        .set(endorsements::domain_asked_at.eq(Some(micros(now))))
        .execute(db)?;
    Ok(())
}

/// Forgets the addresses of invitations that are over unanswered since `before`, and says how many.
pub(crate) fn forget_addresses(
    db: &mut Db,
    tenant: &TenantId,
    before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    Ok(diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::used_at.is_null())
        .filter(endorsements::email.is_not_null())
        .filter(endorsements::until.lt(micros(before)))
        .set(endorsements::email.eq(None::<String>))
        .execute(db)?)
}

/// Forgets that a person invited, who is erased. What was signed stays: it is the endorser's.
pub(crate) fn forget_teacher(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    diesel::update(endorsements::table)
        .filter(endorsements::tenant_id.eq(tenant.as_str()))
        .filter(endorsements::invited_by_person.eq(person.as_str()))
        .set(endorsements::invited_by_person.eq(None::<String>))
        .execute(db)?;
    Ok(())
}
