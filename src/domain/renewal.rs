//! A badge that has lapsed, and what it takes to award it again: its own choice, asked beside its rule.

use chrono::{DateTime, Utc};

use crate::domain::award::{Award, Standing};
use crate::domain::badge::Renewal;
use crate::domain::decision::Truth;
use crate::domain::evaluate::badges::{held_since, totalled_since};
use crate::domain::evaluate::best::best_known;
use crate::domain::evaluate::{holds, node_truth};
use crate::domain::facts::Facts;
use crate::domain::rule::{Condition, GradeColumn, Group, Needed, Node};

/// Why a badge whose rule is met is not awarded again by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Waits {
    /// Nothing that makes the rule met is newer than the last award. What of it could be, each kind once, in the order
    /// of [`Means`].
    Newer(Vec<Means>),
    /// A teacher renews it.
    Teacher,
}

/// Something by which a badge is earned anew. The passing of a date is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Means {
    HandIn,
    Grade,
    Completion,
    Badge,
    Approval,
}

/// What keeps a badge from being renewed after `last`, given that its rule is met: none where nothing does. Whether the
/// award has lapsed is not asked, so that it can be said before.
#[must_use]
pub(crate) fn waits(
    choice: Renewal,
    root: &Group,
    facts: &Facts,
    last: &Award,
    now: DateTime<Utc>,
) -> Option<Waits> {
    match choice {
        Renewal::Automatic => None,
        Renewal::ByHand => Some(Waits::Teacher),
        Renewal::Newer => {
            let is_newer = newest(root, facts, now).is_some_and(|at| at > last.awarded_at);
            (!is_newer).then(|| Waits::Newer(means(root)))
        }
    }
}

/// The same once the award has lapsed; none for one that has not, or that there is none.
#[must_use]
pub(crate) fn lapsed(
    choice: Renewal,
    root: &Group,
    facts: &Facts,
    last: Option<&Award>,
    now: DateTime<Utc>,
) -> Option<Waits> {
    let last = last.filter(|last| last.standing(now) == Standing::Expired)?;
    waits(choice, root, facts, last, now)
}

/// The newest moment of all that makes a group hold: what holds within a group that does not is of no matter.
fn newest(group: &Group, facts: &Facts, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let ask = |condition: &Condition| holds(condition, facts, now);
    let holding = group
        .nodes
        .iter()
        .filter(|node| node_truth(node, &ask) == Truth::Yes);
    let moments = holding.filter_map(|node| match node {
        Node::Group(inner) => newest(inner, facts, now),
        Node::Condition(condition) => moment(condition, facts, now),
    });
    moments.max()
}

/// When that was so which a condition saw.
fn moment(condition: &Condition, facts: &Facts, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match condition {
        Condition::Grade { item, .. } => facts.grades.get(item).map(|grade| grade.changed_at),
        Condition::Elsewhere { column, needs } => {
            let grade = facts.elsewhere.get(column).map(|grade| grade.changed_at);
            let passed = facts.completed.get(column).and_then(|fact| fact.at);
            match needs {
                Needed::Passed(_) => grade.max(passed),
                Needed::AtLeast(_) | Needed::OneOf(_) => grade,
            }
        }
        Condition::HandedIn { column, .. } => facts.handed_in.get(column).and_then(|fact| fact.at),
        Condition::Completed { column } => facts.completed.get(column).and_then(|fact| fact.at),
        Condition::BestOf { best, of, .. } => {
            let counted = best_known(*best, of, facts).into_iter();
            let moments = counted.filter_map(|column| match column {
                GradeColumn::Ours(item) => facts.grades.get(item).map(|grade| grade.changed_at),
                GradeColumn::Elsewhere(column) => facts.elsewhere.get(column).map(|grade| grade.changed_at),
            });
            moments.max()
        }
        Condition::EvidenceApproved { activity } => facts.evidence.get(activity).map(|fact| fact.since),
        Condition::HoldsBadge { badge, within_years } => held_since(badge, *within_years, facts, now),
        Condition::BadgeTotal { of, .. } => totalled_since(of, facts, now),
        Condition::InstructorApproves => facts.approval.as_ref().map(|approval| approval.at),
        Condition::NotBefore { .. } => None,
    }
}

