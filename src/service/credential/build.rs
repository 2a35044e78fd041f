//! What a badge's design becomes in the standard: the unsigned credential of one award (Open Badges 3.0).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use crate::domain::achievement::target_type;
use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::decision::{CheckedCondition, CheckedGroup, CheckedNode, Decision, Seen, Truth};
use crate::domain::evaluate::points as in_points;
use crate::domain::evidence::{Artefact, Submission};
use crate::domain::issuer::Issuer;
use crate::domain::outside::OutsideValue;
use crate::domain::rule::{Condition, Needed, Threshold};
use crate::domain::tags::tags;
use crate::ids::{BadgeId, LineItemId, OutsideColumnId};
use crate::service::badge::pictures;
use crate::service::base::addresses;
use openbadges::credential::{
    Achievement, AchievementSubject, Alignment, Context, Criteria, EndorsementCredential, Evidence,
    IdentityObject, Image, OpenBadgeCredential, Profile, ResultDescription, ResultEntry, ResultStatus,
    StatusEntry,
};
use openbadges::did::IssuerIdentity;

mod authority;
mod native;
mod parts;

pub(in crate::service) use parts::Counted;
pub(crate) use parts::is_part;

pub(crate) use authority::{accreditation, register};

/// What the credential says when an instructor awarded it although the rule was not met.
const BY_HAND: &str = "Awarded by an instructor's own decision, not by the rule of the badge.";

/// What stands in an evidence before the digest of the address that was handed in.
const LINK_PRINT: &str = "link: sha-256 ";

/// The part of a badge's page that tells its criteria.
pub(crate) const CRITERIA: &str = "criteria";

/// What stands before how a badge is assessed, in its criteria: the standard has no member for it.
const ASSESSMENT: &str = "# How it is assessed";

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
    /// By what its holder can be recognised.
    pub(crate) recipients: Vec<IdentityObject>,
    pub(crate) status: StatusEntry,
    /// What others say of the badge, signed by them.
    pub(crate) endorsements: Vec<EndorsementCredential>,
    /// The decision behind the award; its grades are shown when the design says so.
    pub(crate) decision: &'a Decision,
    /// What line items are called.
    pub(crate) labels: &'a HashMap<LineItemId, String>,
    /// What columns are called that are none of ours.
    pub(crate) labels_elsewhere: &'a HashMap<OutsideColumnId, String>,
    /// What was handed in and approved for it.
    pub(crate) evidence: &'a [Approved],
    /// The badges that counted for it.
    pub(crate) counted: &'a [Counted],
    /// When each grade was first read as it is.
    pub(crate) graded: &'a HashMap<LineItemId, DateTime<Utc>>,
    /// The names of the parts that were waived.
    pub(crate) waived: &'a [String],
}

/// A piece of work that somebody assessed.
pub(in crate::service) struct Approved {
    /// The activity's title.
    pub(crate) title: String,
    pub(crate) submission: Submission,
}

/// The credential, not signed yet.
pub(in crate::service) fn build(parts: Parts<'_>) -> OpenBadgeCredential {
    let activity_end_date = finished(&parts);
    let achievement_id = achievement_id(parts.identity, parts.issuer, parts.badge);
    let mut achievement = achievement(&achievement_id, parts.identity, parts.badge);
    achievement.endorsement = parts.endorsements;
    let mut result = Vec::new();
    for score in scores(&parts.decision.tree) {
        let told = score_entry(&achievement_id, score, parts.labels)
            .or_else(|| entry_elsewhere(&achievement_id, score, parts.labels_elsewhere))
            .or_else(|| native::entry(&achievement_id, score, parts.labels_elsewhere));
        let told = match told {
            Some(told) if !parts.badge.design.show_score => Some(completed(told)),
            told => told,
        };
        if let Some((description, entry)) = told
            && !achievement
                .result_description
                .iter()
                .any(|known| known.id == description.id)
        {
            achievement.result_description.push(description);
            result.push(entry);
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
            identifier: parts.recipients,
            result,
            credits_earned: parts.badge.design.credits,
            activity_end_date,
            narrative: how(parts.decision, parts.renews, parts.waived),
            ..AchievementSubject::default()
        },
        evidence: parts
            .evidence
            .iter()
            .map(evidence)
            .chain(parts.counted.iter().map(Counted::evidence))
            .collect(),
        credential_status: Some(parts.status),
        ..OpenBadgeCredential::default()
    }
}

