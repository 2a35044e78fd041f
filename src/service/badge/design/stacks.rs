//! Badges of other courses in a rule: which may be named, and whether they lead back to the badge that the rule is for.

use std::collections::{HashMap, HashSet};

use crate::domain::badge::Badge;
use crate::domain::design_review::{RuleProblem, loop_from};
use crate::domain::lineage::Offered;
use crate::domain::rule::Group;
use crate::domain::sentence::Names;
use crate::ids::BadgeId;
use crate::service::badge::lineage;
use crate::service::base::names::in_its_course;
use crate::store::{Db, StoreError, badges, courses, lineages, rules};

/// The badges that other courses offer to the course of `badge`, each lineage once and none that the course has itself, by course
/// and name.
pub(super) fn to_choose(db: &mut Db, badge: &Badge) -> Result<Vec<Offered>, StoreError> {
    let (tenant, course) = (&badge.tenant, &badge.course);
    let own = badges::for_course(db, tenant, course)?;
    let own = lineages::of_badges(db, tenant, own.iter().map(|one| &one.id))?;
    let mut met: HashSet<BadgeId> = own.into_values().collect();
    let mut offered = Vec::new();
    // The newest of a lineage that counts for it stands for it.
    for one in lineages::offered(db, tenant, course)? {
        if !met.contains(&one.lineage) && counts(db, badge, &one)? {
            met.insert(one.lineage.clone());
            offered.push(one);
        }
    }
    offered.sort_by_cached_key(|one| {
        (
            one.course_name.to_lowercase(),
            one.course.clone(),
            one.name.to_lowercase(),
        )
    });
    Ok(offered)
}

/// Whether a badge counts for its lineage: a copy that was changed into another badge does not speak for it.
fn counts(db: &mut Db, badge: &Badge, one: &Offered) -> Result<bool, StoreError> {
    if one.badge == one.lineage {
        return Ok(true);
    }
    match badges::get(db, &badge.tenant, &one.badge)? {
        Some(copy) => Ok(lineage::outside(db, &copy)?.is_some()),
        None => Ok(false),
    }
}

/// Adds the names of badges that `root` names and other courses offer: what is asked for now, saved or not.
pub(super) fn name_offered(
    db: &mut Db,
    badge: &Badge,
    root: &Group,
    names: &mut Names,
) -> Result<(), StoreError> {
    if root.badges().all(|named| names.badges.contains_key(named)) {
        return Ok(());
    }
    for one in lineages::offered(db, &badge.tenant, &badge.course)? {
        if root.badges().any(|named| *named == one.badge) {
            names.badges.insert(one.badge.clone(), in_its_course(&one));
        }
    }
    Ok(())
}

/// What the badges of an institution build on, by their lineages: a badge of another term stands in the same place.
pub(super) struct Stacks {
    lineages: HashMap<BadgeId, BadgeId>,
    /// By the lineage of whoever builds on them. Active rules only: of two drafts that build on each other, the one activated
    /// second is refused.
    below: HashMap<BadgeId, Vec<BadgeId>>,
}

impl Stacks {
    pub(super) fn load(db: &mut Db, badge: &Badge, root: &Group) -> Result<Self, StoreError> {
        let tenant = &badge.tenant;
        // Without a badge below it, no rule closes a loop.
        let active = if root.badges().next().is_some() {
            rules::all_active(db, tenant)?
        } else {
            Vec::new()
        };
        let stacks = active.iter().filter(|rule| rule.root.badges().next().is_some());
        let stacks: Vec<_> = stacks.collect();
        let named = stacks.iter().flat_map(|rule| rule.root.badges());
        let above = stacks.iter().map(|rule| &rule.badge);
        let all = named.chain(above).chain(root.badges()).chain([&badge.id]);
        let lineages = lineages::of_badges(db, tenant, all)?;
        let mut below: HashMap<BadgeId, Vec<BadgeId>> = HashMap::new();
        for rule in &stacks {
            // The rule that is reviewed takes the place of its own.
            if rule.badge == badge.id {
                continue;
            }
            let lineage = lineages.get(&rule.badge).unwrap_or(&rule.badge).clone();
            below
                .entry(lineage)
                .or_default()
                .extend(rule.root.badges().cloned());
        }
        Ok(Self { lineages, below })
    }

    fn lineage<'a>(&'a self, badge: &'a BadgeId) -> &'a BadgeId {
        self.lineages.get(badge).unwrap_or(badge)
    }

    /// A loop that leads back to the badge, or to another one of its lineage, and badges that are the same in two courses.
    pub(super) fn problems(
        &self,
        db: &mut Db,
        badge: &Badge,
        root: &Group,
        names: &Names,
    ) -> Result<Vec<RuleProblem>, StoreError> {
        let mut problems = self.same(root, names);
        let own = self.lineage(&badge.id).clone();
        let of_lineage = |id: &BadgeId| self.lineage(id).clone();
        let by_lineage = |id: &BadgeId| -> Option<Vec<BadgeId>> {
            let below = self.below.get(id)?;
            Some(below.iter().map(of_lineage).collect())
        };
        let first: Vec<BadgeId> = root.badges().map(of_lineage).collect();
        let Some(way) = loop_from(&own, &first, by_lineage) else {
            return Ok(problems);
        };
        // A badge that names itself is told already.
        if root.badges().any(|named| *named == badge.id) {
            return Ok(problems);
        }
        let mut told = Vec::with_capacity(way.len());
        for id in &way {
            let id = if *id == own { &badge.id } else { id };
            told.push(self.name(db, badge, id, names)?);
        }
        problems.push(RuleProblem::Loop { names: told });
        Ok(problems)
    }

    fn name(&self, db: &mut Db, badge: &Badge, id: &BadgeId, names: &Names) -> Result<String, StoreError> {
        if let Some(known) = names.badges.get(id) {
            return Ok(known.clone());
        }
        // One of this course stands for its lineage where there is one.
        let mut here = names.badges.iter().filter(|(known, _)| self.lineage(known) == id);
        if let Some((_, known)) = here.next() {
            return Ok(known.clone());
        }
        let Some(first) = badges::get(db, &badge.tenant, id)? else {
            return Ok(names.badge(id));
        };
        let course = courses::get(db, &badge.tenant, &first.course)?;
        Ok(match course {
            Some(course) => format!("{} ({})", first.design.name, course.name()),
            None => first.design.name,
        })
    }

    fn same(&self, root: &Group, names: &Names) -> Vec<RuleProblem> {
        let mut met: HashMap<&BadgeId, &BadgeId> = HashMap::new();
        let mut problems = Vec::new();
        for named in root.badges() {
            let first = *met.entry(self.lineage(named)).or_insert(named);
            if first != named {
                problems.push(RuleProblem::SameLineage {
                    one: names.badge(first),
                    other: names.badge(named),
                });
            }
        }
        problems
    }
}
