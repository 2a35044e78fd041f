//! Bringing the badges of the old course: designs, rules and the definitions of evidence activities, and nothing else.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::source::{Source, columns, outside_columns};
use super::view::linked_activities;
use super::{links as copied_links, own_copy, permitted, placeholder};
use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::copying::{Mapping, Permission, match_activities, match_columns, match_outside};
use crate::domain::course::{CopyState, Course, CourseCopy, LineItem, LineItemState, Link, Opens};
use crate::domain::evidence::Activity;
use crate::domain::policy::Power;
use crate::domain::rule::{Rule, RuleState};
use crate::ids::{ActivityId, BadgeId, CopyId, LineItemId, RuleId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::badge::{copied_inputs, lineage};
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::session::Visitor;
use crate::service::course::releases;
use crate::store::links::LinkSeen;
use crate::store::{Db, StoreError, activities, audit, badges, copies, line_items, links, rules};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// So many badges came along.
    Brought(usize),
    /// They were brought before.
    Before,
}

/// Brings the badges. A second click, or a second node at the same moment, brings nothing more.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] where only administrators make badges,
/// [`ServiceError::NotFound`] for a copy of another course, [`ServiceError::Refused`] where nobody has agreed to it.
#[tracing::instrument(name = "copying.take", skip_all, fields(copy = id.as_str()))]
pub(crate) async fn take(cairn: &Cairn, visitor: &Visitor, id: &CopyId) -> Result<Taken, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let tenant = visitor.tenant();
        let (copy, from) = own_copy(db, &visitor, &id)?;
        if copy.state == CopyState::Taken {
            return Ok(Taken::Before);
        }
        let permission = permitted(db, &visitor, &copy)?;
        // Whoever changes this row goes on; on PostgreSQL the other one waits here for the end of this transaction.
        if !copies::settle(db, tenant, &copy.id, CopyState::Taken, now)? {
            return Ok(Taken::Before);
        }
        let mut bringing = Bringing {
            db,
            course: &visitor.course,
            now,
            random: random.as_ref(),
        };
        let brought = bringing.bring(&copy, permission)?;
        for (source, badge) in &brought {
            let entry = visitor.entry(Action::BadgeCopied, badge.as_str(), now);
            let entry = entry.detail(json!({ "from": source }));
            audit::record(bringing.db, &entry, random.as_ref())?;
        }
        let entry = visitor.entry(Action::CopyTaken, visitor.course.id.as_str(), now);
        let entry = entry.detail(json!({ "from": from.id, "badges": brought.len() }));
        audit::record(bringing.db, &entry, random.as_ref())?;
        Ok(Taken::Brought(brought.len()))
    });
    done.await
}

/// One transaction's work.
struct Bringing<'a> {
    db: &'a mut Db,
    /// The new course.
    course: &'a Course,
    now: DateTime<Utc>,
    random: &'a dyn Random,
}

