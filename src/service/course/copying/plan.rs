//! What would come along, and what would be found again, before anything is taken.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::source::{Source, columns, outside_columns};
use super::view::linked_activities;
use super::{own_copy, permitted};
use crate::domain::badge::{Badge, Expiry};
use crate::domain::copying::{FoundBy, match_activities, match_columns, match_outside};
use crate::domain::course::{Course, CourseCopy, LineItem, Link, Opens};
use crate::domain::design_review::{RuleProblem, bound_problem};
use crate::domain::evidence::Activity;
use crate::domain::outside::OutsideColumn;
use crate::domain::rule::{Condition, Group};
use crate::domain::sentence::sentence_in_full;
use crate::domain::zone::Zone;
use crate::ids::{ActivityId, BadgeId, CopyId, LineItemId, OutsideColumnId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::links;

/// What taking a copy would do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) copy: CourseCopy,
    /// The old course.
    pub(crate) source: Course,
    pub(crate) badges: Vec<PlannedBadge>,
    /// Whether the new course was read at least once: before that no column of it is known.
    pub(crate) was_read: bool,
}

/// A badge that would come along.
#[derive(Debug, Clone)]
pub(crate) struct PlannedBadge {
    pub(crate) badge: Badge,
    /// Its rule as it reads in the old course; none without a rule.
    pub(crate) sentence: Option<String>,
    pub(crate) inputs: Vec<PlannedInput>,
    /// What to look at although it comes along.
    pub(crate) notes: Vec<Note>,
}

/// What somebody should look at before a copied badge is activated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// The column of that name is worth other points than in the old course.
    Maximum {
        label: String,
        here: Decimal,
        before: Decimal,
    },
    /// What it asks of a column here cannot be asked so.
    Rule(RuleProblem),
    /// Its own end has passed.
    Ended(DateTime<Utc>, Zone),
    /// Its rule asks for a date, which comes along as it is.
    Date(DateTime<Utc>, Zone),
}

/// Something that its rule reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedInput {
    /// As it is called in the old course.
    pub(crate) name: String,
    /// What is said of it in the new course.
    pub(crate) told: Told,
}

/// What becomes of something that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// A column of the new course, by its name there.
    Column { label: String, by: FoundBy },
    /// The column was not found.
    NoColumn,
    /// Its grades came from elsewhere into the old course and no column here is it yet; whether they came from a file.
    Elsewhere { of_file: bool },
    /// The activity comes along; whether a link of the new course is known that opens it.
    Activity { found: bool },
    /// The badge comes along.
    Badge,
    /// The badge belongs to neither course: another one has to be chosen for it.
    OtherBadge,
    /// The badge is retired and stays behind.
    RetiredBadge,
}

impl Told {
    /// Whether nothing is left to do for it.
    #[must_use]
    pub(crate) fn is_found(&self) -> bool {
        !matches!(
            self,
            Self::NoColumn
                | Self::Elsewhere { .. }
                | Self::RetiredBadge
                | Self::OtherBadge
                | Self::Activity { found: false }
        )
    }
}

/// What taking a copy would do. Changes nothing.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a copy of another course,
/// [`ServiceError::Refused`] where nobody has agreed to it.
#[tracing::instrument(name = "copying.plan", level = "debug", skip_all, fields(copy = id.as_str()))]
pub(crate) async fn plan(cairn: &Cairn, visitor: &Visitor, id: &CopyId) -> Result<Plan, ServiceError> {
    visitor.teach()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = visitor.tenant();
        let (copy, course) = own_copy(db, &visitor, &id)?;
        let permission = permitted(db, &visitor, &copy)?;
        let source = Source::load(db, tenant, &course.id, permission)?;
        let new = columns(db, tenant, &visitor.course.id)?;
        // A link that was opened here, that nobody gave a meaning to, and that has the activity's column.
        let mut links = links::list(db, tenant, &visitor.course.id)?;
        links.retain(|link| link.opens == Opens::Unchosen);
        let outside = outside_columns(db, tenant, &visitor.course.id)?;
        let here = linked_activities(db, &visitor.course)?;
        let scene = Scene::new(&source, (new.as_slice(), outside.as_slice()), &links, &here);
        let badges = source
            .badges
            .iter()
            .map(|(badge, rule)| {
                let root = rule.as_ref().map(|rule| &rule.root);
                PlannedBadge {
                    badge: badge.clone(),
                    sentence: root.map(|root| sentence_in_full(root, &source.names)),
                    inputs: root.map(|root| scene.inputs(root)).unwrap_or_default(),
                    notes: scene.notes(badge, root, now),
                }
            })
            .collect();
        Ok(Plan {
            copy,
            source: course,
            badges,
            was_read: visitor.course.checks.last_at.is_some(),
        })
    });
    found.await
}

