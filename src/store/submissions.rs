//! What students hand in, in versions. Replacing adds a version; the old ones stay.

use diesel::prelude::*;

use super::convert::{from_json, from_word, json, micros, moment, opt_decimal, word};
use super::schema::{past_reviews, submissions};
use super::{Db, StoreError};
use crate::domain::evidence::{Artefact, Review, Submission, SubmissionState};
use crate::domain::facts::EvidenceFact;
use crate::domain::page::Page;
use crate::ids::{ActivityId, PersonId, SubmissionId, TenantId};
use crate::random::Random;
use ambient::ids::uuid_v7;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = submissions, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    activity_id: String,
    person_id: String,
    version: i32,
    latest: bool,
    artefact: String,
    state: String,
    submitted_at: i64,
    reviewed_by: Option<String>,
    reviewed_at: Option<i64>,
    review_message: Option<String>,
    review_score: Option<String>,
    file_digest: Option<String>,
}

impl Row {
    fn submission(self) -> Result<Submission, StoreError> {
        let review = match (self.reviewed_by, self.reviewed_at) {
            (Some(by), Some(at)) => Some(Review {
                by: by.into(),
                at: moment(at)?,
                message: self.review_message.unwrap_or_default(),
                score: opt_decimal("submissions.review_score", self.review_score.as_deref())?,
            }),
            _ => None,
        };
        Ok(Submission {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            activity: self.activity_id.into(),
            person: self.person_id.into(),
            version: self.version,
            artefact: from_json("submissions.artefact", &self.artefact)?,
            state: from_word("submissions.state", &self.state)?,
            submitted_at: moment(self.submitted_at)?,
            review,
        })
    }
}

/// What the column of the file's digest holds for that artefact. A row without it was written by a program from before the
/// column: see [`super::retention::note_files`].
pub(super) fn file_digest(artefact: &Artefact) -> &str {
    artefact.file.as_ref().map_or("", |file| &file.digest)
}

/// The columns from which a past review is made: state, by whom, when, message, score.
type PastRow = (String, String, i64, String, Option<String>);

/// The columns from which a fact is made.
pub(super) type FactColumns = (String, String, String, i64, Option<i64>);

/// A fact from those columns: person, activity, and where the hand-in stands since when.
pub(super) fn fact(
    (person, activity, state, submitted_at, reviewed_at): FactColumns,
) -> Result<(PersonId, ActivityId, EvidenceFact), StoreError> {
    let state: SubmissionState = from_word("submissions.state", &state)?;
    let since = moment(reviewed_at.unwrap_or(submitted_at))?;
    Ok((person.into(), activity.into(), EvidenceFact { state, since }))
}

/// Adds the next version. `submission.version` must be one above the latest. Run it in a transaction.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when that version exists: somebody clicked twice.
pub(crate) fn insert_version(db: &mut Db, submission: &Submission) -> Result<(), StoreError> {
    diesel::update(submissions::table)
        .filter(submissions::tenant_id.eq(submission.tenant.as_str()))
        .filter(submissions::activity_id.eq(submission.activity.as_str()))
        .filter(submissions::person_id.eq(submission.person.as_str()))
        .filter(submissions::latest.eq(true))
        .set(submissions::latest.eq(false))
        .execute(db)?;
    let review = submission.review.as_ref();
    let row = Row {
        id: submission.id.to_string(),
        tenant_id: submission.tenant.to_string(),
        activity_id: submission.activity.to_string(),
        person_id: submission.person.to_string(),
        version: submission.version,
        latest: true,
        artefact: json(&submission.artefact)?,
        state: word(&submission.state)?,
        submitted_at: micros(submission.submitted_at),
        reviewed_by: review.map(|review| review.by.to_string()),
        reviewed_at: review.map(|review| micros(review.at)),
        review_message: review.map(|review| review.message.clone()),
        review_score: review
            .and_then(|review| review.score)
            .map(|score| score.to_string()),
        file_digest: Some(file_digest(&submission.artefact).to_owned()),
    };
    diesel::insert_into(submissions::table).values(&row).execute(db)?;
    Ok(())
}

/// The version with that id.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &SubmissionId,
) -> Result<Option<Submission>, StoreError> {
    let row = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::submission).transpose()
}

/// The newest version of one student.
pub(crate) fn latest(
    db: &mut Db,
    tenant: &TenantId,
    activity: &ActivityId,
    person: &PersonId,
) -> Result<Option<Submission>, StoreError> {
    let row = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::activity_id.eq(activity.as_str()))
        .filter(submissions::person_id.eq(person.as_str()))
        .filter(submissions::latest.eq(true))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::submission).transpose()
}

