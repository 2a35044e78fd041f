//! Who achieved it, with which result (Open Badges 3.0, section B.1.2).

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::achievement::{Achievement, Alignment};
use super::profile::Image;
use super::wire;

/// The learner and what they achieved.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AchievementSubject {
    /// An absolute IRI of the learner. We issue `urn:uuid:…`; at least this or one identifier is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Always `["AchievementSubject"]`.
    #[serde(rename = "type")]
    pub kind: wire::AchievementSubjectType,
    /// What was achieved.
    pub achievement: Achievement,
    /// The learner's identity, as a rule hashed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<IdentityObject>,
    /// The results that led to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub result: Vec<ResultEntry>,
    /// Credit units or hours that were earned.
    #[serde(
        default,
        with = "wire::decimal_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub credits_earned: Option<Decimal>,
    /// When the activity began.
    #[serde(
        default,
        with = "wire::moment_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub activity_start_date: Option<DateTime<Utc>>,
    /// When the activity ended.
    #[serde(
        default,
        with = "wire::moment_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub activity_end_date: Option<DateTime<Utc>>,
    /// The academic term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// The learner's part in the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The number of a licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_number: Option<String>,
    /// How it was achieved, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
    /// A picture of this award.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
}

/// A recipient's identity (section B.1.8).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdentityObject {
    /// Always `"IdentityObject"`.
    #[serde(rename = "type")]
    pub kind: wire::IdentityObjectType,
    /// Whether `identity_hash` is a hash or the plain value.
    pub hashed: bool,
    /// `sha256$` and 64 lower-case hexadecimal digits, or the plain value.
    pub identity_hash: String,
    /// `ltiUserId`, `emailAddress`, ...
    pub identity_type: String,
    /// What was appended to the value before it was hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

/// One result (section B.1.19). Called an entry so that it does not shadow Rust's `Result`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResultEntry {
    /// Always `["Result"]`.
    #[serde(rename = "type")]
    pub kind: wire::ResultClass,
    /// The id of the `ResultDescription` it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_description: Option<String>,
    /// The id of the rubric level that was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub achieved_level: Option<String>,
    /// The value, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The status; required where the description's type is `Status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ResultStatus>,
    /// Where the result sits in skill frameworks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alignment: Vec<Alignment>,
}

/// The closed list of `Result.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the standard's own words")]
pub enum ResultStatus {
    Completed,
    Enrolled,
    Failed,
    InProgress,
    OnHold,
    Provisional,
    Withdrew,
}

impl ResultStatus {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "Completed",
            Self::Enrolled => "Enrolled",
            Self::Failed => "Failed",
            Self::InProgress => "InProgress",
            Self::OnHold => "OnHold",
            Self::Provisional => "Provisional",
            Self::Withdrew => "Withdrew",
        }
    }
}

/// What supports the claim (section B.1.7).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Where it is; `https:` or `data:`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Always `["Evidence"]`.
    #[serde(rename = "type")]
    pub kind: wire::EvidenceType,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it shows, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
    /// A longer description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its kind: essay, film, code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
    /// For whom it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}
