//! What was brought from the old course, and what a person has yet to say: read, never changed.

use std::collections::HashMap;

use super::own_copy;
use super::plan::{Note, dates, other_maximum, other_points};
use super::source::{Source, badges_to_bring, columns, outside_columns};
use crate::domain::badge::Badge;
use crate::domain::copying::Permission;
use crate::domain::copying::outside::proposed;
use crate::domain::course::{Course, CourseCopy, LineItem};
use crate::domain::design_review::bound_problem;
use crate::domain::evidence::Activity;
use crate::domain::namesakes::Mark;
use crate::domain::outside::OutsideColumn;
use crate::domain::rule::Group;
use crate::domain::sentence::sentence_in_full;
use crate::ids::{ActivityId, BadgeId, CopyId, LineItemId, OutsideColumnId};
use crate::service::Cairn;
use crate::service::badge::copied_inputs::{self, Kind, Missing};
use crate::service::badge::design;
use crate::service::base::error::ServiceError;
use crate::service::base::namesakes;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, activities, badges, links, rules};
use lti::services::media::scope;

/// What was brought, and what is left to say.
#[derive(Debug, Clone)]
pub(crate) struct CopyView {
    pub(crate) copy: CourseCopy,
    /// The old course.
    pub(crate) source: Course,
    pub(crate) badges: Vec<CopiedBadge>,
    /// Each missing thing with the badges that read it.
    pub(crate) missing: Vec<(Missing, Vec<String>)>,
    /// Columns of this course that may stand for one.
    pub(crate) columns: Vec<LineItem>,
    /// Those that are none of ours; of each missing one the only one that bears its name, by their ids.
    pub(crate) outside: Vec<OutsideColumn>,
    pub(crate) proposed: HashMap<String, OutsideColumnId>,
    /// Activities of this course that may stand for one.
    pub(crate) activities: Vec<Activity>,
    /// What tells columns and activities apart that bear one name.
    pub(crate) column_marks: HashMap<LineItemId, Mark>,
    pub(crate) activity_marks: HashMap<ActivityId, Mark>,
    /// Badges of this course that may stand for one.
    pub(crate) others: Vec<(BadgeId, String)>,
    /// Whether the platform lets this tool make columns.
    pub(crate) makes_columns: bool,
}

/// A badge that was brought.
#[derive(Debug, Clone)]
pub(crate) struct CopiedBadge {
    pub(crate) badge: Badge,
    /// Its rule as it reads now.
    pub(crate) sentence: Option<String>,
    pub(crate) missing: usize,
    /// What to look at.
    pub(crate) notes: Vec<Note>,
}

/// Activities of a course that a link of the platform opens.
pub(super) fn linked_activities(db: &mut Db, course: &Course) -> Result<Vec<Activity>, StoreError> {
    let mut linked = Vec::new();
    for activity in activities::for_course(db, &course.tenant, &course.id)? {
        let link = links::get(db, &course.tenant, &activity.link)?;
        if link.is_some_and(|link| link.is_the_platforms()) {
            linked.push(activity);
        }
    }
    Ok(linked)
}

/// What was brought, and what is left to say.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a copy of another course.
#[tracing::instrument(name = "copying.copy_view", level = "debug", skip_all, fields(copy = id.as_str()))]
pub(crate) async fn copy_view(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &CopyId,
) -> Result<CopyView, ServiceError> {
    visitor.teach()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = visitor.tenant();
        let (copy, from) = own_copy(db, &visitor, &id)?;
        let course = &visitor.course;
        let source = Source::load(db, tenant, &from.id, Permission::Everything)?;
        let columns = columns(db, tenant, &course.id)?;
        let outside = outside_columns(db, tenant, &course.id)?;
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
                Some(root) if badge.active_rule.is_none() => copied_inputs::of_rule(db, course, root)?,
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
                notes.extend(points(&source.outside, &outside, &old.root, root));
            }
            notes.extend(root.map(|root| impossible(&columns, root)).unwrap_or_default());
            let sentence = match root {
                Some(root) => Some(sentence_in_full(root, &design::names(db, &badge)?)),
                None => None,
            };
            shown.push(CopiedBadge {
                missing: lacks.len(),
                badge,
                sentence,
                notes,
            });
        }
        let services = &course.services;
        let activities = linked_activities(db, course)?;
        let others = badges_to_bring(db, tenant, &course.id, Permission::Everything)?;
        Ok(CopyView {
            copy,
            source: from,
            badges: shown,
            proposed: proposals(&gathered, &source, &outside),
            missing: gathered,
            outside,
            column_marks: namesakes::of_columns(db, tenant, &course.id, &columns)?,
            columns,
            activity_marks: namesakes::of_activities(db, tenant, &course.id, &activities)?,
            activities,
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

/// What bears the name of what is missing, and is not the same beyond doubt.
fn proposals(
    missing: &[(Missing, Vec<String>)],
    source: &Source,
    here: &[OutsideColumn],
) -> HashMap<String, OutsideColumnId> {
    let missing = missing.iter().filter(|(one, _)| one.kind == Kind::Outside);
    let found = missing.filter_map(|(one, _)| {
        let old = source.outside.iter().find(|old| old.id.as_str() == one.id)?;
        Some((one.id.clone(), proposed(old, here)?.id.clone()))
    });
    found.collect()
}

/// What a rule asks of columns that cannot be asked so.
fn impossible(columns: &[LineItem], root: &Group) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    for condition in root.conditions() {
        for (item, at_least) in condition.bounds() {
            let column = columns.iter().find(|column| column.id == *item);
            let cannot = column.and_then(|column| bound_problem(condition, at_least, column));
            notes.extend(cannot.map(Note::Rule).filter(|note| !notes.contains(note)));
        }
    }
    notes
}

/// Columns that are worth other points than those that they stand for, as long as the rule has its old shape.
fn maxima(old: &[LineItem], new: &[LineItem], before: &Group, after: &Group) -> Vec<Note> {
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

/// The same of columns that are none of ours.
fn points(old: &[OutsideColumn], new: &[OutsideColumn], before: &Group, after: &Group) -> Vec<Note> {
    let mut notes = Vec::new();
    if before.conditions().len() != after.conditions().len() {
        return notes;
    }
    for (from, to) in before.outside_columns().zip(after.outside_columns()) {
        let old = old.iter().find(|column| column.id == *from);
        let new = new.iter().find(|column| column.id == *to);
        if let (Some(old), Some(new)) = (old, new) {
            notes.extend(other_points(old, new).filter(|note| !notes.contains(note)));
        }
    }
    notes
}
