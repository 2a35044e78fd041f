//! Posting scores (LTI-AGS 2.0, section 3.4), with what Moodle and Canvas need beyond the standard.

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use url::Url;

use super::error::{Reason, ServiceError};
use super::grades::{ResultRow, below, share};
use super::media::{self, scope};
use super::score_times::ScoreKey;
use super::{Call, Platform, Repeat};
use crate::capabilities::{Capabilities, RepeatedScores, ScoreMembers, TypedGrades};
use crate::number::Number;
use crate::transport::{Request, Response};

const DOING: &str = "Posting a score";

/// How far the person is (LTI-AGS 2.0, section 3.4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ActivityProgress {
    /// Not begun.
    Initialized,
    /// Begun.
    Started,
    /// Under way.
    InProgress,
    /// Handed in; may be changed.
    Submitted,
    /// Done.
    Completed,
}

/// How far the grading is (LTI-AGS 2.0, section 3.4.8). Moodle stores a grade for `FullyGraded` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum GradingProgress {
    /// The score is final.
    FullyGraded,
    /// Graded later, by nobody in particular.
    Pending,
    /// A person has to grade it.
    PendingManual,
    /// Grading failed.
    Failed,
    /// There is nothing to grade.
    NotReady,
}

/// What kind of work Canvas should show beside the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubmissionType {
    /// No attempt to show.
    None,
    /// A launch of this tool, at the URL in `submission_data`.
    BasicLtiLaunch,
    /// Text, in `submission_data`.
    OnlineTextEntry,
    /// A URL, in `submission_data`.
    OnlineUrl,
    /// Handed in within the tool.
    ExternalTool,
    /// Files.
    OnlineUpload,
}

/// The object `https://canvas.instructure.com/lti/submission` of a score. Sent to Canvas only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CanvasSubmission {
    /// Whether this is a new attempt; Canvas takes it for one unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_submission: Option<bool>,
    /// Keeps the grade of the gradebook; the result becomes what is posted all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preserve_score: Option<bool>,
    /// Keeps any grade that is there, also one of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prioritize_non_tool_grade: Option<bool>,
    /// What Canvas shows as handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_type: Option<SubmissionType>,
    /// Text or URL, by the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_data: Option<String>,
}

/// A score for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The `sub` of the person.
    pub user_id: String,
    /// When it came about. Posting moves it forward where the platform would refuse it as not newer.
    pub timestamp: DateTime<Utc>,
    /// How far the person is.
    pub activity_progress: ActivityProgress,
    /// How far the grading is.
    pub grading_progress: GradingProgress,
    /// Points, zero or more.
    pub score_given: Option<Decimal>,
    /// Points, above zero; required with `score_given`. The platform rescales to the line item's maximum.
    pub score_maximum: Option<Decimal>,
    /// Each post with a comment adds one in Canvas; in Moodle it replaces the feedback.
    pub comment: Option<String>,
    /// When the person began.
    pub started_at: Option<DateTime<Utc>>,
    /// Keep it stable over several posts, or a grade looks like a late submission.
    pub submitted_at: Option<DateTime<Utc>>,
    /// What only Canvas reads.
    pub canvas: Option<CanvasSubmission>,
}

impl Score {
    /// Work that is handed in and waits for a person to grade it. Before posting it, ask [`pending_score_allowed`].
    #[must_use]
    pub fn pending(user_id: impl Into<String>, timestamp: DateTime<Utc>) -> Self {
        Self {
            user_id: user_id.into(),
            timestamp,
            activity_progress: ActivityProgress::Submitted,
            grading_progress: GradingProgress::PendingManual,
            score_given: None,
            score_maximum: None,
            comment: None,
            started_at: None,
            submitted_at: None,
            canvas: Some(CanvasSubmission {
                preserve_score: Some(true),
                ..CanvasSubmission::default()
            }),
        }
    }

    /// Work that is handed in once more where a grade is readable: repeats it in points of a column with that maximum,
    /// because without points it would not be readable any more, and in other points the platform would scale it anew.
    /// `None` where there is no grade to repeat.
    #[must_use]
    pub fn pending_over(
        user_id: impl Into<String>,
        timestamp: DateTime<Utc>,
        there: &ResultRow,
        column: Decimal,
    ) -> Option<Self> {
        let given = there.points_of(column)?;
        (column > Decimal::ZERO).then(|| Self {
            score_given: Some(given),
            score_maximum: Some(column),
            ..Self::pending(user_id, timestamp)
        })
    }

