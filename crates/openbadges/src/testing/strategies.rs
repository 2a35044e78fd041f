//! Random credentials: every member that the typed model has, with texts and addresses that invite mistakes.

use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::credential::*;
use crate::proof::attach;

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-zA-Z ]{0,12}",
        "[\\x00-\\x7f]{0,8}",
        "[\u{80}-\u{2fff}\u{1f300}-\u{1f6ff}]{0,6}",
        Just("true".to_owned()),
        Just("@id".to_owned()),
        Just("https://looks.example/like#iri".to_owned()),
    ]
    .boxed()
}

fn iri() -> BoxedStrategy<String> {
    prop_oneof![
        "https://x\\.example/[a-z]{1,3}(#[a-z]{1,2})?",
        "urn:uuid:0000000[0-9]",
        "did:web:x\\.example:[a-z]{1,2}",
        "mailto:[a-z]{1,3}@x\\.example",
        "data:text/plain,[a-z]{0,4}",
    ]
    .boxed()
}

fn moment() -> BoxedStrategy<DateTime<Utc>> {
    (0..4_000_000_000_i64)
        .prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
        .boxed()
}

fn credits() -> BoxedStrategy<Decimal> {
    (0..1_000_000_i64, 0..4_u32)
        .prop_map(|(units, scale)| Decimal::new(units, scale))
        .boxed()
}

fn alignment() -> BoxedStrategy<Alignment> {
    (text(), iri(), of(text()), of(text()), of(text()), of(text()))
        .prop_map(|(name, url, kind, code, frame, says)| Alignment {
            target_name: name,
            target_url: url,
            target_type: kind,
            target_code: code,
            target_framework: frame,
            target_description: says,
            ..Alignment::default()
        })
        .boxed()
}

fn image() -> BoxedStrategy<Image> {
    (iri(), of(text()))
        .prop_map(|(id, caption)| Image {
            id,
            caption,
            ..Image::default()
        })
        .boxed()
}

fn entry() -> BoxedStrategy<IdentifierEntry> {
    (text(), text())
        .prop_map(|(identifier, identifier_type)| IdentifierEntry {
            identifier,
            identifier_type,
            ..IdentifierEntry::default()
        })
        .boxed()
}

fn profile() -> BoxedStrategy<Profile> {
    (
        iri(),
        of(text()),
        of(iri()),
        of(text()),
        of(text()),
        of(image()),
        vec(entry(), 0..2),
    )
        .prop_map(
            |(id, name, url, email, description, image, other_identifier)| Profile {
                id,
                phone: email.clone(),
                official: description.clone(),
                parent_org: url.clone().map(|id| {
                    Box::new(Profile {
                        id,
                        name: name.clone(),
                        ..Profile::default()
                    })
                }),
                name,
                url,
                email,
                description,
                image,
                other_identifier,
                ..Profile::default()
            },
        )
        .boxed()
}

fn level() -> BoxedStrategy<RubricCriterionLevel> {
    (
        iri(),
        text(),
        of(text()),
        of(text()),
        of(text()),
        vec(alignment(), 0..2),
    )
        .prop_map(
            |(id, name, description, level, points, alignment)| RubricCriterionLevel {
                id,
                name,
                description,
                level,
                points,
                alignment,
                ..RubricCriterionLevel::default()
            },
        )
        .boxed()
}

fn description() -> BoxedStrategy<ResultDescription> {
    (
        iri(),
        text(),
        text(),
        vec(level(), 0..3),
        vec(text(), 0..4),
        of(iri()),
        of(text()),
        vec(alignment(), 0..2),
    )
        .prop_map(
            |(id, name, kind, levels, allowed, required, value, alignment)| ResultDescription {
                id,
                name,
                result_type: kind,
                rubric_criterion_level: levels,
                allowed_value: allowed,
                required_level: required,
                required_value: value.clone(),
                value_max: value.clone(),
                value_min: value,
                alignment,
                ..ResultDescription::default()
            },
        )
        .boxed()
}

fn criteria() -> BoxedStrategy<Criteria> {
    prop_oneof![
        (of(iri()), text()).prop_map(|(id, text)| Criteria {
            id,
            narrative: Some(text)
        }),
        iri().prop_map(|id| Criteria {
            id: Some(id),
            narrative: None
        }),
    ]
    .boxed()
}

fn achievement() -> BoxedStrategy<Achievement> {
    let words = (
        text(),
        text(),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        vec(text(), 0..3),
    );
    let things = (
        vec(alignment(), 0..3),
        of(profile()),
        vec(description(), 0..3),
        of(image()),
        vec(entry(), 0..2),
    );
    (iri(), words, criteria(), things, of(credits()))
        .prop_map(|(id, words, criteria, things, credits_available)| Achievement {
            id,
            name: words.0,
            description: words.1,
            specialization: words.2.clone(),
            achievement_type: words.2,
            field_of_study: words.3,
            human_code: words.4.clone(),
            version: words.4,
            in_language: words.5,
            tag: words.6,
            criteria,
            alignment: things.0,
            creator: things.1,
            result_description: things.2,
            image: things.3,
            other_identifier: things.4,
            credits_available,
            ..Achievement::default()
        })
        .boxed()
}

fn identity() -> BoxedStrategy<IdentityObject> {
    (any::<bool>(), text(), text(), of(text()))
        .prop_map(|(hashed, hash, kind, salt)| IdentityObject {
            hashed,
            identity_hash: hash,
            identity_type: kind,
            salt,
            ..IdentityObject::default()
        })
        .boxed()
}

