//! How members look on the wire: fixed `type` members, whole-second timestamps, plain numbers.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

/// The W3C context, first in every credential.
pub const VC_CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";
/// The Open Badges context, second in every badge and endorsement.
pub const OB_CONTEXT: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
/// The context of Comprehensive Learner Records, second in every record.
pub const CLR_CONTEXT: &str = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json";
/// The context that alone defines `1EdTechJsonSchemaValidator2019`; third where that is used.
pub const EXTENSIONS_CONTEXT: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";

/// A `type` member that is an array of fixed names.
macro_rules! class_names {
    ($($(#[$doc:meta])* $name:ident = [$($class:literal),+];)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $name;

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq([$($class),+])
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let found = <Vec<String> as serde::Deserialize>::deserialize(deserializer)?;
                let wanted: &[&str] = &[$($class),+];
                if found == wanted {
                    Ok(Self)
                } else {
                    Err(serde::de::Error::custom(format!("type is {found:?}, expected {wanted:?}")))
                }
            }
        }
    )*};
}

/// A `type` member that is one fixed string.
macro_rules! class_name {
    ($($(#[$doc:meta])* $name:ident = $class:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            /// The only value.
            #[default]
            #[serde(rename = $class)]
            It,
        }
    )*};
}

class_names! {
    /// `["VerifiableCredential", "OpenBadgeCredential"]`
    OpenBadgeType = ["VerifiableCredential", "OpenBadgeCredential"];
    /// `["VerifiableCredential", "ClrCredential"]`
    ClrType = ["VerifiableCredential", "ClrCredential"];
    /// `["ClrSubject"]`
    ClrSubjectType = ["ClrSubject"];
    /// `["VerifiableCredential", "EndorsementCredential"]`
    EndorsementType = ["VerifiableCredential", "EndorsementCredential"];
    /// `["VerifiableCredential", "BitstringStatusListCredential"]`
    StatusListType = ["VerifiableCredential", "BitstringStatusListCredential"];
    /// `["AchievementSubject"]`
    AchievementSubjectType = ["AchievementSubject"];
    /// `["Achievement"]`
    AchievementClass = ["Achievement"];
    /// `["Alignment"]`
    AlignmentType = ["Alignment"];
    /// `["EndorsementSubject"]`
    EndorsementSubjectType = ["EndorsementSubject"];
    /// `["Evidence"]`
    EvidenceType = ["Evidence"];
    /// `["Profile"]`
    ProfileType = ["Profile"];
    /// `["Result"]`
    ResultClass = ["Result"];
    /// `["ResultDescription"]`
    ResultDescriptionType = ["ResultDescription"];
    /// `["RubricCriterionLevel"]`
    RubricCriterionLevelType = ["RubricCriterionLevel"];
}

class_name! {
    /// `"Image"`
    ImageType = "Image";
    /// `"IdentityObject"`
    IdentityObjectType = "IdentityObject";
    /// `"IdentifierEntry"`
    IdentifierEntryType = "IdentifierEntry";
    /// `"Association"`
    AssociationClass = "Association";
    /// `"BitstringStatusListEntry"`
    StatusEntryType = "BitstringStatusListEntry";
    /// `"BitstringStatusList"`
    StatusSubjectType = "BitstringStatusList";
    /// `"1EdTechJsonSchemaValidator2019"`
    SchemaValidatorType = "1EdTechJsonSchemaValidator2019";
    /// `"DataIntegrityProof"`
    ProofType = "DataIntegrityProof";
    /// `"eddsa-rdfc-2022"`
    Cryptosuite = "eddsa-rdfc-2022";
    /// `"assertionMethod"`
    ProofPurpose = "assertionMethod";
}

/// The `@context` of a badge or an endorsement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Context {
    /// W3C and Open Badges: all that a badge without `credentialSchema` needs.
    #[default]
    Badge,
    /// The same with the 1EdTech extensions third.
    WithExtensions,
}

