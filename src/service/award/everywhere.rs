//! All badges of one person, over every course and platform of the institution: earned, on the way, and stacks with their
//! parts. It goes by what was decided last, so that no rule of another course is evaluated for a page.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::domain::award::Award;
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::course::Course;
use crate::domain::decision::{CheckedGroup, CheckedNode, Decision, Truth};
use crate::domain::evaluate::evaluate;
use crate::domain::finding::is_found;
use crate::domain::page::Page;
use crate::domain::programme::Offered;
use crate::domain::rule::Condition;
use crate::domain::sentence::Names;
use crate::ids::{BadgeId, CourseId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::service::base::session::Visitor;
use crate::store::awards::{count_everywhere, everywhere};
use crate::store::decisions::{Way, count_on_the_way, on_the_way};
use crate::store::{Db, StoreError, awards, badges, issuers, programmes, rules, tenants};

/// Badges on one page of a list.
pub(crate) const PAGE: i64 = 20;
/// Badges on the way that stand beside the earned ones.
const NEAREST: i64 = 6;
/// Stacks on the page.
const MOST_STACKS: i64 = 12;
/// Badges of one person that are looked through for what is sought.
const MOST_SEARCHED: i64 = 2_000;

/// What of it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What is looked for.
    pub(crate) sought: Option<String>,
    /// Everything that is on the way, a page at a time, instead of what was earned.
    pub(crate) all_on_the_way: bool,
    pub(crate) page: Page,
}

/// A badge that was earned, whatever became of it and of its course.
pub(crate) type Earned = (Award, Badge, Course);

/// A badge that is not earned yet, the course that it is of, and what was decided last.
pub(crate) type Begun = (Badge, Course, Decision);

/// A part of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// None for a badge that is gone.
    pub(crate) name: Option<String>,
    /// The course that it is of, where that is another one than that of the stack.
    pub(crate) course: Option<String>,
    pub(crate) is_held: bool,
}

/// All badges of one person.
#[derive(Debug, Clone)]
pub(crate) struct Everywhere {
    pub(crate) now: DateTime<Utc>,
    pub(crate) earned: Vec<Earned>,
    /// Of those that are looked for.
    pub(crate) earned_in_all: i64,
    /// The nearest first.
    pub(crate) on_the_way: Vec<Begun>,
    pub(crate) on_the_way_in_all: i64,
    /// Stacks on the way, each with its parts.
    pub(crate) stacks: Vec<(Begun, Vec<Part>)>,
    /// The part of the list that is shown.
    pub(crate) page: Page,
    /// The last part of the address of the issuer, under which badges have public pages.
    pub(crate) issuer: Option<String>,
    names: HashMap<CourseId, Names>,
}

impl Everywhere {
    /// What things are called in the course of a badge that is on the way.
    #[must_use]
    pub(crate) fn names(&self, course: &CourseId) -> Names {
        self.names.get(course).cloned().unwrap_or_default()
    }
}

/// All badges of whoever visits.
#[tracing::instrument(name = "everywhere.of_visitor", level = "debug", skip_all)]
pub(crate) async fn of_visitor(
    cairn: &Cairn,
    visitor: &Visitor,
    asked: Asked,
) -> Result<Everywhere, ServiceError> {
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let now = cairn.clock.now();
    let found = cairn
        .store
        .read(move |db| read(db, &tenant, &person, &asked, now));
    Ok(found.await?)
}