    /// A final grade; in Canvas no new attempt.
    #[must_use]
    pub fn graded(
        user_id: impl Into<String>,
        timestamp: DateTime<Utc>,
        given: Decimal,
        maximum: Decimal,
    ) -> Self {
        Self {
            activity_progress: ActivityProgress::Completed,
            grading_progress: GradingProgress::FullyGraded,
            score_given: Some(given),
            score_maximum: Some(maximum),
            canvas: Some(CanvasSubmission {
                new_submission: Some(false),
                ..CanvasSubmission::default()
            }),
            ..Self::pending(user_id, timestamp)
        }
    }

    /// Whether the gradebook shows this very grade. Platforms round to five digits.
    #[must_use]
    pub fn is_shown_by(&self, result: &ResultRow) -> bool {
        let given = self
            .score_given
            .zip(self.score_maximum)
            .and_then(|(given, maximum)| share(given, maximum));
        match (result.share(), given) {
            (Some(there), Some(given)) => (there - given).abs() < Decimal::new(1, 5),
            _ => false,
        }
    }

    fn check(&self) -> Result<(), Reason> {
        let sound = match (self.score_given, self.score_maximum) {
            (Some(given), Some(maximum)) => given >= Decimal::ZERO && maximum > Decimal::ZERO,
            (Some(_), None) => false,
            (None, maximum) => maximum.is_none_or(|maximum| maximum > Decimal::ZERO),
        };
        let why = "a score needs points of zero or more and a maximum above zero";
        if sound {
            Ok(())
        } else {
            Err(Reason::Invalid(why.to_owned()))
        }
    }

    /// Whether sending it a second time changes nothing.
    fn repeat(&self, repeated: RepeatedScores) -> Repeat {
        let same = match repeated {
            RepeatedScores::Refused => true,
            RepeatedScores::AddCommentAndAttempt => {
                let attempt = self.canvas.as_ref().and_then(|canvas| canvas.new_submission) != Some(false);
                self.comment.is_none() && !attempt
            }
            RepeatedScores::AddComment => self.comment.is_none(),
        };
        if same {
            Repeat::Always
        } else {
            Repeat::WhenNothingHappened
        }
    }

    fn body(&self, timestamp: DateTime<Utc>, members: ScoreMembers) -> Result<Vec<u8>, Reason> {
        let instant = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        let submission = Submission {
            started_at: self.started_at.map(instant),
            submitted_at: self.submitted_at.map(instant),
        };
        let wire = Wire {
            user_id: &self.user_id,
            timestamp: instant(timestamp),
            activity_progress: self.activity_progress,
            grading_progress: self.grading_progress,
            score_given: self.score_given.map(Number),
            score_maximum: self.score_maximum.map(Number),
            comment: self.comment.as_deref(),
            submission: (self.started_at.is_some() || self.submitted_at.is_some()).then_some(submission),
            canvas: self.canvas.as_ref().filter(|_| members == ScoreMembers::Canvas),
        };
        serde_json::to_vec(&wire).map_err(|error| Reason::Invalid(error.to_string()))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    user_id: &'a str,
    timestamp: String,
    activity_progress: ActivityProgress,
    grading_progress: GradingProgress,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_given: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_maximum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submission: Option<Submission>,
    #[serde(
        rename = "https://canvas.instructure.com/lti/submission",
        skip_serializing_if = "Option::is_none"
    )]
    canvas: Option<&'a CanvasSubmission>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Submission {
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted_at: Option<String>,
}

/// Whether a score without points may be posted: where it would clear what is there, only if there is no row; where the
/// gradebook keeps its grade, only if the result has none that would become unreadable.
#[must_use]
pub fn pending_score_allowed(capabilities: &Capabilities, existing: Option<&ResultRow>) -> bool {
    match capabilities.typed_grades {
        TypedGrades::KeptWhenAsked => existing.is_none_or(|row| row.score.is_none()),
        TypedGrades::Overwritten => existing.is_none(),
    }
}

