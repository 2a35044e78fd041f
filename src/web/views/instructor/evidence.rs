//! What students handed in, and the review of it.

use askama::Template;

use crate::web::views::shared::{ArtefactView, Choice, Page, Paging, ProblemList, StatusChip, When};

/// The evidence queue. Its filter asks with `activity` and `state`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/evidence_queue.html")]
pub struct EvidenceQueuePage {
    pub page: Page,
    pub filter_action: String,
    /// The course's activities: id and title.
    pub activities: Vec<Choice>,
    /// The id of the activity shown; empty for all.
    pub activity: String,
    /// `waiting` or `all`.
    pub state: String,
    pub rows: Vec<QueueRow>,
    pub paging: Paging,
    /// Hand-ins that wait, over all activities.
    pub waiting: u32,
}

/// One hand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    pub student: String,
    pub activity: String,
    /// From 1.
    pub version: i32,
    pub submitted: When,
    pub state: StatusChip,
    pub href: String,
}

/// One hand-in and its review. Posts `score`, `message` and `verdict`: `approve`, `changes` or `decline`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/review.html")]
pub struct SubmissionReviewPage {
    pub page: Page,
    pub student: String,
    pub activity: String,
    pub version: i32,
    pub submitted: When,
    pub state: StatusChip,
    pub artefact: ArtefactView,
    pub action: String,
    pub fields: ReviewFields,
    pub problems: ProblemList,
    /// Points of a full grade ("100").
    pub maximum: String,
    /// A grade in the LMS that wins over ours: "The gradebook says 90 of 100; it counts."
    pub override_note: Option<String>,
    /// What was handed in before: "Version 1, changes asked: …".
    pub earlier: Vec<(When, String)>,
    /// The next one that waits.
    pub next_href: Option<String>,
    pub back_href: String,
}

/// A review as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewFields {
    pub score: String,
    pub message: String,
}
