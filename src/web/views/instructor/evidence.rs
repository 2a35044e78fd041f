//! What students handed in, and the review of it.

use askama::Template;

use crate::web::views::shared::{
    ArtefactView, Choice, LmsWorkList, Page, Paging, ProblemList, StatusChip, Waiting, When,
};

/// The evidence queue. Its filter asks with `activity` and `state`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/evidence_queue.html")]
pub(crate) struct EvidenceQueuePage {
    pub(crate) page: Page,
    pub(crate) filter_action: String,
    /// The course's activities: id and title.
    pub(crate) activities: Vec<Choice>,
    /// The id of the activity shown; empty for all.
    pub(crate) activity: String,
    /// `waiting` or `all`.
    pub(crate) state: String,
    pub(crate) rows: Vec<QueueRow>,
    pub(crate) paging: Paging,
    /// Hand-ins that wait, over all activities.
    pub(crate) waiting: u32,
    /// While scores are on their way to the gradebook, the page looks again by itself.
    pub(crate) again: Option<Waiting>,
    /// Whether one is being sent at this moment.
    pub(crate) is_sending: bool,
    /// Activities that were chosen for the course and never opened, which may be removed.
    pub(crate) unopened: Vec<UnopenedRow>,
}

/// An activity that perhaps is in no course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnopenedRow {
    pub(crate) title: String,
    pub(crate) chosen: When,
    /// The page before it is removed.
    pub(crate) remove_href: String,
}

/// One hand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueRow {
    pub(crate) student: String,
    pub(crate) activity: String,
    /// From 1.
    pub(crate) version: i32,
    pub(crate) submitted: When,
    pub(crate) state: StatusChip,
    pub(crate) href: String,
}

/// One hand-in and its review. Posts `seen`, `score`, `message` and `verdict`: `approve`, `changes` or `decline`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/review.html")]
pub(crate) struct SubmissionReviewPage {
    pub(crate) page: Page,
    pub(crate) student: String,
    pub(crate) activity: String,
    pub(crate) version: i32,
    pub(crate) submitted: When,
    pub(crate) state: StatusChip,
    pub(crate) artefact: ArtefactView,
    /// What they handed in in the LMS to columns that the same rules name.
    pub(crate) work: LmsWorkList,
    pub(crate) action: String,
    /// Whether this person may review; otherwise they look.
    pub(crate) may_review: bool,
    pub(crate) fields: ReviewFields,
    /// The last review, which stands in the form of whoever may review.
    pub(crate) given: Option<GivenReview>,
    /// What the form was filled from.
    pub(crate) seen: String,
    /// Whether who looks may change nothing, because the course has ended.
    pub(crate) reading: bool,
    pub(crate) problems: ProblemList,
    /// Points of a full grade ("100").
    pub(crate) maximum: String,
    /// That its column has other points now, and what that means for a grade given here.
    pub(crate) column_note: Option<String>,
    /// That points given here do not reach the gradebook, why, and what to do.
    pub(crate) kept_back_note: Option<String>,
    /// What the gradebook has; a grade of the LMS wins over ours: "The gradebook says 90 of 100. That grade counts …".
    pub(crate) gradebook_note: Option<String>,
    /// While a score of it is on its way to the gradebook, the page looks again by itself.
    pub(crate) again: Option<Waiting>,
    /// Whether it is being sent at this moment.
    pub(crate) is_sending: bool,
    /// Why the gradebook has not taken what was to be sent.
    pub(crate) refused_note: Option<String>,
    /// What was handed in before, and reviews that others replaced: "Version 1, changes asked: …".
    pub(crate) earlier: Vec<(When, String)>,
    /// The next one that waits.
    pub(crate) next_href: Option<String>,
    pub(crate) back_href: String,
}

/// A review as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenReview {
    pub(crate) by: String,
    pub(crate) at: When,
    /// "40 of 50 points".
    pub(crate) points: Option<String>,
    pub(crate) message: String,
}

/// A review as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReviewFields {
    pub(crate) score: String,
    pub(crate) message: String,
}
