//! What is worth a thought about a set of badges before it is too late: each finding its own variant, with what a sentence about it
//! has to name. Four keep a badge from being activated ([`Block`], of which [`super::design_review`] speaks in full); every other
//! one may be dismissed with a reason.
//!
//! What a kind of badge should have follows the `TrustEd` Microcredential framework as far as it is known to us: it speaks of
//! readiness, and certifies nothing.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use crate::domain::badge::{Badge, BadgeState, Design, Expiry, Kind};
use crate::domain::design_review::{find_loop, review_evidence};
use crate::domain::rule::{Condition, Group, Need, Node};
use crate::ids::{BadgeId, CourseId, DismissalId, PersonId, TenantId};

mod across;
mod alike;
mod size;
#[cfg(test)]
mod tests;
mod vague;

pub(crate) use across::across;
pub(crate) use alike::Likeness;
use alike::Print;

/// Badges in a row, the highest included.
pub(crate) const MOST_IN_A_ROW: usize = 4;
/// Badges that it takes to the first stack.
pub(crate) const MOST_TO_A_STACK: usize = 7;
/// Badges of a set.
pub(crate) const MOST_IN_A_SET: usize = 12;

/// A badge as the coach reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) badge: &'a Badge,
    /// Its draft, or else the rule that decides.
    pub(crate) root: Option<&'a Group>,
    /// Whether somebody else endorses it as it is.
    pub(crate) is_endorsed: bool,
}

/// Why a badge cannot be activated as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    EmptyRule,
    /// The badges in order, the first one also last.
    Loop {
        names: Vec<String>,
    },
    MoreThanThereAre {
        needed: u16,
        of: usize,
    },
    /// An Application badge that can be earned without work that somebody assessed.
    WithoutEvidence,
}

/// What is worth a thought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    Blocks(Block),
    OutcomeMissing,
    OutcomeVague {
        word: String,
    },
    CriteriaMissing,
    /// Nothing that was done or reached is asked: nobody could show what stands behind it.
    EvidenceMissing,
    AssessmentMissing,
    /// No skill is named, neither with an address nor in words.
    SkillsMissing,
    /// Neither a framework nor anybody else stands behind it.
    AlignmentMissing,
    /// Neither hours nor credits.
    SizeMissing,
    /// No grade and no completion, so the signed badge has no result.
    ResultMissing,
    PictureUntold,
    /// A version in its title, and no end.
    VersionForEver {
        version: String,
    },
    Overlap {
        /// What the other one is called.
        name: String,
        by: Vec<Likeness>,
    },
    /// More badges in a row than anybody sees through; the lowest first.
    ChainTooLong {
        names: Vec<String>,
    },
    TooManyToAStack {
        count: usize,
    },
    /// A stack below which nothing can be earned yet.
    NoFirstStep,
    TooManyInASet {
        count: usize,
    },
    /// The issuer says neither who accredits it nor to whom it belongs.
    AuthorityMissing,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    Blocks,
    /// People outside could not rely on the badge, or its kind is expected to have it.
    Should,
    Could,
}

impl Finding {
    /// The word by which it is kept where somebody dismissed it; it never changes.
    #[must_use]
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Blocks(_) => "blocks",
            Self::OutcomeMissing => "outcome-missing",
            Self::OutcomeVague { .. } => "outcome-vague",
            Self::CriteriaMissing => "criteria-missing",
            Self::EvidenceMissing => "evidence-missing",
            Self::AssessmentMissing => "assessment-missing",
            Self::SkillsMissing => "skills-missing",
            Self::AlignmentMissing => "alignment-missing",
            Self::SizeMissing => "size-missing",
            Self::ResultMissing => "result-missing",
            Self::PictureUntold => "picture-untold",
            Self::VersionForEver { .. } => "version-for-ever",
            Self::Overlap { .. } => "overlap",
            Self::ChainTooLong { .. } => "chain-too-long",
            Self::TooManyToAStack { .. } => "too-many-to-a-stack",
            Self::NoFirstStep => "no-first-step",
            Self::TooManyInASet { .. } => "too-many-in-a-set",
            Self::AuthorityMissing => "authority-missing",
        }
    }

    #[must_use]
    pub(crate) fn weight(&self) -> Weight {
        match self {
            Self::Blocks(_) => Weight::Blocks,
            Self::SizeMissing
            | Self::ResultMissing
            | Self::PictureUntold
            | Self::AlignmentMissing
            | Self::TooManyInASet { .. } => Weight::Could,
            _ => Weight::Should,
        }
    }

    /// Whether it is mended in what all courses share that take one badge of their institution: a teacher who mends it has another badge.
    #[must_use]
    pub(crate) fn is_shared(&self) -> bool {
        matches!(
            self,
            Self::OutcomeMissing
                | Self::OutcomeVague { .. }
                | Self::CriteriaMissing
                | Self::AssessmentMissing
                | Self::SkillsMissing
                | Self::AlignmentMissing
                | Self::SizeMissing
        )
    }

    /// Whether it may be dismissed.
    #[must_use]
    pub(crate) fn may_rest(&self) -> bool {
        self.weight() != Weight::Blocks
    }
}

