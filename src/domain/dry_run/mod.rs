//! What a rule would do to a whole course, before anybody is told: who would be awarded now, who nearly, and why not
//! the others. Names are the caller's: people appear by their identifiers.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::domain::award::{Award, Standing, open_cycle};
use crate::domain::badge::Renewal;
use crate::domain::decision::Truth;
use crate::domain::evaluate::best::reached;
use crate::domain::evaluate::{holds, node_truth, outcome, reaches};
use crate::domain::facts::{Facts, Grade};
use crate::domain::outside::{OutsideGrade, OutsideValue};
use crate::domain::renewal;
use crate::domain::rule::{Condition, Needed, Node, Rule};
use crate::domain::sentence::{self, Names};
use crate::domain::versions::Shift;
use crate::ids::PersonId;

#[cfg(test)]
mod tests;

/// How far below a threshold a grade is a near miss: percent of the line item's maximum, inclusive.
pub(crate) const NEAR_PERCENT: u32 = 5;

/// Somebody who may be awarded, what is known of them, and the latest award of this badge to them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Learner {
    pub(crate) person: PersonId,
    pub(crate) facts: Facts,
    pub(crate) latest: Option<Award>,
    /// What the badge asks before it is awarded again.
    pub(crate) renewal: Renewal,
}

/// What would happen if the rule were activated now. Every learner is in exactly one of the lists from `awarded` to
/// `not_yet`; each list is sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DryRun {
    /// Learners looked at, each person once.
    pub(crate) learners: usize,
    /// Would be awarded now. Their count is the number that activation confirms.
    pub(crate) awarded: Vec<PersonId>,
    /// Who meets the rule, whatever they hold.
    pub(crate) met: Met,
    /// Hold it in force already: nothing happens to them.
    pub(crate) holders: Vec<PersonId>,
    /// Meet the rule, but their badge has lapsed and is not renewed by that alone.
    pub(crate) lapsed: Vec<PersonId>,
    /// Had it revoked: they are not awarded again by a rule.
    pub(crate) revoked: Vec<PersonId>,
    /// Would be awarded but for grades that are at most [`NEAR_PERCENT`] below their thresholds.
    pub(crate) near: Vec<PersonId>,
    /// A needed column is not released, whatever is in it.
    pub(crate) not_released: Vec<PersonId>,
    /// How many of those would be awarded if their grades were released now.
    pub(crate) once_released: usize,
    /// A needed grade is missing: unknown, not failed.
    pub(crate) no_grade: Vec<PersonId>,
    /// Needed work is not handed in.
    pub(crate) not_handed_in: Vec<PersonId>,
    /// Only a review or an approval is awaited.
    pub(crate) waiting: Vec<PersonId>,
    /// All others.
    pub(crate) not_yet: Vec<PersonId>,
    /// One row for each member of the rule's outermost group, over all learners.
    pub(crate) funnel: Vec<FunnelRow>,
    /// Against the active version, if there is one.
    pub(crate) change: Option<Change>,
    /// Changes whenever the rule or the people who would be awarded do: SHA-256 in lower-case hex.
    pub(crate) digest: String,
}

/// How many meet the rule, and how many of them are not awarded for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) all: usize,
    /// Hold it already.
    pub(crate) hold: usize,
    /// Had it revoked.
    pub(crate) revoked: usize,
}

/// How the learners stand in one condition or group. The counts add up to the number of learners.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FunnelRow {
    /// "Cleaning exercise ≥ 80 %"
    pub(crate) label: String,
    pub(crate) yes: usize,
    pub(crate) near: usize,
    pub(crate) not_released: usize,
    pub(crate) no_grade: usize,
    pub(crate) not_handed_in: usize,
    /// What `not_handed_in` counts.
    pub(crate) missing: Missing,
    pub(crate) waiting: usize,
    pub(crate) no: usize,
}

/// What is missing where something is to be done, and who would know of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Work that is handed in here.
    #[default]
    Work,
    /// Work that is handed in to the LMS: it may not be read yet.
    HandIn,
    /// An activity of the LMS to be completed: that may not be read yet.
    Completion,
}

/// Whose outcome would differ from that of the active version, holders included; nobody loses an award by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The active version.
    pub(crate) version: i32,
    /// Meet the new version and not the active one.
    pub(crate) gained: Vec<PersonId>,
    /// Meet the active version and not the new one.
    pub(crate) lost: Vec<PersonId>,
}

impl DryRun {
    /// How many would be awarded: what activation confirms together with the digest.
    #[must_use]
    pub(crate) fn number(&self) -> usize {
        self.awarded.len()
    }

    /// Of a badge that awards nothing more: whoever would be awarded waits with the others.
    pub(crate) fn close(&mut self, rule: &Rule) {
        self.not_yet.append(&mut self.awarded);
        self.not_yet.sort();
        self.digest = digest(rule, &self.awarded);
    }

