//! That a second person looks at a programme before it decides.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;

use super::makers;
use crate::domain::audit::Action;
use crate::domain::programme::{Maker, Review, ReviewState};
use crate::ids::{BadgeId, TenantId};
use crate::store::convert::{from_word, micros, moment, opt_moment, word};
use crate::store::schema::{audit, programme_reviews};
use crate::store::{Db, StoreError};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = programme_reviews, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    badge_id: String,
    digest: String,
    asked_by: String,
    asked_at: i64,
    state: String,
    answered_by: Option<String>,
    answered_at: Option<i64>,
    note: Option<String>,
    asked_by_person: Option<String>,
    answered_by_person: Option<String>,
}

impl Row {
    fn review(self) -> Result<Review, StoreError> {
        Ok(Review {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            badge: self.badge_id.into(),
            digest: self.digest,
            asked_by: makers::of(Some(self.asked_by), self.asked_by_person),
            asked_at: moment(self.asked_at)?,
            state: from_word("programme_reviews.state", &self.state)?,
            answered_by: makers::of(self.answered_by, self.answered_by_person),
            answered_at: opt_moment(self.answered_at)?,
            note: self.note,
        })
    }
}

/// Asks for a review of what has that digest. `false`: it was asked for before.
pub(crate) fn ask(db: &mut Db, review: &Review) -> Result<bool, StoreError> {
    let (asked_by, asked_by_person) = makers::apart(review.asked_by.as_ref());
    let row = Row {
        id: review.id.to_string(),
        tenant_id: review.tenant.to_string(),
        badge_id: review.badge.to_string(),
        digest: review.digest.clone(),
        // Empty where an instructor asks: the column came before them.
        asked_by: asked_by.unwrap_or_default(),
        asked_at: micros(review.asked_at),
        state: word(&review.state)?,
        answered_by: None,
        answered_at: None,
        note: None,
        asked_by_person,
        answered_by_person: None,
    };
    let added = on_both!(db, |connection| diesel::insert_into(programme_reviews::table)
        .values(&row)
        .on_conflict((programme_reviews::badge_id, programme_reviews::digest))
        .do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// The review of what has that digest.
pub(crate) fn of_digest(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    digest: &str,
) -> Result<Option<Review>, StoreError> {
    let row: Option<Row> = programme_reviews::table
        .filter(programme_reviews::tenant_id.eq(tenant.as_str()))
        .filter(programme_reviews::badge_id.eq(badge.as_str()))
        .filter(programme_reviews::digest.eq(digest))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::review).transpose()
}

/// All reviews of a programme, oldest first.
pub(crate) fn all_of(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<Vec<Review>, StoreError> {
    let rows: Vec<Row> = programme_reviews::table
        .filter(programme_reviews::tenant_id.eq(tenant.as_str()))
        .filter(programme_reviews::badge_id.eq(badge.as_str()))
        .order((programme_reviews::asked_at, programme_reviews::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::review).collect()
}

/// The last approval of a programme.
pub(crate) fn last_approval(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<Option<Review>, StoreError> {
    let row: Option<Row> = programme_reviews::table
        .filter(programme_reviews::tenant_id.eq(tenant.as_str()))
        .filter(programme_reviews::badge_id.eq(badge.as_str()))
        .filter(programme_reviews::state.eq(word(&ReviewState::Approved)?))
        .order((
            programme_reviews::answered_at.desc(),
            programme_reviews::id.desc(),
        ))
        .select(Row::as_select())
        .first(db)
        .optional()?;
    row.map(Row::review).transpose()
}

/// The ids of the administrators and instructors who changed a programme since it was last activated: in its design, its rule or its
/// terms. Who saved it in the moment in which it was activated is one of them.
pub(crate) fn designers(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<BTreeSet<String>, StoreError> {
    let activated: Option<i64> = audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::subject.eq(badge.as_str()))
        .filter(audit::action.eq(Action::ProgrammeActivated.as_str()))
        .select(max(audit::happened_at))
        .get_result(db)?;
    let changed = audit::action
        .eq(Action::ProgrammeMade.as_str())
        .or(audit::action.eq(Action::ProgrammeSaved.as_str()));
    let saved: Vec<Option<String>> = audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::subject.eq(badge.as_str()))
        .filter(changed)
        .filter(audit::happened_at.ge(activated.unwrap_or(i64::MIN)))
        .select(audit::actor_id)
        .load(db)?;
    Ok(saved.into_iter().flatten().collect())
}

/// Answers a review that waits. `false`: somebody answered it before, or it is another one by now.
pub(crate) fn answer(
    db: &mut Db,
    review: &Review,
    state: ReviewState,
    note: Option<&str>,
    by: &Maker,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (answered_by, answered_by_person) = makers::apart(Some(by));
    let changed = diesel::update(programme_reviews::table)
        .filter(programme_reviews::tenant_id.eq(review.tenant.as_str()))
        .filter(programme_reviews::id.eq(review.id.as_str()))
        .filter(programme_reviews::state.eq(word(&ReviewState::Waits)?))
        .set((
            programme_reviews::state.eq(word(&state)?),
            programme_reviews::answered_by.eq(answered_by),
            programme_reviews::answered_by_person.eq(answered_by_person),
            programme_reviews::answered_at.eq(Some(micros(now))),
            programme_reviews::note.eq(note),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