/// When what the badge was awarded for was done: the latest of what its conditions saw. A date that passed is nothing that
/// somebody did.
fn finished(parts: &Parts<'_>) -> Option<DateTime<Utc>> {
    let seen = conditions(&parts.decision.tree).into_iter();
    let seen = seen.filter_map(|checked| match (&checked.condition, &checked.seen) {
        (Condition::Grade { item, .. }, _) => parts.graded.get(item).copied(),
        (_, Seen::Best { of, .. }) => native::last_of(of, parts.graded),
        (_, Seen::HandedIn(fact)) => fact.at,
        (_, Seen::Completion(fact)) => fact.at,
        (_, Seen::Badge { awarded_at } | Seen::BadgeElsewhere { awarded_at, .. }) => Some(*awarded_at),
        (_, Seen::Approval { at, .. }) => Some(*at),
        _ => None,
    });
    let handed_in = parts.evidence.iter().map(|one| one.submission.submitted_at);
    // A clock of another server, or a grade that changed at this moment, may be later.
    seen.chain(handed_in)
        .max()
        .map(|at| at.min(parts.award.awarded_at))
}

/// What is worth saying of how it was awarded.
fn how(decision: &Decision, renews: Option<&Award>, waived: &[String]) -> Option<String> {
    let by_hand = (decision.outcome != Truth::Yes).then(|| BY_HAND.to_owned());
    let without = waived
        .iter()
        .map(|part| format!("The institution waived the part “{part}”."));
    let said: Vec<String> = by_hand
        .into_iter()
        .chain(without)
        .chain(renews.map(renewal))
        .collect();
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
        genre: Some(genre(artefact).to_owned()),
        ..Evidence::default()
    }
}

/// What sort of thing was handed in.
fn genre(artefact: &Artefact) -> &'static str {
    let Some(file) = &artefact.file else {
        return if artefact.link.is_some() {
            "Web page"
        } else {
            "Text"
        };
    };
    match file.media_type.split('/').next() {
        Some("image") => "Image",
        Some("audio") => "Audio",
        Some("video") => "Video",
        Some("text") => "Text",
        _ if file.media_type.contains("zip") => "Archive",
        _ => "Document",
    }
}

/// Whether an address was handed in with the work of that evidence.
#[must_use]
pub(super) fn has_link(evidence: &Evidence) -> bool {
    evidence
        .narrative
        .as_ref()
        .is_some_and(|prints| prints.contains(LINK_PRINT))
}

/// Whether that evidence is about that address, which it tells by its digest alone.
#[must_use]
pub(super) fn is_about(evidence: &Evidence, link: &str) -> bool {
    let print = format!("{LINK_PRINT}{}", hex::encode(Sha256::digest(link.as_bytes())));
    evidence
        .narrative
        .as_ref()
        .is_some_and(|prints| prints.contains(&print))
}

