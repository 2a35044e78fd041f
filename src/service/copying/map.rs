//! Saying what stands for what was not found: a person does, or a later check that reads a column which was not there
//! before. What a person chose is in the rule from then on and is never looked at again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::missing::{self, Kind, Missing};
use super::plan::{dates, other_maximum};
use super::source::{Source, badges_to_bring, columns};
use super::{PLACEHOLDER, links as copied_links, own_copy, placeholder};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::copying::{Mapping, match_columns};
use crate::domain::course::{Course, LineItem, Opens};
use crate::domain::evidence::Activity;
use crate::domain::rule::{Condition, Group};
use crate::domain::sentence::sentence_in_full;
use crate::ids::{ActivityId, BadgeId, CopyId, LineItemId, RuleId};
use crate::lti::services::media::scope;
use crate::random::Random;
use crate::service::error::ServiceError;
use crate::service::session::Visitor;
use crate::service::{Cairn, columns as gradebook, design};
use crate::store::copies::{self, CopyState, CourseCopy};
use crate::store::{
    Db, StoreError, activities, audit, badges, courses, line_items, links, rules, submissions,
};

/// What was brought, and what is left to say.
#[derive(Debug, Clone)]
pub struct Desk {
    pub copy: CourseCopy,
    /// The old course.
    pub source: Course,
    pub badges: Vec<DeskBadge>,
    /// Each missing thing with the badges that read it.
    pub missing: Vec<(Missing, Vec<String>)>,
    /// Columns of this course that may stand for one.
    pub columns: Vec<LineItem>,
    /// Activities of this course that may stand for one.
    pub activities: Vec<Activity>,
    /// Badges of this course that may stand for one.
    pub others: Vec<(BadgeId, String)>,
    /// Whether the platform lets this tool make columns.
    pub makes_columns: bool,
}

/// A badge that was brought.
#[derive(Debug, Clone)]
pub struct DeskBadge {
    pub badge: Badge,
    /// Its rule as it reads now.
    pub sentence: Option<String>,
    pub missing: usize,
    /// What to look at, a sentence each.
    pub notes: Vec<String>,
}

/// What a person chose for a missing thing: its kind, its id in the rule, and the id of what stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub kind: Kind,
    pub missing: String,
    pub chosen: String,
}

/// What was brought, and what is left to say.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a copy of another course.
pub async fn desk(cairn: &Cairn, visitor: &Visitor, id: &CopyId) -> Result<Desk, ServiceError> {
    visitor.teach()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = visitor.tenant();
        let (copy, from) = own_copy(db, &visitor, &id)?;
        let course = &visitor.course;
        let source = Source::load(db, tenant, &from.id)?;
        let columns = columns(db, tenant, &course.id)?;
        let mut gathered: Vec<(Missing, Vec<String>)> = Vec::new();
        let mut shown = Vec::new();
        for (badge, of) in badges::copied(db, tenant, &course.id)? {
            let Some((_, old)) = source.badges.iter().find(|(known, _)| known.id == of) else {
                continue;
            };
            let rule = match rules::draft(db, tenant, &badge.id)? {
                Some(draft) => Some(draft),
                None => rules::active(db, tenant, &badge.id)?,
            };
            let root = rule.as_ref().map(|rule| &rule.root);
            let lacks = match root {
                Some(root) if badge.active_rule.is_none() => missing::of_rule(db, course, root)?,
                _ => Vec::new(),
            };
            for one in &lacks {
                match gathered.iter_mut().find(|(known, _)| known == one) {
                    Some((_, readers)) => readers.push(badge.design.name.clone()),
                    None => gathered.push((one.clone(), vec![badge.design.name.clone()])),
                }
            }
            let mut notes = dates(&badge, root, now);
            if let (Some(root), Some(old)) = (root, old) {
                notes.extend(maxima(&source.items, &columns, &old.root, root));
            }
            let sentence = match root {
                Some(root) => Some(sentence_in_full(root, &design::names(db, &badge)?)),
                None => None,
            };
            shown.push(DeskBadge {
                missing: lacks.len(),
                badge,
                sentence,
                notes,
            });
        }
        let services = &course.services;
        let others = badges_to_bring(db, tenant, &course.id)?;
        Ok(Desk {
            copy,
            source: from,
            badges: shown,
            missing: gathered,
            columns,
            activities: linked_activities(db, course)?,
            others: others
                .into_iter()
                .map(|badge| (badge.id, badge.design.name))
                .collect(),
            makes_columns: services.line_items_url.is_some()
                && services.ags_scopes.iter().any(|scope| scope == scope::LINE_ITEM),
        })
    });
    found.await
}