impl serde::Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Badge => serializer.collect_seq([VC_CONTEXT, OB_CONTEXT]),
            Self::WithExtensions => serializer.collect_seq([VC_CONTEXT, OB_CONTEXT, EXTENSIONS_CONTEXT]),
        }
    }
}

impl<'de> Deserialize<'de> for Context {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = Vec::<String>::deserialize(deserializer)?;
        if found == [VC_CONTEXT, OB_CONTEXT] {
            Ok(Self::Badge)
        } else if found == [VC_CONTEXT, OB_CONTEXT, EXTENSIONS_CONTEXT] {
            Ok(Self::WithExtensions)
        } else {
            Err(D::Error::custom(format!(
                "@context {found:?} is not one that is issued here"
            )))
        }
    }
}

/// The `@context` of a record: W3C, Comprehensive Learner Records, Open Badges, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClrContext;

impl serde::Serialize for ClrContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq([VC_CONTEXT, CLR_CONTEXT, OB_CONTEXT])
    }
}

impl<'de> Deserialize<'de> for ClrContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = Vec::<String>::deserialize(deserializer)?;
        if found == [VC_CONTEXT, CLR_CONTEXT, OB_CONTEXT] {
            Ok(Self)
        } else {
            Err(D::Error::custom(format!(
                "@context {found:?} is not that of a record that is issued here"
            )))
        }
    }
}

/// The `@context` of a status list: W3C alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatusContext;

impl serde::Serialize for StatusContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq([VC_CONTEXT])
    }
}

impl<'de> Deserialize<'de> for StatusContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = Vec::<String>::deserialize(deserializer)?;
        if found == [VC_CONTEXT] {
            Ok(Self)
        } else {
            Err(D::Error::custom(format!("@context is {found:?}")))
        }
    }
}

/// A moment as text, in whole seconds of UTC: `2025-01-01T00:00:00Z`.
pub(crate) fn timestamp(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// A decimal as a JSON number.
fn number(value: rust_decimal::Decimal) -> Option<serde_json::Number> {
    value.normalize().to_string().parse().ok()
}

/// Serde for a moment.
pub(crate) mod moment {
    use super::{Deserialize, Deserializer, Serializer, timestamp};
    use chrono::{DateTime, Utc};

    pub(crate) fn serialize<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&timestamp(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        DateTime::<Utc>::deserialize(deserializer)
    }
}

/// Serde for a moment that may be absent.
pub(crate) mod moment_option {
    use super::{Deserialize, Deserializer, Serializer, timestamp};
    use chrono::{DateTime, Utc};

    #[expect(clippy::ref_option, reason = "serde calls it with a reference")]
    pub(crate) fn serialize<S: Serializer>(
        at: &Option<DateTime<Utc>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => serializer.serialize_str(&timestamp(*at)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<DateTime<Utc>>, D::Error> {
        Option::<DateTime<Utc>>::deserialize(deserializer)
    }
}

/// Serde for an exact decimal that is a JSON number on the wire.
pub(crate) mod decimal_option {
    use super::{Deserialize, Deserializer, Serializer, number};
    use rust_decimal::Decimal;
    use serde::Serialize as _;
    use serde::de::Error as _;
    use serde::ser::Error as _;

    #[expect(clippy::ref_option, reason = "serde calls it with a reference")]
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Decimal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => number(*value)
                .ok_or_else(|| S::Error::custom(format!("{value} cannot be written as a JSON number")))?
                .serialize(serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decimal>, D::Error> {
        let Some(value) = Option::<serde_json::Number>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let text = value.to_string();
        text.parse::<Decimal>()
            .or_else(|_| Decimal::from_scientific(&text))
            .map(Some)
            .map_err(|_| D::Error::custom(format!("{text} is not a number of credits")))
    }
}

/// Serde for a status index: a string that holds digits.
pub(crate) mod index {
    use super::{Deserialize, Deserializer, Serializer};
    use serde::de::Error as _;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub(crate) fn serialize<S: Serializer>(index: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(index)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom(format!("statusListIndex {text:?} is not a whole number")))
    }
}
