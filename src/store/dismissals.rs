//! Findings of the coach that somebody dismissed with a reason, unique on what each is about.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::dismissed_findings;
use super::{Db, StoreError};
use crate::domain::coach::Dismissal;
use crate::ids::{BadgeId, CourseId, PersonId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = dismissed_findings, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    course_id: String,
    badge_id: Option<String>,
    code: String,
    about: String,
    reason: String,
    dismissed_by: Option<String>,
    dismissed_at: i64,
}

impl Row {
    fn dismissal(self) -> Result<Dismissal, StoreError> {
        Ok(Dismissal {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            badge: self.badge_id.map(Into::into),
            code: self.code,
            about: self.about,
            reason: self.reason,
            by: self.dismissed_by.map(Into::into),
            at: moment(self.dismissed_at)?,
        })
    }
}

/// Keeps that somebody dismissed a finding. `false`: it was dismissed before, and that reason stands.
pub(crate) fn insert(db: &mut Db, dismissal: &Dismissal) -> Result<bool, StoreError> {
    let row = Row {
        id: dismissal.id.to_string(),
        tenant_id: dismissal.tenant.to_string(),
        course_id: dismissal.course.to_string(),
        badge_id: dismissal.badge.as_ref().map(ToString::to_string),
        code: dismissal.code.clone(),
        about: dismissal.about.clone(),
        reason: dismissal.reason.clone(),
        dismissed_by: dismissal.by.as_ref().map(ToString::to_string),
        dismissed_at: micros(dismissal.at),
    };
    let added = on_both!(db, |connection| diesel::insert_into(dismissed_findings::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// What was dismissed in a course, or in all courses of an institution; oldest first.
pub(crate) fn standing(
    db: &mut Db,
    tenant: &TenantId,
    course: Option<&CourseId>,
) -> Result<Vec<Dismissal>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| {
        let mut query = dismissed_findings::table
            .filter(dismissed_findings::tenant_id.eq(tenant.as_str()))
            .order((dismissed_findings::dismissed_at, dismissed_findings::id))
            .select(Row::as_select())
            .into_boxed();
        if let Some(course) = course {
            query = query.filter(dismissed_findings::course_id.eq(course.as_str()));
        }
        query.load(connection)
    })?;
    rows.into_iter().map(Row::dismissal).collect()
}

/// Takes back that a finding was dismissed. `false`: it was not.
pub(crate) fn remove(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    about: &str,
) -> Result<bool, StoreError> {
    let gone = diesel::delete(dismissed_findings::table)
        .filter(dismissed_findings::tenant_id.eq(tenant.as_str()))
        .filter(dismissed_findings::course_id.eq(course.as_str()))
        .filter(dismissed_findings::about.eq(about))
        .execute(db)?;
    Ok(gone == 1)
}

/// What a person dismissed: the word of each finding, the reason, and when.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<(String, String, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(String, String, i64)> = dismissed_findings::table
        .filter(dismissed_findings::tenant_id.eq(tenant.as_str()))
        .filter(dismissed_findings::dismissed_by.eq(person.as_str()))
        .order((dismissed_findings::dismissed_at, dismissed_findings::id))
        .select((
            dismissed_findings::code,
            dismissed_findings::reason,
            dismissed_findings::dismissed_at,
        ))
        .load(db)?;
    rows.into_iter()
        .map(|(code, reason, at)| Ok((code, reason, moment(at)?)))
        .collect()
}

/// Takes the person out of what they dismissed: the reason stays, with nobody's name.
pub(super) fn forget_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    diesel::update(dismissed_findings::table)
        .filter(dismissed_findings::tenant_id.eq(tenant.as_str()))
        .filter(dismissed_findings::dismissed_by.eq(person.as_str()))
        .set(dismissed_findings::dismissed_by.eq(None::<String>))
        .execute(db)?;
    Ok(())
}

/// Forgets what was dismissed of a badge that goes.
pub(super) fn forget_badge(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<(), StoreError> {
    diesel::delete(dismissed_findings::table)
        .filter(dismissed_findings::tenant_id.eq(tenant.as_str()))
        .filter(dismissed_findings::badge_id.eq(badge.as_str()))
        .execute(db)?;
    Ok(())
}
