//! What a teacher is told of scores: which the gradebook does not take, and which were sent anew.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use crate::domain::membership::Membership;
use crate::domain::people::{Enrolment, Person};
use crate::domain::posted_score::{Outcome, Refusal};
use crate::ids::SubmissionId;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::{Db, enrolments, line_items, people, posted_scores, submissions};

/// Refused scores that a page names.
const NAMED: i64 = 20;
/// How long it is told that scores were sent anew.
const NEWS: TimeDelta = TimeDelta::days(7);

/// What there is to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The first of those that are refused.
    pub(crate) untaken: Vec<Untaken>,
    /// How many more there are.
    pub(crate) more: i64,
    pub(crate) anew: Vec<SentAnew>,
}

/// A score that the gradebook does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Untaken {
    pub(crate) submission: SubmissionId,
    pub(crate) student: String,
    /// The column's name.
    pub(crate) column: String,
    /// A grade; none for a hand-in that waits.
    pub(crate) given: Option<Decimal>,
    pub(crate) why: Refusal,
    /// In the platform's own words.
    pub(crate) said: String,
    /// Whether no badge is awarded to this person by itself until it is taken.
    pub(crate) waits: bool,
}

/// Grades that were sent anew because the points of their column had been changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SentAnew {
    pub(crate) column: String,
    pub(crate) maximum: Decimal,
    pub(crate) count: usize,
}

/// What there is to tell in the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
pub(crate) fn told_of(db: &mut Db, visitor: &Visitor, now: DateTime<Utc>) -> Result<Told, ServiceError> {
    visitor.look()?;
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let (refused, total) = posted_scores::refused(db, tenant, course, NAMED)?;
    let since = now.checked_sub_signed(NEWS).unwrap_or(now);
    let counts = posted_scores::sent_anew(db, tenant, course, since)?;
    let mut told = Told::default();
    let named = i64::try_from(refused.len()).unwrap_or(NAMED);
    told.more = total.saturating_sub(named);
    let ids: Vec<_> = refused.iter().map(|posted| posted.person.clone()).collect();
    let students = people::by_ids(db, tenant, &ids)?;
    let mut waiting = HashSet::new();
    if !refused.is_empty() {
        let asked = enrolments::asked(db, tenant, course)?.into_iter();
        let waits = |(_, one): &(Person, Enrolment)| matches!(one.membership(), Membership::Waits(_));
        waiting.extend(asked.filter(waits).map(|(person, _)| person.id));
    }
    for posted in refused {
        let Outcome::Refused { why, said } = posted.outcome else {
            continue;
        };
        let item = line_items::get(db, tenant, &posted.item)?;
        let submission = submissions::get(db, tenant, &posted.submission)?;
        let (Some(item), Some(submission)) = (item, submission) else {
            continue;
        };
        let student = students.get(&posted.person);
        told.untaken.push(Untaken {
            student: student.map_or_else(|| "Student".to_owned(), Person::display_name),
            column: item.label,
            given: submission.review.and_then(|review| review.score),
            submission: submission.id,
            waits: why == Refusal::Person && waiting.contains(&posted.person),
            why,
            said,
        });
    }
    for (item, count) in counts {
        if let Some(item) = line_items::get(db, tenant, &item)? {
            told.anew.push(SentAnew {
                column: item.label,
                maximum: item.maximum,
                count,
            });
        }
    }
    Ok(told)
}
