//! The parts of a badge that is earned by badges, as its credential names them. The standard's `related` is for the same achievement
//! in another language or version, so each part is evidence: by its name, by what it is an award of, and by the digest of its
//! own id. Whoever has the part can prove that it is this one; its address, which could never be withdrawn, is not given
//! away.

use sha2::{Digest as _, Sha256};

use crate::domain::zone::Zone;
use openbadges::OpenBadgeCredential;
use openbadges::credential::Evidence;

/// The sort of evidence that a part is.
const GENRE: &str = "Open Badge";

/// A badge that counted for another one, as it was signed.
pub(in crate::service) struct Counted(pub(in crate::service) OpenBadgeCredential);

impl Counted {
    pub(super) fn evidence(&self) -> Evidence {
        let part = &self.0;
        let achievement = &part.credential_subject.achievement;
        // What is signed is in UTC.
        let awarded = Zone::UTC.field_day(part.awarded_date.unwrap_or(part.valid_from));
        let by = match &part.issuer.name {
            Some(issuer) => format!(" by {issuer}"),
            None => String::new(),
        };
        Evidence {
            name: Some(achievement.name.clone()),
            description: Some(format!(
                "A badge that counted for this one, awarded on {awarded}{by}."
            )),
            narrative: Some(format!(
                "achievement: {}; credential id: sha-256 {}",
                achievement.id,
                hex::encode(Sha256::digest(part.id.as_bytes()))
            )),
            genre: Some(GENRE.to_owned()),
            ..Evidence::default()
        }
    }
}

/// Whether that evidence is a badge that counted: it belongs to what was earned, and is nothing that was handed in.
#[must_use]
pub(crate) fn is_part(evidence: &Evidence) -> bool {
    evidence.genre.as_deref() == Some(GENRE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use openbadges::testing::examples;

    #[test]
    fn a_part_is_named_and_known_by_a_digest_and_its_address_is_not_given_away() {
        let part = examples::full_badge(7).unwrap();
        let told = Counted(part.clone()).evidence();
        assert!(is_part(&told) && !is_part(&part.evidence[0]));
        assert_eq!(told.name.as_deref(), Some("Teamwork"));
        let said = told.description.clone().unwrap();
        assert_eq!(
            said,
            "A badge that counted for this one, awarded on 2025-09-01 by Example School."
        );
        let narrative = told.narrative.clone().unwrap();
        assert!(narrative.contains(&part.credential_subject.achievement.id));
        assert!(narrative.contains(&hex::encode(Sha256::digest(part.id.as_bytes()))));
        assert!(told.id.is_none() && !narrative.contains(&part.id));
    }
}
