//! A badge in which every member that the model knows is set, however rare: what others' software has to accept of us.

use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use rust_decimal::Decimal;

use super::{full_badge, issuer, moment};
use crate::credential::{
    ACHIEVEMENT_SCHEMA, Achievement, AchievementSubject, Alignment, Context, CredentialSchema, Criteria,
    EndorsementCredential, EndorsementSubject, Evidence, IdentifierEntry, Image, OpenBadgeCredential,
    Profile, ResultDescription, ResultEntry, ResultStatus, StatusEntry,
};
use crate::did::{DidError, IssuerIdentity};
use crate::error::Error;
use crate::proof::attach;
use crate::recipient;
use ambient::random::SeededRandom;

/// Who endorses the examples: `did:web:badges.example:issuers:employer`, with its own key and status list.
///
/// # Errors
/// Never in practice: the origin is fixed.
pub fn endorser() -> Result<IssuerIdentity, DidError> {
    IssuerIdentity::new("https://badges.example", "employer")
}

/// The endorser's key, for examples only.
#[must_use]
pub fn endorser_key() -> SigningKey {
    SigningKey::from_bytes(&[8; 32])
}

/// The e-mail address of whoever holds the whole badge.
pub const HOLDER: &str = "ada@school.example";

/// A badge with every optional member, its status at place `index` of the issuer's list `1`: results with rubric levels,
/// alignments, evidence, credits, and endorsements of the award, of the badge and of the issuer. About 18 kB when signed.
///
/// # Errors
/// Never in practice: everything in it is fixed.
pub fn whole_badge(index: u32) -> Result<OpenBadgeCredential, Error> {
    let badge = full_badge(index)?;
    let achievement = whole_achievement(badge.credential_subject.achievement.clone())?;
    let by_email = recipient::email(HOLDER, &SeededRandom::new(u64::from(index)));
    let identifiers = badge.credential_subject.identifier.iter().cloned();
    let subject = AchievementSubject {
        identifier: identifiers.chain([by_email]).collect(),
        result: results(&achievement),
        achievement,
        credits_earned: Some(Decimal::new(35, 1)),
        activity_start_date: Some(moment() - TimeDelta::days(90)),
        activity_end_date: Some(moment() - TimeDelta::days(2)),
        term: some("Summer 2025"),
        role: some("Team lead"),
        license_number: some("TW-4711"),
        narrative: some("Led a team of four through the *group project*."),
        image: Some(image("https://badges.example/b/example.png")),
        ..badge.credential_subject.clone()
    };
    Ok(OpenBadgeCredential {
        context: Context::WithExtensions,
        description: some("Awarded for work in a team."),
        image: Some(image("https://badges.example/b/example.svg")),
        issuer: Profile {
            endorsement: vec![endorsement(3, issuer()?.did(), "A school that we know well.")?],
            ..profile(badge.issuer.clone())
        },
        valid_until: Some(moment() + TimeDelta::days(36_500)),
        credential_subject: subject,
        evidence: badge.evidence.iter().cloned().map(whole_evidence).collect(),
        credential_schema: vec![CredentialSchema {
            id: ACHIEVEMENT_SCHEMA.to_owned(),
            ..CredentialSchema::default()
        }],
        endorsement: vec![endorsement(1, &badge.id, "Seen at work.")?],
        ..badge
    })
}

#[expect(clippy::unnecessary_wraps, reason = "members are optional")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn image(id: &str) -> Image {
    Image {
        id: id.to_owned(),
        caption: some("Three people round a table"),
        ..Image::default()
    }
}

fn identifier(identifier: &str) -> IdentifierEntry {
    IdentifierEntry {
        identifier: identifier.to_owned(),
        identifier_type: "identifier".to_owned(),
        ..IdentifierEntry::default()
    }
}

fn profile(known: Profile) -> Profile {
    Profile {
        url: some("https://school.example"),
        email: some("badges@school.example"),
        phone: some("+44 20 7946 0000"),
        description: some("A school for examples."),
        image: Some(image("https://school.example/logo.png")),
        official: some("Ada Example"),
        parent_org: Some(Box::new(Profile {
            id: "https://university.example".to_owned(),
            name: some("Example University"),
            ..Profile::default()
        })),
        other_identifier: vec![identifier("SCHOOL-1")],
        ..known
    }
}

fn alignment(target: &str) -> Alignment {
    Alignment {
        target_name: "work in teams".to_owned(),
        target_url: target.to_owned(),
        target_type: some("CFItem"),
        target_code: some("60c78287"),
        target_framework: some("Example framework"),
        target_description: some("Works confidently within a group."),
        ..Alignment::default()
    }
}