impl Bringing<'_> {
    /// Brings everything; says which badge became which.
    fn bring(
        &mut self,
        copy: &CourseCopy,
        permission: Permission,
    ) -> Result<Vec<(BadgeId, BadgeId)>, StoreError> {
        let tenant = &self.course.tenant;
        let source = Source::load(self.db, tenant, &copy.source, permission)?;
        let new = columns(self.db, tenant, &self.course.id)?;
        let mut mapping = Mapping::default();
        for (from, found) in match_columns(&source.items, &new) {
            mapping.columns.insert(from, found.to);
        }
        let elsewhere = outside_columns(self.db, tenant, &self.course.id)?;
        for (from, found) in match_outside(&source.outside, &elsewhere) {
            mapping.outside.insert(from, found.to);
        }
        // What somebody made from a copied link before is what the copied one would be.
        let here = linked_activities(self.db, self.course)?;
        let made = match_activities(&source.activities, &here, &mapping.columns);
        for activity in &source.activities {
            if let Some(own) = made.get(&activity.id) {
                self.copied_links_open(copy, activity, own)?;
                mapping.activities.insert(activity.id.clone(), own.clone());
                continue;
            }
            let column = activity.line_item.as_ref();
            let column = column.and_then(|column| mapping.columns.get(column)).cloned();
            let copied = self.activity(copy, activity)?;
            if let Some(column) = column
                && let Some(column) = new.iter().find(|item| item.id == column)
            {
                copied_links::found_column(self.db, self.course, &copied, column, self.now, self.random)?;
            }
            mapping.activities.insert(activity.id.clone(), copied);
        }
        let read = source.read_items();
        for item in source.items.iter().filter(|item| read.contains(&item.id)) {
            if !mapping.columns.contains_key(&item.id) {
                let stands_in = self.column(item)?;
                mapping.columns.insert(item.id.clone(), stands_in);
            }
        }
        let mut brought = Vec::with_capacity(source.badges.len());
        for (badge, _) in &source.badges {
            let id = BadgeId::new(self.now, self.random);
            mapping.badges.insert(badge.id.clone(), id.clone());
            brought.push((badge.id.clone(), id));
        }
        for (place, (badge, _)) in source.badges.iter().enumerate() {
            self.badge(place, badge, &mapping)?;
        }
        // A rule notes the lineages of the badges that it names, so all of them are there first.
        for (badge, rule) in &source.badges {
            self.rule(badge, rule.as_ref(), &mapping)?;
        }
        for (from, to) in &mapping.columns {
            releases::carry(self.db, tenant, from, to)?;
        }
        copied_inputs::settle_all(self.db, self.course, self.now, self.random)?;
        Ok(brought)
    }

    /// The definition of an activity, behind a link that no platform knows until the real one is found.
    fn activity(&mut self, copy: &CourseCopy, source: &Activity) -> Result<ActivityId, StoreError> {
        let link = self.stand_in(source, placeholder(source.id.as_str()))?;
        let activity = Activity {
            id: ActivityId::new(self.now, self.random),
            tenant: self.course.tenant.clone(),
            course: self.course.id.clone(),
            link: link.id,
            line_item: None,
            created_at: self.now,
            ..source.clone()
        };
        activities::insert(self.db, &activity)?;
        self.copied_links_open(copy, source, &activity.id)?;
        Ok(activity.id)
    }

    /// A link that no platform knows, by that name.
    fn stand_in(&mut self, source: &Activity, name: String) -> Result<Link, StoreError> {
        let seen = LinkSeen {
            tenant: self.course.tenant.clone(),
            course: self.course.id.clone(),
            resource_link_id: name,
            title: Some(source.title.clone()),
            line_item_url: None,
        };
        links::upsert_from_launch(self.db, &seen, self.now, self.random)
    }

    /// Has the copies of the links that open `source` in the old course open that activity here.
    fn copied_links_open(
        &mut self,
        copy: &CourseCopy,
        source: &Activity,
        here: &ActivityId,
    ) -> Result<(), StoreError> {
        let course = self.course;
        let tenant = &course.tenant;
        let opens = Opens::Activity {
            activity: here.clone(),
        };
        let link = self.stand_in(source, placeholder(source.id.as_str()))?;
        links::set_opens(self.db, tenant, &link.id, &opens)?;
        // A course that was copied twice: its links still carry the ids of the first one.
        for older in links::list(self.db, tenant, &copy.source)? {
            let opens_it = matches!(&older.opens, Opens::Activity { activity } if *activity == source.id);
            if opens_it && older.resource_link_id.starts_with(copied_inputs::PLACEHOLDER) {
                let link = self.stand_in(source, older.resource_link_id)?;
                links::set_opens(self.db, tenant, &link.id, &opens)?;
            }
        }
        Ok(())
    }

    /// What stands in for a column that was not found.
    fn column(&mut self, source: &LineItem) -> Result<LineItemId, StoreError> {
        let stand_in = LineItem {
            id: LineItemId::new(self.now, self.random),
            course: self.course.id.clone(),
            url: placeholder(source.id.as_str()),
            resource_link_id: None,
            state: LineItemState::Gone,
            ..source.clone()
        };
        Ok(line_items::find_or_insert(self.db, &stand_in, self.now)?.id)
    }

    fn badge(&mut self, place: usize, source: &Badge, mapping: &Mapping) -> Result<(), StoreError> {
        let tenant = &self.course.tenant;
        let Some(id) = mapping.badges.get(&source.id) else {
            return Ok(());
        };
        // A little later each, so that they stay in their order.
        let after = TimeDelta::microseconds(i64::try_from(place).unwrap_or(0));
        let made_at = self.now.checked_add_signed(after).unwrap_or(self.now);
        let badge = Badge {
            id: id.clone(),
            tenant: tenant.clone(),
            course: self.course.id.clone(),
            state: BadgeState::Draft,
            design: source.design.clone(),
            active_rule: None,
            revision: 1,
            created_at: made_at,
            updated_at: made_at,
        };
        badges::insert(self.db, &badge)?;
        badges::set_copied_from(self.db, tenant, id, &source.id)?;
        lineage::begin_copy(self.db, id, source)
    }

    fn rule(&mut self, source: &Badge, rule: Option<&Rule>, mapping: &Mapping) -> Result<(), StoreError> {
        let (Some(id), Some(rule)) = (mapping.badges.get(&source.id), rule) else {
            return Ok(());
        };
        let copy = Rule {
            id: RuleId::new(self.now, self.random),
            tenant: self.course.tenant.clone(),
            badge: id.clone(),
            version: 1,
            state: RuleState::Draft,
            root: mapping.apply(&rule.root),
            created_at: self.now,
            activated_at: None,
        };
        rules::insert_version(self.db, &copy)?;
        lineage::remember(self.db, id, source, &rule.root, mapping)
    }
}