fn result() -> BoxedStrategy<ResultEntry> {
    let status = prop_oneof![
        Just(None),
        Just(Some(ResultStatus::Completed)),
        Just(Some(ResultStatus::OnHold))
    ];
    (of(iri()), of(iri()), of(text()), status, vec(alignment(), 0..2))
        .prop_map(
            |(result_description, achieved_level, value, status, alignment)| ResultEntry {
                result_description,
                achieved_level,
                value,
                status,
                alignment,
                ..ResultEntry::default()
            },
        )
        .boxed()
}

fn subject() -> BoxedStrategy<AchievementSubject> {
    let optional = (
        of(credits()),
        of(moment()),
        of(moment()),
        of(text()),
        of(text()),
        of(image()),
    );
    (
        iri(),
        any::<bool>(),
        achievement(),
        vec(identity(), 1..3),
        vec(result(), 0..3),
        optional,
    )
        .prop_map(
            |(id, named, achievement, identifier, result, optional)| AchievementSubject {
                id: named.then_some(id),
                achievement,
                identifier,
                result,
                credits_earned: optional.0,
                activity_start_date: optional.1,
                activity_end_date: optional.2,
                term: optional.3.clone(),
                role: optional.3,
                license_number: optional.4.clone(),
                narrative: optional.4,
                image: optional.5,
                ..AchievementSubject::default()
            },
        )
        .boxed()
}

fn evidence() -> BoxedStrategy<Evidence> {
    (of(iri()), of(text()), of(text()), of(text()))
        .prop_map(|(id, name, narrative, genre)| Evidence {
            id,
            description: name.clone(),
            audience: genre.clone(),
            name,
            narrative,
            genre,
            ..Evidence::default()
        })
        .boxed()
}

fn endorsement() -> BoxedStrategy<EndorsementCredential> {
    (
        iri(),
        text(),
        profile(),
        moment(),
        of(moment()),
        iri(),
        of(text()),
    )
        .prop_map(|(id, name, issuer, from, until, about, comment)| {
            let unsigned = EndorsementCredential {
                id,
                name,
                issuer,
                valid_from: from,
                valid_until: until,
                credential_subject: EndorsementSubject {
                    id: about,
                    endorsement_comment: comment,
                    ..EndorsementSubject::default()
                },
                ..EndorsementCredential::default()
            };
            attach(
                &unsigned,
                &SigningKey::from_bytes(&[3; 32]),
                "did:web:e.example#key",
                from,
            )
            .unwrap()
        })
        .boxed()
}

/// Any badge that the typed model can express, endorsements included.
pub fn badge() -> BoxedStrategy<OpenBadgeCredential> {
    let around = (profile(), moment(), of(moment()), of(moment()), of(image()));
    let below = (
        vec(evidence(), 0..3),
        of((iri(), 0..200_000_u32)),
        vec(endorsement(), 0..2),
        any::<bool>(),
    );
    (iri(), of(text()), of(text()), around, subject(), below)
        .prop_map(|(id, name, description, around, subject, below)| {
            let schema = CredentialSchema {
                id: ACHIEVEMENT_SCHEMA.to_owned(),
                ..CredentialSchema::default()
            };
            OpenBadgeCredential {
                context: if below.3 {
                    Context::WithExtensions
                } else {
                    Context::Badge
                },
                id,
                name,
                description,
                image: around.4,
                issuer: around.0,
                valid_from: around.1,
                valid_until: around.2,
                awarded_date: around.3,
                credential_subject: subject,
                evidence: below.0,
                credential_status: below
                    .1
                    .map(|(list, index)| StatusEntry::revocation(&list.replace('#', "/"), index)),
                endorsement: below.2,
                credential_schema: if below.3 { vec![schema] } else { Vec::new() },
                ..OpenBadgeCredential::default()
            }
        })
        .boxed()
}

/// Any record of one to three such badges, each signed by somebody; two of them belong together in some way.
pub fn record() -> BoxedStrategy<ClrCredential> {
    let around = (profile(), moment(), of(moment()), of(any::<bool>()), of(text()));
    let kind = proptest::sample::select(&AssociationType::ALL[..]);
    let inside = (
        vec(badge(), 1..4),
        vec(achievement(), 0..2),
        vec(identity(), 1..3),
        kind,
    );
    (
        iri(),
        text(),
        of(iri()),
        around,
        inside,
        of((iri(), 0..200_000_u32)),
    )
        .prop_map(|(id, name, learner, around, inside, status)| {
            let (badges, achievement, identifier, kind) = inside;
            let parts: Vec<Part> = badges.iter().map(signed_part).collect();
            let ids: Vec<String> = parts
                .iter()
                .map(|part| part.badge().credential_subject.achievement.id.clone())
                .collect();
            let (first, last) = (&ids[0], &ids[ids.len() - 1]);
            ClrCredential {
                id,
                name,
                issuer: around.0,
                valid_from: around.1,
                valid_until: around.2,
                partial: around.3,
                description: around.4,
                credential_subject: ClrSubject {
                    id: learner,
                    identifier,
                    achievement,
                    // Nothing is a part of itself.
                    association: (first != last)
                        .then(|| Association::new(kind, first, last))
                        .into_iter()
                        .collect(),
                    verifiable_credential: parts,
                    ..ClrSubject::default()
                },
                credential_status: status
                    .map(|(list, index)| StatusEntry::revocation(&list.replace('#', "/"), index)),
                ..ClrCredential::default()
            }
        })
        .boxed()
}

fn signed_part(badge: &OpenBadgeCredential) -> Part {
    let key = SigningKey::from_bytes(&[5; 32]);
    let signed = attach(badge, &key, "did:web:p.example#key", badge.valid_from).unwrap();
    Part::of(&serde_json::to_string(&signed).unwrap()).unwrap()
}
