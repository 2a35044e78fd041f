//! What became of the scores that were sent: one row for each line item and person.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::convert::{decimal, from_word, micros, moment, opt_decimal, opt_moment, word};
use super::schema::{people, posted_scores};
use super::{Db, StoreError};
use crate::domain::posted_score::{Outcome, Points, PostedScore, Refusal};
use crate::ids::{CourseId, LineItemId, PersonId, SubmissionId, TenantId};

const TAKEN: &str = "taken";
const STANDS: &str = "stands";
const EXCUSED: &str = "excused";
const REFUSED: &str = "refused";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = posted_scores, treat_none_as_default_value = false)]
struct Row {
    tenant_id: String,
    course_id: String,
    line_item_id: String,
    person_id: String,
    submission_id: String,
    given: Option<String>,
    maximum: Option<String>,
    outcome: String,
    there: Option<String>,
    there_maximum: Option<String>,
    refusal: Option<String>,
    said: Option<String>,
    tried_at: i64,
    anew_at: Option<i64>,
}

impl Row {
    fn of(posted: &PostedScore) -> Result<Self, StoreError> {
        let (mut there, mut refusal, mut saying) = (None, None, None);
        let outcome = match &posted.outcome {
            Outcome::Taken => TAKEN,
            Outcome::Stands(points) => {
                there = Some(*points);
                STANDS
            }
            Outcome::Excused => EXCUSED,
            Outcome::Refused { why, said } => {
                refusal = Some(word(why)?);
                saying = Some(said.clone());
                REFUSED
            }
        };
        Ok(Self {
            tenant_id: posted.tenant.to_string(),
            course_id: posted.course.to_string(),
            line_item_id: posted.item.to_string(),
            person_id: posted.person.to_string(),
            submission_id: posted.submission.to_string(),
            given: posted.ours.map(|ours| ours.value.to_string()),
            maximum: posted.ours.map(|ours| ours.maximum.to_string()),
            outcome: outcome.to_owned(),
            there: there.map(|there| there.value.to_string()),
            there_maximum: there.map(|there| there.maximum.to_string()),
            refusal,
            said: saying,
            tried_at: micros(posted.tried_at),
            anew_at: posted.anew_at.map(micros),
        })
    }

    fn posted(self) -> Result<PostedScore, StoreError> {
        let given = opt_decimal("posted_scores.given", self.given.as_deref())?;
        let maximum = opt_decimal("posted_scores.maximum", self.maximum.as_deref())?;
        let outcome = match self.outcome.as_str() {
            TAKEN => Outcome::Taken,
            EXCUSED => Outcome::Excused,
            STANDS => Outcome::Stands(Points {
                value: decimal("posted_scores.there", self.there.as_deref().unwrap_or_default())?,
                maximum: decimal(
                    "posted_scores.there_maximum",
                    self.there_maximum.as_deref().unwrap_or_default(),
                )?,
            }),
            REFUSED => Outcome::Refused {
                why: from_word::<Refusal>(
                    "posted_scores.refusal",
                    self.refusal.as_deref().unwrap_or_default(),
                )?,
                said: self.said.unwrap_or_default(),
            },
            other => {
                return Err(StoreError::Value {
                    column: "posted_scores.outcome",
                    problem: format!("{other:?}"),
                });
            }
        };
        Ok(PostedScore {
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            item: self.line_item_id.into(),
            person: self.person_id.into(),
            submission: self.submission_id.into(),
            ours: given
                .zip(maximum)
                .map(|(value, maximum)| Points { value, maximum }),
            outcome,
            tried_at: moment(self.tried_at)?,
            anew_at: opt_moment(self.anew_at)?,
        })
    }
}

/// Keeps what became of an attempt, in the place of the one before.
pub(crate) fn put(db: &mut Db, posted: &PostedScore) -> Result<(), StoreError> {
    let row = Row::of(posted)?;
    on_both!(db, |connection| diesel::insert_into(posted_scores::table)
        .values(&row)
        .on_conflict((posted_scores::line_item_id, posted_scores::person_id))
        .do_update()
        .set((
            posted_scores::submission_id.eq(excluded(posted_scores::submission_id)),
            posted_scores::given.eq(excluded(posted_scores::given)),
            posted_scores::maximum.eq(excluded(posted_scores::maximum)),
            posted_scores::outcome.eq(excluded(posted_scores::outcome)),
            posted_scores::there.eq(excluded(posted_scores::there)),
            posted_scores::there_maximum.eq(excluded(posted_scores::there_maximum)),
            posted_scores::refusal.eq(excluded(posted_scores::refusal)),
            posted_scores::said.eq(excluded(posted_scores::said)),
            posted_scores::tried_at.eq(excluded(posted_scores::tried_at)),
            posted_scores::anew_at.eq(excluded(posted_scores::anew_at)),
        ))
        .execute(connection))?;
    Ok(())
}