/// A finding, of whom it is, and by what it is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// None for what is of the set.
    pub(crate) badge: Option<BadgeId>,
    pub(crate) finding: Finding,
    /// A digest (hex) of what it is about: where that changes, it is another finding.
    pub(crate) about: String,
}

impl Found {
    fn new(badge: Option<&BadgeId>, finding: Finding, about: &[&str]) -> Self {
        let mut digest = Sha256::new();
        let whose = badge.map_or("", BadgeId::as_str);
        for part in [whose, finding.code()].iter().chain(about) {
            digest.update(part.as_bytes());
            // So that two texts cannot run into each other.
            digest.update([0]);
        }
        Self {
            badge: badge.cloned(),
            finding,
            about: hex::encode(digest.finalize()),
        }
    }
}

/// That somebody dismissed a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dismissal {
    pub(crate) id: DismissalId,
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    /// None for a finding about the set.
    pub(crate) badge: Option<BadgeId>,
    /// [`Finding::code`].
    pub(crate) code: String,
    /// [`Found::about`].
    pub(crate) about: String,
    pub(crate) reason: String,
    /// None where whoever did it was erased.
    pub(crate) by: Option<PersonId>,
    pub(crate) at: DateTime<Utc>,
}

/// Everything that is worth a thought about these badges, in their order; what is of the whole set comes first. `has_authority`
/// says whether their issuer tells who stands behind it.
#[must_use]
pub(crate) fn review(members: &[Member<'_>], has_authority: bool) -> Vec<Found> {
    let living: Vec<Member<'_>> = members
        .iter()
        .copied()
        .filter(|one| one.badge.state != BadgeState::Retired)
        .collect();
    let mut found = size::of_set(&living);
    let is_assessed = |one: &Member<'_>| one.badge.design.kind != Kind::Recognition;
    if !has_authority && living.iter().any(is_assessed) {
        found.push(Found::new(None, Finding::AuthorityMissing, &[]));
    }
    let prints: Vec<Print<'_>> = living.iter().map(Print::of).collect();
    for (place, one) in living.iter().enumerate() {
        found.extend(blocks(one, &living));
        found.extend(of_design(&one.badge.design, one.is_endorsed, Some(&one.badge.id)));
        found.extend(of_rule(one));
        found.extend(overlap(one, place, &living, &prints));
        found.extend(size::of_stack(one, &living));
    }
    found
}

/// The first badge before it in the list that seems to say the same, so that of two one is told.
fn overlap(one: &Member<'_>, place: usize, all: &[Member<'_>], prints: &[Print<'_>]) -> Option<Found> {
    let own = prints.get(place)?;
    let earlier = all.iter().zip(prints).take(place);
    let (other, by) = earlier
        .map(|(other, print)| (other, own.like(print)))
        .find(|(_, by)| !by.is_empty())?;
    let (design, known) = (&one.badge.design, &other.badge.design);
    let about = [
        other.badge.id.as_str(),
        &design.name,
        &design.outcome,
        &known.name,
        &known.outcome,
    ];
    let finding = Finding::Overlap {
        name: known.name.clone(),
        by,
    };
    Some(Found::new(Some(&one.badge.id), finding, &about))
}

/// What is worth a thought about a design alone, saved or not.
#[must_use]
pub(crate) fn of_design(design: &Design, is_endorsed: bool, badge: Option<&BadgeId>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut note = |finding: Finding, about: &[&str]| found.push(Found::new(badge, finding, about));
    let kind = design.kind.word();
    if design.outcome.trim().is_empty() {
        note(Finding::OutcomeMissing, &[]);
    } else if let Some(word) = vague::vague(&design.outcome, design.language.as_ref()) {
        note(Finding::OutcomeVague { word }, &[&design.outcome]);
    }
    if design.criteria.trim().is_empty() {
        note(Finding::CriteriaMissing, &[kind]);
    }
    if design.picture_alt.trim().is_empty() {
        note(Finding::PictureUntold, &[]);
    }
    if let Some(version) = version(&design.name)
        && design.expiry == Expiry::Never
    {
        note(Finding::VersionForEver { version }, &[&design.name]);
    }
    // What recognises taking part needs none of it.
    if design.kind != Kind::Recognition {
        if design.details.assessment.trim().is_empty() {
            note(Finding::AssessmentMissing, &[kind]);
        }
        if design.alignments.is_empty() {
            if design.details.skills.is_empty() {
                note(Finding::SkillsMissing, &[kind]);
            } else if !is_endorsed {
                note(Finding::AlignmentMissing, &[kind]);
            }
        }
        if design.hours.is_none() && design.credits.is_none() {
            note(Finding::SizeMissing, &[kind]);
        }
    }
    found
}

/// A version in a title: "v2", "3.11", "version 4", "edition 2", or a year.
fn version(title: &str) -> Option<String> {
    let words: Vec<&str> = title
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ':' | ';'))
        .filter(|word| !word.is_empty())
        .collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    for (place, word) in words.iter().enumerate() {
        let lower = word.to_lowercase();
        let bare = lower.strip_prefix('v').unwrap_or(&lower);
        let parts: Vec<&str> = bare.split('.').collect();
        let is_dotted = parts.len() > 1 && parts.iter().all(|part| digits(part));
        let is_marked = bare.len() < lower.len() && digits(bare);
        let is_year = digits(&lower) && lower.len() == 4 && lower.starts_with("20");
        let before = place.checked_sub(1).and_then(|place| words.get(place));
        let is_named = digits(&lower)
            && before.is_some_and(|before| {
                matches!(before.to_lowercase().as_str(), "version" | "release" | "edition")
            });
        if is_dotted || is_marked || is_year || is_named {
            return Some((*word).to_owned());
        }
    }
    None
}

