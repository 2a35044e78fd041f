//! Evidence activities: what students hand in, and what an instructor says of it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{ActivityId, CourseId, LineItemId, LinkId, PersonId, SubmissionId, TenantId};

/// An evidence activity: a resource link with its own line item, to which students hand something in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub id: ActivityId,
    pub tenant: TenantId,
    pub course: CourseId,
    /// The resource link that opens it.
    pub link: LinkId,
    /// 1 to 200 characters.
    pub title: String,
    /// Markdown, up to 10,000 characters.
    pub instructions: String,
    /// Where its grade goes and is read back; none until the platform gave it one.
    pub line_item: Option<LineItemId>,
    /// Points of a full grade; above zero.
    pub maximum: Decimal,
    pub created_at: DateTime<Utc>,
}

/// One version of what one student handed in. Replacing makes a new version; the old one stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    pub id: SubmissionId,
    pub tenant: TenantId,
    pub activity: ActivityId,
    pub person: PersonId,
    /// From 1 for each student and activity.
    pub version: i32,
    pub artefact: Artefact,
    pub state: SubmissionState,
    pub submitted_at: DateTime<Utc>,
    pub review: Option<Review>,
}

/// What was handed in: at least one of text, link and file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artefact {
    /// Plain text, up to 20,000 characters.
    pub text: Option<String>,
    /// An https or http address.
    pub link: Option<String>,
    pub file: Option<StoredFile>,
}

/// A file in the blob store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// As the student named it; shown, never used as a path.
    pub name: String,
    /// As sniffed from the content, never as claimed.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hex.
    pub digest: String,
}

/// Where a hand-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubmissionState {
    HandedIn,
    ChangesAsked,
    Approved,
    Declined,
}

/// What an instructor said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub by: PersonId,
    pub at: DateTime<Utc>,
    /// To the student; may be empty when approving.
    pub message: String,
    /// Points given, on the activity's scale; only with an approval.
    pub score: Option<Decimal>,
}