/// Columns that are worth other points than those that they stand for, as long as the rule has its old shape.
fn maxima(old: &[LineItem], new: &[LineItem], before: &Group, after: &Group) -> Vec<String> {
    let pairs = before.line_items().zip(after.line_items());
    let mut notes = Vec::new();
    if before.conditions().len() != after.conditions().len() {
        return notes;
    }
    for (from, to) in pairs {
        let old = old.iter().find(|item| item.id == *from);
        let new = new.iter().find(|item| item.id == *to);
        if let (Some(old), Some(new)) = (old, new) {
            notes.extend(other_maximum(old, new).filter(|note| !notes.contains(note)));
        }
    }
    notes
}

/// Activities of a course that a link of the platform opens.
fn linked_activities(db: &mut Db, course: &Course) -> Result<Vec<Activity>, StoreError> {
    let mut linked = Vec::new();
    for activity in activities::for_course(db, &course.tenant, &course.id)? {
        let link = links::get(db, &course.tenant, &activity.link)?;
        if link.is_some_and(|link| !link.resource_link_id.starts_with(PLACEHOLDER)) {
            linked.push(activity);
        }
    }
    Ok(linked)
}

/// Takes over what a person chose, in every copied badge of the course that was never active. A badge to which nothing
/// is missing any more becomes a draft.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a copy of another course,
/// [`ServiceError::Invalid`] for something that is not of this course.
pub async fn choose(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &CopyId,
    choices: Vec<Choice>,
) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (copy, _) = own_copy(db, &visitor, &id)?;
        if copy.state != CopyState::Taken {
            return Err(ServiceError::conflict(
                "copy.not-taken",
                "The badges were not brought along yet. Bring them first, then say what stands for what.",
            ));
        }
        let course = &visitor.course;
        let mut mapping = Mapping::default();
        for choice in &choices {
            check(db, course, choice, &mut mapping)?;
        }
        rewrite(db, course, &mapping, now, random.as_ref())?;
        retire_stand_ins(db, course, &mapping)?;
        let detail = json!({
            "columns": mapping.columns, "activities": mapping.activities, "badges": mapping.badges,
        });
        let subject = course.id.as_str();
        design::note(db, &visitor, "copy.mapped", subject, detail, now, random.as_ref())?;
        Ok(())
    });
    done.await
}

/// Whether what was missing is of this course's copies, and what was chosen is of this course.
fn check(db: &mut Db, course: &Course, choice: &Choice, mapping: &mut Mapping) -> Result<(), ServiceError> {
    let tenant = &course.tenant;
    let wrong = || {
        ServiceError::invalid(
            "copy.choice",
            "Choose something of this course for each line. What you chose may have been removed; look again.",
        )
    };
    match choice.kind {
        Kind::Column => {
            let missing = LineItemId::from(choice.missing.as_str());
            let chosen = LineItemId::from(choice.chosen.as_str());
            let stands_in = line_items::get(db, tenant, &missing)?
                .is_some_and(|item| item.course == course.id && item.url.starts_with(PLACEHOLDER));
            let there = columns(db, tenant, &course.id)?
                .iter()
                .any(|item| item.id == chosen);
            if !stands_in || !there {
                return Err(wrong());
            }
            mapping.columns.insert(missing, chosen);
        }
        Kind::Activity => {
            let (missing, chosen) = (choice.missing.as_str().into(), choice.chosen.as_str().into());
            let waits = match activities::get(db, tenant, &missing)? {
                Some(activity) if activity.course == course.id => {
                    let link = links::get(db, tenant, &activity.link)?;
                    link.is_some_and(|link| link.resource_link_id.starts_with(PLACEHOLDER))
                }
                _ => false,
            };
            let there = linked_activities(db, course)?.iter().any(|one| one.id == chosen);
            if !waits || !there {
                return Err(wrong());
            }
            mapping.activities.insert(missing, chosen);
        }
        Kind::Badge => {
            let missing = BadgeId::from(choice.missing.as_str());
            let chosen = BadgeId::from(choice.chosen.as_str());
            let there = badges::get(db, tenant, &chosen)?
                .is_some_and(|badge| badge.course == course.id && badge.state != BadgeState::Retired);
            if !there {
                return Err(wrong());
            }
            mapping.badges.insert(missing, chosen);
        }
    }
    Ok(())
}

