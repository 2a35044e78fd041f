//! What a badge's design becomes in the standard: the unsigned credential of one award (Open Badges 3.0).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use crate::domain::award::Award;
use crate::domain::badge::{Badge, Design};
use crate::domain::decision::{CheckedCondition, CheckedGroup, CheckedNode, Decision, Seen, Truth};
use crate::domain::evidence::Submission;
use crate::domain::issuer::Issuer;
use crate::domain::rule::Condition;
use crate::ids::LineItemId;
use crate::service::badge::pictures;
use crate::service::base::addresses;
use openbadges::credential::{
    Achievement, AchievementSubject, Alignment, Context, Criteria, Evidence, IdentityObject, Image,
    OpenBadgeCredential, Profile, ResultDescription, ResultEntry, StatusEntry,
};
use openbadges::did::IssuerIdentity;

/// What the credential says when an instructor awarded it although the rule was not met.
const BY_HAND: &str = "Awarded by an instructor's own decision, not by the rule of the badge.";

/// How the tag of a level begins.
const LEVEL_TAG: &str = "Level: ";

/// Everything that goes into one credential.
pub(in crate::service) struct Parts<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) identity: &'a IssuerIdentity,
    pub(crate) badge: &'a Badge,
    pub(crate) award: &'a Award,
    /// The award of the term before, where this one renews it.
    pub(crate) renews: Option<&'a Award>,
    /// The last part of its public address.
    pub(crate) slug: &'a str,
    /// `urn:uuid:…`
    pub(crate) subject: String,
    pub(crate) recipient: IdentityObject,
    pub(crate) status: StatusEntry,
    /// The decision behind the award; its grades are shown when the design says so.
    pub(crate) decision: &'a Decision,
    /// What line items are called.
    pub(crate) labels: &'a HashMap<LineItemId, String>,
    /// What was handed in and approved for it.
    pub(crate) evidence: &'a [Approved],
}

/// A piece of work that somebody assessed.
pub(in crate::service) struct Approved {
    /// The activity's title.
    pub(crate) title: String,
    pub(crate) submission: Submission,
}

/// The credential, not signed yet.
pub(in crate::service) fn build(parts: Parts<'_>) -> OpenBadgeCredential {
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
        id: format!("{}{}", parts.identity.origin(), addresses::credential(parts.slug)),
        name: Some(parts.badge.design.name.clone()),
        issuer: profile(parts.identity, parts.issuer),
        valid_from: parts.award.awarded_at,
        valid_until: parts.award.valid_until,
        awarded_date: Some(parts.award.awarded_at),
        credential_subject: AchievementSubject {
            id: Some(parts.subject),
            achievement,
            identifier: vec![parts.recipient],
            result,
            credits_earned: parts.badge.design.credits,
            narrative: how(parts.decision, parts.renews),
            ..AchievementSubject::default()
        },
        evidence: parts.evidence.iter().map(evidence).collect(),
        credential_status: Some(parts.status),
        ..OpenBadgeCredential::default()
    }
}

