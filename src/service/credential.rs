//! What a badge's design becomes in the standard: the unsigned credential of one award (Open Badges 3.0).

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::domain::award::Award;
use crate::domain::badge::{Badge, Design};
use crate::domain::decision::{CheckedCondition, CheckedGroup, CheckedNode, Decision, Seen, Truth};
use crate::domain::evidence::Submission;
use crate::domain::issuer::Issuer;
use crate::domain::rule::Condition;
use crate::ids::LineItemId;
use crate::openbadges::credential::{
    Achievement, AchievementSubject, Alignment, Context, Criteria, Evidence, IdentityObject, Image,
    OpenBadgeCredential, Profile, ResultDescription, ResultEntry, StatusEntry,
};
use crate::openbadges::did::IssuerIdentity;
use crate::service::pictures;

/// Everything that goes into one credential.
pub(super) struct Parts<'a> {
    pub issuer: &'a Issuer,
    pub identity: &'a IssuerIdentity,
    pub badge: &'a Badge,
    pub award: &'a Award,
    /// The last part of its public address.
    pub slug: &'a str,
    /// `urn:uuid:…`
    pub subject: String,
    pub recipient: IdentityObject,
    pub status: StatusEntry,
    /// The decision behind the award; its grades are shown when the design says so.
    pub decision: &'a Decision,
    /// What line items are called.
    pub labels: &'a HashMap<LineItemId, String>,
    /// What was handed in and approved for it.
    pub evidence: &'a [Approved],
}

/// A piece of work that somebody assessed.
pub(super) struct Approved {
    /// The activity's title.
    pub title: String,
    pub submission: Submission,
}

/// The credential, not signed yet.
pub(super) fn build(parts: Parts<'_>) -> OpenBadgeCredential {
    let achievement_id = achievement_id(parts.identity, parts.issuer, parts.badge);
    let mut achievement = achievement(&achievement_id, parts.identity, parts.badge);
    let mut result = Vec::new();
    if parts.badge.design.show_score {
        for score in scores(&parts.decision.tree) {
            if let Some((description, entry)) = score_entry(&achievement_id, score, parts.labels)
                && !achievement
                    .result_description
                    .iter()
                    .any(|known| known.id == description.id)
            {
                achievement.result_description.push(description);
                result.push(entry);
            }
        }
    }
    OpenBadgeCredential {
        context: Context::Badge,
        id: format!("{}/b/{}", parts.identity.origin(), parts.slug),
        name: Some(parts.badge.design.name.clone()),
        issuer: Profile {
            id: parts.identity.did().to_owned(),
            name: Some(parts.issuer.name.clone()),
            url: parts.issuer.url.clone(),
            email: parts.issuer.email.clone(),
            ..Profile::default()
        },
        valid_from: parts.award.awarded_at,
        valid_until: parts.award.valid_until,
        awarded_date: Some(parts.award.awarded_at),
        credential_subject: AchievementSubject {
            id: Some(parts.subject),
            achievement,
            identifier: vec![parts.recipient],
            result,
            ..AchievementSubject::default()
        },
        evidence: parts.evidence.iter().map(evidence).collect(),
        credential_status: Some(parts.status),
        ..OpenBadgeCredential::default()
    }
}

/// The work behind a badge, told by its digest: who has the work can prove that it is this one, and the badge gives
/// nothing of it away.
fn evidence(approved: &Approved) -> Evidence {
    let artefact = &approved.submission.artefact;
    let mut parts = Vec::new();
    if let Some(file) = &artefact.file {
        parts.push(format!(
            "File ({}), sha-256 {}.",
            file.media_type.split(';').next().unwrap_or_default(),
            file.digest
        ));
    }
    if let Some(text) = &artefact.text {
        parts.push(format!(
            "Text, sha-256 {}.",
            hex::encode(Sha256::digest(text.as_bytes()))
        ));
    }
    if let Some(link) = &artefact.link {
        parts.push(format!(
            "Link, sha-256 {}.",
            hex::encode(Sha256::digest(link.as_bytes()))
        ));
    }
    let reviewed = approved.submission.review.as_ref();
    let when = reviewed
        .map(|review| format!(" on {}", review.at.format("%Y-%m-%d")))
        .unwrap_or_default();
    Evidence {
        name: Some(approved.title.clone()),
        narrative: Some(format!("Handed in and approved by an instructor{when}.")),
        description: Some(parts.join(" ")),
        ..Evidence::default()
    }
}