/// The kinds of things that a rule reads.
fn means(root: &Group) -> Vec<Means> {
    let mut means: Vec<Means> = root
        .conditions()
        .into_iter()
        .filter_map(|condition| match condition {
            Condition::Grade { .. } | Condition::Elsewhere { .. } | Condition::BestOf { .. } => {
                Some(Means::Grade)
            }
            Condition::EvidenceApproved { .. } | Condition::HandedIn { .. } => Some(Means::HandIn),
            Condition::Completed { .. } => Some(Means::Completion),
            Condition::HoldsBadge { .. } | Condition::BadgeTotal { .. } => Some(Means::Badge),
            Condition::InstructorApproves => Some(Means::Approval),
            Condition::NotBefore { .. } => None,
        })
        .collect();
    means.sort_unstable();
    means.dedup();
    means
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evidence::SubmissionState;
    use crate::domain::sample::{
        Known, all, any, approval, approved, award, best_of, completed, days, group, handed_in, holds,
        not_before, now, percent,
    };
    use crate::ids::{ActivityId, BadgeId, LineItemId};

    /// Everything that is known is a hundred days and more old, but for what a test makes newer.
    fn old() -> Facts {
        let mut facts = Known::default()
            .grade("quiz", "90", "100")
            .grade("other", "10", "100")
            .evidence("report", SubmissionState::Approved)
            .badge("sql")
            .approval()
            .0;
        let long_ago = days(-100);
        for grade in facts.grades.values_mut() {
            grade.changed_at = long_ago;
        }
        for fact in facts.evidence.values_mut() {
            fact.since = long_ago;
        }
        for held in facts.held.values_mut() {
            held.awarded_at = long_ago;
        }
        if let Some(approval) = &mut facts.approval {
            approval.at = long_ago;
        }
        facts
    }

    fn last() -> Award {
        award(1, Some(days(-1)), false)
    }

    fn asked(choice: Renewal, root: &Group, facts: &Facts) -> Option<Waits> {
        lapsed(choice, root, facts, Some(&last()), now())
    }

    #[test]
    fn only_what_is_newer_than_the_last_award_renews_and_each_kind_of_fact_does() {
        type Newer = fn(&mut Facts, DateTime<Utc>);
        let kinds: [(Node, Means, Newer); 4] = [
            (percent("quiz", "80"), Means::Grade, |facts, at| {
                facts
                    .grades
                    .get_mut(&LineItemId::from("quiz"))
                    .unwrap()
                    .changed_at = at;
            }),
            (approved("report"), Means::HandIn, |facts, at| {
                facts.evidence.get_mut(&ActivityId::from("report")).unwrap().since = at;
            }),
            (holds("sql"), Means::Badge, |facts, at| {
                facts.held.get_mut(&BadgeId::from("sql")).unwrap().awarded_at = at;
            }),
            (approval(), Means::Approval, |facts, at| {
                facts.approval.as_mut().unwrap().at = at;
            }),
        ];
        for (node, means, newer) in kinds {
            let root = all([node, not_before(days(-5))]);
            // The sample's award was made a hundred days ago: the moment itself is not newer.
            assert_eq!(
                asked(Renewal::Newer, &root, &old()),
                Some(Waits::Newer(vec![means])),
                "the date that came since is nothing new"
            );
            let mut facts = old();
            newer(&mut facts, days(-100) + chrono::TimeDelta::microseconds(1));
            assert_eq!(asked(Renewal::Newer, &root, &facts), None, "{means:?}");
        }
    }

    #[test]
    fn what_the_lms_tells_renews_by_what_counted_and_no_other_column() {
        let mut facts = Known::default()
            .grade("quiz", "90", "100")
            .grade("other", "10", "100")
            .handed_in("essay", Some(Some(false)))
            .completed("essay", true, None)
            .0;
        for grade in facts.grades.values_mut() {
            grade.changed_at = days(-100);
        }
        let best = all([best_of(1, &["quiz", "other"], &[], "80")]);
        let grade = Some(Waits::Newer(vec![Means::Grade]));
        assert_eq!(asked(Renewal::Newer, &best, &facts), grade);
        facts
            .grades
            .get_mut(&LineItemId::from("other"))
            .unwrap()
            .changed_at = now();
        assert_eq!(
            asked(Renewal::Newer, &best, &facts),
            grade,
            "it is not among the best"
        );
        facts
            .grades
            .get_mut(&LineItemId::from("quiz"))
            .unwrap()
            .changed_at = now();
        assert_eq!(asked(Renewal::Newer, &best, &facts), None);
        // What the LMS tells of it is three days old.
        for root in [all([handed_in("essay", true)]), all([completed("essay")])] {
            assert_eq!(asked(Renewal::Newer, &root, &facts), None);
        }
    }

    #[test]
    fn a_grade_that_is_merely_read_again_is_not_newer() {
        let mut facts = old();
        for grade in facts.grades.values_mut() {
            grade.read_at = now();
        }
        let root = all([percent("quiz", "80")]);
        assert_eq!(
            asked(Renewal::Newer, &root, &facts),
            Some(Waits::Newer(vec![Means::Grade]))
        );
    }

    #[test]
    fn what_did_not_help_to_meet_the_rule_does_not_renew() {
        let mut facts = old();
        facts
            .grades
            .get_mut(&LineItemId::from("other"))
            .unwrap()
            .changed_at = now();
        facts.evidence.get_mut(&ActivityId::from("report")).unwrap().since = now();
        // The newer grade is too low, and the newer work stands in a group that does not hold.
        let root = any([
            percent("quiz", "80"),
            percent("other", "80"),
            group(all([approved("report"), percent("other", "80")])),
        ]);
        let waits = asked(Renewal::Newer, &root, &facts);
        assert_eq!(waits, Some(Waits::Newer(vec![Means::HandIn, Means::Grade])));
        facts.grades.get_mut(&LineItemId::from("other")).unwrap().value = Some(99.into());
        assert_eq!(asked(Renewal::Newer, &root, &facts), None);
    }

    #[test]
    fn the_badge_chooses_and_nothing_is_asked_before_it_has_lapsed() {
        let root = all([percent("quiz", "80")]);
        assert_eq!(asked(Renewal::Automatic, &root, &old()), None);
        assert_eq!(asked(Renewal::ByHand, &root, &old()), Some(Waits::Teacher));
        let held = award(1, Some(days(1)), false);
        for other in [None, Some(&held)] {
            assert_eq!(lapsed(Renewal::ByHand, &root, &old(), other, now()), None);
        }
        assert_eq!(
            waits(Renewal::ByHand, &root, &old(), &held, now()),
            Some(Waits::Teacher),
            "it can be said before"
        );
    }
}
