//! The credential as we issue it: Open Badges 3.0, final, on the W3C data model 2.0.
//!
//! Every type writes exactly the members that the standard's plain JSON schema accepts (arrays stay arrays), and
//! refuses members it does not know when it is read: what cannot be emitted must not be signed.

pub mod achievement;
pub mod envelope;
pub mod profile;
pub mod record;
pub mod subject;
pub mod wire;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use achievement::{Achievement, Alignment, Criteria, ResultDescription, RubricCriterionLevel};
pub use envelope::{CredentialSchema, Proof, StatusEntry};
pub use profile::{EndorsementCredential, EndorsementSubject, IdentifierEntry, Image, Profile};
pub use record::{Association, AssociationType, ClrCredential, ClrSubject, Part};
pub use subject::{AchievementSubject, Evidence, IdentityObject, ResultEntry, ResultStatus};
pub use wire::Context;

/// The address of the official schema, as `credentialSchema.id`.
pub const ACHIEVEMENT_SCHEMA: &str =
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";

/// A badge that a learner earned (Open Badges 3.0, section B.1.1).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenBadgeCredential {
    /// W3C and Open Badges, with the extensions where a schema is named.
    #[serde(rename = "@context")]
    pub context: Context,
    /// An absolute IRI: `urn:uuid:…` or the public address.
    pub id: String,
    /// Always `["VerifiableCredential", "OpenBadgeCredential"]`.
    #[serde(rename = "type")]
    pub kind: wire::OpenBadgeType,
    /// What wallets list it as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A short description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A picture for wallets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Who issues it; its id is the controller of the signing key.
    pub issuer: Profile,
    /// When it begins to hold; a re-issue raises it.
    #[serde(with = "wire::moment")]
    pub valid_from: DateTime<Utc>,
    /// When it ceases to hold.
    #[serde(
        default,
        with = "wire::moment_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_until: Option<DateTime<Utc>>,
    /// When it was first awarded; a re-issue keeps it.
    #[serde(
        default,
        with = "wire::moment_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub awarded_date: Option<DateTime<Utc>>,
    /// Who achieved what.
    pub credential_subject: AchievementSubject,
    /// What supports it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Where its revocation can be looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_status: Option<StatusEntry>,
    /// The official schema, where one is named; needs [`Context::WithExtensions`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credential_schema: Vec<CredentialSchema>,
    /// Endorsements of this award, each with its own proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endorsement: Vec<EndorsementCredential>,
    /// The issuer's proof; empty until signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<Proof>,
}
