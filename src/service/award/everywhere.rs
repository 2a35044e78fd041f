//! All badges of one person, over every course and platform of the institution: earned, on the way, and stacks with their
//! parts. It goes by what was decided last, so that no rule of another course is evaluated for a page.

mod programmes;

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::course::Course;
use crate::domain::decision::{CheckedGroup, CheckedNode, Decision, Truth};
use crate::domain::finding::is_found;
use crate::domain::natural;
use crate::domain::page::Page;
use crate::domain::programme::Offered;
use crate::domain::rule::Condition;
use crate::domain::sentence::Names;
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, CourseId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::badge::lineage;
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::service::base::session::Visitor;
use crate::store::awards::{count_everywhere, everywhere, held_lineages};
use crate::store::decisions::{Way, begun, on_the_way};
use crate::store::programmes::{home, named as offered_of};
use crate::store::{Db, StoreError, badges, issuers, tenants};

use self::programmes::not_begun;
pub(crate) use self::programmes::{Whole, programme};

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
    /// How many of them are counted in `on_the_way_in_all`: of the others nothing is decided yet.
    pub(crate) stacks_begun: usize,
    /// The part of the list that is shown.
    pub(crate) page: Page,
    /// The last part of the address of the issuer, under which badges have public pages.
    pub(crate) issuer: Option<String>,
    /// Where programmes stand, which have a page in every course.
    pub(crate) home: Option<CourseId>,
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
    let (now, here) = (cairn.clock.now(), visitor.course.id.clone());
    let found = cairn.store.read(move |db| {
        let mut all = read(db, &tenant, &person, &asked, now)?;
        if asked.sought.is_none() && !asked.all_on_the_way {
            not_begun(db, &tenant, &person, &here, &mut all)?;
        }
        Ok(all)
    });
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
    let stacks = lists.stacks;
    let mut named = BTreeSet::new();
    for (_, _, decision) in lists.begun.iter().chain(&stacks) {
        gather(&decision.tree, &mut |badge, _| {
            named.insert(badge.clone());
        });
    }
    let called = badges::names_of(db, tenant, &named)?;
    let below = below(&stacks);
    let offered = offered_of(db, tenant, &below)?;
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
        stacks_begun: stacks.len(),
        stacks: stacks
            .into_iter()
            .map(|stack| {
                let parts = parts(&stack, &called, &offered);
                (stack, parts)
            })
            .collect(),
        page: lists.page,
        issuer: issuers::for_tenant(db, tenant)?.map(|issuer| issuer.slug),
        home: home(db, tenant)?,
        names: all_names,
    })
}

/// What of both lists is shown, and how long they are.
struct Lists {
    earned: Vec<Earned>,
    earned_in_all: i64,
    begun: Vec<Begun>,
    begun_in_all: i64,
    /// Shown by themselves, and so in no other list.
    stacks: Vec<Begun>,
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
        let mut ways = ways(db, tenant, person, now)?;
        let begun_in_all = count(&ways);
        let (page, on_page) = pages(asked, earned_in_all, begun_in_all);
        let (mut earned, mut stacks) = (Vec::new(), Vec::new());
        if !asked.all_on_the_way {
            earned = sorted(db, tenant, person, earned_in_all, page)?;
            stacks = stacks_of(db, tenant, person, &ways, now)?;
            ways.retain(|id| stacks.iter().all(|(stack, ..)| stack.id != *id));
        }
        Ok(Self {
            earned,
            earned_in_all,
            begun: begun(db, tenant, person, &part(ways, on_page))?,
            begun_in_all,
            stacks,
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
        by_day(&mut earned, tenants::zone(db, tenant)?);
        let ways = ways(db, tenant, person, now)?;
        let mut begun = begun(db, tenant, person, &ways)?;
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
            stacks: Vec::new(),
            page,
        })
    }
}

/// A part of what was earned: the latest day first, and what was earned on one day by name.
fn sorted(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    in_all: i64,
    page: Page,
) -> Result<Vec<Earned>, StoreError> {
    let zone = tenants::zone(db, tenant)?;
    if in_all > MOST_SEARCHED {
        let mut earned = everywhere(db, tenant, person, page)?;
        by_day(&mut earned, zone);
        return Ok(earned);
    }
    let mut earned = everywhere(db, tenant, person, Page::first(MOST_SEARCHED))?;
    by_day(&mut earned, zone);
    Ok(part(earned, page))
}

/// What was revoked stands behind all others.
fn by_day(earned: &mut [Earned], zone: Zone) {
    earned.sort_by_cached_key(|(award, badge, _)| {
        let day = zone.day(award.awarded_at);
        (
            award.revocation.is_some(),
            Reverse(day),
            natural::key(&badge.design.name),
        )
    });
}

/// What a person is on the way to, the nearest first: of each lineage one badge, and none that they hold in another term.
fn ways(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<BadgeId>, StoreError> {
    let found = on_the_way(db, tenant, person, Way::All, now, MOST_SEARCHED)?;
    let held = held_lineages(db, tenant, person, now)?;
    let mut terms: HashMap<BadgeId, usize> = HashMap::new();
    for (id, lineage) in &found {
        let of = lineage.as_ref().unwrap_or(id);
        *terms.entry(of.clone()).or_default() += 1;
    }
    let (mut seen, mut kept) = (HashSet::new(), Vec::with_capacity(found.len()));
    for (id, lineage) in found {
        let mut counts_as = lineage.unwrap_or_else(|| id.clone());
        let is_alone = terms.get(&counts_as).is_none_or(|terms| *terms == 1) && !held.contains(&counts_as);
        // A copy that asks something else is another badge.
        if counts_as != id
            && !is_alone
            && let Some(badge) = badges::get(db, tenant, &id)?
            && lineage::outside(db, &badge)?.is_none()
        {
            counts_as = id.clone();
        }
        if !held.contains(&counts_as) && seen.insert(counts_as) {
            kept.push(id);
        }
    }
    Ok(kept)
}

/// Those of `ways` that ask for badges alone.
fn stacks_of(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    ways: &[BadgeId],
    now: DateTime<Utc>,
) -> Result<Vec<Begun>, StoreError> {
    let kept: HashSet<&BadgeId> = ways.iter().collect();
    let asking = on_the_way(db, tenant, person, Way::Stacks, now, MOST_SEARCHED)?;
    let asking: Vec<BadgeId> = asking
        .into_iter()
        .map(|(id, _)| id)
        .filter(|id| kept.contains(id))
        .collect();
    let mut stacks = begun(db, tenant, person, &part(asking, Page::first(MOST_STACKS)))?;
    stacks.retain(|(_, _, decision)| is_stack(&decision.tree));
    Ok(stacks)
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

/// Whether a rule asks for badges and nothing else.
pub(super) fn is_stack(group: &CheckedGroup) -> bool {
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
    parts_at(&at.id, decision, called, offered)
}

/// As [`parts`], of a stack that is in this course.
pub(super) fn parts_at(
    at: &CourseId,
    decision: &Decision,
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
                .filter(|one| one.badge.course != *at)
                .and_then(|one| one.course.clone()),
            is_held,
        })
        .collect()
}