/// A page of the newest versions, one for each student, longest waiting first, in one state or in any; and how many
/// there are in all.
pub(crate) fn latest_for_activity(
    db: &mut Db,
    tenant: &TenantId,
    activity: &ActivityId,
    state: Option<SubmissionState>,
    page: Page,
) -> Result<(Vec<Submission>, i64), StoreError> {
    let state = state.map(|state| word(&state)).transpose()?;
    on_both!(db, |connection| {
        let wanted = || {
            let query = submissions::table
                .filter(submissions::tenant_id.eq(tenant.as_str()))
                .filter(submissions::activity_id.eq(activity.as_str()))
                .filter(submissions::latest.eq(true))
                .into_boxed();
            match &state {
                Some(state) => query.filter(submissions::state.eq(state)),
                None => query,
            }
        };
        let total: i64 = wanted().count().get_result(connection)?;
        let rows: Vec<Row> = wanted()
            .order((submissions::submitted_at, submissions::id))
            .offset(page.offset)
            .limit(page.limit)
            .select(Row::as_select())
            .load(connection)?;
        Ok((
            rows.into_iter().map(Row::submission).collect::<Result<_, _>>()?,
            total,
        ))
    })
}

/// Keeps a review of the newest version, which then is in `state`, over what `before` says of it; a review that stood there
/// is kept among the past ones. Run it in a transaction.
///
/// # Errors
/// [`StoreError::Stale`] when the student replaced it in the meantime, somebody reviewed it, or there is none with that id.
pub(crate) fn review(
    db: &mut Db,
    before: &Submission,
    state: SubmissionState,
    review: &Review,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let reviewed_at = before.review.as_ref().map(|one| micros(one.at));
    let (stood, state) = (word(&before.state)?, word(&state)?);
    let changed = on_both!(db, |connection| {
        let as_it_was = diesel::update(submissions::table)
            .filter(submissions::tenant_id.eq(before.tenant.as_str()))
            .filter(submissions::id.eq(before.id.as_str()))
            .filter(submissions::latest.eq(true))
            .filter(submissions::state.eq(&stood))
            .set((
                submissions::state.eq(&state),
                submissions::reviewed_by.eq(Some(review.by.as_str())),
                submissions::reviewed_at.eq(Some(micros(review.at))),
                submissions::review_message.eq(Some(&review.message)),
                submissions::review_score.eq(review.score.map(|score| score.to_string())),
            ))
            .into_boxed();
        let as_it_was = match reviewed_at {
            Some(at) => as_it_was.filter(submissions::reviewed_at.eq(Some(at))),
            None => as_it_was.filter(submissions::reviewed_at.is_null()),
        };
        as_it_was.execute(connection)
    })?;
    if changed == 0 {
        return Err(StoreError::Stale);
    }
    if let Some(past) = &before.review {
        diesel::insert_into(past_reviews::table)
            .values((
                past_reviews::id.eq(uuid_v7(review.at, random)),
                past_reviews::tenant_id.eq(before.tenant.as_str()),
                past_reviews::submission_id.eq(before.id.as_str()),
                past_reviews::state.eq(word(&before.state)?),
                past_reviews::reviewed_by.eq(past.by.as_str()),
                past_reviews::reviewed_at.eq(micros(past.at)),
                past_reviews::message.eq(&past.message),
                past_reviews::score.eq(past.score.map(|score| score.to_string())),
                past_reviews::replaced_at.eq(micros(review.at)),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Reviews of a hand-in in whose place others were put, oldest first: what each said, and the state that it led to.
pub(crate) fn past_reviews(
    db: &mut Db,
    tenant: &TenantId,
    id: &SubmissionId,
) -> Result<Vec<(SubmissionState, Review)>, StoreError> {
    let rows: Vec<PastRow> = past_reviews::table
        .filter(past_reviews::tenant_id.eq(tenant.as_str()))
        .filter(past_reviews::submission_id.eq(id.as_str()))
        .order((past_reviews::replaced_at, past_reviews::id))
        .select((
            past_reviews::state,
            past_reviews::reviewed_by,
            past_reviews::reviewed_at,
            past_reviews::message,
            past_reviews::score,
        ))
        .load(db)?;
    let past = |(state, by, at, message, score): PastRow| {
        let review = Review {
            by: by.into(),
            at: moment(at)?,
            message,
            score: opt_decimal("past_reviews.score", score.as_deref())?,
        };
        Ok((from_word("past_reviews.state", &state)?, review))
    };
    rows.into_iter().map(past).collect()
}

/// Every version of one student, oldest first.
pub(crate) fn history(
    db: &mut Db,
    tenant: &TenantId,
    activity: &ActivityId,
    person: &PersonId,
) -> Result<Vec<Submission>, StoreError> {
    let rows: Vec<Row> = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::activity_id.eq(activity.as_str()))
        .filter(submissions::person_id.eq(person.as_str()))
        .order(submissions::version)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::submission).collect()
}

/// Every version that a person handed in anywhere, oldest first.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Submission>, StoreError> {
    let rows: Vec<Row> = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::person_id.eq(person.as_str()))
        .order((submissions::submitted_at, submissions::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::submission).collect()
}

/// A part of all that was handed in at an institution, in the order of its ids: those after `after`.
pub(crate) fn some_after(
    db: &mut Db,
    tenant: &TenantId,
    after: Option<&SubmissionId>,
    limit: i64,
) -> Result<Vec<Submission>, StoreError> {
    let rows: Vec<Row> = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::id.gt(after.map_or("", SubmissionId::as_str)))
        .order(submissions::id)
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::submission).collect()
}