/// What became of the last attempt to tell that column of that person.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    person: &PersonId,
) -> Result<Option<PostedScore>, StoreError> {
    let row: Option<Row> = on_both!(db, |connection| posted_scores::table
        .filter(posted_scores::tenant_id.eq(tenant.as_str()))
        .filter(posted_scores::line_item_id.eq(item.as_str()))
        .filter(posted_scores::person_id.eq(person.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::posted).transpose()
}

/// A refusal of that hand-in is over: nothing of it is to be sent any more.
pub(crate) fn settle(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    submission: &SubmissionId,
) -> Result<(), StoreError> {
    let refused = || {
        posted_scores::table
            .filter(posted_scores::tenant_id.eq(tenant.as_str()))
            .filter(posted_scores::person_id.eq(person.as_str()))
            .filter(posted_scores::submission_id.eq(submission.as_str()))
            .filter(posted_scores::outcome.eq(REFUSED))
    };
    diesel::delete(refused().filter(posted_scores::given.is_null())).execute(db)?;
    diesel::update(refused())
        .set((
            posted_scores::outcome.eq(TAKEN),
            posted_scores::refusal.eq(None::<String>),
            posted_scores::said.eq(None::<String>),
        ))
        .execute(db)?;
    Ok(())
}

/// What the platform of a course did not take, longest tried first, at most `limit`, and how many there are. A row that
/// stays with somebody who was joined counts for nothing.
pub(crate) fn refused(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    limit: i64,
) -> Result<(Vec<PostedScore>, i64), StoreError> {
    on_both!(db, |connection| {
        let wanted = || {
            let joined = people::table
                .filter(people::tenant_id.eq(tenant.as_str()))
                .filter(people::joined_into.is_not_null())
                .select(people::id);
            posted_scores::table
                .filter(posted_scores::tenant_id.eq(tenant.as_str()))
                .filter(posted_scores::course_id.eq(course.as_str()))
                .filter(posted_scores::outcome.eq(REFUSED))
                .filter(posted_scores::person_id.ne_all(joined))
        };
        let rows: Vec<Row> = wanted()
            .order((
                posted_scores::tried_at,
                posted_scores::line_item_id,
                posted_scores::person_id,
            ))
            .limit(limit)
            .select(Row::as_select())
            .load(connection)?;
        // Most often there is none, or there are few.
        let total = match i64::try_from(rows.len()) {
            Ok(few) if few < limit => few,
            _ => wanted().count().get_result(connection)?,
        };
        let rows: Result<Vec<_>, StoreError> = rows.into_iter().map(Row::posted).collect();
        Ok((rows?, total))
    })
}

/// How many grades of each column of a course were sent anew since then, because its points had been changed.
pub(crate) fn sent_anew(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    since: DateTime<Utc>,
) -> Result<BTreeMap<LineItemId, usize>, StoreError> {
    let items: Vec<String> = posted_scores::table
        .filter(posted_scores::tenant_id.eq(tenant.as_str()))
        .filter(posted_scores::course_id.eq(course.as_str()))
        .filter(posted_scores::anew_at.ge(micros(since)))
        .select(posted_scores::line_item_id)
        .load(db)?;
    let mut counts = BTreeMap::new();
    for item in items {
        let count: &mut usize = counts.entry(LineItemId::from(item)).or_default();
        *count = count.saturating_add(1);
    }
    Ok(counts)
}

/// Whom that column was told of after `since`.
pub(crate) fn tried_since(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    since: DateTime<Utc>,
) -> Result<BTreeSet<PersonId>, StoreError> {
    let people: Vec<String> = posted_scores::table
        .filter(posted_scores::tenant_id.eq(tenant.as_str()))
        .filter(posted_scores::line_item_id.eq(item.as_str()))
        .filter(posted_scores::tried_at.gt(micros(since)))
        .select(posted_scores::person_id)
        .load(db)?;
    Ok(people.into_iter().map(PersonId::from).collect())
}

/// The column is another one than before, without any grade: nothing of ours is there any more. What is refused is still
/// to be told.
pub(crate) fn start_afresh(db: &mut Db, tenant: &TenantId, item: &LineItemId) -> Result<(), StoreError> {
    let of_column = || {
        posted_scores::table
            .filter(posted_scores::tenant_id.eq(tenant.as_str()))
            .filter(posted_scores::line_item_id.eq(item.as_str()))
    };
    diesel::delete(of_column().filter(posted_scores::outcome.ne(REFUSED))).execute(db)?;
    diesel::update(of_column())
        .set((
            posted_scores::given.eq(None::<String>),
            posted_scores::maximum.eq(None::<String>),
        ))
        .execute(db)?;
    Ok(())
}

/// Everything that was sent of a person, oldest first.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<PostedScore>, StoreError> {
    let rows: Vec<Row> = posted_scores::table
        .filter(posted_scores::tenant_id.eq(tenant.as_str()))
        .filter(posted_scores::person_id.eq(person.as_str()))
        .order((posted_scores::tried_at, posted_scores::line_item_id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::posted).collect()
}
