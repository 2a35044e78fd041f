//! Stacks that an institution owns: what it says of one beside its badge, and what counting badges asks that no condition does.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::badge::{Badge, Design, Expiry, Renewal};
use crate::domain::decision::Truth;
use crate::domain::design_review::RuleProblem;
use crate::domain::evaluate::{holds, node_truth, outcome};
use crate::domain::facts::Facts;
use crate::domain::rule::{Condition, Group, Need, Node, Rule, RuleState};
use crate::domain::zone::Zone;
use crate::ids::{AdminId, BadgeId, PersonId, ProgrammeId, ProgrammeReviewId, TenantId, WaiverId};

/// A programme; everything else about it is its badge's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Programme {
    pub(crate) id: ProgrammeId,
    pub(crate) tenant: TenantId,
    pub(crate) badge: BadgeId,
    pub(crate) terms: Terms,
    /// Who saved it last; none for somebody who was erased.
    pub(crate) saved_by: Option<Maker>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// Who makes programmes: whom the institution names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Maker {
    Administrator(AdminId),
    /// Somebody who teaches, and was given that power.
    Instructor(PersonId),
}

/// What an institution says of a programme beside its rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Terms {
    pub(crate) parts_end: PartsEnd,
    /// Whether somebody who began under an earlier version of the rule may finish under it.
    pub(crate) finish_begun: bool,
    /// Badges of the rule that come before it: they are no parts of it.
    pub(crate) prerequisites: Vec<BadgeId>,
}

/// What the end of a part does to the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartsEnd {
    /// Nothing.
    #[default]
    Keeps,
    /// It ends with the first part that it needs, and is awarded again as soon as enough parts are in force.
    Lapses,
    /// It ends so too, and is awarded again once a part was earned that is newer than it.
    Renewal,
}

impl PartsEnd {
    /// Every choice, in the order in which a form offers them.
    pub(crate) const ALL: [Self; 3] = [Self::Keeps, Self::Lapses, Self::Renewal];

    /// The word in forms, as it is stored.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Keeps => "keeps",
            Self::Lapses => "lapses",
            Self::Renewal => "renewal",
        }
    }

    /// What its badge asks before it is awarded again.
    #[must_use]
    pub(crate) const fn renewal(self) -> Renewal {
        match self {
            Self::Lapses => Renewal::Automatic,
            Self::Keeps | Self::Renewal => Renewal::Newer,
        }
    }
}

/// That one student need not have one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiver {
    pub(crate) id: WaiverId,
    pub(crate) tenant: TenantId,
    /// The badge of the programme.
    pub(crate) badge: BadgeId,
    pub(crate) part: BadgeId,
    pub(crate) person: PersonId,
    /// 1 to 500 characters.
    pub(crate) reason: String,
    pub(crate) by: AdminId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) taken_back_at: Option<DateTime<Utc>>,
}

/// That a second person looks at a programme before it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Review {
    pub(crate) id: ProgrammeReviewId,
    pub(crate) tenant: TenantId,
    pub(crate) badge: BadgeId,
    /// Of what is looked at.
    pub(crate) digest: String,
    /// None for somebody who was erased.
    pub(crate) asked_by: Option<Maker>,
    pub(crate) asked_at: DateTime<Utc>,
    pub(crate) state: ReviewState,
    pub(crate) answered_by: Option<Maker>,
    pub(crate) answered_at: Option<DateTime<Utc>>,
    /// What is to be changed.
    pub(crate) note: Option<String>,
}

/// How a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReviewState {
    Waits,
    Approved,
    /// Something is to be changed first.
    Changes,
}

/// A badge of which programmes can be made, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Offered {
    pub(crate) badge: Badge,
    /// Where its lineage begins: by that a rule names it.
    pub(crate) lineage: BadgeId,
    /// The title, or else the short name, of its course; none for one of the institution itself.
    pub(crate) course: Option<String>,
    /// Whether it is one of the institution itself.
    pub(crate) is_home: bool,
}

/// What keeps a programme from deciding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hindrance {
    Rule(RuleProblem),
    /// Two badges of its rule are one badge in two terms.
    OneInTwoTerms {
        names: Vec<String>,
    },
    /// A second person has to approve it, and nobody was asked.
    NotApproved,
    /// Somebody was asked, and has not answered.
    AwaitsApproval,
    /// Whoever was asked wants something changed first.
    ChangesAsked,
    /// The time of validity of its badge is over.
    TimeOver,
    Retired,
}

/// A digest of all that is approved of a programme: SHA-256 in lower-case hex.
#[must_use]
pub(crate) fn digest(design: &Design, root: &Group, terms: &Terms) -> String {
    let mut hash = Sha256::new();
    for part in [
        serde_json::to_vec(design),
        serde_json::to_vec(root),
        serde_json::to_vec(terms),
    ] {
        // None of them can fail: they hold words, numbers and moments.
        hash.update(part.unwrap_or_default());
        hash.update([0_u8]);
    }
    hex::encode(hash.finalize())
}

/// Which part a badge plays in the rule of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Comes before it.
    Prerequisite,
    Required,
    /// One of several of which some are needed; counted from 0.
    Choice(usize),
}

/// How many choices a programme has at most.
pub(crate) const MAX_CHOICES: usize = 4;

/// The rule of a programme as its editor says it: what is needed of all, and the choices with how many of each are needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) badges: Vec<(BadgeId, Place)>,
    pub(crate) needed: [u16; MAX_CHOICES],
}

