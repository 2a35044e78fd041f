//! What the signed document of a badge tells, line by line.

use crate::domain::sentence::number;
use crate::domain::tags::{hours_tag, level_tag, skill_tag, unit_tag};
use crate::domain::zone::Zone;
use crate::service::credential::build::{accreditation, is_part, register};
use crate::service::credential::publish::Published;
use crate::web::public::checks;
use crate::web::views::public::EvidenceLine;
use crate::web::views::shared::{LinkTo, When};
use crate::web::words::achievements;
use openbadges::credential::{Alignment, Evidence, ResultEntry, ResultStatus};
use openbadges::{OpenBadgeCredential, jwt};

/// What the badge says of itself in numbers and words, each with its name; days are those of `zone`.
pub(super) fn facts(document: &OpenBadgeCredential, zone: Zone) -> Vec<(String, String)> {
    let achievement = &document.credential_subject.achievement;
    let mut facts = Vec::new();
    if let Some(word) = &achievement.achievement_type {
        facts.push(("What it is".to_owned(), achievements::named(word).to_owned()));
    }
    if let Some(hours) = achievement.tag.iter().find_map(|tag| hours_tag(tag)) {
        facts.push(("Hours of work".to_owned(), hours.to_owned()));
    }
    if let Some(credits) = achievement.credits_available {
        let unit = achievement.tag.iter().find_map(|tag| unit_tag(tag));
        let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
        facts.push(("Credits".to_owned(), format!("{}{unit}", number(credits))));
    }
    if let Some(level) = achievement.tag.iter().find_map(|tag| level_tag(tag)) {
        facts.push(("Level".to_owned(), level.to_owned()));
    }
    if let Some(code) = &achievement.human_code {
        facts.push(("Course code".to_owned(), code.clone()));
    }
    if let Some(field) = &achievement.field_of_study {
        facts.push(("Field of study".to_owned(), field.clone()));
    }
    let in_words: Vec<&str> = achievement.tag.iter().filter_map(|tag| skill_tag(tag)).collect();
    if !in_words.is_empty() {
        facts.push(("Skills in words".to_owned(), in_words.join(", ")));
    }
    if let Some(code) = &achievement.in_language {
        facts.push(("Language".to_owned(), code.clone()));
    }
    if let Some(by) = accreditation(&document.issuer) {
        facts.push(("Accreditation of the issuer".to_owned(), by.to_owned()));
    }
    if let Some(name) = document
        .issuer
        .parent_org
        .as_ref()
        .and_then(|parent| parent.name.clone())
    {
        facts.push(("Its issuer is a part of".to_owned(), name));
    }
    if let Some(at) = document.credential_subject.activity_end_date {
        facts.push(("Work finished".to_owned(), When::date_only(at).relative(zone)));
    }
    if let Some(how) = &document.credential_subject.narrative {
        facts.push(("How it was awarded".to_owned(), how.clone()));
    }
    facts
}

/// "Cleaning exercise" and "86 of 100", as signed.
pub(super) fn results(document: &OpenBadgeCredential) -> Vec<(String, String)> {
    let subject = &document.credential_subject;
    let described = |entry: &ResultEntry| {
        let id = entry.result_description.as_ref()?;
        let known = subject.achievement.result_description.iter();
        let about = known.into_iter().find(|about| about.id == *id)?;
        let value = entry.value.clone().or_else(|| entry.status.and_then(status))?;
        let text = match &about.value_max {
            Some(most) => format!("{value} of {most}"),
            None => value,
        };
        Some((about.name.clone(), text))
    };
    subject.result.iter().filter_map(described).collect()
}

/// A status in words; one that no badge of ours has says nothing.
fn status(status: ResultStatus) -> Option<String> {
    match status {
        ResultStatus::Completed => Some("complete".to_owned()),
        ResultStatus::Failed => Some("incomplete".to_owned()),
        _ => None,
    }
}

/// The work behind it, one line each.
pub(super) fn evidence(all: &[Evidence]) -> Vec<EvidenceLine> {
    let line = |one: &Evidence| {
        let parts = [
            one.name.as_deref(),
            one.description.as_deref(),
            one.genre.as_deref(),
        ];
        let text: Vec<&str> = parts.into_iter().flatten().collect();
        let id = one.id.as_deref().unwrap_or_default();
        let said = [one.narrative.as_deref(), one.description.as_deref(), Some(id)];
        EvidenceLine {
            text: if text.is_empty() {
                "What was handed in".to_owned()
            } else {
                text.join(", ")
            },
            digest: said.into_iter().flatten().find_map(digest),
            href: (id.starts_with("https://") || id.starts_with("http://")).then(|| id.to_owned()),
        }
    };
    // The badges that counted stand in a list of their own, with what they are worth now.
    all.iter().filter(|one| !is_part(one)).map(line).collect()
}

/// A SHA-256 in hex within a text.
fn digest(text: &str) -> Option<String> {
    let found = text
        .split(|c: char| !c.is_ascii_hexdigit())
        .find(|word| word.len() == 64)?;
    Some(found.to_ascii_lowercase())
}

/// What it is aligned to.
pub(super) fn skills(document: &OpenBadgeCredential) -> Vec<LinkTo> {
    let achievement = &document.credential_subject.achievement;
    let level = achievement.tag.iter().find_map(|tag| level_tag(tag));
    let link = |one: &Alignment| LinkTo {
        href: one.target_url.clone(),
        text: if level == Some(one.target_name.as_str()) {
            format!("Level: {}", one.target_name)
        } else {
            let (framework, code) = (one.target_framework.as_deref(), one.target_code.as_deref());
            checks::skill(&one.target_name, framework, code)
        },
    };
    achievement.alignment.iter().map(link).collect()
}

/// Identifiers and proofs, for those who check by hand; `with_address` where the badge's own address may be told.
pub(super) fn technical(
    published: &Published,
    document: &OpenBadgeCredential,
    with_address: bool,
) -> Vec<(String, String)> {
    let mut rows = vec![("Issuer".to_owned(), document.issuer.id.clone())];
    for other in &document.issuer.other_identifier {
        let kind = register(&other.identifier_type);
        rows.push((format!("Issuer ({kind})"), other.identifier.clone()));
    }
    if with_address {
        rows.insert(0, ("Credential".to_owned(), document.id.clone()));
    }
    if let Some(proof) = document.proof.first() {
        rows.push((
            "Proof".to_owned(),
            "DataIntegrityProof, eddsa-rdfc-2022".to_owned(),
        ));
        rows.push((
            "Verification method".to_owned(),
            proof.verification_method.clone(),
        ));
    }
    let token = published.credential.token.as_deref();
    let header = token.and_then(|token| jwt::read(token.as_bytes()).ok()?.header().ok());
    if let Some(header) = header {
        let parts = [
            Some("VC-JWT"),
            Some(header.algorithm.name()),
            header.key_id.as_deref(),
        ];
        let row = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        rows.push(("Token".to_owned(), row));
    }
    if let Some(status) = &document.credential_status {
        let place = status.status_list_index;
        rows.push(("Status list".to_owned(), status.status_list_credential.clone()));
        rows.push(("Place in the status list".to_owned(), place.to_string()));
    }
    rows.push((
        "Badge".to_owned(),
        document.credential_subject.achievement.id.clone(),
    ));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_found_in_whatever_text_carries_it() {
        let hex = "0A".repeat(32);
        assert_eq!(digest(&format!("sha-256: {hex}.")), Some(hex.to_lowercase()));
        assert_eq!(digest("no fingerprint 0a0a"), None);
    }
}
