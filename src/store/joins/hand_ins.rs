//! Hand-ins to activities of one platform that stand with people whom only another one names. While both were one, either side
//! worked in what the other had brought; once they are two again, each hand-in is of whom the activity's own platform calls by
//! the same name, with its reviews and what became of its score.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::super::convert::{micros, moment};
use super::super::schema::joins;
use super::super::{Db, StoreError, activities, platforms};
use super::moves::run;
use super::{joined_platforms, placed, submissions};
use crate::domain::evidence::Activity;
use crate::ids::{ActivityId, CourseId, LineItemId, PersonId, PlatformId, TenantId};
use crate::random::Random;

/// Where a hand-in names somebody: who handed it in, who reviewed it, and who did before.
const NAMED: [(&str, &str); 3] = [
    ("submissions AS s", "s.person_id"),
    ("submissions AS s", "s.reviewed_by"),
    (
        "submissions AS s JOIN past_reviews AS p ON p.submission_id = s.id",
        "p.reviewed_by",
    ),
];

#[derive(QueryableByName)]
struct Stranger {
    #[diesel(sql_type = Text)]
    activity: String,
    #[diesel(sql_type = Text)]
    person: String,
}

/// Whose hand-ins went to whom, and in which courses.
#[derive(Debug, Default)]
pub(crate) struct GoneHome {
    pub(crate) courses: BTreeSet<CourseId>,
    pub(crate) people: BTreeSet<PersonId>,
}

