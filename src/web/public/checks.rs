//! "Is it genuine?" in the words of people, and what the kinds of badges mean to them.

use chrono::{DateTime, Utc};

use crate::domain::badge::Kind;
use crate::domain::zone::Zone;
use crate::service::credential::about::Assessed;
use crate::web::views::shared::{CheckLine, Status};
use openbadges::verify::{CheckKind, Failure, Verdict};

/// What stands behind a kind of badge, in one sentence.
/// Where it is awarded for badges, each of them says how it was assessed.
pub(super) fn meaning(kind: Kind, is_stack: bool) -> &'static str {
    match kind {
        _ if is_stack => "It is earned by other badges, each of which says for itself how it is assessed.",
        Kind::Knowledge => "What its holder knows was shown by tests or graded work.",
        Kind::Application => "Its holder made something, and an instructor assessed it.",
        Kind::Recognition => "It recognises taking part or a contribution; nothing was tested.",
    }
}

/// A way in which a badge is assessed, in one sentence.
pub(super) const fn assessed(way: Assessed) -> &'static str {
    match way {
        Assessed::Grades => "Grades in the gradebook of its course.",
        Assessed::ReviewedWork => "Work that its holder handed in and an instructor reviewed.",
        Assessed::HandedIn => "Work that its holder handed in.",
        Assessed::Completion => "Activities that its holder completed.",
        Assessed::Instructor => "The word of an instructor.",
        Assessed::Badges => "Other badges, each assessed for itself.",
    }
}

/// A skill with its framework and code: "Data cleaning (ESCO, S5.2)".
pub(super) fn skill(name: &str, framework: Option<&str>, code: Option<&str>) -> String {
    let parts: Vec<&str> = [framework, code].into_iter().flatten().collect();
    if parts.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({})", parts.join(", "))
    }
}

/// What was just verified, one line for each question that a reader has. `host` is the domain that the issuer is known
/// by; `suspended` since when the issuer looks at it again.
pub(super) fn genuine(
    verdict: &Verdict,
    host: &str,
    suspended: Option<DateTime<Utc>>,
    zone: Zone,
) -> Vec<CheckLine> {
    let integrity = [
        CheckKind::Readable,
        CheckKind::Members,
        CheckKind::Proof,
        CheckKind::Claims,
        CheckKind::Terms,
        CheckKind::Signature,
    ];
    let broken = integrity.into_iter().find_map(|kind| verdict.failure(kind));
    let mut lines = vec![
        line(
            broken,
            "The signature fits the issuer’s key: nothing was changed since it was signed.",
        ),
        line(
            verdict.failure(CheckKind::Status),
            "Not revoked: the issuer’s signed list was read just now.",
        ),
        period(verdict, suspended.is_some()),
        line(
            verdict.failure(CheckKind::Key),
            &format!(
                "By this site’s own word the issuer is known by its domain, {host}, and publishes this key there. \
                 “Check it yourself” asks that domain."
            ),
        ),
    ];
    if let Some(since) = suspended {
        let since = zone.short_day(since);
        lines.push(CheckLine::new(
            Status::NeedsAttention,
            format!(
                "Suspended: its issuer looks at it again since {since}, and it does not count meanwhile."
            ),
        ));
    }
    if let Some(failure) = verdict.failure(CheckKind::Endorsements) {
        lines.push(line(Some(failure), ""));
    }
    lines
}

fn line(failure: Option<&Failure>, passed: &str) -> CheckLine {
    match failure {
        None => CheckLine::new(Status::Earned, passed),
        Some(failure) => CheckLine::new(Status::NeedsAttention, failure.to_string()),
    }
}

fn period(verdict: &Verdict, suspended: bool) -> CheckLine {
    match verdict.failure(CheckKind::Period) {
        // The banner and the dates say when.
        Some(Failure::Expired(_)) => {
            CheckLine::new(Status::NeedsAttention, "Expired: its time of validity is over.")
        }
        // What was taken back, or is under review, does not count, whatever its dates say.
        None if suspended || verdict.is_revoked() => CheckLine::new(
            Status::Earned,
            "Not expired: today lies within its time of validity.",
        ),
        other => line(other, "Valid today: it has begun and has not ended."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openbadges::verify::{Resolver, verify};

    struct Nowhere;

    impl Resolver for Nowhere {
        fn did_document(&self, _: &str) -> Option<serde_json::Value> {
            None
        }

        fn status_list(&self, _: &str) -> Option<Vec<u8>> {
            None
        }
    }

    #[test]
    fn what_cannot_be_checked_is_never_said_to_hold() {
        let signed = include_bytes!("../../../crates/openbadges/vectors/badge.json");
        let now = chrono::DateTime::from_timestamp(1_795_430_000, 0).unwrap();
        let lines = genuine(&verify(signed, &Nowhere, now), "badges.example", None, Zone::UTC);
        assert_eq!(lines.len(), 4);
        for place in [0, 1, 3] {
            assert_eq!(lines[place].status, Status::NeedsAttention, "{:?}", lines[place]);
        }
        assert_eq!(lines[2].status, Status::Earned);
    }

    #[test]
    fn a_skill_names_its_framework_where_there_is_one() {
        assert_eq!(skill("Cleaning", None, None), "Cleaning");
        assert_eq!(skill("Cleaning", Some("ESCO"), Some("S5")), "Cleaning (ESCO, S5)");
    }
}