/// What the standard has no member for (hours, level), in words: "Size: 12 hours. Level: EQF 4."
fn size(design: &Design) -> String {
    let mut words = Vec::new();
    if let Some(hours) = design.hours {
        words.push(format!("Size: {} hours.", hours.normalize()));
    }
    if let Some(level) = &design.level {
        words.push(format!("Level: {level}."));
    }
    words.join(" ")
}

/// What a badge is called in every credential: `{identity}/issuers/{issuer}/achievements/{badge}`.
pub(super) fn achievement_id(identity: &IssuerIdentity, issuer: &Issuer, badge: &Badge) -> String {
    format!(
        "{}/issuers/{}/achievements/{}",
        identity.origin(),
        issuer.slug,
        badge.id
    )
}

fn achievement(id: &str, identity: &IssuerIdentity, badge: &Badge) -> Achievement {
    let design = &badge.design;
    let size = size(design);
    let texts = [design.outcome.trim(), design.description.trim(), size.as_str()];
    let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    let alignment = design.alignments.iter().map(|one| Alignment {
        target_name: one.name.clone(),
        target_url: one.url.clone(),
        target_code: one.code.clone(),
        target_framework: one.framework.clone(),
        ..Alignment::default()
    });
    Achievement {
        id: id.to_owned(),
        name: design.name.clone(),
        description: texts.join("\n\n"),
        achievement_type: Some("Badge".to_owned()),
        criteria: Criteria {
            narrative: Some(design.criteria.clone()).filter(|text| !text.trim().is_empty()),
            ..Criteria::default()
        },
        image: Some(Image {
            id: format!("{}{}", identity.origin(), pictures::href(&design.picture)),
            caption: Some(design.picture_alt.clone()).filter(|text| !text.trim().is_empty()),
            ..Image::default()
        }),
        alignment: alignment.collect(),
        tag: vec![design.kind.word().to_owned()],
        credits_available: design.credits,
        version: Some(badge.revision.to_string()),
        ..Achievement::default()
    }
}

/// The conditions on grades that held.
fn scores(group: &CheckedGroup) -> Vec<&CheckedCondition> {
    group
        .nodes
        .iter()
        .flat_map(|node| match node {
            CheckedNode::Group(inner) => scores(inner),
            CheckedNode::Condition(condition) => vec![condition],
        })
        .filter(|condition| condition.truth == Truth::Yes && matches!(condition.seen, Seen::Grade { .. }))
        .collect()
}

fn score_entry(
    achievement: &str,
    checked: &CheckedCondition,
    labels: &HashMap<LineItemId, String>,
) -> Option<(ResultDescription, ResultEntry)> {
    let Condition::Grade { item, .. } = &checked.condition else {
        return None;
    };
    let Seen::Grade {
        value,
        maximum,
        needs,
        ..
    } = &checked.seen
    else {
        return None;
    };
    let id = format!("{achievement}#grade-{item}");
    let description = ResultDescription {
        id: id.clone(),
        name: labels.get(item).cloned().unwrap_or_else(|| "Score".to_owned()),
        result_type: "RawScore".to_owned(),
        required_value: Some(needs.normalize().to_string()),
        value_max: Some(maximum.normalize().to_string()),
        value_min: Some("0".to_owned()),
        ..ResultDescription::default()
    };
    let entry = ResultEntry {
        result_description: Some(id),
        value: Some(value.normalize().to_string()),
        ..ResultEntry::default()
    };
    Some((description, entry))
}
