//! The credential as we issue it: Open Badges 3.0, final, on the W3C data model 2.0.
//!
//! Every type writes exactly the members that the standard's plain JSON schema accepts (arrays stay arrays), and
//! refuses members it does not know when it is read: what cannot be emitted must not be signed.

pub mod achievement;
pub mod endorsement;
pub mod profile;
pub mod subject;
pub mod wire;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use achievement::{Achievement, Alignment, Criteria, ResultDescription, RubricCriterionLevel};
pub use endorsement::{EndorsementCredential, EndorsementSubject};
pub use profile::{IdentifierEntry, Image, Profile};
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

/// One bit of a status list (Bitstring Status List 1.0, section 2.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusEntry {
    /// The list's address, `#` and the index.
    pub id: String,
    /// Always `"BitstringStatusListEntry"`.
    #[serde(rename = "type")]
    pub kind: wire::StatusEntryType,
    /// Always `revocation` in what we issue.
    pub status_purpose: String,
    /// The bit's place; a string on the wire.
    #[serde(with = "wire::index")]
    pub status_list_index: u32,
    /// The list's address.
    pub status_list_credential: String,
}

impl StatusEntry {
    /// The entry for bit `index` of the revocation list at `list`.
    #[must_use]
    pub fn revocation(list: &str, index: u32) -> Self {
        Self {
            id: format!("{list}#{index}"),
            kind: wire::StatusEntryType::It,
            status_purpose: "revocation".to_owned(),
            status_list_index: index,
            status_list_credential: list.to_owned(),
        }
    }
}

/// The schema that a credential claims to satisfy (Open Badges 3.0, section B.3.3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialSchema {
    /// The schema's address.
    pub id: String,
    /// Always `"1EdTechJsonSchemaValidator2019"`.
    #[serde(rename = "type")]
    pub kind: wire::SchemaValidatorType,
}

/// A proof as it stands in the document (Data Integrity `EdDSA` Cryptosuites 1.0, section 3.2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proof {
    /// Always `"DataIntegrityProof"`.
    #[serde(rename = "type")]
    pub kind: wire::ProofType,
    /// When it was made.
    #[serde(with = "wire::moment")]
    pub created: DateTime<Utc>,
    /// The DID URL of the key.
    pub verification_method: String,
    /// Always `"eddsa-rdfc-2022"`.
    pub cryptosuite: wire::Cryptosuite,
    /// Always `"assertionMethod"`.
    pub proof_purpose: wire::ProofPurpose,
    /// The 64 signature bytes in base58-btc, with a leading `z`.
    pub proof_value: String,
}
