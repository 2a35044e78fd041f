//! What is posted for a hand-in, once it is known what the gradebook has. A score can only overwrite or clear what is
//! there, so what a teacher did in the gradebook is found out first and never posted over.

use rust_decimal::Decimal;
use url::Url;

use super::send::ToSend;
use crate::domain::posted_score::{Outcome, Points};
use crate::ids::SubmissionId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::course::reach::Reach;
use crate::service::course::sync::scaled;
use crate::store::audit;
use lti::capabilities::{ChangedPoints, TypedGrades};
use lti::services::error::Reason;
use lti::services::grades::{ResultRow, points_of};
use lti::services::score::{GradingProgress, Score, pending_score_allowed};

/// What is to be done at the platform.
pub(super) enum Plan {
    Post {
        score: Score,
        /// Only because the points of the column were changed.
        anew: bool,
    },
    /// Nothing, because of what is there already; and which grade of ours that is.
    Leave(Outcome, Option<Points>),
    /// Nothing: it was told before.
    Nothing,
}

impl Plan {
    fn post(score: Score) -> Self {
        Self::Post { score, anew: false }
    }
}

/// What is to be done for a hand-in, or for the grade that a review gave it; and the row that the gradebook has, as far as
/// it may be read.
pub(super) async fn plan(
    cairn: &Cairn,
    reach: &Reach,
    url: &Url,
    wanted: &ToSend,
) -> Result<(Plan, Option<ResultRow>), ServiceError> {
    let there = match reach.platform.result_of(url, &wanted.sub).await {
        Err(error) if matches!(error.reason, Reason::NotGranted(_)) => {
            return Ok((unseen(reach, wanted), None));
        }
        there => there?,
    };
    let row = there.clone();
    let plan = match wanted.given {
        Some(given) => graded(cairn, reach, url, wanted, given, there).await?,
        None => pending(reach, url, wanted, there).await?,
    };
    Ok((plan, row))
}

/// Who may not look cannot know: a grade goes, unless the platform can be asked to keep the one that it has, and what would
/// clear one does not go.
fn unseen(reach: &Reach, wanted: &ToSend) -> Plan {
    let can_keep = reach.registration.capabilities().typed_grades == TypedGrades::KeptWhenAsked;
    match wanted.given {
        Some(given) => {
            let mut score = Score::graded(&wanted.sub, wanted.at, given, wanted.activity.maximum);
            if let Some(canvas) = score.canvas.as_mut().filter(|_| can_keep) {
                canvas.prioritize_non_tool_grade = Some(true);
            }
            Plan::post(score)
        }
        None if can_keep && !wanted.is_told() => Plan::post(Score::pending(&wanted.sub, wanted.at)),
        None => Plan::Nothing,
    }
}

/// That a hand-in waits: over nothing, or over a grade that it repeats.
async fn pending(
    reach: &Reach,
    url: &Url,
    wanted: &ToSend,
    there: Option<ResultRow>,
) -> Result<Plan, ServiceError> {
    let capabilities = reach.registration.capabilities();
    if there.is_some() && wanted.is_told() {
        return Ok(Plan::Nothing);
    }
    if there.as_ref().is_some_and(|row| row.score.is_none()) && wanted.ours().is_some() {
        return Ok(Plan::Leave(Outcome::Excused, None));
    }
    if pending_score_allowed(&capabilities, there.as_ref()) {
        return Ok(Plan::post(Score::pending(&wanted.sub, wanted.at)));
    }
    let Some(row) = there else {
        return Ok(Plan::Nothing);
    };
    if capabilities.typed_grades == TypedGrades::KeptWhenAsked {
        let column = points_of_column(reach, url, wanted).await?;
        let again = Score::pending_over(&wanted.sub, wanted.at, &row, column);
        return Ok(again.map_or(Plan::Nothing, Plan::post));
    }
    Ok(match counted(reach, wanted, &row) {
        Some(there) if wanted.ours().is_none_or(|ours| !ours.same_as(there)) => {
            Plan::Leave(Outcome::Stands(there), None)
        }
        _ => Plan::Nothing,
    })
}