impl Parts {
    /// The rule.
    #[must_use]
    pub(crate) fn rule(&self) -> Group {
        let condition = |badge: &BadgeId| {
            Node::Condition(Condition::HoldsBadge {
                badge: badge.clone(),
                within_years: None,
            })
        };
        let at = |place: Place| {
            let here = self.badges.iter().filter(move |(_, own)| *own == place);
            here.map(|(badge, _)| condition(badge)).collect::<Vec<_>>()
        };
        let mut nodes = at(Place::Prerequisite);
        nodes.extend(at(Place::Required));
        for (choice, needed) in self.needed.iter().enumerate() {
            let members = at(Place::Choice(choice));
            if !members.is_empty() {
                nodes.push(Node::Group(Group {
                    need: Need::AtLeast(*needed),
                    nodes: members,
                }));
            }
        }
        Group {
            need: Need::All,
            nodes,
        }
    }

    /// The parts of a rule that [`Parts::rule`] made.
    #[must_use]
    pub(crate) fn of(root: &Group, prerequisites: &[BadgeId]) -> Self {
        let mut parts = Self::default();
        let mut choice = 0;
        for node in &root.nodes {
            match node {
                Node::Condition(Condition::HoldsBadge { badge, .. }) if prerequisites.contains(badge) => {
                    parts.badges.push((badge.clone(), Place::Prerequisite));
                }
                Node::Condition(Condition::HoldsBadge { badge, .. }) => {
                    parts.badges.push((badge.clone(), Place::Required));
                }
                Node::Group(group) if choice < MAX_CHOICES => {
                    if let (Need::AtLeast(needed), Some(slot)) = (group.need, parts.needed.get_mut(choice)) {
                        *slot = needed;
                    }
                    let members = group.badges().cloned();
                    parts
                        .badges
                        .extend(members.map(|badge| (badge, Place::Choice(choice))));
                    choice = choice.saturating_add(1);
                }
                Node::Condition(_) | Node::Group(_) => {}
            }
        }
        parts
    }
}

/// Until when a rule stays met by badges that end, given that it is met: none where nothing of it ends.
#[must_use]
pub(crate) fn met_until(root: &Group, facts: &Facts, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let ask = |condition: &Condition| holds(condition, facts, now);
    let mut ends: Vec<Option<DateTime<Utc>>> = root
        .distinct()
        .into_iter()
        .filter(|node| node_truth(node, &ask) == Truth::Yes)
        .map(|node| match node {
            Node::Group(inner) => met_until(inner, facts, now),
            Node::Condition(Condition::HoldsBadge { badge, .. }) if !facts.waived.contains_key(badge) => {
                facts.held.get(badge).and_then(|held| held.valid_until)
            }
            Node::Condition(_) => None,
        })
        .collect();
    let needed = match root.need {
        Need::All => ends.len(),
        Need::Any => 1,
        Need::AtLeast(needed) => usize::from(needed),
    };
    // Those that last longest are the ones that count; what never ends lasts longest.
    ends.sort_unstable_by_key(|end| std::cmp::Reverse(end.unwrap_or(DateTime::<Utc>::MAX_UTC)));
    ends.get(needed.checked_sub(1)?).copied().flatten()
}

/// The badge of a programme as it is awarded to somebody at `now`: where the end of a part ends the whole, it ends with the first
/// part that it needs, unless its own end is earlier.
#[must_use]
pub(crate) fn awarded_as(
    badge: &Badge,
    terms: &Terms,
    root: &Group,
    facts: &Facts,
    now: DateTime<Utc>,
    zone: Zone,
) -> Badge {
    let mut badge = badge.clone();
    if terms.parts_end != PartsEnd::Keeps
        && let Some(end) = met_until(root, facts, now)
        && badge.design.expiry.end(now, zone).is_none_or(|own| end < own)
    {
        badge.design.expiry = Expiry::On { at: end, zone };
    }
    badge
}

/// The version of a rule that decides about somebody: the active one, unless they meet an earlier one under which they began and may
/// finish.
#[must_use]
pub(crate) fn deciding<'a>(
    versions: &'a [Rule],
    terms: &Terms,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Option<&'a Rule> {
    let active = versions.iter().find(|rule| rule.state == RuleState::Active)?;
    if !terms.finish_begun || outcome(&active.root, facts, now) == Truth::Yes {
        return Some(active);
    }
    let mut until = active.activated_at;
    let mut earlier: Vec<&Rule> = versions
        .iter()
        .filter(|rule| rule.state == RuleState::Superseded && rule.version < active.version)
        .collect();
    earlier.sort_unstable_by_key(|rule| std::cmp::Reverse(rule.version));
    for rule in earlier {
        // Of what was earned before it was superseded.
        let began = |badge: &BadgeId| {
            let held = facts.held.get(badge);
            held.is_some_and(|held| !held.revoked && until.is_some_and(|until| held.awarded_at < until))
        };
        if rule.root.badges().any(began) && outcome(&rule.root, facts, now) == Truth::Yes {
            return Some(rule);
        }
        until = rule.activated_at.or(until);
    }
    Some(active)
}

/// The design of a programme with what its terms say of renewing it.
#[must_use]
pub(crate) fn with_terms(mut design: Design, terms: &Terms) -> Design {
    design.renewal = terms.parts_end.renewal();
    design
}

#[cfg(test)]
mod tests;
