//! The work behind an award.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::domain::badge::Badge;
use crate::domain::decision::{CheckedGroup, CheckedNode, Decision, Truth};
use crate::domain::evidence::SubmissionState;
use crate::domain::rule::Condition;
use crate::ids::{ActivityId, LineItemId, PersonId};
use crate::service::credential::build::{Approved, rests_on_grades};
use crate::store::{Db, StoreError, activities, facts, submissions};

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

/// When the grades were given that a decision rests on.
pub(super) fn graded(
    db: &mut Db,
    badge: &Badge,
    person: &PersonId,
    decision: &Decision,
) -> Result<HashMap<LineItemId, DateTime<Utc>>, StoreError> {
    if !rests_on_grades(decision) {
        return Ok(HashMap::new());
    }
    let facts = facts::grades_of(db, &badge.tenant, &badge.course, person)?;
    Ok(facts
        .grades
        .into_iter()
        .map(|(item, grade)| (item, grade.changed_at))
        .collect())
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