/// Who issues, as every credential says it. Without a site of its own, an issuer has its page here.
pub(in crate::service) fn profile(identity: &IssuerIdentity, issuer: &Issuer) -> Profile {
    let page = || format!("{}{}", identity.origin(), addresses::issuer(&issuer.slug));
    Profile {
        id: identity.did().to_owned(),
        name: Some(issuer.name.clone()),
        url: Some(issuer.url.clone().unwrap_or_else(page)),
        email: issuer.email.clone(),
        image: issuer.marks.logo.as_ref().map(|digest| Image {
            id: format!("{}{}", identity.origin(), pictures::kept_png(digest)),
            caption: Some(issuer.name.clone()),
            ..Image::default()
        }),
        ..authority::told(&issuer.marks)
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

/// A badge as the standard says it. Hours, level and the unit of credits have no member there: they stand among the tags, in the
/// words of [`crate::domain::tags`].
pub(in crate::service) fn achievement(id: &str, identity: &IssuerIdentity, badge: &Badge) -> Achievement {
    let design = &badge.design;
    let alignment = design.alignments.iter().map(|one| Alignment {
        target_name: one.name.clone(),
        target_url: one.url.clone(),
        target_code: one.code.clone(),
        target_framework: one.framework.clone(),
        target_type: target_type(&one.url).map(str::to_owned),
        ..Alignment::default()
    });
    let details = &design.details;
    let named = design
        .level
        .as_deref()
        .map(str::trim)
        .filter(|level| !level.is_empty());
    let level = named
        .zip(details.level_url.as_ref())
        .map(|(level, url)| Alignment {
            target_name: level.to_owned(),
            target_url: url.clone(),
            target_type: target_type(url).map(str::to_owned),
            ..Alignment::default()
        });
    Achievement {
        id: id.to_owned(),
        name: design.name.clone(),
        description: description(&design.name, &design.outcome, &design.description),
        achievement_type: Some(design.achievement_type().word().to_owned()),
        criteria: criteria(id, &design.criteria, &details.assessment),
        image: Some(Image {
            id: format!("{}{}", identity.origin(), pictures::png_href(&design.picture)),
            caption: Some(design.picture_alt.clone()).filter(|text| !text.trim().is_empty()),
            ..Image::default()
        }),
        alignment: alignment.chain(level).collect(),
        tag: tags(design),
        credits_available: design.credits,
        field_of_study: details.field.clone(),
        human_code: details.code.clone(),
        version: Some(badge.revision.to_string()),
        in_language: design.language.as_ref().map(ToString::to_string),
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

/// The part of the badge's page that tells the criteria, and the same in words where there are any.
fn criteria(id: &str, narrative: &str, assessment: &str) -> Criteria {
    Criteria {
        id: Some(format!("{id}#{CRITERIA}")),
        narrative: Some(criteria_in_full(narrative, assessment)).filter(|text| !text.is_empty()),
    }
}

/// The criteria in Markdown, and below them how it is assessed; empty where neither was said.
#[must_use]
pub(crate) fn criteria_in_full(criteria: &str, assessment: &str) -> String {
    match (criteria.trim().is_empty(), assessment.trim().is_empty()) {
        (true, true) => String::new(),
        (false, true) => criteria.to_owned(),
        (true, false) => format!("{ASSESSMENT}\n\n{assessment}"),
        (false, false) => format!("{criteria}\n\n{ASSESSMENT}\n\n{assessment}"),
    }
}

/// The conditions that held.
fn conditions(group: &CheckedGroup) -> Vec<&CheckedCondition> {
    group
        .nodes
        .iter()
        .flat_map(|node| match node {
            CheckedNode::Group(inner) => conditions(inner),
            CheckedNode::Condition(condition) => vec![condition],
        })
        .filter(|condition| condition.truth == Truth::Yes)
        .collect()
}

/// The badges that were waived, in the order of the rule.
#[must_use]
pub(in crate::service) fn waived(decision: &Decision) -> Vec<&BadgeId> {
    let held = conditions(&decision.tree).into_iter();
    held.filter_map(|checked| match (&checked.condition, &checked.seen) {
        (Condition::HoldsBadge { badge, .. }, Seen::BadgeWaived) => Some(badge),
        _ => None,
    })
    .collect()
}

/// The conditions on grades that held.
fn scores(group: &CheckedGroup) -> impl Iterator<Item = &CheckedCondition> {
    conditions(group).into_iter().filter(|condition| {
        matches!(
            condition.seen,
            Seen::Grade { .. } | Seen::Elsewhere { .. } | Seen::Best { .. } | Seen::Completion(_)
        )
    })
}

/// Whether a grade is among what held, so that it matters when it was given.
#[must_use]
pub(in crate::service) fn rests_on_grades(decision: &Decision) -> bool {
    conditions(&decision.tree)
        .iter()
        .any(|checked| !checked.condition.line_items().is_empty())
}

/// A mark that is not shown: that it was reached, and no number of it.
fn completed((shown, _): (ResultDescription, ResultEntry)) -> (ResultDescription, ResultEntry) {
    let description = ResultDescription {
        id: shown.id,
        name: shown.name,
        result_type: "Status".to_owned(),
        ..ResultDescription::default()
    };
    let entry = ResultEntry {
        result_description: Some(description.id.clone()),
        status: Some(ResultStatus::Completed),
        ..ResultEntry::default()
    };
    (description, entry)
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

/// The same of a grade in a column that is none of ours.
fn entry_elsewhere(
    achievement: &str,
    checked: &CheckedCondition,
    labels: &HashMap<OutsideColumnId, String>,
) -> Option<(ResultDescription, ResultEntry)> {
    let (Condition::Elsewhere { column, needs }, Seen::Elsewhere { value, maximum, .. }) =
        (&checked.condition, &checked.seen)
    else {
        return None;
    };
    let number = |number: &Decimal| number.normalize().to_string();
    let (sort, text, most) = match value {
        OutsideValue::Points(points) => ("RawScore", number(points), maximum.as_ref().map(number)),
        OutsideValue::Percent(share) => ("Percent", number(share), Some("100".to_owned())),
        OutsideValue::Word(word) => ("LetterGrade", word.clone(), None),
        OutsideValue::Passed(_) => ("Status", String::new(), None),
        OutsideValue::Excused => return None,
    };
    let required = match (needs, maximum) {
        (Needed::AtLeast(_), _) if matches!(value, OutsideValue::Word(_) | OutsideValue::Passed(_)) => None,
        (Needed::AtLeast(Threshold::Percent(_)), None) if sort == "RawScore" => None,
        (Needed::AtLeast(bound), Some(maximum)) => Some(number(&in_points(*bound, *maximum))),
        (Needed::AtLeast(Threshold::Points(bound) | Threshold::Percent(bound)), None) => Some(number(bound)),
        (Needed::OneOf(_) | Needed::Passed(_), _) => None,
    };
    let id = format!("{achievement}#grade-{column}");
    let description = ResultDescription {
        id: id.clone(),
        name: labels.get(column).cloned().unwrap_or_else(|| "Score".to_owned()),
        result_type: sort.to_owned(),
        required_value: required,
        value_min: most.as_ref().map(|_| "0".to_owned()),
        value_max: most,
        ..ResultDescription::default()
    };
    let status = match value {
        OutsideValue::Passed(true) => Some(ResultStatus::Completed),
        OutsideValue::Passed(false) => Some(ResultStatus::Failed),
        _ => None,
    };
    let entry = ResultEntry {
        result_description: Some(id),
        value: status.is_none().then_some(text),
        status,
        ..ResultEntry::default()
    };
    Some((description, entry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evidence::StoredFile;

    #[test]
    fn a_description_is_never_empty() {
        assert_eq!(description("Charts", "Draws.", " Well. "), "Draws.\n\nWell.");
        assert_eq!(description("Charts", "", " "), "Charts");
    }

    #[test]
    fn criteria_have_an_address_with_and_without_words() {
        let told = criteria("https://b.example/a/1", "Reach **80 %**.", " ");
        assert_eq!(told.id.as_deref(), Some("https://b.example/a/1#criteria"));
        assert_eq!(told.narrative.as_deref(), Some("Reach **80 %**."));
        let bare = criteria("https://b.example/a/1", " ", "");
        assert_eq!((bare.id, bare.narrative), (told.id, None));
    }

    #[test]
    fn how_it_is_assessed_stands_below_the_criteria_under_a_heading() {
        let both = criteria_in_full("Reach **80 %**.", "Two assessors.");
        assert_eq!(both, "Reach **80 %**.\n\n# How it is assessed\n\nTwo assessors.");
        assert_eq!(
            criteria_in_full("", "Two assessors."),
            "# How it is assessed\n\nTwo assessors."
        );
    }

    #[test]
    fn a_mark_that_is_not_shown_leaves_that_it_was_reached_and_no_number() {
        let shown = ResultDescription {
            id: "https://b.example/a/1#grade-quiz".into(),
            name: "Final quiz".into(),
            result_type: "RawScore".into(),
            required_value: Some("80".into()),
            value_max: Some("100".into()),
            ..ResultDescription::default()
        };
        let entry = ResultEntry {
            result_description: Some(shown.id.clone()),
            value: Some("86".into()),
            ..ResultEntry::default()
        };
        let (description, entry) = completed((shown, entry));
        assert_eq!(
            (
                description.result_type.as_str(),
                description.required_value,
                description.value_max
            ),
            ("Status", None, None)
        );
        assert_eq!((entry.value, entry.status), (None, Some(ResultStatus::Completed)));
        assert_eq!(entry.result_description, Some(description.id));
    }

    #[test]
    fn work_is_of_a_sort_and_an_address_is_known_by_its_digest_alone() {
        let of = |media_type: &str| Artefact {
            file: Some(StoredFile {
                name: "x".into(),
                media_type: media_type.into(),
                size: 1,
                digest: "ab".into(),
            }),
            ..Artefact::default()
        };
        for (media_type, said) in [
            ("application/pdf", "Document"),
            ("image/png", "Image"),
            ("text/csv", "Text"),
            ("application/zip", "Archive"),
        ] {
            assert_eq!(genre(&of(media_type)), said);
        }
        let link = "https://work.example/1".to_owned();
        assert_eq!(genre(&Artefact::default()), "Text");
        let page = Artefact {
            link: Some(link.clone()),
            ..Artefact::default()
        };
        assert_eq!(genre(&page), "Web page");
        let told = Evidence {
            narrative: Some(format!(
                "{LINK_PRINT}{}",
                hex::encode(Sha256::digest(link.as_bytes()))
            )),
            ..Evidence::default()
        };
        assert!(has_link(&told) && is_about(&told, &link) && !is_about(&told, "https://work.example/2"));
        assert!(!has_link(&Evidence::default()) && !is_about(&Evidence::default(), &link));
    }
}
