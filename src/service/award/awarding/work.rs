//! The work behind an award.

use crate::domain::badge::Badge;
use crate::domain::decision::{CheckedGroup, CheckedNode, Decision, Truth};
use crate::domain::evidence::SubmissionState;
use crate::domain::rule::Condition;
use crate::ids::{ActivityId, PersonId};
use crate::service::credential::build::Approved;
use crate::store::{Db, StoreError, activities, submissions};

/// The work that a decision rests on.
pub(super) fn approved_work(
    db: &mut Db,
    badge: &Badge,
    person: &PersonId,
    decision: &Decision,
) -> Result<Vec<Approved>, StoreError> {
    let mut named = Vec::new();
    activities_of(&decision.tree, &mut named);
    let mut work = Vec::new();
    for id in named {
        let Some(activity) = activities::get(db, &badge.tenant, id)? else {
            continue;
        };
        let latest = submissions::latest(db, &badge.tenant, id, person)?;
        let approved = latest.filter(|latest| latest.state == SubmissionState::Approved);
        work.extend(approved.map(|submission| Approved {
            title: activity.title,
            submission,
        }));
    }
    Ok(work)
}

/// The activities whose approval a decision saw, each once.
fn activities_of<'a>(group: &'a CheckedGroup, named: &mut Vec<&'a ActivityId>) {
    for node in &group.nodes {
        match node {
            CheckedNode::Group(inner) => activities_of(inner, named),
            CheckedNode::Condition(checked) => {
                if let (Condition::EvidenceApproved { activity }, Truth::Yes) =
                    (&checked.condition, checked.truth)
                    && !named.contains(&activity)
                {
                    named.push(activity);
                }
            }
        }
    }
}
