//! What the public page of a badge tells beside its design: its rule in words, how it is assessed, when it was changed last, its parts
//! and the badges that it builds towards. Nothing here tells of anybody who holds it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::badge::{Badge, BadgeState};
use crate::domain::programme::{Offered, Terms};
use crate::domain::rule::{Amount, Condition, Group, Need, Node};
use crate::domain::sentence::sentence_in_full;
use crate::ids::BadgeId;
use crate::service::Cairn;
use crate::service::badge::lineage;
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::store::{Db, StoreError, badges, institution_badges, policies, programmes, rules};

/// A way in which a badge is assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Assessed {
    /// Grades of the gradebook.
    Grades,
    /// Work that an instructor reviews.
    ReviewedWork,
    /// Work that is handed in.
    HandedIn,
    /// Activities that are completed.
    Completion,
    /// The word of an instructor.
    Instructor,
    /// Other badges.
    Badges,
}

/// Another badge, as its own public page names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Other {
    pub(crate) id: BadgeId,
    pub(crate) name: String,
    /// The course that it is of; none for a programme.
    pub(crate) course: Option<String>,
}

/// What the page tells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct About {
    /// The rule that decides now, as a sentence.
    pub(crate) rule: Option<String>,
    /// Each way once.
    pub(crate) assessed: Vec<Assessed>,
    /// When its design or its rule was changed last.
    pub(crate) changed_at: DateTime<Utc>,
    /// The badges that come before it.
    pub(crate) prerequisites: Vec<Other>,
    /// The badges that it is made of.
    pub(crate) parts: Vec<Other>,
    /// The fewest and the most hours of the parts that it takes, where any of them declares some.
    pub(crate) hours: Option<(Decimal, Decimal)>,
    /// The badges that it builds towards.
    pub(crate) above: Vec<Other>,
    /// What the institution says of it; none of a badge of a course.
    pub(crate) terms: Option<Terms>,
    /// When a second person approved it last. By whom is told nobody.
    pub(crate) reviewed_at: Option<DateTime<Utc>>,
    /// How many hold it, where the institution says so of its programmes.
    pub(crate) holders: Option<u32>,
}

/// Tells it of a badge that has a public page.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "about.of", level = "debug", skip_all, fields(badge = badge.id.as_str()))]
pub(crate) async fn of(cairn: &Cairn, badge: &Badge) -> Result<About, ServiceError> {
    let (badge, now) = (badge.clone(), cairn.clock.now());
    Ok(cairn.store.read(move |db| read(db, &badge, now)).await?)
}