/// Puts a mapping into the drafts of copied badges that were never active. Says whether anything changed.
fn rewrite(
    db: &mut Db,
    course: &Course,
    mapping: &Mapping,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    let mut changed = false;
    for (badge, _) in badges::copied(db, &course.tenant, &course.id)? {
        if badge.active_rule.is_none()
            && let Some(draft) = rules::draft(db, &course.tenant, &badge.id)?
        {
            let root = mapping.apply(&draft.root);
            if root != draft.root {
                let new_id = RuleId::new(now, random);
                rules::save_draft(db, &course.tenant, &badge.id, &root, new_id, now)?;
                changed = true;
            }
        }
        missing::settle(db, course, &badge, now, random)?;
    }
    Ok(changed)
}

/// A copied activity for which another one was chosen goes, and its copied links open the chosen one.
fn retire_stand_ins(db: &mut Db, course: &Course, mapping: &Mapping) -> Result<(), StoreError> {
    let tenant = &course.tenant;
    for (stand_in, chosen) in &mapping.activities {
        let opens = Opens::Activity {
            activity: chosen.clone(),
        };
        for link in links::list(db, tenant, &course.id)? {
            if matches!(&link.opens, Opens::Activity { activity } if activity == stand_in) {
                links::set_opens(db, tenant, &link.id, &opens)?;
            }
        }
        let page = crate::store::Page::first(1);
        let handed_in = submissions::latest_for_activity(db, tenant, stand_in, None, page)?.1 > 0;
        if !handed_in && !is_read(db, course, stand_in)? {
            activities::delete(db, tenant, stand_in)?;
        }
    }
    Ok(())
}

