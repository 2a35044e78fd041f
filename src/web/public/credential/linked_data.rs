//! A badge in the words of schema.org (`EducationalOccupationalCredential`), for search engines. It says what the badge is and
//! who issued it; neither its holder nor their work is in it.

use serde_json::{Map, Value, json};

use crate::domain::tags::level_tag;
use crate::web::views::shared::LinkedData;
use crate::web::words::achievements;
use openbadges::OpenBadgeCredential;
use openbadges::credential::{Alignment, Profile};

/// The badge at `address`, as the content of a script element.
pub(super) fn script(document: &OpenBadgeCredential, address: &str) -> LinkedData {
    LinkedData::new(&thing(document, address))
}

fn thing(document: &OpenBadgeCredential, address: &str) -> Value {
    let achievement = &document.credential_subject.achievement;
    let mut thing = json!({
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalCredential",
        "@id": address,
        "url": address,
        "name": achievement.name,
        "description": achievement.description,
        "recognizedBy": organization(&document.issuer),
        "dateCreated": document.awarded_date.unwrap_or(document.valid_from),
    });
    let level = achievement.tag.iter().find_map(|tag| level_tag(tag));
    let is_skill = |one: &&Alignment| Some(one.target_name.as_str()) != level;
    let skills: Vec<Value> = achievement.alignment.iter().filter(is_skill).map(skill).collect();
    let more = [
        (
            "credentialCategory",
            achievement
                .achievement_type
                .as_deref()
                .map(|word| json!(achievements::named(word))),
        ),
        ("expires", document.valid_until.map(|until| json!(until))),
        ("image", achievement.image.as_ref().map(|image| json!(image.id))),
        (
            "inLanguage",
            achievement.in_language.as_ref().map(|code| json!(code)),
        ),
        (
            "educationalLevel",
            achievement
                .tag
                .iter()
                .find_map(|tag| level_tag(tag))
                .map(|level| json!(level)),
        ),
        ("competencyRequired", (!skills.is_empty()).then(|| json!(skills))),
    ];
    extend(&mut thing, more);
    thing
}

fn organization(issuer: &Profile) -> Value {
    let mut organization = json!({ "@type": "Organization", "@id": issuer.id });
    let identifiers: Vec<&str> = issuer
        .other_identifier
        .iter()
        .map(|one| one.identifier.as_str())
        // Numbers of registers are no addresses.
        .filter(|identifier| identifier.starts_with("https://"))
        .collect();
    let more = [
        ("name", issuer.name.as_ref().map(|name| json!(name))),
        ("url", issuer.url.as_ref().map(|url| json!(url))),
        ("logo", issuer.image.as_ref().map(|image| json!(image.id))),
        ("sameAs", (!identifiers.is_empty()).then(|| json!(identifiers))),
    ];
    extend(&mut organization, more);
    organization
}

fn skill(one: &Alignment) -> Value {
    let mut term = json!({ "@type": "DefinedTerm", "name": one.target_name, "url": one.target_url });
    let more = [
        ("termCode", one.target_code.as_ref().map(|code| json!(code))),
        (
            "inDefinedTermSet",
            one.target_framework.as_ref().map(|framework| json!(framework)),
        ),
    ];
    extend(&mut term, more);
    term
}

/// Adds the members that are there.
fn extend<const N: usize>(thing: &mut Value, members: [(&str, Option<Value>); N]) {
    let there = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    if let Some(known) = thing.as_object_mut() {
        known.extend(there.collect::<Map<_, _>>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openbadges::testing::examples;

    #[test]
    fn it_says_the_badge_and_nothing_of_its_holder_and_cannot_end_its_element() {
        let mut badge = examples::whole_badge(1).unwrap();
        badge.credential_subject.achievement.name = "</script><script>alert(1)</script>".into();
        let script = script(&badge, "https://badges.example/b/1").to_string();
        assert!(!script.contains('<'), "{script}");
        let read: Value = serde_json::from_str(&script).unwrap();
        assert_eq!(read["@type"], "EducationalOccupationalCredential");
        assert_eq!(read["name"], badge.credential_subject.achievement.name);
        assert_eq!(read["url"], "https://badges.example/b/1");
        assert_eq!(read["recognizedBy"]["name"], json!(badge.issuer.name));
        let subject = badge.credential_subject.id.unwrap_or_default();
        assert!(subject.is_empty() || !script.contains(&subject), "{script}");
        for evidence in &badge.evidence {
            for text in [&evidence.id, &evidence.narrative].into_iter().flatten() {
                assert!(!script.contains(text.as_str()), "{text} in {script}");
            }
        }
    }
}