fn read(db: &mut Db, badge: &Badge, now: DateTime<Utc>) -> Result<About, StoreError> {
    let tenant = &badge.tenant;
    let programme = programmes::of_badge(db, tenant, &badge.id)?;
    let rule = rules::active(db, tenant, &badge.id)?;
    // What courses take of the institution has no rule that decides: its page tells what each of them fills in.
    let own = match &rule {
        Some(_) => None,
        None => institution_badges::get(db, tenant, &badge.id)?.and_then(|one| one.published),
    };
    let own = own.map(|published| published.asks);
    let named: BTreeSet<BadgeId> = rule.iter().flat_map(|rule| rule.root.badges().cloned()).collect();
    let named: Vec<BadgeId> = named.into_iter().collect();
    let known = programmes::named(db, tenant, &named)?;
    let mut words = names::of_course(db, tenant, &badge.course)?;
    for (id, one) in &known {
        words.badges.insert(id.clone(), one.badge.design.name.clone());
    }
    let first = programme
        .as_ref()
        .map(|programme| programme.terms.prerequisites.clone())
        .unwrap_or_default();
    let order: Vec<&BadgeId> = rule.iter().flat_map(|rule| rule.root.badges()).collect();
    let (before, parts): (Vec<&BadgeId>, Vec<&BadgeId>) =
        order.into_iter().partition(|id| first.contains(*id));
    let activated = rule.as_ref().and_then(|rule| rule.activated_at);
    let reviewed_at = match &programme {
        Some(_) => programmes::last_approval(db, tenant, &badge.id)?.and_then(|review| review.answered_at),
        None => None,
    };
    let says_how_many = programme.is_some() && policies::get(db, tenant)?.programme_counts;
    let holders = if says_how_many {
        let found = programmes::holders(db, tenant, &badge.id, now)?;
        Some(u32::try_from(found).unwrap_or(u32::MAX))
    } else {
        None
    };
    Ok(About {
        holders,
        assessed: match (&rule, &own) {
            (Some(rule), _) => assessed(&rule.root),
            (None, Some(asks)) => assessed(&asks.rule()),
            (None, None) => Vec::new(),
        },
        changed_at: activated.map_or(badge.updated_at, |at| at.max(badge.updated_at)),
        hours: rule
            .as_ref()
            .and_then(|rule| hours(&rule.root, &declared(&parts, &known))),
        prerequisites: others(&before, &known),
        parts: others(&parts, &known),
        above: above(db, badge)?,
        terms: programme.map(|programme| programme.terms),
        reviewed_at,
        rule: rule
            .filter(|rule| !rule.root.nodes.is_empty())
            .map(|rule| sentence_in_full(&rule.root, &words))
            .or_else(|| own.map(|asks| sentence_in_full(&asks.rule(), &asks.names(words.zone)))),
    })
}

/// Those that have a public page, each once.
fn others(ids: &[&BadgeId], known: &HashMap<BadgeId, Offered>) -> Vec<Other> {
    let mut found: Vec<Other> = Vec::new();
    for id in ids {
        if let Some(one) = known.get(*id)
            && (one.badge.active_rule.is_some() || one.badge.state == BadgeState::Active)
            && found.iter().all(|other| other.id != **id)
        {
            found.push(other(one));
        }
    }
    found
}

fn other(one: &Offered) -> Other {
    Other {
        id: one.badge.id.clone(),
        name: one.badge.design.name.clone(),
        course: one.course.clone(),
    }
}

/// The hours that its parts declare, each part once.
fn declared<'a>(parts: &[&'a BadgeId], known: &HashMap<BadgeId, Offered>) -> HashMap<&'a BadgeId, Decimal> {
    let hours = |id: &'a BadgeId| Some((id, known.get(id)?.badge.design.hours?));
    parts.iter().copied().filter_map(hours).collect()
}

/// The fewest and the most hours that a rule takes: of parts to choose from, nobody needs all. A part that it names twice is done once.
fn hours(root: &Group, declared: &HashMap<&BadgeId, Decimal>) -> Option<(Decimal, Decimal)> {
    if declared.is_empty() {
        return None;
    }
    let whole = sum(declared.values().copied());
    let (least, most) = span(root, declared);
    Some((least.min(whole), most.min(whole)))
}

fn span(group: &Group, declared: &HashMap<&BadgeId, Decimal>) -> (Decimal, Decimal) {
    let of_node = |node: &Node| match node {
        Node::Group(inner) => span(inner, declared),
        Node::Condition(condition) => {
            let named = condition.badges().into_iter();
            let all = sum(named.filter_map(|id| declared.get(id).copied()));
            match condition {
                Condition::BadgeTotal {
                    amount: Amount::Hours,
                    at_least,
                    ..
                } => (all.min(*at_least), all),
                Condition::BadgeTotal { .. } => (Decimal::ZERO, all),
                _ => (all, all),
            }
        }
    };
    let (mut least, mut most): (Vec<Decimal>, Vec<Decimal>) = group.nodes.iter().map(of_node).unzip();
    let needed = match group.need {
        Need::All => group.nodes.len(),
        Need::Any => 1,
        Need::AtLeast(count) => usize::from(count),
    };
    least.sort_unstable();
    most.sort_unstable();
    most.reverse();
    let needed_of = |values: Vec<Decimal>| sum(values.into_iter().take(needed));
    (needed_of(least), needed_of(most))
}