/// Whether a rule of the course reads that activity.
fn is_read(db: &mut Db, course: &Course, activity: &ActivityId) -> Result<bool, StoreError> {
    for badge in badges::for_course(db, &course.tenant, &course.id)? {
        let rules = rules::for_badge(db, &course.tenant, &badge.id)?;
        if rules
            .iter()
            .any(|rule| rule.root.activities().any(|named| named == activity))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the column that is missing, with its name and points of the old course, and takes it.
///
/// # Errors
/// As [`choose`], and as [`gradebook::create`].
pub async fn create_column(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &CopyId,
    missing: &str,
) -> Result<gradebook::NewColumn, ServiceError> {
    let desk = desk(cairn, visitor, id).await?;
    let wanted = desk
        .missing
        .iter()
        .map(|(one, _)| one)
        .find(|one| one.kind == Kind::Column && one.id == missing)
        .ok_or(ServiceError::NotFound("missing assignment"))?;
    let points = wanted.maximum.unwrap_or(rust_decimal::Decimal::ONE_HUNDRED);
    let made = gradebook::create(cairn, visitor, &wanted.name, points).await?;
    let choice = Choice {
        kind: Kind::Column,
        missing: missing.to_owned(),
        chosen: made.item.id.to_string(),
    };
    choose(cairn, visitor, id, vec![choice]).await?;
    Ok(made)
}

/// Looks again for what was not found, now that the course was read. Run it in the transaction that writes the columns.
///
/// # Errors
/// What the store reports.
pub fn map_again(
    db: &mut Db,
    course: &Course,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &course.tenant;
    let copies = copies::for_course(db, tenant, &course.id)?;
    if !copies.iter().any(|copy| copy.state == CopyState::Taken) {
        return Ok(());
    }
    let new = columns(db, tenant, &course.id)?;
    for copy in copies.iter().filter(|copy| copy.state == CopyState::Taken) {
        let waiting = waiting_columns(db, course)?;
        let waiting_activities = waiting_activities(db, course)?;
        if waiting.is_empty() && waiting_activities.is_empty() {
            break;
        }
        let Some(from) = courses::get(db, tenant, &copy.source)? else {
            continue;
        };
        let source = Source::load(db, tenant, &from.id)?;
        let taken = taken_columns(db, course)?;
        let mapping = found_now(&source, &waiting, &new, &taken);
        if rewrite(db, course, &mapping, now, random)? {
            let entry = audit::Entry {
                actor: None,
                action: "copy.mapped".to_owned(),
                subject: course.id.to_string(),
                detail: json!({ "columns": mapping.columns }),
                at: now,
            };
            audit::insert(db, tenant, &entry, random)?;
        }
        let all = match_columns(&source.items, &new);
        for (activity, origin) in waiting_activities {
            let old = source
                .activities
                .iter()
                .find(|one| placeholder(one.id.as_str()) == origin);
            let found = old.and_then(|old| all.get(old.line_item.as_ref()?));
            if let Some(column) = found.and_then(|found| new.iter().find(|item| item.id == found.to)) {
                copied_links::found_column(db, course, &activity.id, column, now, random)?;
            }
        }
    }
    missing::settle_all(db, course, now, random)
}

/// What stands in for the columns that are waited for, by name.
fn found_now(
    source: &Source,
    waiting: &HashMap<LineItemId, LineItem>,
    new: &[LineItem],
    taken: &HashSet<LineItemId>,
) -> Mapping {
    let read = source.read_items();
    // Old columns that no rule reads count as well: they may be the ones that a new column stands for.
    let mut old: Vec<LineItem> = source
        .items
        .iter()
        .filter(|item| !read.contains(&item.id))
        .cloned()
        .collect();
    let names: HashSet<String> = source
        .items
        .iter()
        .map(|item| placeholder(item.id.as_str()))
        .collect();
    old.extend(waiting.values().filter(|item| names.contains(&item.url)).cloned());
    let free: Vec<LineItem> = new
        .iter()
        .filter(|item| !taken.contains(&item.id))
        .cloned()
        .collect();
    let mut mapping = Mapping::default();
    for (from, found) in match_columns(&old, &free) {
        if waiting.contains_key(&from) {
            mapping.columns.insert(from, found.to);
        }
    }
    mapping
}

/// The stand-ins that copied drafts of a course read.
fn waiting_columns(db: &mut Db, course: &Course) -> Result<HashMap<LineItemId, LineItem>, StoreError> {
    let mut waiting = HashMap::new();
    for (badge, _) in badges::copied(db, &course.tenant, &course.id)? {
        if !missing::rests(&badge) {
            continue;
        }
        for missing in missing::of_badge(db, course, &badge)? {
            if missing.kind == Kind::Column
                && let Some(item) = line_items::get(db, &course.tenant, &missing.id.as_str().into())?
            {
                waiting.insert(item.id.clone(), item);
            }
        }
    }
    Ok(waiting)
}

/// Columns that a rule of a copied badge reads already.
fn taken_columns(db: &mut Db, course: &Course) -> Result<HashSet<LineItemId>, StoreError> {
    let mut taken = HashSet::new();
    for (badge, _) in badges::copied(db, &course.tenant, &course.id)? {
        for rule in rules::for_badge(db, &course.tenant, &badge.id)? {
            for condition in rule.root.conditions() {
                if let Condition::Grade { item, .. } = condition {
                    taken.insert(item.clone());
                }
            }
        }
    }
    Ok(taken)
}

/// Copied activities without a column that wait for their link, each with the name of the link that stands in for it.
fn waiting_activities(db: &mut Db, course: &Course) -> Result<Vec<(Activity, String)>, StoreError> {
    let mut waiting = Vec::new();
    for activity in activities::for_course(db, &course.tenant, &course.id)? {
        if activity.line_item.is_some() {
            continue;
        }
        if let Some(link) = links::get(db, &course.tenant, &activity.link)?
            && link.resource_link_id.starts_with(PLACEHOLDER)
        {
            waiting.push((activity, link.resource_link_id));
        }
    }
    Ok(waiting)
}
