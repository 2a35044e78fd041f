//! What another body says of a badge: invited, signed once, and over when it ends, is taken back or is about an older version.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::badge::{Alignment, Badge, Kind};
use crate::domain::rule::Group;
use crate::ids::{AdminId, BadgeId, EndorsementId, PersonId, TenantId};

/// How long an invitation works.
pub(crate) const WORKS: TimeDelta = TimeDelta::days(30);
/// Most endorsements and open invitations of one badge: no more than verifiers look at in one document.
pub(crate) const MOST: usize = 12;
/// Most letters of a comment.
pub(crate) const MAX_COMMENT: usize = 2_000;

/// An invitation, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endorsement {
    pub(crate) id: EndorsementId,
    pub(crate) tenant: TenantId,
    pub(crate) badge: BadgeId,
    /// What the body is called, as whoever invited it typed it.
    pub(crate) name: String,
    /// The address to which whoever invited says that the link went; once it is answered or withdrawn, its domain alone
    /// (`@firm.example`).
    pub(crate) email: Option<String>,
    /// A DNS name that is theirs, by somebody's word.
    pub(crate) domain: Option<Domain>,
    pub(crate) invited_by: InvitedBy,
    pub(crate) made_at: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    /// SHA-256 of the secret of the link, in lower-case hex.
    pub(crate) link_digest: String,
    pub(crate) withdrawn_at: Option<DateTime<Utc>>,
    /// What was signed; none while it waits.
    pub(crate) given: Option<Given>,
}

/// Who invited; nobody, once they were erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InvitedBy {
    Teacher(PersonId),
    Administrator(AdminId),
    Nobody,
}

/// A DNS name, by whose word it is the endorser's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) by: DomainBy,
    /// When that was said last.
    pub(crate) at: DateTime<Utc>,
    /// Since when the domain does not say so any more.
    pub(crate) lost_at: Option<DateTime<Utc>>,
}

/// What says that a DNS name is the endorser's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DomainBy {
    /// An administrator of the institution.
    Institution,
    /// What stands at that name: a `did.json` that names the endorser's identity or its key.
    Did,
}

/// An endorsement that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) at: DateTime<Utc>,
    /// SHA-256 of the secret of the endorser's own link.
    pub(crate) own_digest: String,
    /// The issuer that was made for it; none for one that was signed elsewhere.
    pub(crate) issuer: Option<Endorser>,
    /// Which version of the badge it is about.
    pub(crate) revision: i32,
    pub(crate) shown: Shown,
    /// The digest of what may not change ([`substance`]).
    pub(crate) substance: String,
    pub(crate) comment: String,
    /// The signed endorsement, byte by byte.
    pub(crate) document: String,
    /// Whether new badges carry it inside.
    pub(crate) carried: bool,
    /// When it ends or has ended, as the endorser or its document says.
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

/// The issuer that Cairn keeps for an endorser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endorser {
    /// The last part of its address.
    pub(crate) slug: String,
    /// The public key as a Multikey.
    pub(crate) public_multibase: String,
    /// The private key, sealed under the master key; none once the endorser has it.
    pub(crate) sealed_secret: Option<String>,
    pub(crate) key_taken_at: Option<DateTime<Utc>>,
    /// The signed status list as it is while the endorsement holds, and as it is once it is taken back.
    pub(crate) list_document: String,
    pub(crate) list_revoked: String,
}

/// Where an endorsement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndorsementState {
    /// Invited, and not answered.
    Waiting,
    Withdrawn,
    /// The invitation ended unanswered.
    Lapsed,
    /// It holds for the badge as it is now.
    InForce,
    /// It holds for the version that was endorsed; criteria, evidence or rule are others since.
    OlderVersion,
    /// The endorser says that it ends.
    Ended,
    /// The endorser took it back.
    Revoked,
}

impl Endorsement {
    /// The DNS name that somebody vouches for now.
    #[must_use]
    pub(crate) fn vouched_domain(&self) -> Option<&Domain> {
        self.domain.as_ref().filter(|domain| domain.lost_at.is_none())
    }

    /// Where it stands, beside a badge whose substance is that one now.
    #[must_use]
    pub(crate) fn state(&self, substance: &str, now: DateTime<Utc>) -> EndorsementState {
        match &self.given {
            Some(given) if given.revoked_at.is_some() => EndorsementState::Revoked,
            Some(given) if given.ended_at.is_some_and(|at| at <= now) => EndorsementState::Ended,
            Some(given) if given.substance != substance => EndorsementState::OlderVersion,
            Some(_) => EndorsementState::InForce,
            None if self.withdrawn_at.is_some() => EndorsementState::Withdrawn,
            None if self.until <= now => EndorsementState::Lapsed,
            None => EndorsementState::Waiting,
        }
    }
}

