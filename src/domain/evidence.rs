//! Evidence activities: what students hand in, and what an instructor says of it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{ActivityId, CourseId, LineItemId, LinkId, PersonId, SubmissionId, TenantId};

/// An evidence activity: a resource link with its own line item, to which students hand something in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Activity {
    pub(crate) id: ActivityId,
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    /// The resource link that opens it.
    pub(crate) link: LinkId,
    /// 1 to 200 characters.
    pub(crate) title: String,
    /// Markdown, up to 10,000 characters.
    pub(crate) instructions: String,
    /// Where its grade goes and is read back; none until the platform gave it one.
    pub(crate) line_item: Option<LineItemId>,
    /// Points of a full grade; above zero.
    pub(crate) maximum: Decimal,
    pub(crate) created_at: DateTime<Utc>,
}

/// One version of what one student handed in. Replacing makes a new version; the old one stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Submission {
    pub(crate) id: SubmissionId,
    pub(crate) tenant: TenantId,
    pub(crate) activity: ActivityId,
    pub(crate) person: PersonId,
    /// From 1 for each student and activity.
    pub(crate) version: i32,
    pub(crate) artefact: Artefact,
    pub(crate) state: SubmissionState,
    pub(crate) submitted_at: DateTime<Utc>,
    pub(crate) review: Option<Review>,
}

/// What was handed in: at least one of text, link and file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Artefact {
    /// Plain text, up to 20,000 characters.
    pub(crate) text: Option<String>,
    /// An https or http address.
    pub(crate) link: Option<String>,
    pub(crate) file: Option<StoredFile>,
}

/// A file in the blob store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredFile {
    /// As the student named it; shown, never used as a path.
    pub(crate) name: String,
    /// As sniffed from the content, never as claimed.
    pub(crate) media_type: String,
    /// Bytes.
    pub(crate) size: u64,
    /// SHA-256 in lower-case hex.
    pub(crate) digest: String,
}

/// Where a hand-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubmissionState {
    HandedIn,
    ChangesAsked,
    Approved,
    Declined,
}

/// What an instructor said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Review {
    pub(crate) by: PersonId,
    pub(crate) at: DateTime<Utc>,
    /// To the student; may be empty when approving.
    pub(crate) message: String,
    /// Points given, on the activity's scale; only with an approval.
    pub(crate) score: Option<Decimal>,
}