/// As [`of_visitor`], for whoever reads already.
///
/// # Errors
/// What the store reports.
pub(crate) fn read(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<Everywhere, StoreError> {
    let lists = match &asked.sought {
        None => Lists::of(db, tenant, person, asked, now)?,
        Some(sought) => Lists::sought(db, tenant, person, asked, sought, now)?,
    };
    let mut stacks = Vec::new();
    if asked.sought.is_none() && !asked.all_on_the_way {
        stacks = on_the_way(db, tenant, person, Way::Stacks, now, Page::first(MOST_STACKS))?;
        stacks.retain(|(_, _, decision)| is_stack(&decision.tree));
    }
    let mut named = BTreeSet::new();
    for (_, _, decision) in lists.begun.iter().chain(&stacks) {
        gather(&decision.tree, &mut |badge, _| {
            named.insert(badge.clone());
        });
    }
    let called = badges::names_of(db, tenant, &named)?;
    let below = below(&stacks);
    let offered = programmes::named(db, tenant, &below)?;
    let mut all_names: HashMap<CourseId, Names> = HashMap::new();
    for (_, course, _) in &lists.begun {
        if let Entry::Vacant(place) = all_names.entry(course.id.clone()) {
            let mut here = names::with_badges(db, tenant, &course.id, &[])?;
            here.badges.clone_from(&called);
            place.insert(here);
        }
    }
    // A stack asks for badges alone.
    let of_badges = Names {
        badges: called.clone(),
        zone: tenants::zone(db, tenant)?,
        ..Names::default()
    };
    for (_, course, _) in &stacks {
        all_names
            .entry(course.id.clone())
            .or_insert_with(|| of_badges.clone());
    }
    Ok(Everywhere {
        now,
        earned: lists.earned,
        earned_in_all: lists.earned_in_all,
        on_the_way: lists.begun,
        on_the_way_in_all: lists.begun_in_all,
        stacks: stacks
            .into_iter()
            .map(|stack| {
                let parts = parts(&stack, &called, &offered);
                (stack, parts)
            })
            .collect(),
        page: lists.page,
        issuer: issuers::for_tenant(db, tenant)?.map(|issuer| issuer.slug),
        names: all_names,
    })
}

/// A programme, and how one person stands towards it now.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    pub(crate) now: DateTime<Utc>,
    pub(crate) badge: Badge,
    /// The latest award, whatever became of it.
    pub(crate) award: Option<Award>,
    /// The rule that decides, with this person's facts; none of one that rests.
    pub(crate) decision: Option<Decision>,
    pub(crate) names: Names,
}

/// A programme of the institution, as whoever visits stands towards it.
///
/// # Errors
/// [`ServiceError::NotFound`] for what is no programme, and for one that does not award and was not earned.
#[tracing::instrument(name = "everywhere.programme", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn programme(cairn: &Cairn, visitor: &Visitor, id: &BadgeId) -> Result<Whole, ServiceError> {
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let (id, now) = (id.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let missing = || ServiceError::NotFound("badge");
        programmes::of_badge(db, &tenant, &id)?.ok_or_else(missing)?;
        let badge = badges::get(db, &tenant, &id)?.ok_or_else(missing)?;
        let award = awards::latest(db, &tenant, &id, &person)?;
        let awards_now = badge.state == BadgeState::Active;
        if !awards_now && award.is_none() {
            return Err(missing());
        }
        let rule = rules::active(db, &tenant, &id)?.filter(|_| awards_now);
        let decision = match &rule {
            Some(rule) => {
                let only = std::slice::from_ref(&person);
                let mut all = programmes::facts_of(db, &tenant, &id, &[&rule.root], only)?;
                let facts = all.remove(&person).unwrap_or_default();
                Some(evaluate(rule, &facts, now))
            }
            None => None,
        };
        let named: BTreeSet<BadgeId> = rule.iter().flat_map(|rule| rule.root.badges().cloned()).collect();
        let names = Names {
            badges: badges::names_of(db, &tenant, &named)?,
            zone: tenants::zone(db, &tenant)?,
            ..Names::default()
        };
        Ok(Whole {
            now,
            badge,
            award,
            decision,
            names,
        })
    });
    found.await
}

/// What of both lists is shown, and how long they are.
struct Lists {
    earned: Vec<Earned>,
    earned_in_all: i64,
    begun: Vec<Begun>,
    begun_in_all: i64,
    page: Page,
}

impl Lists {
    fn of(
        db: &mut Db,
        tenant: &TenantId,
        person: &PersonId,
        asked: &Asked,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let earned_in_all = count_everywhere(db, tenant, person)?;
        let begun_in_all = count_on_the_way(db, tenant, person, Way::All, now)?;
        let (page, ways) = pages(asked, earned_in_all, begun_in_all);
        let earned = if asked.all_on_the_way {
            Vec::new()
        } else {
            everywhere(db, tenant, person, page)?
        };
        Ok(Self {
            earned,
            earned_in_all,
            begun: on_the_way(db, tenant, person, Way::All, now, ways)?,
            begun_in_all,
            page,
        })
    }

