//! Bitstring Status List 1.0: one bit for each credential, in a list that says little about any of them.

use std::io::{Read as _, Write as _};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::credential::{Proof, wire};
use super::multibase::{self, MultibaseError};

/// The fewest entries that a list may have, so that one learner hides among many (section 3.2).
pub const MIN_ENTRIES: u32 = 131_072;
/// The most bytes that a foreign list may unpack to: 8 million entries.
const MAX_BYTES: usize = 1 << 20;

/// A list or an index that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// An index past the end.
    #[error("index {index} is past the list's end; it has {entries} entries")]
    PastTheEnd {
        /// The index that was asked for.
        index: u32,
        /// The length of the list.
        entries: u32,
    },
    /// Fewer entries than the specification allows.
    #[error("a status list has at least {MIN_ENTRIES} entries; this one has {0}")]
    TooShort(u32),
    /// More bytes than anybody needs.
    #[error("the status list unpacks to more than {MAX_BYTES} bytes")]
    TooLong,
    /// A list that is not packed with gzip.
    #[error("the status list is not valid gzip")]
    Gzip,
    /// A list that is not base64url.
    #[error("the status list is not valid multibase: {0}")]
    Multibase(#[from] MultibaseError),
}

/// The bits. Bit 0 is the leftmost of the first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitstring(Vec<u8>);

impl Default for Bitstring {
    /// The shortest list allowed, with every bit clear: 16 kB.
    fn default() -> Self {
        Self(vec![0; usize::try_from(MIN_ENTRIES / 8).unwrap_or(0)])
    }
}

impl Bitstring {
    /// A list of at least `entries` clear bits, rounded up to whole bytes.
    ///
    /// # Errors
    /// When that is shorter or longer than allowed.
    pub fn with_entries(entries: u32) -> Result<Self, StatusError> {
        Self::from_bytes(vec![
            0;
            usize::try_from(entries.div_ceil(8))
                .map_err(|_| StatusError::TooLong)?
        ])
    }

    /// A list from its unpacked bytes, as stored.
    ///
    /// # Errors
    /// When that is shorter or longer than allowed.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, StatusError> {
        if bytes.len() > MAX_BYTES {
            return Err(StatusError::TooLong);
        }
        let list = Self(bytes);
        if list.entries() < MIN_ENTRIES {
            Err(StatusError::TooShort(list.entries()))
        } else {
            Ok(list)
        }
    }

    /// The unpacked bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many entries there are.
    #[must_use]
    pub fn entries(&self) -> u32 {
        u32::try_from(self.0.len() * 8).unwrap_or(u32::MAX)
    }

    fn place(&self, index: u32) -> Result<(usize, u8), StatusError> {
        let past = StatusError::PastTheEnd {
            index,
            entries: self.entries(),
        };
        let byte = usize::try_from(index / 8).map_err(|_| past.clone())?;
        if byte >= self.0.len() {
            Err(past)
        } else {
            Ok((byte, 0x80 >> (index % 8)))
        }
    }

    /// Whether bit `index` is set.
    ///
    /// # Errors
    /// When the index is past the end.
    pub fn get(&self, index: u32) -> Result<bool, StatusError> {
        let (byte, mask) = self.place(index)?;
        Ok(self.0.get(byte).is_some_and(|byte| byte & mask != 0))
    }

    /// Sets or clears bit `index`.
    ///
    /// # Errors
    /// When the index is past the end.
    pub fn set(&mut self, index: u32, value: bool) -> Result<(), StatusError> {
        let (byte, mask) = self.place(index)?;
        if let Some(byte) = self.0.get_mut(byte) {
            *byte = if value { *byte | mask } else { *byte & !mask };
        }
        Ok(())
    }

    /// The list as `encodedList`: gzip, then base64url with a leading `u`.
    ///
    /// # Errors
    /// When it cannot be packed, which does not happen in memory.
    pub fn encode(&self) -> Result<String, StatusError> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&self.0).map_err(|_| StatusError::Gzip)?;
        Ok(multibase::encode_base64url(
            &packer.finish().map_err(|_| StatusError::Gzip)?,
        ))
    }

    /// A list from its `encodedList`. Unpacking stops at a bound, whatever the packed bytes promise.
    ///
    /// # Errors
    /// When the text is malformed, or the list shorter or longer than allowed.
    pub fn decode(text: &str) -> Result<Self, StatusError> {
        let packed = multibase::decode_base64url(text)?;
        let mut bytes = Vec::new();
        let bound = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        GzDecoder::new(packed.as_slice())
            .take(bound)
            .read_to_end(&mut bytes)
            .map_err(|_| StatusError::Gzip)?;
        Self::from_bytes(bytes)
    }
}

/// A status list as a credential (section 2.2). It is signed anew whenever a bit changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusListCredential {
    /// The W3C context alone.
    #[serde(rename = "@context")]
    pub context: wire::StatusContext,
    /// The address at which it is served.
    pub id: String,
    /// Always `["VerifiableCredential", "BitstringStatusListCredential"]`.
    #[serde(rename = "type")]
    pub kind: wire::StatusListType,
    /// The list.
    pub credential_subject: StatusListSubject,
    /// The DID of the issuer, the same as that of the credentials.
    pub issuer: String,
    /// When this state of the list begins to hold.
    #[serde(with = "wire::moment")]
    pub valid_from: DateTime<Utc>,
    /// When it must be fetched again at the latest.
    #[serde(
        default,
        with = "wire::moment_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_until: Option<DateTime<Utc>>,
    /// The issuer's proof; empty until signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<Proof>,
}

