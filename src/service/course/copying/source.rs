//! What there is to bring from the old course: badges, the rules that they run with, and what those rules read.

use std::collections::HashSet;

use crate::domain::badge::{Badge, BadgeState};
use crate::domain::copying::Permission;
use crate::domain::copying::outside::may_be_read;
use crate::domain::course::{LineItem, LineItemState};
use crate::domain::evidence::Activity;
use crate::domain::outside::OutsideColumn;
use crate::domain::rule::Rule;
use crate::domain::sentence::Names;
use crate::ids::{ActivityId, BadgeId, CourseId, LineItemId, OutsideColumnId, TenantId};
use crate::service::base::activities::in_course;
use crate::service::base::names::{in_its_course, of_origins};
use crate::store::{Db, StoreError, activities, badges, line_items, lineages, outside, rules, tenants};

/// The old course's badges with everything that a rule of theirs may name.
pub(super) struct Source {
    /// Each with the rule that it runs with, else its draft.
    pub(crate) badges: Vec<(Badge, Option<Rule>)>,
    /// The columns that are there, and those that a rule reads although they are gone.
    pub(crate) items: Vec<LineItem>,
    /// Columns that are none of ours, with those of the courses that the old one was copied from itself.
    pub(crate) outside: Vec<OutsideColumn>,
    /// Those that are in the course for certain, and those that a rule reads.
    pub(crate) activities: Vec<Activity>,
    /// Badges of the old course that stay behind: the retired ones, and drafts of others.
    pub(crate) retired: HashSet<BadgeId>,
    /// Badges of third courses that its rules name: they go on naming them.
    pub(crate) elsewhere: HashSet<BadgeId>,
    /// Of everything in the old course.
    pub(crate) names: Names,
}

/// The badges of a course that come along to a copy of it: all but the retired ones and, for others than those who taught
/// it, those that never ran; oldest first.
pub(super) fn badges_to_bring(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    permission: Permission,
) -> Result<Vec<Badge>, StoreError> {
    let mut all = badges::for_course(db, tenant, course)?;
    all.retain(|badge| match permission {
        Permission::Nothing => false,
        Permission::WithoutDrafts => badge.state != BadgeState::Retired && badge.active_rule.is_some(),
        Permission::Everything => badge.state != BadgeState::Retired,
    });
    Ok(all)
}

impl Source {
    /// What somebody with that permission may bring.
    pub(crate) fn load(
        db: &mut Db,
        tenant: &TenantId,
        course: &CourseId,
        permission: Permission,
    ) -> Result<Self, StoreError> {
        let mut badges = Vec::new();
        for badge in badges_to_bring(db, tenant, course, permission)? {
            // A draft beside an active rule is somebody's unfinished thought; what ran is what comes along.
            let rule = match rules::active(db, tenant, &badge.id)? {
                Some(active) => Some(active),
                None => rules::draft(db, tenant, &badge.id)?,
            };
            badges.push((badge, rule));
        }
        let named: Vec<Badge> = badges::for_course(db, tenant, course)?;
        let comes = |badge: &Badge| badges.iter().any(|(known, _): &(Badge, _)| known.id == badge.id);
        let behind = named.iter().filter(|badge| !comes(badge));
        let retired = behind.map(|badge| badge.id.clone()).collect();
        let activities = activities::for_course(db, tenant, course)?;
        let mut items = line_items::for_course(db, tenant, course)?;
        let names = Names::gather(
            tenants::zone(db, tenant)?,
            &items,
            &activities,
            named.iter().map(|badge| (&badge.id, badge.design.name.as_str())),
        );
        let mut outside = outside::columns(db, tenant, course)?;
        outside.extend(of_origins(db, tenant, course)?);
        let mut names = names.with_elsewhere(outside.iter().cloned());
        let mut elsewhere = HashSet::new();
        for one in lineages::named_elsewhere(db, tenant, course)? {
            names.badges.insert(one.badge.clone(), in_its_course(&one));
            elsewhere.insert(one.badge);
        }
        let is_read = |id: &ActivityId| {
            badges.iter().any(|(_, rule): &(Badge, Option<Rule>)| {
                let rule = rule.as_ref();
                rule.is_some_and(|rule| rule.root.activities().any(|one| one == id))
            })
        };
        let activities = in_course(db, tenant, course, is_read)?;
        let mut source = Self {
            badges,
            items: Vec::new(),
            outside,
            activities,
            retired,
            elsewhere,
            names,
        };
        let read = source.read_items();
        items.retain(|item| item.state != LineItemState::Gone || read.contains(&item.id));
        source.items = items;
        let read = source.read_outside();
        let of_lms = |column: &OutsideColumn| column.rest.as_ref().is_none_or(|rest| rest.is_listed);
        let is_here = |column: &OutsideColumn| column.course == *course && of_lms(column);
        source
            .outside
            .retain(|column| is_here(column) || read.contains(&column.id));
        Ok(source)
    }

    /// The columns that are none of ours and that a rule reads.
    pub(crate) fn read_outside(&self) -> HashSet<OutsideColumnId> {
        let rules = self.badges.iter().filter_map(|(_, rule)| rule.as_ref());
        rules
            .flat_map(|rule| rule.root.outside_columns().cloned().collect::<Vec<_>>())
            .collect()
    }

    /// The columns that a rule reads.
    pub(crate) fn read_items(&self) -> HashSet<LineItemId> {
        let rules = self.badges.iter().filter_map(|(_, rule)| rule.as_ref());
        rules
            .flat_map(|rule| rule.root.line_items().cloned().collect::<Vec<_>>())
            .collect()
    }
}

/// The columns of a course that a rule may read.
pub(super) fn columns(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<LineItem>, StoreError> {
    let mut items = line_items::for_course(db, tenant, course)?;
    items.retain(|item| item.state != LineItemState::Gone);
    Ok(items)
}

/// The columns of a course that are none of ours and that a rule may read.
pub(super) fn outside_columns(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<OutsideColumn>, StoreError> {
    let mut found = outside::columns(db, tenant, course)?;
    found.retain(may_be_read);
    Ok(found)
}