    /// What is looked for is looked for in all badges of this person alone, as their designs say it: their text in the database
    /// would say more than is meant.
    fn sought(
        db: &mut Db,
        tenant: &TenantId,
        person: &PersonId,
        asked: &Asked,
        sought: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let all = Page::first(MOST_SEARCHED);
        let mut earned = everywhere(db, tenant, person, all)?;
        earned.retain(|(_, badge, course)| is_found(&badge.design, course.name(), sought));
        let mut begun = on_the_way(db, tenant, person, Way::All, now, all)?;
        begun.retain(|(badge, course, _)| is_found(&badge.design, course.name(), sought));
        let (earned_in_all, begun_in_all) = (count(&earned), count(&begun));
        let (page, ways) = pages(asked, earned_in_all, begun_in_all);
        Ok(Self {
            earned: if asked.all_on_the_way {
                Vec::new()
            } else {
                part(earned, page)
            },
            earned_in_all,
            begun: part(begun, ways),
            begun_in_all,
            page,
        })
    }
}

/// The part of the list that is turned, and that of what is on the way.
fn pages(asked: &Asked, earned: i64, begun: i64) -> (Page, Page) {
    if asked.all_on_the_way {
        let page = asked.page.within(begun);
        (page, page)
    } else {
        (asked.page.within(earned), Page::first(NEAREST))
    }
}

fn count<T>(all: &[T]) -> i64 {
    i64::try_from(all.len()).unwrap_or(i64::MAX)
}

fn part<T>(all: Vec<T>, page: Page) -> Vec<T> {
    let size = |number: i64| usize::try_from(number).unwrap_or_default();
    all.into_iter()
        .skip(size(page.offset))
        .take(size(page.limit))
        .collect()
}

/// Tells each badge that a rule names, and whether it counted.
pub(super) fn gather(group: &CheckedGroup, tell: &mut impl FnMut(&BadgeId, bool)) {
    for node in &group.nodes {
        match node {
            CheckedNode::Group(inner) => gather(inner, tell),
            CheckedNode::Condition(checked) => {
                if let Condition::HoldsBadge { badge, .. } = &checked.condition {
                    tell(badge, checked.truth == Truth::Yes);
                }
            }
        }
    }
}

fn is_stack(group: &CheckedGroup) -> bool {
    !group.nodes.is_empty()
        && group.nodes.iter().all(|node| match node {
            CheckedNode::Group(inner) => is_stack(inner),
            CheckedNode::Condition(checked) => matches!(checked.condition, Condition::HoldsBadge { .. }),
        })
}

/// The badges that stacks are made of, each once.
fn below(stacks: &[Begun]) -> Vec<BadgeId> {
    let mut all = BTreeSet::new();
    for (_, _, decision) in stacks {
        gather(&decision.tree, &mut |badge, _| {
            all.insert(badge.clone());
        });
    }
    all.into_iter().collect()
}

/// The parts of a stack, each once, those that are held first.
fn parts(
    (_, at, decision): &Begun,
    called: &HashMap<BadgeId, String>,
    offered: &HashMap<BadgeId, Offered>,
) -> Vec<Part> {
    let mut seen: Vec<(BadgeId, bool)> = Vec::new();
    gather(&decision.tree, &mut |badge, is_held| {
        if !seen.iter().any(|(known, _)| known == badge) {
            seen.push((badge.clone(), is_held));
        }
    });
    seen.sort_by_key(|(_, is_held)| !is_held);
    seen.into_iter()
        .map(|(badge, is_held)| Part {
            name: called.get(&badge).cloned(),
            course: offered
                .get(&badge)
                .filter(|one| one.badge.course != at.id)
                .and_then(|one| one.course.clone()),
            is_held,
        })
        .collect()
}