fn sum(values: impl Iterator<Item = Decimal>) -> Decimal {
    values.fold(Decimal::ZERO, Decimal::saturating_add)
}

/// The badges for which it counts and that anybody may see, by name. A copy that asks something else than its original counts for
/// none that names the original alone.
fn above(db: &mut Db, badge: &Badge) -> Result<Vec<Other>, StoreError> {
    let mut ids = rules::badges_building_on(db, &badge.tenant, &badge.id)?;
    ids.sort_unstable();
    ids.dedup();
    let counts_elsewhere = lineage::outside(db, badge)?.is_some();
    let mut shown = Vec::new();
    for id in ids {
        if !counts_elsewhere {
            let rule = rules::active(db, &badge.tenant, &id)?;
            if !rule.is_some_and(|rule| rule.root.badges().any(|named| *named == badge.id)) {
                continue;
            }
        }
        let one = badges::get(db, &badge.tenant, &id)?;
        shown.extend(
            one.filter(|one| one.state == BadgeState::Active)
                .map(|one| one.id),
        );
    }
    let known = programmes::named(db, &badge.tenant, &shown)?;
    let mut found: Vec<Other> = known.values().map(other).collect();
    found.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    Ok(found)
}

/// Whether it is earned by other badges alone.
pub(in crate::service) fn is_stack(root: &Group) -> bool {
    assessed(root) == [Assessed::Badges]
}

fn assessed(root: &Group) -> Vec<Assessed> {
    let ways = root
        .conditions()
        .into_iter()
        .filter_map(|condition| match condition {
            Condition::Grade { .. } | Condition::Elsewhere { .. } | Condition::BestOf { .. } => {
                Some(Assessed::Grades)
            }
            Condition::EvidenceApproved { .. } => Some(Assessed::ReviewedWork),
            Condition::HandedIn { .. } => Some(Assessed::HandedIn),
            Condition::Completed { .. } => Some(Assessed::Completion),
            Condition::InstructorApproves => Some(Assessed::Instructor),
            Condition::HoldsBadge { .. } | Condition::BadgeTotal { .. } | Condition::ExternalBadge { .. } => {
                Some(Assessed::Badges)
            }
            Condition::NotBefore { .. } => None,
        });
    let ways: BTreeSet<Assessed> = ways.collect();
    ways.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{all, any, at_least, decimal, group, holds, total};

    #[test]
    fn hours_are_those_of_the_parts_that_it_takes_and_not_of_every_choice() {
        let ids = ["quiz", "short", "long"].map(BadgeId::from);
        let [quiz, short, long] = &ids;
        let declared = HashMap::from([(short, decimal("12")), (long, decimal("20"))]);
        let choice = || vec![holds("short"), holds("long")];
        let took = |root: Group, declared: &HashMap<&BadgeId, Decimal>| {
            hours(&root, declared).map(|(least, most)| (least.to_string(), most.to_string()))
        };
        let span = |least: &str, most: &str| Some((least.to_owned(), most.to_owned()));
        let one_of = all([holds("quiz"), group(any(choice()))]);
        assert_eq!(took(one_of, &declared), span("12", "20"));
        let both = all([holds("quiz"), group(at_least(2, choice()))]);
        assert_eq!(took(both, &declared), span("32", "32"));
        let twice = all([holds("long"), group(all(choice()))]);
        assert_eq!(took(twice, &declared), span("32", "32"));
        let in_sum = all([total(Amount::Hours, &["short", "long"], "15")]);
        assert_eq!(took(in_sum, &declared), span("15", "32"));
        let of_none = HashMap::from([(quiz, decimal("3"))]);
        assert_eq!(took(any(choice()), &HashMap::new()), None);
        assert_eq!(
            took(any([holds("quiz"), holds("long")]), &of_none),
            span("0", "3")
        );
    }
}
