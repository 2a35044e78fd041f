//! Example credentials for tests and benchmarks.

mod record;
mod whole;

use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;

pub use record::{part, record, signed_badge};
pub use whole::{HOLDER, endorser, endorser_key, whole_badge};

use crate::credential::{
    Achievement, AchievementSubject, Alignment, Context, Criteria, Evidence, IdentityObject, Image,
    OpenBadgeCredential, Profile, ResultDescription, ResultEntry, RubricCriterionLevel, StatusEntry,
};
use crate::did::{DidError, IssuerIdentity};
use crate::recipient;
use ambient::random::SeededRandom;

/// A fixed key that signs examples only.
#[must_use]
pub fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// A fixed key that signs example tokens only.
///
/// # Errors
/// Never in practice: the secret is fixed.
pub fn token_key() -> Result<p256::ecdsa::SigningKey, p256::ecdsa::Error> {
    p256::ecdsa::SigningKey::from_slice(&[7; 32])
}

/// The issuer of the examples: `did:web:badges.example:issuers:abc`.
///
/// # Errors
/// Never in practice: the origin is fixed.
pub fn issuer() -> Result<IssuerIdentity, DidError> {
    IssuerIdentity::new("https://badges.example", "abc")
}

/// When the examples were made: 1 September 2025.
#[must_use]
pub fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_756_720_800, 0).unwrap_or_default()
}

/// A badge with everything that an ordinary award has: recipient, rubric result, alignment, evidence and status
/// entry `index`. About 2.5 kB when signed.
///
/// # Errors
/// Never in practice: the issuer is fixed.
pub fn full_badge(index: u32) -> Result<OpenBadgeCredential, DidError> {
    let issuer = issuer()?;
    let badge = "https://badges.example/badges/teamwork/1";
    let level = format!("{badge}/criterion/teamwork/level/3");
    Ok(OpenBadgeCredential {
        context: Context::Badge,
        id: format!("urn:uuid:01990000-0000-7000-8000-{index:012x}"),
        name: Some("Teamwork".to_owned()),
        issuer: Profile {
            id: issuer.did().to_owned(),
            name: Some("Example School".to_owned()),
            url: Some("https://school.example".to_owned()),
            ..Profile::default()
        },
        valid_from: moment(),
        awarded_date: Some(moment()),
        credential_subject: AchievementSubject {
            id: Some(format!("urn:uuid:01990000-0000-7000-9000-{index:012x}")),
            achievement: achievement(badge, &level),
            identifier: vec![identity(index)],
            result: vec![ResultEntry {
                result_description: Some(format!("{badge}/criterion/teamwork")),
                achieved_level: Some(level),
                ..ResultEntry::default()
            }],
            ..AchievementSubject::default()
        },
        evidence: vec![Evidence {
            id: Some(format!("https://badges.example/evidence/{index}")),
            name: Some("Group report".to_owned()),
            narrative: Some("The report that the group handed in.".to_owned()),
            genre: Some("Report".to_owned()),
            ..Evidence::default()
        }],
        credential_status: Some(StatusEntry::revocation(&issuer.status_url("1"), index)),
        ..OpenBadgeCredential::default()
    })
}

/// The issuer of the platform that knows the holders of the examples; its `sub` for them is the index.
pub const PLATFORM: &str = "https://moodle.example";

fn identity(index: u32) -> IdentityObject {
    recipient::lti_user(PLATFORM, &index.to_string(), &SeededRandom::new(u64::from(index)))
}

fn achievement(badge: &str, reached: &str) -> Achievement {
    Achievement {
        id: badge.to_owned(),
        name: "Teamwork".to_owned(),
        description: "Works with others towards a common result and shares the load.".to_owned(),
        achievement_type: Some("MicroCredential".to_owned()),
        criteria: Criteria {
            narrative: Some("Reach level 3 of the teamwork rubric in the group project.".to_owned()),
            ..Criteria::default()
        },
        image: Some(Image {
            id: format!("{badge}/image.png"),
            ..Image::default()
        }),
        alignment: vec![Alignment {
            target_name: "work in teams".to_owned(),
            target_url: "http://data.europa.eu/esco/skill/60c78287-22eb-4103-9c8c-28deaa460da0".to_owned(),
            target_framework: Some("ESCO".to_owned()),
            ..Alignment::default()
        }],
        result_description: vec![ResultDescription {
            id: format!("{badge}/criterion/teamwork"),
            name: "Teamwork".to_owned(),
            result_type: "RubricCriterionLevel".to_owned(),
            required_level: Some(reached.to_owned()),
            rubric_criterion_level: ["Beginning", "Developing", "Proficient"]
                .into_iter()
                .zip(1..)
                .map(|(name, number)| RubricCriterionLevel {
                    id: format!("{badge}/criterion/teamwork/level/{number}"),
                    name: name.to_owned(),
                    level: Some(number.to_string()),
                    ..RubricCriterionLevel::default()
                })
                .collect(),
            ..ResultDescription::default()
        }],
        tag: vec!["teamwork".to_owned(), "collaboration".to_owned()],
        version: Some("1".to_owned()),
        in_language: Some("en".to_owned()),
        ..Achievement::default()
    }
}
