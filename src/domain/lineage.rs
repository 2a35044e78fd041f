//! The same achievement in another term: a badge that came into a course by copying belongs to the lineage of what it was copied
//! from. Outside its course it counts for that lineage only while its rule and its criteria are unchanged in substance, so that a
//! copy with a trivial rule opens no doors elsewhere.

use std::collections::{BTreeMap, HashMap};

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::badge::{Design, Picture};
use crate::domain::copying::Mapping;
use crate::domain::rule::{Condition, GradeColumn, Group, Need, Needed, Node, Threshold};
use crate::domain::zone::Zone;
use crate::ids::{ActivityId, BadgeId, CourseId, LineItemId, OutsideColumnId};

#[cfg(test)]
mod tests;

/// What makes a badge the achievement that it is: its rule, what it proves, its criteria and how it is assessed. Its name, its
/// picture, and dates that move with the term do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Substance {
    /// In a form in which two rules that ask the same are the same: see [`Substance::of`].
    rule: Group,
    outcome: String,
    criteria: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    assessment: String,
}

/// A part of what makes a badge the achievement that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubstancePart {
    Rule,
    Outcome,
    Criteria,
    Assessment,
}

/// What a copied badge was when it was copied, and what stands for what in its course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) substance: Substance,
    pub(crate) places: Places,
    /// How that looked where the lineage begins; none for copies from before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) looks: Option<Looks>,
}

/// Name and picture of a badge, which may change without making it another achievement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looks {
    pub(crate) name: String,
    pub(crate) picture: Picture,
}

impl Looks {
    /// Those of a badge with this design.
    #[must_use]
    pub(crate) fn of(design: &Design) -> Self {
        Self {
            name: design.name.clone(),
            picture: design.picture.clone(),
        }
    }
}

/// A badge of another course that rules may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offered {
    pub(crate) badge: BadgeId,
    pub(crate) name: String,
    pub(crate) lineage: BadgeId,
    pub(crate) course: CourseId,
    pub(crate) course_name: String,
}

/// For what of the course where the lineage begins the columns and activities of a copied rule stand: theirs by ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Places {
    columns: BTreeMap<LineItemId, LineItemId>,
    activities: BTreeMap<ActivityId, ActivityId>,
    /// Columns of another source that stand for one where the lineage begins. A copy whose own ones are not known yet has those that
    /// they stand for, as its rule does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    elsewhere: BTreeMap<OutsideColumnId, LineItemId>,
}

impl Places {
    /// Those of a copy that was made with `mapping` of a badge that has `before`, which are none where the lineage begins there.
    #[must_use]
    pub(crate) fn copied(before: &Self, mapping: &Mapping) -> Self {
        let column = |id: &LineItemId| before.columns.get(id).unwrap_or(id).clone();
        let activity = |id: &ActivityId| before.activities.get(id).unwrap_or(id).clone();
        let columns = mapping.columns.iter();
        let activities = mapping.activities.iter();
        let kept = before.elsewhere.iter().map(|(from, place)| {
            let to = mapping.outside.get(from).unwrap_or(from);
            (to.clone(), place.clone())
        });
        let new = mapping.elsewhere.iter();
        let new = new.map(|(from, to)| (to.clone(), column(from)));
        Self {
            elsewhere: kept.chain(new).collect(),
            columns: columns.map(|(from, to)| (to.clone(), column(from))).collect(),
            activities: activities
                .map(|(from, to)| (to.clone(), activity(from)))
                .collect(),
        }
    }

    /// What was said to stand for something from now on stands in the same place. Says whether that changed anything.
    pub(crate) fn carry(&mut self, mapping: &Mapping) -> bool {
        let before = self.clone();
        for (from, to) in &mapping.columns {
            if let Some(place) = before.columns.get(from) {
                self.columns.insert(to.clone(), place.clone());
            }
        }
        for (from, to) in &mapping.activities {
            if let Some(place) = before.activities.get(from) {
                self.activities.insert(to.clone(), place.clone());
            }
        }
        for (from, to) in &mapping.outside {
            if let Some(place) = before.elsewhere.get(from) {
                self.elsewhere.insert(to.clone(), place.clone());
            }
        }
        *self != before
    }

    /// What stands in each place of a rule of the course: what that rule reads, by the id of the place.
    #[must_use]
    pub(crate) fn standing(&self, root: &Group) -> HashMap<String, String> {
        let columns = root.line_items().filter_map(|own| {
            let place = self.columns.get(own)?;
            Some((place.to_string(), own.to_string()))
        });
        let activities = root.activities().filter_map(|own| {
            let place = self.activities.get(own)?;
            Some((place.to_string(), own.to_string()))
        });
        let elsewhere = root.outside_columns().filter_map(|own| {
            let place = self.elsewhere.get(own)?;
            Some((place.to_string(), own.to_string()))
        });
        columns.chain(activities).chain(elsewhere).collect()
    }

    fn column(&self, id: &LineItemId) -> LineItemId {
        self.columns.get(id).unwrap_or(id).clone()
    }
}

