//! Timelines that holders show, by the digest of the secret part of their address.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment, opt_moment};
use super::schema::timelines;
use super::{Db, StoreError};
use crate::domain::timeline::{Shows, Timeline};
use crate::ids::{PersonId, TenantId, TimelineId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = timelines, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    person_id: String,
    award_id: Option<String>,
    digest: String,
    slug: Option<String>,
    public_of: Option<String>,
    show_name: bool,
    show_evidence: bool,
    made_at: i64,
    until: Option<i64>,
    withdrawn_at: Option<i64>,
}

impl Row {
    fn of(timeline: &Timeline) -> Self {
        let award = timeline.award.as_ref().map(ToString::to_string);
        let what = award.as_deref().unwrap_or("all");
        let is_shown_to_all = timeline.is_public() && timeline.withdrawn_at.is_none();
        Self {
            id: timeline.id.to_string(),
            tenant_id: timeline.tenant.to_string(),
            person_id: timeline.person.to_string(),
            digest: timeline.digest.clone(),
            slug: timeline.slug.clone(),
            public_of: is_shown_to_all.then(|| format!("{}/{what}", timeline.person)),
            show_name: timeline.shows.name,
            show_evidence: timeline.shows.evidence,
            made_at: micros(timeline.made_at),
            until: timeline.until.map(micros),
            withdrawn_at: timeline.withdrawn_at.map(micros),
            award_id: award,
        }
    }

    fn timeline(self) -> Result<Timeline, StoreError> {
        Ok(Timeline {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            person: self.person_id.into(),
            award: self.award_id.map(Into::into),
            digest: self.digest,
            slug: self.slug,
            shows: Shows {
                name: self.show_name,
                evidence: self.show_evidence,
            },
            made_at: moment(self.made_at)?,
            until: opt_moment(self.until)?,
            withdrawn_at: opt_moment(self.withdrawn_at)?,
        })
    }
}

/// Keeps a timeline. `false`: one of the same is shown to anybody already, and nothing was written.
pub(crate) fn insert(db: &mut Db, timeline: &Timeline) -> Result<bool, StoreError> {
    let row = Row::of(timeline);
    let added = on_both!(db, |connection| diesel::insert_into(timelines::table)
        .values(&row)
        .on_conflict(timelines::public_of)
        .do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// The timeline with that digest, open or not. Names no tenant: whoever opens it knows none, and the secret is unguessable.
pub(crate) fn by_digest(db: &mut Db, digest: &str) -> Result<Option<Timeline>, StoreError> {
    let row = timelines::table
        .filter(timelines::digest.eq(digest))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::timeline).transpose()
}

/// The timelines that a person shows or showed, at most `limit`: those that anybody may open first, which can be withdrawn however many
/// came after them, and then the latest first.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    limit: i64,
) -> Result<Vec<Timeline>, StoreError> {
    let rows: Vec<Row> = timelines::table
        .filter(timelines::tenant_id.eq(tenant.as_str()))
        .filter(timelines::person_id.eq(person.as_str()))
        .order((
            timelines::public_of.is_null(),
            timelines::made_at.desc(),
            timelines::id.desc(),
        ))
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::timeline).collect()
}

/// Some timelines of an institution, by id, after that one.
pub(crate) fn some_after(
    db: &mut Db,
    tenant: &TenantId,
    after: &str,
    limit: i64,
) -> Result<Vec<Timeline>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| timelines::table
        .filter(timelines::tenant_id.eq(tenant.as_str()))
        .filter(timelines::id.gt(after))
        .order(timelines::id)
        .limit(limit)
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::timeline).collect()
}

/// Changes what a timeline shows. `false`: there is none of that person, or it was withdrawn.
pub(crate) fn set_shows(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    id: &TimelineId,
    shows: Shows,
) -> Result<bool, StoreError> {
    let changed = diesel::update(timelines::table)
        .filter(timelines::tenant_id.eq(tenant.as_str()))
        .filter(timelines::person_id.eq(person.as_str()))
        .filter(timelines::id.eq(id.as_str()))
        .filter(timelines::withdrawn_at.is_null())
        .set((
            timelines::show_name.eq(shows.name),
            timelines::show_evidence.eq(shows.evidence),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Ends a timeline of a person. `false`: there is none, or it was withdrawn before.
pub(crate) fn withdraw(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    id: &TimelineId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(timelines::table)
        .filter(timelines::tenant_id.eq(tenant.as_str()))
        .filter(timelines::person_id.eq(person.as_str()))
        .filter(timelines::id.eq(id.as_str()))
        .filter(timelines::withdrawn_at.is_null())
        .set((
            timelines::withdrawn_at.eq(Some(micros(now))),
            timelines::public_of.eq(None::<String>),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Forgets timelines that ended or were withdrawn before `before`, and says how many.
pub(crate) fn forget_over(
    db: &mut Db,
    tenant: &TenantId,
    before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let before = micros(before);
    Ok(diesel::delete(timelines::table)
        .filter(timelines::tenant_id.eq(tenant.as_str()))
        .filter(timelines::until.lt(before).or(timelines::withdrawn_at.lt(before)))
        .execute(db)?)
}