/// A score that the platform has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The timestamp it was sent with.
    pub timestamp: DateTime<Utc>,
    /// Canvas tells where the result is.
    pub result_url: Option<Url>,
    /// The platform refused the timestamp as not newer, and holds the same value already.
    pub already_there: bool,
}

impl Platform {
    /// Posts a score. Where seconds count it waits for one that this person's last score does not have; a timestamp that is
    /// refused as not newer is tried once more with the present one, unless the platform holds the same value.
    ///
    /// # Errors
    /// [`ServiceError`]; [`Reason::Conflict`] where the platform holds a newer score.
    pub async fn post_score(&self, line_item: &Url, score: &Score) -> Result<Posted, ServiceError> {
        score.check().map_err(|why| why.doing(DOING))?;
        let error = match self.post_once(line_item, score, score.timestamp).await {
            Err(error) if is_stale(&error.reason) => error,
            outcome => return outcome,
        };
        let result = self
            .result_of(line_item, &score.user_id)
            .await
            .map_err(|_| error.clone())?;
        if let Some(result) = &result {
            let is_final = score.grading_progress == GradingProgress::FullyGraded;
            let is_shown = score.is_shown_by(result);
            if is_shown && is_final {
                return Ok(Posted {
                    timestamp: score.timestamp,
                    result_url: None,
                    already_there: true,
                });
            }
            // What it would clear, or repeat, is another grade by now.
            let is_over = match score.score_given {
                None => !pending_score_allowed(&self.capabilities, Some(result)),
                Some(_) => !is_final && !is_shown,
            };
            if is_over {
                return Err(error);
            }
            if let Some(timestamp) = result.timestamp {
                self.services
                    .times
                    .observe(self.score_key(line_item, score), timestamp)
                    .await;
            }
        }
        self.post_once(line_item, score, self.services.clock.now()).await
    }

    async fn post_once(
        &self,
        line_item: &Url,
        score: &Score,
        wanted: DateTime<Utc>,
    ) -> Result<Posted, ServiceError> {
        let now = self.services.clock.now();
        let key = self.score_key(line_item, score);
        let slot = self
            .services
            .times
            .reserve(key, self.capabilities.score_times, wanted, now)
            .await;
        let slot = slot.ok_or_else(|| Reason::Conflict.doing(DOING))?;
        if !slot.wait.is_zero() {
            self.services.sleep.sleep(slot.wait).await;
        }
        let body = score
            .body(slot.timestamp, self.capabilities.score_members)
            .map_err(|why| why.doing(DOING))?;
        let request = Request::post(below(line_item, "scores"), body)
            .header("content-type", media::SCORE)
            .header("accept", media::SCORE);
        let call = Call {
            doing: DOING,
            scope: scope::SCORE,
            repeat: score.repeat(self.capabilities.repeated_scores),
        };
        let result_url = self.call(call, request, taken).await?;
        Ok(Posted {
            timestamp: slot.timestamp,
            result_url,
            already_there: false,
        })
    }

    fn score_key(&self, line_item: &Url, score: &Score) -> ScoreKey {
        ScoreKey(
            self.target.registration_id.clone(),
            line_item.clone(),
            score.user_id.clone(),
        )
    }
}

/// 409 in Moodle; Canvas answers 400 and names the timestamp.
fn is_stale(reason: &Reason) -> bool {
    match reason {
        Reason::Conflict => true,
        Reason::BadRequest(detail) => detail.to_ascii_lowercase().contains("timestamp"),
        _ => false,
    }
}

/// Any success counts, whatever the body: Moodle sends none, Canvas an object. A page for people is none: nobody took
/// the score.
fn taken(response: &Response) -> Result<Option<Url>, Reason> {
    if response.body.trim_ascii_start().first() == Some(&b'<') {
        return Err(Reason::Html);
    }
    Ok(result_url(response))
}

fn result_url(response: &Response) -> Option<Url> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "resultUrl")]
        result_url: Url,
    }
    serde_json::from_slice::<Answer>(&response.body)
        .ok()
        .map(|answer| answer.result_url)
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