/// A grade: over nothing, or over an earlier one of ours.
async fn graded(
    cairn: &Cairn,
    reach: &Reach,
    url: &Url,
    wanted: &ToSend,
    given: Decimal,
    there: Option<ResultRow>,
) -> Result<Plan, ServiceError> {
    let keeps_scale = reach.registration.capabilities().changed_points == ChangedPoints::ScoresStay;
    let (mut given, mut maximum) = (given, wanted.activity.maximum);
    if keeps_scale {
        // In points of the column, so that its rows never need to be scaled by whoever reads them.
        let column = points_of_column(reach, url, wanted).await?;
        let points = points_of(given, maximum, column).filter(|_| column > Decimal::ZERO);
        (given, maximum) = points.map_or((given, maximum), |points| (points, column));
    }
    let score = Score::graded(&wanted.sub, wanted.at, given, maximum);
    let Some(row) = there else {
        return Ok(Plan::post(score));
    };
    if row.score.is_none() {
        return Ok(match wanted.ours() {
            Some(_) => Plan::Leave(Outcome::Excused, None),
            None => Plan::post(score),
        });
    }
    let is_shown = score.is_shown_by(&row);
    if is_shown && (!keeps_scale || row.maximum == Some(maximum)) {
        return Ok(Plan::Leave(Outcome::Taken, points(&score)));
    }
    if is_ours(cairn, wanted, &row).await? {
        return Ok(Plan::Post {
            score,
            anew: is_shown,
        });
    }
    let outcome = match counted(reach, wanted, &row) {
        Some(there) if !is_shown => Outcome::Stands(there),
        _ => Outcome::Taken,
    };
    Ok(Plan::Leave(outcome, None))
}

/// The maximum of the column as it is now: what was read at the last check may be older.
async fn points_of_column(reach: &Reach, url: &Url, wanted: &ToSend) -> Result<Decimal, ServiceError> {
    let known = wanted.item.maximum;
    match reach.platform.line_item(url).await {
        Ok(item) => Ok(item.score_maximum.unwrap_or(known)),
        Err(error) if matches!(error.reason, Reason::NotGranted(_)) => Ok(known),
        Err(error) => Err(error.into()),
    }
}

/// Whether the grade that is there came from us: what an earlier review gave is not a teacher's typing.
async fn is_ours(cairn: &Cairn, wanted: &ToSend, row: &ResultRow) -> Result<bool, ServiceError> {
    let Some(there) = as_recorded(row) else {
        return Ok(false);
    };
    if wanted.posted.is_some() {
        return Ok(wanted.ours().is_some_and(|ours| ours.same_as(there)));
    }
    // An earlier version kept no record of what it posted; the log has what reviews gave.
    let (tenant, history) = (wanted.activity.tenant.clone(), wanted.history.clone());
    let about = cairn.store.read(move |db| {
        let history: Vec<&str> = history.iter().map(SubmissionId::as_str).collect();
        audit::about(db, &tenant, &history)
    });
    let maximum = wanted.activity.maximum;
    Ok(about.await?.into_iter().any(|entry| {
        let score = entry.detail.get("score").cloned();
        let score: Option<Decimal> = score.and_then(|score| serde_json::from_value(score).ok());
        score.is_some_and(|value| Points { value, maximum }.same_as(there))
    }))
}

/// A grade as the platform recorded it (AGS 2.0, 3.3.4.4: out of 1 where it does not say).
fn as_recorded(row: &ResultRow) -> Option<Points> {
    Some(Points {
        value: row.score?,
        maximum: row.maximum.unwrap_or(Decimal::ONE),
    })
}

/// A grade as the gradebook counts it.
pub(super) fn counted(reach: &Reach, wanted: &ToSend, row: &ResultRow) -> Option<Points> {
    let scale = reach.registration.capabilities().result_scale;
    let counted = scaled(row.score?, row.maximum, wanted.item.maximum, scale)?;
    Some(Points {
        value: counted.value,
        maximum: counted.maximum,
    })
}

/// The grade of a score; none in one that only says that the work waits.
pub(super) fn points(score: &Score) -> Option<Points> {
    let is_final = score.grading_progress == GradingProgress::FullyGraded;
    let (value, maximum) = score.score_given.zip(score.score_maximum).filter(|_| is_final)?;
    Some(Points { value, maximum })
}
