//! What badges and endorsements have in common beside their subject: status entry, schema, proof.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::wire;

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