fn whole_evidence(known: Evidence) -> Evidence {
    Evidence {
        description: some("Ten pages."),
        audience: some("The whole course"),
        ..known
    }
}

fn whole_achievement(known: Achievement) -> Result<Achievement, Error> {
    let id = known.id.clone();
    let mut described: Vec<ResultDescription> = known.result_description.clone();
    for one in &mut described {
        one.alignment = vec![alignment("https://frameworks.example/rubric")];
        for level in &mut one.rubric_criterion_level {
            level.description = some("What one sees at this level.");
            level.points = some("4");
            level.alignment = vec![alignment("https://frameworks.example/level")];
        }
    }
    described.push(ResultDescription {
        id: format!("{id}#grade"),
        name: "Final grade".to_owned(),
        result_type: "LetterGrade".to_owned(),
        allowed_value: ["C", "B", "A"].map(str::to_owned).to_vec(),
        required_value: some("B"),
        ..ResultDescription::default()
    });
    described.push(ResultDescription {
        id: format!("{id}#score"),
        name: "Peer review".to_owned(),
        result_type: "Percent".to_owned(),
        required_value: some("60"),
        value_min: some("0"),
        value_max: some("100"),
        ..ResultDescription::default()
    });
    described.push(ResultDescription {
        id: format!("{id}#status"),
        name: "Attendance".to_owned(),
        result_type: "Status".to_owned(),
        ..ResultDescription::default()
    });
    Ok(Achievement {
        criteria: Criteria {
            id: Some(id.clone()),
            ..known.criteria
        },
        image: known.image.map(|picture| image(&picture.id)),
        alignment: vec![
            alignment("http://data.europa.eu/esco/skill/60c78287-22eb-4103-9c8c-28deaa460da0"),
            alignment("https://frameworks.example/item"),
        ],
        creator: Some(Profile {
            id: "https://press.example".to_owned(),
            name: some("Example Press"),
            ..profile(Profile::default())
        }),
        result_description: described,
        credits_available: Some(Decimal::new(50, 1)),
        field_of_study: some("Social skills"),
        human_code: some("TW101"),
        specialization: some("Team leading"),
        other_identifier: vec![identifier("BADGE-1")],
        endorsement: vec![endorsement(2, &id, "What we look for when we hire.")?],
        ..known
    })
}

fn results(achievement: &Achievement) -> Vec<ResultEntry> {
    let of = |end: &str| {
        let mut known = achievement.result_description.iter();
        known.find(|one| one.id.ends_with(end)).map(|one| one.id.clone())
    };
    let level = achievement
        .result_description
        .first()
        .and_then(|one| one.rubric_criterion_level.last())
        .map(|level| level.id.clone());
    let valued = |end: &str, value: &str| ResultEntry {
        result_description: of(end),
        value: some(value),
        ..ResultEntry::default()
    };
    vec![
        ResultEntry {
            result_description: of("/criterion/teamwork"),
            achieved_level: level,
            alignment: vec![alignment("https://frameworks.example/result")],
            ..ResultEntry::default()
        },
        valued("#grade", "A"),
        valued("#score", "87"),
        ResultEntry {
            result_description: of("#status"),
            status: Some(ResultStatus::Completed),
            ..ResultEntry::default()
        },
    ]
}

/// A signed endorsement of whatever `about` names, at place `number` of the endorser's own list.
fn endorsement(number: u32, about: &str, comment: &str) -> Result<EndorsementCredential, Error> {
    let by = endorser()?;
    let unsigned = EndorsementCredential {
        context: Context::WithExtensions,
        id: format!("urn:uuid:01990000-0000-7000-a000-{number:012x}"),
        name: "Endorsement".to_owned(),
        description: some("By an employer of many former students."),
        issuer: Profile {
            id: by.did().to_owned(),
            name: some("Example Works"),
            ..profile(Profile::default())
        },
        valid_from: moment(),
        valid_until: Some(moment() + TimeDelta::days(36_500)),
        credential_subject: EndorsementSubject {
            id: about.to_owned(),
            endorsement_comment: some(comment),
            ..EndorsementSubject::default()
        },
        credential_status: Some(StatusEntry::revocation(&by.status_url("1"), number)),
        credential_schema: vec![CredentialSchema {
            id: ACHIEVEMENT_SCHEMA.replace("achievementcredential", "endorsementcredential"),
            ..CredentialSchema::default()
        }],
        ..EndorsementCredential::default()
    };
    let key = endorser_key();
    let method = by.verification_method(&key.verifying_key());
    attach(&unsigned, &key, &method, moment())
}
