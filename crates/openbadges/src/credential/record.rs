//! A Comprehensive Learner Record (CLR Standard 2.0): several signed badges of one learner in one signed document, each as it
//! was signed, and how they belong together.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::achievement::Achievement;
use super::envelope::{Proof, StatusEntry};
use super::profile::Profile;
use super::subject::IdentityObject;
use super::{OpenBadgeCredential, wire};

/// A record of what a learner achieved (CLR Standard 2.0, `ClrCredential`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClrCredential {
    /// W3C, CLR and Open Badges, in this order.
    #[serde(rename = "@context")]
    pub context: wire::ClrContext,
    /// An absolute IRI.
    pub id: String,
    /// Always `["VerifiableCredential", "ClrCredential"]`.
    #[serde(rename = "type")]
    pub kind: wire::ClrType,
    /// Required here, unlike in a badge.
    pub name: String,
    /// A short description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether its publisher knows of more that this learner achieved than stands in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<bool>,
    /// Who made the record; the parts have issuers of their own.
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
    /// Whose record it is, with its parts.
    pub credential_subject: ClrSubject,
    /// Where its revocation can be looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_status: Option<StatusEntry>,
    /// The issuer's proof; empty until signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<Proof>,
}

/// The learner and the parts (CLR Standard 2.0, `ClrSubject`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClrSubject {
    /// An absolute IRI of the learner; at least this or one identifier is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Always `["ClrSubject"]`.
    #[serde(rename = "type")]
    pub kind: wire::ClrSubjectType,
    /// The learner's identity, as a rule hashed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<IdentityObject>,
    /// The signed badges, each as it was signed.
    pub verifiable_credential: Vec<Part>,
    /// What is told of besides: achievements that no part is about, such as one that is not earned yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub achievement: Vec<Achievement>,
    /// How achievements of the parts belong together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub association: Vec<Association>,
}

/// A signed badge within a record: the very text that was signed, which is written as it was read, and what it says.
#[derive(Debug, Clone)]
pub struct Part {
    text: Box<RawValue>,
    badge: OpenBadgeCredential,
}

impl Part {
    /// The part of a signed document.
    ///
    /// # Errors
    /// When it is not of the very form in which badges are issued here.
    pub fn of(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// The document, byte by byte as it was signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.get()
    }

    /// What it says.
    #[must_use]
    pub fn badge(&self) -> &OpenBadgeCredential {
        &self.badge
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let badge: OpenBadgeCredential = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        // Of anything that the type writes otherwise, other statements could be made than of the text.
        let written: Value = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        if serde_json::to_value(&badge).map_err(D::Error::custom)? != written {
            return Err(D::Error::custom("a part is not of the form that is issued here"));
        }
        Ok(Self { text, badge })
    }
}

/// How two achievements belong together (CLR Standard 2.0, `Association`): the source is … of the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Association {
    /// Always `"Association"`.
    #[serde(rename = "type")]
    pub kind: wire::AssociationClass,
    /// What the source is to the target.
    pub association_type: AssociationType,
    /// The id of an achievement.
    pub source_id: String,
    /// The id of another one.
    pub target_id: String,
}

impl Association {
    /// That `source` is that to `target`.
    #[must_use]
    pub fn new(association_type: AssociationType, source: &str, target: &str) -> Self {
        Self {
            kind: wire::AssociationClass::It,
            association_type,
            source_id: source.to_owned(),
            target_id: target.to_owned(),
        }
    }
}

/// The closed list of `Association.associationType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the standard's own words")]
pub enum AssociationType {
    ExactMatchOf,
    IsChildOf,
    IsParentOf,
    IsPartOf,
    IsPeerOf,
    IsRelatedTo,
    Precedes,
    ReplacedBy,
}

impl AssociationType {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::ExactMatchOf,
        Self::IsChildOf,
        Self::IsParentOf,
        Self::IsPartOf,
        Self::IsPeerOf,
        Self::IsRelatedTo,
        Self::Precedes,
        Self::ReplacedBy,
    ];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExactMatchOf => "exactMatchOf",
            Self::IsChildOf => "isChildOf",
            Self::IsParentOf => "isParentOf",
            Self::IsPartOf => "isPartOf",
            Self::IsPeerOf => "isPeerOf",
            Self::IsRelatedTo => "isRelatedTo",
            Self::Precedes => "precedes",
            Self::ReplacedBy => "replacedBy",
        }
    }
}

/// The associations of which one achievement is a part of the other, as (part, whole); nothing of the others.
pub(crate) fn part_and_whole<'a>(kind: &str, source: &'a str, target: &'a str) -> Option<(&'a str, &'a str)> {
    match kind {
        "isChildOf" | "isPartOf" => Some((source, target)),
        "isParentOf" => Some((target, source)),
        _ => None,
    }
}

/// An achievement that is a part of itself by these (part, whole), however many stand between.
pub(crate) fn cycle<'a>(edges: &[(&'a str, &'a str)]) -> Option<&'a str> {
    // What has no whole or no part any more is taken away until nothing goes: what is left goes round.
    let mut left: Vec<(&str, &str)> = edges.to_vec();
    loop {
        let before = left.len();
        let parts: HashSet<&str> = left.iter().map(|(part, _)| *part).collect();
        let wholes: HashSet<&str> = left.iter().map(|(_, whole)| *whole).collect();
        left.retain(|(part, whole)| parts.contains(whole) && wholes.contains(part));
        if left.len() == before {
            return left.first().map(|(part, _)| *part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::examples;

    #[test]
    fn a_part_is_written_byte_by_byte_as_it_was_read() {
        let signed = examples::signed_badge(3).unwrap();
        // Blanks that nobody would write: they are kept where they stand within it.
        let spaced = signed.as_str().replacen("\"id\":", "\"id\" :  ", 1);
        let part = Part::of(&spaced).unwrap();
        assert_eq!(part.as_str(), spaced);
        assert_eq!(serde_json::to_string(&part).unwrap(), spaced);
        let value = serde_json::to_value(&part).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(&spaced).unwrap());
        // From a value it is read as well, where only the blanks are lost.
        let again: Part = serde_json::from_value(value).unwrap();
        assert_eq!(again.badge(), part.badge());
    }

    #[test]
    fn a_part_of_another_form_is_refused() {
        let signed = examples::signed_badge(3).unwrap();
        assert!(Part::of("{}").is_err());
        assert!(
            Part::of(
                &signed
                    .as_str()
                    .replacen("\"name\":", "\"grade\":\"A\",\"name\":", 1)
            )
            .is_err()
        );
        let other_clock = signed
            .as_str()
            .replacen("2025-09-01T10:00:00Z", "2025-09-01T12:00:00+02:00", 1);
        assert_ne!(other_clock, signed.as_str());
        assert!(
            Part::of(&other_clock).is_err(),
            "the same moment in other letters"
        );
    }

    #[test]
    fn what_is_a_part_of_itself_is_found_however_long_the_way() {
        assert_eq!(cycle(&[("a", "b"), ("b", "c"), ("a", "c")]), None);
        assert_eq!(
            cycle(&[("x", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("c", "y")]),
            Some("a")
        );
        assert_eq!(cycle(&[("a", "a")]), Some("a"));
        assert_eq!(cycle(&[]), None);
        assert_eq!(part_and_whole("isParentOf", "s", "t"), Some(("t", "s")));
        assert_eq!(part_and_whole("precedes", "s", "t"), None);
    }

    #[test]
    fn every_association_is_written_as_its_word() {
        for kind in AssociationType::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