/// Both courses side by side.
struct Scene<'a> {
    source: &'a Source,
    columns: HashMap<LineItemId, (&'a LineItem, FoundBy)>,
    outside: HashMap<OutsideColumnId, (&'a OutsideColumn, FoundBy)>,
    brought: HashSet<&'a BadgeId>,
    links: &'a [Link],
    /// Those of the old course for which somebody made one here already.
    made: HashSet<ActivityId>,
}

impl<'a> Scene<'a> {
    fn new(
        source: &'a Source,
        (new, elsewhere): (&'a [LineItem], &'a [OutsideColumn]),
        links: &'a [Link],
        here: &[Activity],
    ) -> Self {
        let outside = match_outside(&source.outside, elsewhere)
            .into_iter()
            .filter_map(|(from, found)| {
                let column = elsewhere.iter().find(|one| one.id == found.to)?;
                Some((from, (column, found.by)))
            })
            .collect();
        let columns: HashMap<LineItemId, (&'a LineItem, FoundBy)> = match_columns(&source.items, new)
            .into_iter()
            .filter_map(|(from, found)| {
                let column = new.iter().find(|item| item.id == found.to)?;
                Some((from, (column, found.by)))
            })
            .collect();
        let ids = columns
            .iter()
            .map(|(from, (to, _))| (from.clone(), to.id.clone()));
        let made = match_activities(&source.activities, here, &ids.collect());
        Self {
            made: made.into_keys().collect(),
            columns,
            outside,
            brought: source.badges.iter().map(|(badge, _)| &badge.id).collect(),
            source,
            links,
        }
    }

    fn inputs(&self, root: &Group) -> Vec<PlannedInput> {
        let names = &self.source.names;
        let mut all: Vec<PlannedInput> = Vec::new();
        for condition in root.conditions() {
            let ours = condition.line_items().into_iter().map(|item| PlannedInput {
                name: names.line_item(item),
                told: self
                    .columns
                    .get(item)
                    .map_or(Told::NoColumn, |(column, by)| Told::Column {
                        label: column.label.clone(),
                        by: *by,
                    }),
            });
            let others = condition.outside_columns().into_iter();
            let others = others.map(|column| PlannedInput {
                name: names.elsewhere(column),
                told: self.elsewhere(column),
            });
            let named = condition.badges().into_iter();
            let named = named.filter(|badge| !self.source.elsewhere.contains(*badge));
            let built_on = named.map(|badge| PlannedInput {
                name: names.badge(badge),
                told: self.badge(badge),
            });
            for input in ours.chain(others).chain(built_on) {
                if !all.contains(&input) {
                    all.push(input);
                }
            }
            let input = match condition {
                Condition::EvidenceApproved { activity } => {
                    let known = self.source.activities.iter().find(|one| one.id == *activity);
                    let column = known.and_then(|known| known.line_item.as_ref());
                    PlannedInput {
                        name: names.activity(activity),
                        told: Told::Activity {
                            found: self.made.contains(activity)
                                || column.is_some_and(|column| self.is_linked(column)),
                        },
                    }
                }
                Condition::Grade { .. }
                | Condition::Elsewhere { .. }
                | Condition::HandedIn { .. }
                | Condition::Completed { .. }
                | Condition::BestOf { .. }
                | Condition::ExternalBadge { .. }
                | Condition::HoldsBadge { .. }
                | Condition::BadgeTotal { .. }
                | Condition::NotBefore { .. }
                | Condition::InstructorApproves => continue,
            };
            if !all.contains(&input) {
                all.push(input);
            }
        }
        all
    }

    fn elsewhere(&self, column: &OutsideColumnId) -> Told {
        if let Some((found, by)) = self.outside.get(column) {
            return Told::Column {
                label: found.label.clone(),
                by: *by,
            };
        }
        let known = self.source.outside.iter().find(|known| known.id == *column);
        Told::Elsewhere {
            of_file: known.is_some_and(|known| known.rest.is_none()),
        }
    }

    fn is_linked(&self, column: &LineItemId) -> bool {
        let found = self.columns.get(column);
        found.is_some_and(|(column, _)| {
            let url = Some(column.url.as_str());
            self.links.iter().any(|link| link.line_item_url.as_deref() == url)
        })
    }

    fn badge(&self, badge: &BadgeId) -> Told {
        if self.brought.contains(badge) {
            Told::Badge
        } else if self.source.retired.contains(badge) {
            Told::RetiredBadge
        } else {
            Told::OtherBadge
        }
    }

    fn notes(&self, badge: &Badge, root: Option<&Group>, now: DateTime<Utc>) -> Vec<Note> {
        let Some(root) = root else {
            return dates(badge, None, now);
        };
        let mut notes = dates(badge, Some(root), now);
        for condition in root.conditions() {
            for (item, at_least) in condition.bounds() {
                let old = self.source.items.iter().find(|known| known.id == *item);
                if let (Some(old), Some((new, _))) = (old, self.columns.get(item)) {
                    notes.extend(other_maximum(old, new).filter(|note| !notes.contains(note)));
                    let cannot = bound_problem(condition, at_least, new).map(Note::Rule);
                    notes.extend(cannot.filter(|note| !notes.contains(note)));
                }
            }
            for column in condition.outside_columns() {
                let old = self.source.outside.iter().find(|known| known.id == *column);
                if let (Some(old), Some((new, _))) = (old, self.outside.get(column)) {
                    notes.extend(other_points(old, new).filter(|note| !notes.contains(note)));
                }
            }
        }
        notes
    }
}

/// That a column is worth other points than in the old course.
pub(super) fn other_maximum(old: &LineItem, new: &LineItem) -> Option<Note> {
    (old.maximum != new.maximum).then(|| Note::Maximum {
        label: new.label.clone(),
        here: new.maximum,
        before: old.maximum,
    })
}

/// The same of a column that is none of ours.
pub(super) fn other_points(old: &OutsideColumn, new: &OutsideColumn) -> Option<Note> {
    let (before, here) = old.maximum.zip(new.maximum)?;
    (before != here).then(|| Note::Maximum {
        label: new.label.clone(),
        here,
        before,
    })
}

/// Dates of the old course that come along as they are.
pub(super) fn dates(badge: &Badge, root: Option<&Group>, now: DateTime<Utc>) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Expiry::On { at, zone } = badge.design.expiry
        && at <= now
    {
        notes.push(Note::Ended(at, zone));
    }
    for condition in root.map(Group::conditions).unwrap_or_default() {
        if let Condition::NotBefore { at, zone } = condition {
            notes.push(Note::Date(*at, *zone));
        }
    }
    notes
}
