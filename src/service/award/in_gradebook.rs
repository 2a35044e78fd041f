//! What the gradebook has beside a hand-in, as far as it is known here.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::course::{LineItem, LineItemState};
use crate::domain::evidence::{Activity, Submission};
use crate::domain::facts::Grade;
use crate::domain::posted_score::{Outcome, Points, PostedScore, Refusal};
use crate::ids::LineItemId;
use crate::service::base::refusal::{AddressTrouble, ColumnRefusal, PlatformService, Unusable};
use crate::store::{Db, StoreError, courses, facts, line_items, posted_scores};

/// What the gradebook has for one student and one activity: what was last read, or what became of a score since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct InGradebook {
    /// Whether there is a column.
    pub(crate) column: bool,
    /// Whether it belongs to a registration through which the course is not read any more: what is known was read before.
    pub(crate) is_of_former: bool,
    pub(crate) grade: Option<Points>,
    /// Whether the grade came from a review here.
    pub(crate) ours: bool,
    /// Whether a teacher took a grade of ours away there.
    pub(crate) excused: bool,
    /// Why the gradebook does not take what there is to tell, and in which words.
    pub(crate) refused: Option<(Refusal, String)>,
}

pub(super) fn in_gradebook(
    db: &mut Db,
    activity: &Activity,
    item: &LineItemId,
    submission: &Submission,
) -> Result<InGradebook, StoreError> {
    let (tenant, course) = (&activity.tenant, &activity.course);
    let known = facts::grades_of(db, tenant, course, &submission.person)?;
    let row = known.released(|_| true).grades.remove(item);
    let posted = posted_scores::get(db, tenant, item, &submission.person)?;
    let column = line_items::get(db, tenant, item)?;
    let is_gone = column
        .as_ref()
        .is_some_and(|column| column.state == LineItemState::Gone);
    let is_of_former = is_gone && line_items::is_of_former(db, tenant, item)?;
    // A column that was read and has no row for somebody has no grade for them; that of a former registration was not read.
    let checked_at = courses::get(db, tenant, course)?
        .and_then(|course| course.checks.last_at)
        .filter(|_| !is_of_former);
    let given = submission.review.as_ref().and_then(|review| review.score);
    let given = given.map(|value| Points {
        value,
        maximum: activity.maximum,
    });
    let Some(posted) = posted else {
        let grade = row.as_ref().and_then(points);
        return Ok(InGradebook {
            column: true,
            is_of_former,
            ours: is_same(given, grade),
            grade,
            ..InGradebook::default()
        });
    };
    let read_at = row.as_ref().map(|row| row.read_at).or(checked_at);
    let grade = grade_there(&posted, row.as_ref(), read_at, column.as_ref(), given.is_some());
    // Its row is still there, and has no grade any more.
    let was_emptied = row.is_some_and(|row| row.value.is_none() && row.read_at >= posted.tried_at);
    let took_ours = posted.outcome == Outcome::Excused || (was_emptied && posted.ours.is_some());
    Ok(InGradebook {
        column: true,
        is_of_former,
        ours: is_same(posted.ours, grade),
        excused: took_ours && grade.is_none(),
        grade,
        refused: match posted.outcome {
            Outcome::Refused { why, said } => Some((why, said)),
            _ => None,
        },
    })
}

/// What was read, or what became of a score since.
fn grade_there(
    posted: &PostedScore,
    row: Option<&Grade>,
    read_at: Option<DateTime<Utc>>,
    column: Option<&LineItem>,
    is_graded: bool,
) -> Option<Points> {
    let grade = row.and_then(points);
    if read_at.is_some_and(|read_at| read_at >= posted.tried_at) {
        return grade;
    }
    let ours = posted.ours.map(|ours| in_points_of(ours, column));
    match &posted.outcome {
        // What waits may have repeated a grade that is not ours.
        Outcome::Taken if is_graded => ours.or(grade),
        Outcome::Taken => grade.or(ours),
        Outcome::Stands(there) => Some(*there),
        _ => grade,
    }
}

fn points(grade: &Grade) -> Option<Points> {
    Some(Points {
        value: grade.value?,
        maximum: grade.maximum,
    })
}

fn is_same(given: Option<Points>, there: Option<Points>) -> bool {
    given
        .zip(there)
        .is_some_and(|(given, there)| given.same_as(there))
}

/// A grade as its column shows it, whatever it was sent out of.
fn in_points_of(grade: Points, column: Option<&LineItem>) -> Points {
    let scaled = column.and_then(|column| {
        let value = grade.value.checked_mul(column.maximum)?;
        let value = value.checked_div(grade.maximum)?.normalize();
        let maximum = column.maximum;
        (maximum > Decimal::ZERO).then_some(Points { value, maximum })
    });
    scaled.unwrap_or(grade)
}

/// Why points that are given now do not reach the gradebook; none where they do.
pub(super) fn kept_back(db: &mut Db, activity: &Activity) -> Result<Option<ColumnRefusal>, StoreError> {
    let tenant = &activity.tenant;
    let Some(item) = &activity.line_item else {
        let course = courses::get(db, tenant, &activity.course)?;
        let possible = course.is_some_and(|course| course.services.line_items_url.is_some());
        return Ok(Some(if possible {
            ColumnRefusal::NotYet
        } else {
            ColumnRefusal::NoService(AddressTrouble {
                service: PlatformService::Grades,
                why: Unusable::NotOffered,
            })
        }));
    };
    let column = line_items::get(db, tenant, item)?;
    let Some(gone) = column.filter(|column| column.state == LineItemState::Gone) else {
        return Ok(None);
    };
    Ok(Some(if line_items::is_of_former(db, tenant, &gone.id)? {
        ColumnRefusal::OfFormer(gone.label)
    } else {
        ColumnRefusal::Gone(gone.label)
    }))
}

/// Points of an activity's column, where those are others than the activity's: what is given here is converted then.
pub(super) fn column_maximum(db: &mut Db, activity: &Activity) -> Result<Option<Decimal>, StoreError> {
    let Some(item) = &activity.line_item else {
        return Ok(None);
    };
    let column = line_items::get(db, &activity.tenant, item)?;
    let column = column.filter(|column| !column.is_scale && column.state != LineItemState::Gone);
    let maximum = column.map(|column| column.maximum);
    Ok(maximum.filter(|maximum| *maximum > Decimal::ZERO && *maximum != activity.maximum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grade_is_said_in_the_points_that_its_column_has_now() {
        let grade = Points {
            value: 30.into(),
            maximum: 50.into(),
        };
        assert_eq!(in_points_of(grade, None), grade);
        let column = LineItem {
            id: "i".into(),
            tenant: "t".into(),
            course: "c".into(),
            url: "https://lms.example/1".into(),
            label: "Report".into(),
            maximum: 100.into(),
            ruled_maximum: None,
            is_scale: false,
            resource_id: None,
            tag: None,
            resource_link_id: None,
            state: LineItemState::Present,
        };
        let there = Points {
            value: 60.into(),
            maximum: 100.into(),
        };
        assert_eq!(in_points_of(grade, Some(&column)), there);
    }
}