/// What is worth saying of how it was awarded.
fn how(decision: &Decision, renews: Option<&Award>) -> Option<String> {
    let by_hand = (decision.outcome != Truth::Yes).then(|| BY_HAND.to_owned());
    let said: Vec<String> = by_hand.into_iter().chain(renews.map(renewal)).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// The badge that was renewed, by its days.
fn renewal(before: &Award) -> String {
    let day = |at: DateTime<Utc>| at.format("%-d %B %Y");
    let until = before
        .valid_until
        .map(|until| format!(", which was valid until {}", day(until)))
        .unwrap_or_default();
    format!(
        "Renews the badge that was awarded on {}{until}.",
        day(before.awarded_at)
    )
}

/// The work behind a badge, told by its digest: who has the work can prove that it is this one, and the badge gives
/// nothing of it away.
fn evidence(approved: &Approved) -> Evidence {
    let artefact = &approved.submission.artefact;
    let digest = |text: &String| hex::encode(Sha256::digest(text.as_bytes()));
    let parts = [
        ("file", artefact.file.as_ref().map(|file| file.digest.clone())),
        ("text", artefact.text.as_ref().map(digest)),
        ("link", artefact.link.as_ref().map(digest)),
    ];
    let there = || {
        parts
            .iter()
            .filter_map(|(what, digest)| Some((what, digest.as_ref()?)))
    };
    let what: Vec<String> = there().map(|(what, _)| format!("a {what}")).collect();
    let prints: Vec<String> = there()
        .map(|(what, digest)| format!("{what}: sha-256 {digest}"))
        .collect();
    let reviewed = approved.submission.review.as_ref();
    let when = reviewed
        .map(|review| format!(" on {}", review.at.format("%Y-%m-%d")))
        .unwrap_or_default();
    Evidence {
        name: Some(approved.title.clone()),
        description: Some(format!(
            "Handed in as {} and approved by an instructor{when}.",
            what.join(" and ")
        )),
        narrative: Some(prints.join("; ")),
        ..Evidence::default()
    }
}

/// Who issues, as every credential says it. Without a site of its own, an issuer has its page here.
pub(in crate::service) fn profile(identity: &IssuerIdentity, issuer: &Issuer) -> Profile {
    let page = || format!("{}{}", identity.origin(), addresses::issuer(&issuer.slug));
    Profile {
        id: identity.did().to_owned(),
        name: Some(issuer.name.clone()),
        url: Some(issuer.url.clone().unwrap_or_else(page)),
        email: issuer.email.clone(),
        ..Profile::default()
    }
}

/// What a badge is called in every credential: `{identity}/issuers/{issuer}/achievements/{badge}`.
pub(in crate::service) fn achievement_id(
    identity: &IssuerIdentity,
    issuer: &Issuer,
    badge: &Badge,
) -> String {
    format!(
        "{}{}",
        identity.origin(),
        addresses::achievement(&issuer.slug, &badge.id)
    )
}

/// A badge as the standard says it. Hours and level have no member there: they stand among the tags, in the words of
/// [`hours_tag`] and [`level_tag`].
pub(in crate::service) fn achievement(id: &str, identity: &IssuerIdentity, badge: &Badge) -> Achievement {
    let design = &badge.design;
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
        description: description(&design.name, &design.outcome, &design.description),
        achievement_type: Some("Badge".to_owned()),
        criteria: criteria(id, &design.criteria),
        image: Some(Image {
            id: format!("{}{}", identity.origin(), pictures::href(&design.picture)),
            caption: Some(design.picture_alt.clone()).filter(|text| !text.trim().is_empty()),
            ..Image::default()
        }),
        alignment: alignment.collect(),
        tag: tags(design),
        credits_available: design.credits,
        version: Some(badge.revision.to_string()),
        ..Achievement::default()
    }
}

/// Outcome, then description. The official schema wants at least one character: without either, the name stands there.
fn description(name: &str, outcome: &str, description: &str) -> String {
    let texts = [outcome.trim(), description.trim()];
    let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    if texts.is_empty() {
        name.to_owned()
    } else {
        texts.join("\n\n")
    }
}

/// The criteria in words; without any, the badge's page stands for them.
fn criteria(id: &str, narrative: &str) -> Criteria {
    if narrative.trim().is_empty() {
        Criteria {
            id: Some(id.to_owned()),
            narrative: None,
        }
    } else {
        Criteria {
            id: None,
            narrative: Some(narrative.to_owned()),
        }
    }
}

fn tags(design: &Design) -> Vec<String> {
    let hours = design.hours.map(|hours| {
        let word = if hours == Decimal::ONE { "hour" } else { "hours" };
        format!("{} {word}", hours.normalize())
    });
    let level = design.level.as_deref().map(str::trim);
    let level = level.filter(|level| !level.is_empty());
    let level = level.map(|level| format!("{LEVEL_TAG}{level}"));
    [Some(design.kind.word().to_owned()), hours, level]
        .into_iter()
        .flatten()
        .collect()
}

/// The hours of work that a tag declares: "12 hours".
#[must_use]
pub(crate) fn hours_tag(tag: &str) -> Option<&str> {
    let hours = tag.strip_suffix(" hours").or_else(|| tag.strip_suffix(" hour"))?;
    hours.parse::<Decimal>().is_ok().then_some(hours)
}

/// The level that a tag declares: "Level: EQF 4".
#[must_use]
pub(crate) fn level_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix(LEVEL_TAG)
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

#[cfg(test)]
mod tests {
    use super::description;

    #[test]
    fn a_description_is_never_empty() {
        assert_eq!(description("Charts", "Draws.", " Well. "), "Draws.\n\nWell.");
        assert_eq!(description("Charts", "", " "), "Charts");
    }
}
