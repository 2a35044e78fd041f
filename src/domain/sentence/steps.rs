//! What somebody did for a badge, step by step, as the decision tells it that led to the award.

use chrono::{DateTime, Utc};

use super::lines::condition_line;
use super::reading::label;
use super::{Audience, Names};
use crate::domain::decision::{CheckedCondition, CheckedGroup, CheckedNode, Decision, Seen, Stands, Truth};
use crate::domain::rule::{Condition, Node};
use crate::ids::ActivityId;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// When it was done, or read of the gradebook.
    pub(crate) at: DateTime<Utc>,
    /// What was asked, which says nothing of the person but that they did it: "Cleaning exercise ≥ 80 %".
    pub(crate) asked: String,
    /// What was seen: "Cleaning exercise: 86 of 100, needs 80".
    pub(crate) said: String,
    /// The same for others, to whom "you" would be themselves.
    pub(crate) told: String,
    /// Whether what was seen is a grade or the state of work, and names nobody else.
    pub(crate) shows_grade: bool,
    /// Where work was handed in for it.
    pub(crate) activity: Option<ActivityId>,
}

/// What counted, the earliest first. A day that had to come is nothing that anybody did.
#[must_use]
pub(crate) fn steps(decision: &Decision, names: &Names) -> Vec<Step> {
    let mut all = Vec::new();
    gather(&decision.tree, names, &mut all);
    all.sort_by_key(|step| step.at);
    all
}

fn gather(group: &CheckedGroup, names: &Names, all: &mut Vec<Step>) {
    for node in group.distinct() {
        match node {
            CheckedNode::Group(inner) => gather(inner, names, all),
            CheckedNode::Condition(checked) => {
                if let Some(step) = step(checked, names)
                    && !all.contains(&step)
                {
                    all.push(step);
                }
            }
        }
    }
}

fn step(checked: &CheckedCondition, names: &Names) -> Option<Step> {
    let at = done_at(&checked.seen).filter(|_| checked.truth == Truth::Yes)?;
    Some(Step {
        at,
        asked: label(&Node::Condition(checked.condition.clone()), names),
        said: condition_line(checked, names, Audience::Student).text,
        told: condition_line(checked, names, Audience::Teacher).text,
        shows_grade: !matches!(checked.seen, Seen::Approval { .. }),
        activity: match &checked.condition {
            Condition::EvidenceApproved { activity } => Some(activity.clone()),
            _ => None,
        },
    })
}

fn done_at(seen: &Seen) -> Option<DateTime<Utc>> {
    match seen {
        Seen::Grade { read_at, .. } | Seen::StepOfScale { read_at, .. } | Seen::Elsewhere { read_at, .. } => {
            Some(*read_at)
        }
        Seen::HandedIn(work) => Some(work.at.unwrap_or(work.read_at)),
        Seen::Completion(completed) => Some(completed.at.unwrap_or(completed.read_at)),
        Seen::Best { of, .. } => of.iter().filter_map(|one| read_at(&one.stands)).max(),
        Seen::Evidence { since, .. } => Some(*since),
        Seen::Badge { awarded_at } => Some(*awarded_at),
        Seen::Approval { at, .. } => Some(*at),
        _ => None,
    }
}

fn read_at(stands: &Stands) -> Option<DateTime<Utc>> {
    match stands {
        Stands::Share { read_at, .. } => Some(*read_at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluate::evaluate_group;
    use crate::domain::evidence::SubmissionState;
    use crate::domain::facts::Facts;
    use crate::domain::sample::{
        Known, all, any, approval, approved, days, group, holds, names, not_before, now, percent,
    };

    #[test]
    fn what_counted_is_told_in_the_order_in_which_it_was_done_and_nothing_else() {
        let rule = all([
            percent("cleaning", "80"),
            approved("report"),
            group(any([holds("charts"), holds("sql")])),
            approval(),
            not_before(days(-9)),
        ]);
        let Known(facts) = Known::default()
            .grade("cleaning", "86", "100")
            .evidence("report", SubmissionState::Approved)
            .badge("charts")
            .approval();
        let decision = evaluate_group(&rule, 1, &facts, now());
        let told = steps(&decision, &names());
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told.is_sorted_by_key(|step| step.at), "{told:?}");
        let graded = told.iter().find(|step| step.said.contains("86 of 100")).unwrap();
        assert!(!graded.asked.contains("86"), "{graded:?}");
        let handed_in = told.iter().find(|step| step.activity.is_some()).unwrap();
        assert!(handed_in.asked.ends_with("approved"), "{handed_in:?}");
        let held = told
            .iter()
            .find(|step| step.said.contains("you have it"))
            .unwrap();
        assert!(held.told.ends_with(": held"), "{held:?}");
        assert!(told.iter().all(|step| !step.told.contains("you")), "{told:?}");
        let named = told.iter().find(|step| step.asked == "approved by an instructor");
        assert!(
            named.is_some(),
            "who approved is told to the student alone: {told:?}"
        );
    }

    #[test]
    fn what_is_not_met_is_no_step() {
        let rule = all([percent("cleaning", "80"), approved("report")]);
        let decision = evaluate_group(&rule, 1, &Facts::default(), now());
        assert_eq!(steps(&decision, &names()), []);
    }
}