impl Substance {
    /// That of a badge with this rule and design. Columns and activities are named as where the lineage begins, other badges by
    /// their lineage; members stand in one order, and dates are left out. What other sources told of is of one course and has no
    /// name that outlives a copy, so of it counts what is asked there.
    #[must_use]
    pub(crate) fn of(
        root: &Group,
        design: &Design,
        places: &Places,
        lineage: &impl Fn(&BadgeId) -> BadgeId,
    ) -> Self {
        Self {
            rule: plain(root, places, lineage),
            outcome: one_spaced(&design.outcome),
            criteria: one_spaced(&design.criteria),
            assessment: one_spaced(&design.details.assessment),
        }
    }

    /// What another one asks otherwise.
    #[must_use]
    pub(crate) fn otherwise(&self, other: &Self) -> Vec<SubstancePart> {
        let parts = [
            (SubstancePart::Rule, self.rule == other.rule),
            (SubstancePart::Outcome, self.outcome == other.outcome),
            (SubstancePart::Criteria, self.criteria == other.criteria),
            (SubstancePart::Assessment, self.assessment == other.assessment),
        ];
        let changed = parts.into_iter().filter(|(_, is_same)| !is_same);
        changed.map(|(part, _)| part).collect()
    }

    /// By what it is known again: SHA-256 in lower-case hex.
    #[must_use]
    pub(crate) fn digest(&self) -> String {
        let rule = serde_json::to_string(&self.rule).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [&rule, &self.outcome, &self.criteria, &self.assessment] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hex::encode(hash.finalize())
    }
}

fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain(root: &Group, places: &Places, lineage: &impl Fn(&BadgeId) -> BadgeId) -> Group {
    let members = root.distinct().into_iter().map(|node| match node {
        Node::Group(group) => Node::Group(plain(group, places, lineage)),
        Node::Condition(condition) => Node::Condition(placed(condition, places, lineage)),
    });
    let mut nodes: Vec<Node> = members.collect();
    nodes.sort_by_cached_key(|node| serde_json::to_string(node).unwrap_or_default());
    let need = match root.need {
        Need::Any | Need::AtLeast(1) if nodes.len() == 1 => Need::All,
        Need::AtLeast(1) => Need::Any,
        Need::AtLeast(needed) if usize::from(needed) == nodes.len() => Need::All,
        need => need,
    };
    Group { need, nodes }
}

fn placed(condition: &Condition, places: &Places, lineage: &impl Fn(&BadgeId) -> BadgeId) -> Condition {
    let nowhere = || OutsideColumnId::from("");
    match condition {
        Condition::Grade { item, at_least } => Condition::Grade {
            item: places.column(item),
            at_least: normal(*at_least),
        },
        Condition::Elsewhere { column, needs } => match (places.elsewhere.get(column), needs) {
            // What stands for a column asks what would be asked of that.
            (Some(place), Needed::AtLeast(bound)) => Condition::Grade {
                item: place.clone(),
                at_least: normal(*bound),
            },
            (_, needs) => Condition::Elsewhere {
                column: nowhere(),
                needs: match needs {
                    Needed::AtLeast(bound) => Needed::AtLeast(normal(*bound)),
                    Needed::OneOf(words) => Needed::OneOf(sorted(words)),
                    Needed::Passed(words) => Needed::Passed(sorted(words)),
                },
            },
        },
        Condition::HandedIn { on_time, .. } => Condition::HandedIn {
            column: nowhere(),
            on_time: *on_time,
        },
        Condition::Completed { .. } => Condition::Completed { column: nowhere() },
        Condition::BestOf { best, of, at_least } => {
            let columns = of.iter().map(|column| match column {
                GradeColumn::Ours(item) => GradeColumn::Ours(places.column(item)),
                GradeColumn::Elsewhere(_) => GradeColumn::Elsewhere(nowhere()),
            });
            let mut of: Vec<GradeColumn> = columns.collect();
            of.sort();
            Condition::BestOf {
                best: *best,
                of,
                at_least: at_least.normalize(),
            }
        }
        Condition::EvidenceApproved { activity } => Condition::EvidenceApproved {
            activity: places.activities.get(activity).unwrap_or(activity).clone(),
        },
        Condition::HoldsBadge { badge, within_years } => Condition::HoldsBadge {
            badge: lineage(badge),
            within_years: *within_years,
        },
        Condition::ExternalBadge {
            issuer, achievement, ..
        } => Condition::ExternalBadge {
            issuer: issuer.clone(),
            // What its teacher calls the issuer changes nothing of what is asked.
            name: String::new(),
            achievement: achievement.clone(),
        },
        Condition::BadgeTotal { amount, of, at_least } => {
            let mut of: Vec<BadgeId> = of.iter().map(lineage).collect();
            of.sort();
            of.dedup();
            Condition::BadgeTotal {
                amount: *amount,
                of,
                at_least: at_least.normalize(),
            }
        }
        Condition::NotBefore { .. } => Condition::NotBefore {
            at: DateTime::UNIX_EPOCH,
            zone: Zone::UTC,
        },
        Condition::InstructorApproves => Condition::InstructorApproves,
    }
}

fn normal(bound: Threshold) -> Threshold {
    match bound {
        Threshold::Points(points) => Threshold::Points(points.normalize()),
        Threshold::Percent(percent) => Threshold::Percent(percent.normalize()),
    }
}

fn sorted(words: &[String]) -> Vec<String> {
    let mut words: Vec<String> = words.iter().map(|word| one_spaced(word)).collect();
    words.sort();
    words
}