/// What an endorser is shown of a badge: exactly what is endorsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub(crate) name: String,
    /// The id of the achievement.
    pub(crate) achievement: String,
    pub(crate) revision: i32,
    pub(crate) outcome: String,
    pub(crate) description: String,
    pub(crate) criteria: String,
    pub(crate) kind: Kind,
    pub(crate) hours: Option<Decimal>,
    pub(crate) credits: Option<Decimal>,
    pub(crate) level: Option<String>,
    pub(crate) alignments: Vec<Alignment>,
    /// The rule as one sentence; none of a badge that nobody can earn at present.
    pub(crate) rule: Option<String>,
    /// What has to be handed in.
    pub(crate) evidence: Vec<Asked>,
    /// Skills in words, of no framework. What was signed before they were shown has the digest that it had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) skills: Vec<String>,
    /// The badges that the rule asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<Part>,
}

/// A badge that the rule of another one asks for, as an endorser reads of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// The course that it is of; none for one of the institution itself.
    pub(crate) course: Option<String>,
    /// The id of the achievement, where its page is.
    pub(crate) achievement: String,
    pub(crate) outcome: String,
    pub(crate) criteria: String,
}

/// An evidence activity as students read it: what is asked, and how it is assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) title: String,
    pub(crate) instructions: String,
}

impl Shown {
    /// SHA-256 over all of it, in lower-case hex: what stands in the signed endorsement.
    #[must_use]
    pub(crate) fn digest(&self) -> String {
        print(self)
    }
}

/// What an endorsement is about, and what makes it one of an older version once it is another.
#[derive(Serialize)]
struct Substance<'a> {
    outcome: &'a str,
    criteria: &'a str,
    assessment: &'a str,
    kind: Kind,
    hours: Option<Decimal>,
    credits: Option<Decimal>,
    level: Option<&'a str>,
    alignments: &'a [Alignment],
    rule: Option<&'a Group>,
}

/// The digest of what a badge asks: its criteria, how it is assessed, its kind, effort, skills and rule. Its name, its picture and
/// its prose may change without it.
#[must_use]
pub(crate) fn substance(badge: &Badge, rule: Option<&Group>) -> String {
    let design = &badge.design;
    print(&Substance {
        outcome: design.outcome.trim(),
        criteria: design.criteria.trim(),
        assessment: design.details.assessment.trim(),
        kind: design.kind,
        hours: design.hours.map(|hours| hours.normalize()),
        credits: design.credits.map(|credits| credits.normalize()),
        level: design.level.as_deref(),
        alignments: &design.alignments,
        rule,
    })
}

fn print(of: &impl Serialize) -> String {
    hex::encode(Sha256::digest(serde_json::to_vec(of).unwrap_or_default()))
}

/// Names that belong to nobody who is invited, beside those of the institution.
const RESERVED: [&str; 4] = ["cairn", "1edtech", "ims global", "w3c"];

/// Whether a body of that name would be taken for somebody of `own` names, or for one of those who made the standard.
#[must_use]
pub(crate) fn is_reserved<'a>(name: &str, own: impl IntoIterator<Item = &'a str>) -> bool {
    let typed = words(name);
    let all = RESERVED.iter().copied().chain(own);
    all.map(words)
        .any(|known| !known.is_empty() && typed.windows(known.len()).any(|part| part == known))
}