    /// Whether this is still what somebody confirmed: the same number of the same people under the same rule.
    #[must_use]
    pub(crate) fn confirms(&self, number: usize, digest: &str) -> bool {
        self.number() == number && self.digest == digest
    }
}

/// How somebody stands towards a condition, a group or a whole rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prospect {
    Yes,
    Near,
    NotReleased,
    NoGrade,
    NotHandedIn,
    Waiting,
    No,
}

/// Tries `rule` on `learners`. A person who is given twice is looked at once.
#[must_use]
pub(crate) fn dry_run(
    rule: &Rule,
    active: Option<&Rule>,
    learners: &[Learner],
    names: &Names,
    now: DateTime<Utc>,
) -> DryRun {
    let mut sorted: Vec<&Learner> = learners.iter().collect();
    sorted.sort_by(|a, b| a.person.cmp(&b.person));
    sorted.dedup_by(|a, b| a.person == b.person);

    let rows = rule.root.distinct();
    let mut run = DryRun {
        learners: sorted.len(),
        awarded: Vec::new(),
        met: Met::default(),
        holders: Vec::new(),
        lapsed: Vec::new(),
        revoked: Vec::new(),
        near: Vec::new(),
        not_released: Vec::new(),
        once_released: 0,
        no_grade: Vec::new(),
        not_handed_in: Vec::new(),
        waiting: Vec::new(),
        not_yet: Vec::new(),
        funnel: rows.iter().map(|node| row(node, names)).collect(),
        change: active.map(|rule| Change {
            version: rule.version,
            gained: Vec::new(),
            lost: Vec::new(),
        }),
        digest: String::new(),
    };
    let whole = Node::Group(rule.root.clone());
    for learner in sorted {
        let found = prospect(&whole, &learner.facts, now);
        if found == Prospect::Yes {
            run.met.count(settled(learner, now));
        }
        run.list(rule, learner, found, now).push(learner.person.clone());
        if found == Prospect::NotReleased && open_cycle(learner.latest.as_ref(), now).is_some() {
            let then = outcome(&rule.root, &learner.facts.released(|_| true), now);
            run.once_released += usize::from(then == Truth::Yes);
        }
        for (row, node) in run.funnel.iter_mut().zip(&rows) {
            *row.count(prospect(node, &learner.facts, now)) += 1;
        }
        if let (Some(change), Some(active)) = (&mut run.change, active) {
            let before = outcome(&active.root, &learner.facts, now);
            let after = if found == Prospect::Yes {
                Truth::Yes
            } else {
                Truth::No
            };
            match Shift::between(before, after) {
                Shift::Gains => change.gained.push(learner.person.clone()),
                Shift::Loses => change.lost.push(learner.person.clone()),
                Shift::MeetsBoth | Shift::MeetsNeither => {}
            }
        }
    }
    run.digest = digest(rule, &run.awarded);
    run
}

impl DryRun {
    fn list(
        &mut self,
        rule: &Rule,
        learner: &Learner,
        found: Prospect,
        now: DateTime<Utc>,
    ) -> &mut Vec<PersonId> {
        match settled(learner, now) {
            Some(Standing::Revoked) => return &mut self.revoked,
            Some(Standing::InForce | Standing::Suspended | Standing::Expired) => return &mut self.holders,
            None => {}
        }
        let (root, latest) = (&rule.root, learner.latest.as_ref());
        match found {
            Prospect::Yes
                if renewal::lapsed(learner.renewal, root, &learner.facts, latest, now).is_some() =>
            {
                &mut self.lapsed
            }
            Prospect::Yes => &mut self.awarded,
            Prospect::Near => &mut self.near,
            Prospect::NotReleased => &mut self.not_released,
            Prospect::NoGrade => &mut self.no_grade,
            Prospect::NotHandedIn => &mut self.not_handed_in,
            Prospect::Waiting => &mut self.waiting,
            Prospect::No => &mut self.not_yet,
        }
    }
}

/// How the award of somebody stands for whom a rule does nothing more.
fn settled(learner: &Learner, now: DateTime<Utc>) -> Option<Standing> {
    match (open_cycle(learner.latest.as_ref(), now), &learner.latest) {
        (None, Some(award)) => Some(award.standing(now)),
        _ => None,
    }
}

impl Met {
    fn count(&mut self, settled: Option<Standing>) {
        self.all += 1;
        match settled {
            Some(Standing::Revoked) => self.revoked += 1,
            Some(Standing::InForce | Standing::Suspended | Standing::Expired) => self.hold += 1,
            None => {}
        }
    }
}

impl FunnelRow {
    fn count(&mut self, found: Prospect) -> &mut usize {
        match found {
            Prospect::Yes => &mut self.yes,
            Prospect::Near => &mut self.near,
            Prospect::NotReleased => &mut self.not_released,
            Prospect::NoGrade => &mut self.no_grade,
            Prospect::NotHandedIn => &mut self.not_handed_in,
            Prospect::Waiting => &mut self.waiting,
            Prospect::No => &mut self.no,
        }
    }
}

