//! What sending a score told of the gradebook. It is a fact at once: a review decides about its student without a check of
//! the whole course.

use chrono::{DateTime, Utc};
use lti::services::error::Reason;
use lti::services::grades::ResultRow;
use rust_decimal::Decimal;
use url::Url;

use super::send::ToSend;
use crate::domain::cause::Cause;
use crate::domain::facts::GradeSource;
use crate::domain::posted_score::PostedScore;
use crate::random::Random;
use crate::service::base::queue::{self, CheckCourse, DecidePerson};
use crate::service::course::reach::Reach;
use crate::service::course::sync::result_seen;
use crate::store::results::ResultSeen;
use crate::store::{Db, StoreError, line_items, results};

/// What the gradebook was seen to have for one person.
pub(super) enum Seen {
    Row(ResultRow),
    /// There must be a row, but it was not answered: a check reads it.
    Missed,
    /// Nothing that a decision could rest on, or nothing may be read.
    Nothing,
}

impl From<Option<ResultRow>> for Seen {
    fn from(row: Option<ResultRow>) -> Self {
        row.map_or(Self::Nothing, Self::Row)
    }
}

/// Reads back what became of a grade that the platform took.
pub(super) async fn read_back(reach: &Reach, url: &Url, wanted: &ToSend) -> Seen {
    match reach.platform.result_of(url, &wanted.sub).await {
        Ok(Some(row)) => Seen::Row(row),
        Ok(None) => Seen::Missed,
        Err(error) if matches!(error.reason, Reason::NotGranted(_)) => Seen::Nothing,
        Err(error) => {
            tracing::warn!(activity = %wanted.activity.id, error = %error.for_log(), "a score was not read back");
            Seen::Missed
        }
    }
}

/// What follows from it.
pub(super) struct Learned {
    /// Where it was read.
    url: String,
    fact: Option<ResultSeen>,
    check: Option<CheckCourse>,
    cause: Cause,
}

impl Learned {
    pub(super) fn of(seen: Seen, reach: &Reach, wanted: &ToSend) -> Self {
        let scale = reach.registration.capabilities().result_scale;
        let maximum = wanted.item.maximum;
        let (fact, is_missed) = match seen {
            Seen::Row(row) if is_measured_by(&row, maximum) => {
                let person = wanted.person.clone();
                (Some(result_seen(&row, maximum, scale, person)), false)
            }
            // The column has other points than when it was read: what the row is worth only a check tells.
            Seen::Row(_) | Seen::Missed => (None, true),
            Seen::Nothing => (None, false),
        };
        let cause = match wanted.given {
            Some(_) => Cause::Review,
            None => Cause::HandIn,
        };
        Self {
            url: wanted.item.url.clone(),
            fact,
            check: is_missed.then(|| CheckCourse::of(&reach.course, cause)),
            cause,
        }
    }

    /// Keeps the fact and has it decided, where it is news. Run it in the transaction that keeps what became of the score.
    pub(super) fn keep(
        &self,
        db: &mut Db,
        posted: &PostedScore,
        now: DateTime<Utc>,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        let tenant = &posted.tenant;
        if let Some(check) = &self.check {
            queue::enqueue(db, tenant, check, now, now, random)?;
        }
        let Some(fact) = &self.fact else { return Ok(()) };
        // Its column may have been made anew while the platform was asked.
        if line_items::get(db, tenant, &posted.item)?.is_none_or(|item| item.url != self.url) {
            return Ok(());
        }
        if results::upsert_one(db, tenant, &posted.item, GradeSource::Ags, fact, now)? {
            let job = DecidePerson {
                course: posted.course.clone(),
                person: posted.person.clone(),
                cause: self.cause,
            };
            queue::enqueue(db, tenant, &job, now, now, random)?;
        }
        Ok(())
    }
}

/// Whether a row says its points out of those that the column is known to have.
fn is_measured_by(row: &ResultRow, column: Decimal) -> bool {
    row.score.is_none() || row.maximum.unwrap_or(Decimal::ONE) == column
}
