//! Issuers, pictures, and what others say about them (Open Badges 3.0, sections B.1.5, B.1.9 and B.1.17). A profile carries
//! endorsements, and an endorsement has a profile as its issuer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::envelope::{CredentialSchema, Proof, StatusEntry};
use super::wire;

/// An issuer, an endorser or a creator.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    /// For an issuer its DID.
    pub id: String,
    /// Always `["Profile"]`.
    #[serde(rename = "type")]
    pub kind: wire::ProfileType,
    /// Its name; optional in the standard, shown by every wallet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A contact address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Who that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// The person who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub official: Option<String>,
    /// The organisation that it is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_org: Option<Box<Profile>>,
    /// Other identifiers, such as a ROR number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_identifier: Vec<IdentifierEntry>,
    /// Endorsements of the issuer, each with its own proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endorsement: Vec<EndorsementCredential>,
}

/// A picture by address; `https:` or `data:`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Where it is.
    pub id: String,
    /// Always `"Image"`.
    #[serde(rename = "type")]
    pub kind: wire::ImageType,
    /// What it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

/// A further identifier of an achievement or a profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdentifierEntry {
    /// Always `"IdentifierEntry"`.
    #[serde(rename = "type")]
    pub kind: wire::IdentifierEntryType,
    /// The identifier.
    pub identifier: String,
    /// Its kind, from the standard's closed list or `ext:…`.
    pub identifier_type: String,
}

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