/// What is worth a thought about what a rule asks.
fn of_rule(one: &Member<'_>) -> Vec<Found> {
    let Some(root) = one.root.filter(|root| !root.conditions().is_empty()) else {
        return Vec::new();
    };
    let kind = one.badge.design.kind;
    let conditions = root.conditions();
    let has = |is: fn(&Condition) -> bool| conditions.iter().any(|condition| is(condition));
    let mut found = Vec::new();
    let says_something = has(|condition| {
        !matches!(
            condition,
            Condition::NotBefore { .. } | Condition::InstructorApproves
        )
    });
    if kind != Kind::Recognition && !says_something {
        found.push(Finding::EvidenceMissing);
    }
    let gives_result = has(|condition| {
        matches!(
            condition,
            Condition::Grade { .. }
                | Condition::Elsewhere { .. }
                | Condition::BestOf { .. }
                | Condition::Completed { .. }
                // Each part has a result of its own.
                | Condition::HoldsBadge { .. }
        )
    });
    if kind != Kind::Recognition && says_something && !gives_result {
        found.push(Finding::ResultMissing);
    }
    let about = [kind.word()];
    found
        .into_iter()
        .map(|finding| Found::new(Some(&one.badge.id), finding, &about))
        .collect()
}

/// What keeps it from being activated: a retired badge blocks nobody.
fn blocks(one: &Member<'_>, all: &[Member<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    match one.root.filter(|root| !root.conditions().is_empty()) {
        None => found.push(Block::EmptyRule),
        Some(root) => {
            let known: HashMap<&BadgeId, &Member<'_>> = all.iter().map(|one| (&one.badge.id, one)).collect();
            let builds_on = |id: &BadgeId| {
                let root = known.get(id).and_then(|member| member.root);
                root.map(|root| root.badges().cloned().collect::<Vec<BadgeId>>())
            };
            if let Some(way) = find_loop(&one.badge.id, root, builds_on) {
                let name = |id: &BadgeId| known.get(id).map(|member| member.badge.design.name.clone());
                let names = way.iter().filter_map(name).collect();
                found.push(Block::Loop { names });
            }
            found.extend(more_than_there_are(root));
            if one.badge.design.kind == Kind::Application && review_evidence(root).is_some() {
                found.push(Block::WithoutEvidence);
            }
        }
    }
    found
        .into_iter()
        .map(|block| Found::new(Some(&one.badge.id), Finding::Blocks(block), &[]))
        .collect()
}

/// The first group that asks for more members than it has.
fn more_than_there_are(group: &Group) -> Option<Block> {
    let of = group.distinct().len();
    if let Need::AtLeast(needed) = group.need
        && usize::from(needed) > of
    {
        return Some(Block::MoreThanThereAre { needed, of });
    }
    group.nodes.iter().find_map(|node| match node {
        Node::Group(inner) => more_than_there_are(inner),
        Node::Condition(_) => None,
    })
}

/// The badges on which each builds, of those that are known; a loop is told elsewhere, and goes round once here.
fn known_parts<'a>(one: &Member<'a>, known: &HashMap<&BadgeId, Member<'a>>) -> Vec<Member<'a>> {
    let mut seen = HashSet::new();
    let parts = one.root.into_iter().flat_map(Group::badges);
    parts
        .filter(|id| **id != one.badge.id && seen.insert((*id).clone()))
        .filter_map(|id| known.get(id).copied())
        .collect()
}
