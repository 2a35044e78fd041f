//! Issuers and pictures (Open Badges 3.0, sections B.1.9 and B.1.17).

use serde::{Deserialize, Serialize};

use super::endorsement::EndorsementCredential;
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