/// The bits of a status list as they stand in the credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusListSubject {
    /// The list's address and `#list`.
    pub id: String,
    /// Always `"BitstringStatusList"`.
    #[serde(rename = "type")]
    pub kind: wire::StatusSubjectType,
    /// See [`Bitstring::encode`].
    pub encoded_list: String,
    /// Always `revocation` in what we issue.
    pub status_purpose: String,
}

impl StatusListCredential {
    /// The revocation list of `issuer` (a DID) at `url`, unsigned.
    ///
    /// # Errors
    /// When the bits cannot be packed.
    pub fn revocation(
        url: &str,
        issuer: &str,
        bits: &Bitstring,
        valid_from: DateTime<Utc>,
    ) -> Result<Self, StatusError> {
        Ok(Self {
            context: wire::StatusContext,
            id: url.to_owned(),
            kind: wire::StatusListType,
            credential_subject: StatusListSubject {
                id: format!("{url}#list"),
                kind: wire::StatusSubjectType::It,
                encoded_list: bits.encode()?,
                status_purpose: "revocation".to_owned(),
            },
            issuer: issuer.to_owned(),
            valid_from,
            valid_until: None,
            proof: Vec::new(),
        })
    }

    /// The same list, to be fetched again at that moment at the latest.
    #[must_use]
    pub fn until(mut self, valid_until: DateTime<Utc>) -> Self {
        self.valid_until = Some(valid_until);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bit_zero_is_the_leftmost() {
        let mut bits = Bitstring::default();
        bits.set(0, true).unwrap();
        bits.set(9, true).unwrap();
        assert_eq!(bits.as_bytes()[..2], [0x80, 0x40]);
        bits.set(0, false).unwrap();
        assert!(!bits.get(0).unwrap());
        assert!(bits.get(9).unwrap());
    }

    #[test]
    fn the_end_is_refused() {
        let mut bits = Bitstring::default();
        let past = StatusError::PastTheEnd {
            index: MIN_ENTRIES,
            entries: MIN_ENTRIES,
        };
        assert_eq!(bits.get(MIN_ENTRIES), Err(past.clone()));
        assert_eq!(bits.set(MIN_ENTRIES, true), Err(past));
        assert!(!bits.get(MIN_ENTRIES - 1).unwrap());
    }

    #[test]
    fn lists_that_are_too_short_or_too_long_are_refused() {
        assert_eq!(
            Bitstring::with_entries(MIN_ENTRIES - 8),
            Err(StatusError::TooShort(MIN_ENTRIES - 8))
        );
        assert_eq!(Bitstring::with_entries(u32::MAX), Err(StatusError::TooLong));
        let pack = |bytes: &[u8]| {
            let mut packer = GzEncoder::new(Vec::new(), Compression::best());
            packer.write_all(bytes).unwrap();
            multibase::encode_base64url(&packer.finish().unwrap())
        };
        assert_eq!(
            Bitstring::decode(&pack(&[0; 100])),
            Err(StatusError::TooShort(800))
        );
        let bomb = pack(&vec![0; 64 << 20]);
        assert!(bomb.len() < 100_000);
        assert_eq!(Bitstring::decode(&bomb), Err(StatusError::TooLong));
        assert_eq!(Bitstring::decode("uAAAA"), Err(StatusError::Gzip));
        assert!(matches!(
            Bitstring::decode("zAAAA"),
            Err(StatusError::Multibase(_))
        ));
    }

    #[test]
    fn a_published_list_is_read_and_has_our_members() {
        let text = include_str!("../vectors/status-list.json");
        let list: StatusListCredential = serde_json::from_str(text).unwrap();
        let bits = Bitstring::decode(&list.credential_subject.encoded_list).unwrap();
        assert_eq!(
            (0..bits.entries())
                .filter(|index| bits.get(*index).unwrap())
                .collect::<Vec<_>>(),
            [7]
        );
        let ours = StatusListCredential::revocation(&list.id, &list.issuer, &bits, list.valid_from).unwrap();
        // Packed bytes differ between gzip programs; everything else is the same.
        let mut published: serde_json::Value = serde_json::from_str(text).unwrap();
        published.as_object_mut().unwrap().remove("proof");
        published["credentialSubject"]["encodedList"] = ours.credential_subject.encoded_list.clone().into();
        assert_eq!(serde_json::to_value(&ours).unwrap(), published);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn what_is_set_is_found_and_nothing_else(set in prop::collection::btree_set(0..MIN_ENTRIES, 0..20)) {
            let mut bits = Bitstring::default();
            for index in &set {
                bits.set(*index, true).unwrap();
            }
            let read = Bitstring::decode(&bits.encode().unwrap()).unwrap();
            let found = (0..MIN_ENTRIES).filter(|index| read.get(*index).unwrap()).collect();
            prop_assert_eq!(set, found);
        }

        #[test]
        fn arbitrary_text_never_panics(text in "u[A-Za-z0-9_-]{0,64}") {
            let _ = Bitstring::decode(&text);
        }
    }
}