/// Gives hand-ins to activities of the first platform, of until that moment, from people whom only the second one names to those
/// whom the first one calls alike. Doing so twice does it once. Run it in a transaction, once each is the own one's again that
/// was before.
pub(crate) fn hand_ins_go_home(
    db: &mut Db,
    tenant: &TenantId,
    (own, other): (&PlatformId, &PlatformId),
    until: DateTime<Utc>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<GoneHome, StoreError> {
    let mut gone = GoneHome::default();
    for (activity, person) in strangers(db, tenant, (own, other), until)? {
        let Some(activity) = activities::get(db, tenant, &activity)? else {
            continue;
        };
        let home = platforms::home_of_course(db, tenant, &activity.course)?;
        if home.platform != *own {
            continue;
        }
        if let Some(theirs) = placed::counterpart(db, tenant, (other, &home), &person, now, random)? {
            give(db, &activity, &person, &theirs)?;
            gone.courses.insert(activity.course);
            gone.people.extend([person, theirs]);
        }
    }
    Ok(gone)
}

/// The activities of a platform with those who are named there though another platform alone names them.
fn strangers(
    db: &mut Db,
    tenant: &TenantId,
    (own, other): (&PlatformId, &PlatformId),
    until: DateTime<Utc>,
) -> Result<BTreeSet<(ActivityId, PersonId)>, StoreError> {
    let mut found: BTreeSet<(ActivityId, PersonId)> = BTreeSet::new();
    for (rows, who) in NAMED {
        let sql = format!(
            "SELECT DISTINCT a.id AS activity, {who} AS person FROM {rows} \
             JOIN activities AS a ON a.id = s.activity_id \
             JOIN course_keys AS k ON k.course_id = a.course_id AND k.tenant_id = s.tenant_id \
             WHERE s.tenant_id = $1 AND k.platform_id = $2 AND s.submitted_at <= $3 \
             AND EXISTS (SELECT 1 FROM identities AS i \
             WHERE i.tenant_id = s.tenant_id AND i.platform_id = $4 AND i.person_id = {who}) \
             AND NOT EXISTS (SELECT 1 FROM identities AS n \
             JOIN course_keys AS c ON c.platform_id = n.platform_id AND c.tenant_id = n.tenant_id \
             WHERE n.tenant_id = s.tenant_id AND c.course_id = a.course_id AND n.person_id = {who})"
        );
        let some: Vec<Stranger> = on_both!(db, |connection| diesel::sql_query(sql)
            .bind::<Text, _>(tenant.as_str())
            .bind::<Text, _>(own.as_str())
            .bind::<BigInt, _>(micros(until))
            .bind::<Text, _>(other.as_str())
            .load(connection))?;
        let some = some.into_iter();
        found.extend(some.map(|one| (one.activity.into(), one.person.into())));
    }
    Ok(found)
}

/// Has what one person handed in to an activity, and said of others' work there, be another's.
pub(super) fn give(
    db: &mut Db,
    activity: &Activity,
    from: &PersonId,
    to: &PersonId,
) -> Result<(), StoreError> {
    let (tenant, id) = (&activity.tenant, &activity.id);
    submissions::go_over(db, tenant, id, from, to)?;
    run!(
        db,
        "UPDATE submissions SET reviewed_by = $1 WHERE tenant_id = $2 AND activity_id = $3 AND reviewed_by = $4",
        to.as_str(),
        tenant.as_str(),
        id.as_str(),
        from.as_str()
    )?;
    run!(
        db,
        "UPDATE past_reviews SET reviewed_by = $1 WHERE tenant_id = $2 AND reviewed_by = $3 AND submission_id IN \
         (SELECT id FROM submissions WHERE activity_id = $4)",
        to.as_str(),
        tenant.as_str(),
        from.as_str(),
        id.as_str()
    )?;
    match &activity.line_item {
        Some(item) => score_goes(db, activity, item, from, to),
        None => Ok(()),
    }
}

/// What became of the score that was sent last is the other's; of two, the newer one is. It is of the course in which the
/// activity is now.
fn score_goes(
    db: &mut Db,
    activity: &Activity,
    item: &LineItemId,
    from: &PersonId,
    to: &PersonId,
) -> Result<(), StoreError> {
    let tenant = &activity.tenant;
    for (older, than) in [(to, from), (from, to)] {
        run!(
            db,
            "DELETE FROM posted_scores WHERE tenant_id = $1 AND line_item_id = $2 AND person_id = $3 AND EXISTS \
             (SELECT 1 FROM posted_scores AS newer WHERE newer.line_item_id = posted_scores.line_item_id \
             AND newer.person_id = $4 AND newer.tried_at >= posted_scores.tried_at)",
            tenant.as_str(),
            item.as_str(),
            older.as_str(),
            than.as_str()
        )?;
    }
    run!(
        db,
        "UPDATE posted_scores SET person_id = $1, course_id = $2 \
         WHERE tenant_id = $3 AND line_item_id = $4 AND person_id = $5",
        to.as_str(),
        activity.course.as_str(),
        tenant.as_str(),
        item.as_str(),
        from.as_str()
    )?;
    Ok(())
}

/// Pairs of platforms of which a join was taken back, each with when that was last, as long as neither is one with any other.
pub(crate) fn taken_back(
    db: &mut Db,
    tenant: &TenantId,
) -> Result<Vec<(PlatformId, PlatformId, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(String, String, Option<i64>)> = on_both!(db, |connection| joins::table
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::kind.eq("platform"))
        .filter(joins::state.eq("undone"))
        .order((joins::undone_at, joins::id))
        .select((joins::from_id, joins::into_id, joins::undone_at))
        .load(connection))?;
    let joined = joined_platforms(db, tenant)?;
    let mut last = BTreeMap::new();
    for (from, into, undone_at) in rows {
        let (from, into) = (PlatformId::from(from), PlatformId::from(into));
        let Some(at) = undone_at else { continue };
        if joined.said(&from) == from && joined.said(&into) == into {
            let pair = if from < into { (from, into) } else { (into, from) };
            last.insert(pair, at);
        }
    }
    let mut all = Vec::with_capacity(last.len());
    for ((one, other), at) in last {
        all.push((one, other, moment(at)?));
    }
    Ok(all)
}
