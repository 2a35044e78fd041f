//! Somebody else's word about a badge, an award or an issuer (Open Badges 3.0, section B.1.5).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::profile::Profile;
use super::{CredentialSchema, Proof, StatusEntry, wire};

/// An endorsement: a credential of its own, signed by the endorser, embedded before the outer one is signed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndorsementCredential {
    /// W3C and Open Badges, with the extensions where a schema is named.
    #[serde(rename = "@context")]
    pub context: wire::Context,
    /// An absolute IRI.
    pub id: String,
    /// Always `["VerifiableCredential", "EndorsementCredential"]`.
    #[serde(rename = "type")]
    pub kind: wire::EndorsementType,
    /// Required here, unlike in a badge.
    pub name: String,
    /// A short description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The endorser.
    pub issuer: Profile,
    /// When it begins to hold.
    #[serde(with = "wire::moment")]
    pub valid_from: DateTime<Utc>,
    /// When it ceases to hold.
    #[serde(
        default,
        with = "wire::moment_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_until: Option<DateTime<Utc>>,
    /// What is endorsed.
    pub credential_subject: EndorsementSubject,
    /// Where its revocation can be looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_status: Option<StatusEntry>,
    /// The official schema, where one is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credential_schema: Vec<CredentialSchema>,
    /// The endorser's proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<Proof>,
}

/// What is endorsed, and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndorsementSubject {
    /// The id of a credential, an achievement or an issuer.
    pub id: String,
    /// Always `["EndorsementSubject"]`.
    #[serde(rename = "type")]
    pub kind: wire::EndorsementSubjectType,
    /// The endorser's comment, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endorsement_comment: Option<String>,
}