fn row(node: &Node, names: &Names) -> FunnelRow {
    FunnelRow {
        label: sentence::label(node, names),
        missing: match node {
            Node::Condition(Condition::HandedIn { .. }) => Missing::HandIn,
            Node::Condition(Condition::Completed { .. }) => Missing::Completion,
            Node::Condition(_) | Node::Group(_) => Missing::Work,
        },
        ..FunnelRow::default()
    }
}

/// Asks again with some answers changed: near misses as yes; then what is missing as no, to see whether it decides.
fn prospect(node: &Node, facts: &Facts, now: DateTime<Utc>) -> Prospect {
    let ask = |condition: &Condition| holds(condition, facts, now);
    let truth = node_truth(node, &ask);
    if truth == Truth::Yes {
        return Prospect::Yes;
    }
    let generous = |condition: &Condition| {
        if nearly(condition, facts) {
            Truth::Yes
        } else {
            ask(condition)
        }
    };
    if node_truth(node, &generous) == Truth::Yes {
        return Prospect::Near;
    }
    if truth == Truth::No {
        return Prospect::No;
    }
    let without_withheld = |condition: &Condition| match (condition, ask(condition)) {
        (Condition::Grade { .. } | Condition::BestOf { .. }, Truth::Unknown)
            if condition
                .line_items()
                .into_iter()
                .any(|item| facts.withheld.contains_key(item)) =>
        {
            Truth::No
        }
        (_, truth) => truth,
    };
    if node_truth(node, &without_withheld) == Truth::No {
        return Prospect::NotReleased;
    }
    let without_grades = |condition: &Condition| match (condition, ask(condition)) {
        (
            Condition::Grade { .. } | Condition::Elsewhere { .. } | Condition::BestOf { .. },
            Truth::Unknown,
        ) => Truth::No,
        (_, truth) => truth,
    };
    if node_truth(node, &without_grades) == Truth::No {
        return Prospect::NoGrade;
    }
    let without_work = |condition: &Condition| match condition {
        Condition::EvidenceApproved { activity } if !facts.evidence.contains_key(activity) => Truth::No,
        Condition::HandedIn { column, .. } => match facts.handed_in.get(column) {
            Some(fact) if fact.at.is_some() => ask(condition),
            _ => Truth::No,
        },
        Condition::Completed { .. } if ask(condition) == Truth::Unknown => Truth::No,
        _ => ask(condition),
    };
    if node_truth(node, &without_work) == Truth::No {
        Prospect::NotHandedIn
    } else {
        Prospect::Waiting
    }
}

/// Whether a grade reaches its threshold when [`NEAR_PERCENT`] of the maximum are added to it.
fn nearly(condition: &Condition, facts: &Facts) -> bool {
    let (item, at_least) = match condition {
        Condition::Grade { item, at_least } => (item, at_least),
        Condition::Elsewhere { column, needs } => {
            let grade = facts.elsewhere.get(column);
            return grade.is_some_and(|grade| nearly_elsewhere(grade, needs));
        }
        Condition::BestOf { best, of, at_least } => {
            let average = reached(*best, of, facts);
            return average
                .is_some_and(|average| average.saturating_add(Decimal::from(NEAR_PERCENT)) >= *at_least);
        }
        _ => return false,
    };
    let Some(Grade {
        value: Some(value),
        maximum,
        is_scale: false,
        ..
    }) = facts.grades.get(item)
    else {
        return false;
    };
    if *maximum <= Decimal::ZERO {
        return false;
    }
    let margin = maximum
        .checked_mul(Decimal::new(i64::from(NEAR_PERCENT), 2))
        .unwrap_or(Decimal::ZERO);
    reaches(value.checked_add(margin).unwrap_or(*value), *maximum, *at_least)
}

/// The same for a column that is none of ours: of one whose points nobody tells nobody can say what is near.
fn nearly_elsewhere(grade: &OutsideGrade, needs: &Needed) -> bool {
    let added = |value: Decimal, maximum: Decimal| {
        let margin = maximum.checked_mul(Decimal::new(i64::from(NEAR_PERCENT), 2))?;
        value.checked_add(margin)
    };
    let value = match (&grade.value, grade.maximum) {
        (OutsideValue::Points(value), Some(maximum)) if maximum > Decimal::ZERO => {
            added(*value, maximum).map(OutsideValue::Points)
        }
        (OutsideValue::Percent(value), _) => added(*value, Decimal::ONE_HUNDRED).map(OutsideValue::Percent),
        _ => None,
    };
    value.is_some_and(|value| {
        let generous = OutsideGrade {
            value,
            ..grade.clone()
        };
        generous.is(needs) == Truth::Yes
    })
}

/// Over the rule's identifier, its tree as stored, and the people, who are sorted.
fn digest(rule: &Rule, awarded: &[PersonId]) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    part(rule.id.as_str().as_bytes());
    part(&serde_json::to_vec(&rule.root).unwrap_or_default());
    for person in awarded {
        part(person.as_str().as_bytes());
    }
    hex::encode(hash.finalize())
}