/// The words of a name as they are compared: in small letters, and letters that look like others as those.
fn words(name: &str) -> Vec<String> {
    let like = |c: char| match c {
        '0' => 'o',
        '1' | '|' => 'l',
        // Cyrillic letters that are drawn as Latin ones.
        '\u{430}' => 'a',
        '\u{435}' => 'e',
        '\u{43e}' => 'o',
        '\u{440}' => 'p',
        '\u{441}' => 'c',
        '\u{443}' => 'y',
        '\u{445}' => 'x',
        '\u{456}' => 'i',
        other => other,
    };
    let small: String = name.to_lowercase().chars().map(like).collect();
    small
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A DNS name as it is typed, in small letters: `firm.example`. No address, no number, no port.
#[must_use]
pub(crate) fn domain_name(typed: &str) -> Option<String> {
    let name = typed.trim().trim_end_matches('.').to_lowercase();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let mut labels = name.rsplit('.');
    let top = labels.next()?;
    let is_top = top.len() >= 2 && top.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_one = name.len() <= 253 && name.contains('.') && name.split('.').all(is_label) && is_top;
    is_one.then_some(name)
}

/// What is left of an address that nobody needs any more: `@firm.example`, which vouches and names nobody.
#[must_use]
pub(crate) fn without_person(email: Option<&str>) -> Option<String> {
    email.and_then(domain_of).map(|domain| format!("@{domain}"))
}

/// What stands behind the `@` of an address.
#[must_use]
pub(crate) fn domain_of(email: &str) -> Option<&str> {
    email.rsplit_once('@').map(|(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::badge::{BadgeState, Design, Expiry, Picture, Renewal, Shape};
    use crate::domain::rule::Need;
    use crate::domain::sample::{days, now};

    fn badge() -> Badge {
        Badge {
            id: "b".into(),
            tenant: "t".into(),
            course: "c".into(),
            state: BadgeState::Active,
            design: Design {
                name: "Clean data".to_owned(),
                outcome: "Cleans data.".to_owned(),
                description: String::new(),
                criteria: "Clean a dataset.".to_owned(),
                picture: Picture::Drawn {
                    initials: "CD".to_owned(),
                    shape: Shape::Circle,
                    colour: "#205080".to_owned(),
                },
                picture_alt: String::new(),
                kind: Kind::Knowledge,
                hours: None,
                credits: None,
                level: None,
                alignments: Vec::new(),
                expiry: Expiry::Never,
                renewal: Renewal::Newer,
                show_score: false,
                chosen_type: None,
                language: None,
                details: crate::domain::achievement::Details::default(),
            },
            active_rule: None,
            revision: 1,
            created_at: now(),
            updated_at: now(),
        }
    }

    fn endorsement(given: Option<Given>) -> Endorsement {
        Endorsement {
            id: "e".into(),
            tenant: "t".into(),
            badge: "b".into(),
            name: "Example Works".to_owned(),
            email: None,
            domain: None,
            invited_by: InvitedBy::Nobody,
            made_at: now(),
            until: now() + WORKS,
            link_digest: "00".to_owned(),
            withdrawn_at: None,
            given,
        }
    }

    #[test]
    fn an_invitation_waits_lapses_or_is_withdrawn() {
        let mut one = endorsement(None);
        assert_eq!(one.state("s", now()), EndorsementState::Waiting);
        assert_eq!(one.state("s", days(29)), EndorsementState::Waiting);
        assert_eq!(one.state("s", days(30)), EndorsementState::Lapsed);
        one.withdrawn_at = Some(now());
        assert_eq!(one.state("s", days(40)), EndorsementState::Withdrawn);
    }

    #[test]
    fn the_substance_is_what_is_asked_and_not_how_it_looks() {
        let badge = badge();
        let group = Group {
            need: Need::All,
            nodes: Vec::new(),
        };
        let known = substance(&badge, Some(&group));
        let mut other = badge.clone();
        other.design.name = "Another name".to_owned();
        other.design.description = "More prose.".to_owned();
        other.design.criteria = format!("{} \n", badge.design.criteria);
        other.revision += 1;
        assert_eq!(substance(&other, Some(&group)), known);
        other.design.details.assessment = "By hearsay.".to_owned();
        assert_ne!(substance(&other, Some(&group)), known);
        other = badge.clone();
        other.design.criteria = "Do less.".to_owned();
        assert_ne!(substance(&other, Some(&group)), known);
        let easier = Group {
            need: Need::Any,
            nodes: Vec::new(),
        };
        assert_ne!(substance(&badge, Some(&easier)), known);
        assert_ne!(substance(&badge, None), known);
    }

    #[test]
    fn nobody_is_called_what_the_institution_is_called() {
        let own = ["Ghent University", "HU"];
        let reserved = |name: &str| is_reserved(name, own);
        for name in [
            "Ghent University",
            "ghent  university",
            "The GHENT-UNIVERSITY career office",
            "Ghent Universit\u{443}",
            "Gh\u{435}nt University",
            "HU",
            "Cairn",
            "1EdTech Consortium",
        ] {
            assert!(reserved(name), "{name}");
        }
        for name in [
            "Example Works",
            "Hub Antwerp",
            "University of Ghent Alumni",
            "City of Ghent",
        ] {
            assert!(!reserved(name), "{name}");
        }
    }

    #[test]
    fn a_domain_is_a_name_and_nothing_else() {
        assert_eq!(domain_name(" Firm.Example. ").as_deref(), Some("firm.example"));
        assert_eq!(
            domain_name("jobs.firm-1.example").as_deref(),
            Some("jobs.firm-1.example")
        );
        for typed in [
            "",
            "firm",
            "https://firm.example",
            "firm.example/x",
            "firm.example:8080",
            "127.0.0.1",
            "[::1]",
            "-a.example",
            "a..example",
            "fi rm.example",
            "firm.e",
        ] {
            assert_eq!(domain_name(typed), None, "{typed}");
        }
        assert_eq!(domain_of("a@firm.example"), Some("firm.example"));
        let left = without_person(Some("anna@firm.example"));
        assert_eq!(left.as_deref(), Some("@firm.example"));
        assert_eq!(without_person(left.as_deref()), left);
        assert_eq!(without_person(None), None);
    }
}
