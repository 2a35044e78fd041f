//! Badges that an institution owns and that its courses take: what one asks, in places of which each course says once what of its
//! own stands there.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::badge::{Design, Kind};
use crate::domain::copying::{FoundBy, Mapping, folded, match_columns};
use crate::domain::course::{LineItem, LineItemState};
use crate::domain::evidence::Activity;
use crate::domain::outside::{Measure, OutsideColumn};
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::sentence::{ItemName, Names};
use crate::domain::zone::Zone;
use crate::ids::{ActivityId, AdminId, BadgeId, CourseId, LineItemId, PlatformId, TenantId};

#[cfg(test)]
mod tests;

/// How many places a rule has at most.
pub(crate) const MOST_PLACES: usize = 8;
/// Letters of the name of a place, and of the marks by which it is found.
pub(crate) const LONGEST: usize = 200;

/// A badge of the institution beside its row among the badges, with which the lineage of all that courses make of it begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InstitutionBadge {
    pub(crate) badge: BadgeId,
    pub(crate) tenant: TenantId,
    /// What its editor shows.
    pub(crate) draft: Version,
    /// Counts edits of the draft, from 1; an edit names the revision it started from.
    pub(crate) revision: i32,
    /// What courses take.
    pub(crate) published: Option<Version>,
    /// Counts what was published, from 1; 0 before.
    pub(crate) version: i32,
    pub(crate) published_at: Option<DateTime<Utc>>,
    /// Whether every course may take it, or those alone that were chosen.
    pub(crate) everywhere: bool,
    /// Who saved it last.
    pub(crate) saved_by: Option<AdminId>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// What a badge of the institution says and asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) design: Design,
    pub(crate) asks: Asks,
}

/// Where a badge may be taken that is not for every course.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) platforms: Vec<PlatformId>,
    pub(crate) courses: Vec<CourseId>,
}

/// A rule over places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asks {
    pub(crate) places: Vec<Place>,
    /// How many of the places are needed; none where all of them are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) needed: Option<u16>,
    /// Whether an instructor has to approve besides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) approval: bool,
}

/// Something of a course that stands in the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Stays through all versions, so that a course does not answer twice. Empty in a form for one that is new.
    pub(crate) id: String,
    /// "Final test": 1 to 200 characters.
    pub(crate) name: String,
    pub(crate) wants: Wants,
}

/// What stands in a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wants", rename_all = "snake_case")]
pub(crate) enum Wants {
    /// A column of the gradebook, of whichever maximum.
    Column {
        /// In percent; exactly that counts.
        at_least: Decimal,
        /// By what it is found besides its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resource_id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
    },
    /// An evidence activity; what is handed in there has to be approved.
    Activity,
}

/// What of a course may stand in places.
#[derive(Debug, Clone, Default)]
pub(crate) struct Things {
    pub(crate) columns: Vec<LineItem>,
    /// Columns of other sources that can be measured in percent.
    pub(crate) elsewhere: Vec<OutsideColumn>,
    pub(crate) activities: Vec<Activity>,
}

impl Things {
    /// Whether one of them has that id.
    #[must_use]
    pub(crate) fn has(&self, id: &str) -> bool {
        self.columns.iter().any(|one| one.id.as_str() == id)
            || self.elsewhere.iter().any(|one| one.id.as_str() == id)
            || self.activities.iter().any(|one| one.id.as_str() == id)
    }
}

/// Whether rules may ask for a percentage in a column of another source.
#[must_use]
pub(crate) fn has_share(column: &OutsideColumn) -> bool {
    column.counts()
        && match column.measure {
            Measure::Points => column.maximum.is_some_and(|maximum| maximum > Decimal::ZERO),
            Measure::Percent => true,
            Measure::Words | Measure::PassFail => false,
        }
}

/// What is wrong with a rule over places. Positions count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AsksProblem {
    /// It asks for nothing.
    Nothing,
    TooMany {
        most: usize,
    },
    NameMissing {
        position: usize,
    },
    TooLong {
        position: usize,
        most: usize,
    },
    SameName {
        position: usize,
    },
    /// No percentage above 0 and up to 100.
    Percent {
        position: usize,
    },
    /// None, or more than there are places.
    Needed,
    /// An Application badge rests on work that somebody assessed.
    NoEvidence,
}

/// Why the answers of a course do not fill a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Nothing was said of that place.
    Unanswered { place: String },
    /// What was chosen is not of this course, or not of that kind.
    OtherCourse { place: String },
    /// What was chosen stands in another place already.
    Twice { place: String },
}

impl Place {
    /// The name by which a rule has it, where it is a column.
    fn column(&self) -> LineItemId {
        LineItemId::from(self.id.as_str())
    }

    fn activity(&self) -> ActivityId {
        ActivityId::from(self.id.as_str())
    }

    fn condition(&self) -> Condition {
        match &self.wants {
            Wants::Column { at_least, .. } => Condition::Grade {
                item: self.column(),
                at_least: Threshold::Percent(*at_least),
            },
            Wants::Activity => Condition::EvidenceApproved {
                activity: self.activity(),
            },
        }
    }

    /// As a column of a course, so that it is looked for as those of a copied course are.
    fn as_column(&self) -> Option<LineItem> {
        let Wants::Column { resource_id, tag, .. } = &self.wants else {
            return None;
        };
        Some(LineItem {
            id: self.column(),
            tenant: TenantId::from(""),
            course: CourseId::from(""),
            url: String::new(),
            label: self.name.clone(),
            maximum: Decimal::ONE_HUNDRED,
            ruled_maximum: None,
            is_scale: false,
            resource_id: resource_id.clone(),
            tag: tag.clone(),
            resource_link_id: None,
            state: LineItemState::Present,
        })
    }
}

impl Asks {
    /// The rule, which names places where that of a course names columns and activities.
    #[must_use]
    pub(crate) fn rule(&self) -> Group {
        let mut nodes: Vec<Node> = self
            .places
            .iter()
            .map(|place| Node::Condition(place.condition()))
            .collect();
        let approval = self
            .approval
            .then_some(Node::Condition(Condition::InstructorApproves));
        match (self.needed, approval) {
            (Some(needed), None) => Group {
                need: Need::AtLeast(needed),
                nodes,
            },
            (Some(needed), Some(approval)) => Group {
                need: Need::All,
                nodes: vec![
                    Node::Group(Group {
                        need: Need::AtLeast(needed),
                        nodes,
                    }),
                    approval,
                ],
            },
            (None, approval) => {
                nodes.extend(approval);
                Group {
                    need: Need::All,
                    nodes,
                }
            }
        }
    }

    /// What its places are called.
    #[must_use]
    pub(crate) fn names(&self, zone: Zone) -> Names {
        let mut names = Names {
            zone,
            ..Names::default()
        };
        for place in &self.places {
            match place.wants {
                Wants::Column { .. } => {
                    let name = ItemName {
                        label: place.name.clone(),
                        maximum: Decimal::ONE_HUNDRED,
                        is_scale: false,
                    };
                    names.line_items.insert(place.column(), name);
                }
                Wants::Activity => {
                    names.activities.insert(place.activity(), place.name.clone());
                }
            }
        }
        names
    }

    /// Everything that is wrong with it, for a badge of that kind.
    #[must_use]
    pub(crate) fn problems(&self, kind: Kind) -> Vec<AsksProblem> {
        let mut found = Vec::new();
        if self.places.is_empty() && !self.approval {
            found.push(AsksProblem::Nothing);
        }
        if self.places.len() > MOST_PLACES {
            found.push(AsksProblem::TooMany { most: MOST_PLACES });
        }
        let mut met: HashSet<String> = HashSet::new();
        for (position, place) in (1..).zip(&self.places) {
            let too_long = |text: &str| text.chars().count() > LONGEST;
            if place.name.trim().is_empty() {
                found.push(AsksProblem::NameMissing { position });
            } else if !met.insert(folded(&place.name)) {
                found.push(AsksProblem::SameName { position });
            }
            let mut is_long = too_long(&place.name);
            if let Wants::Column {
                at_least,
                resource_id,
                tag,
            } = &place.wants
            {
                if *at_least <= Decimal::ZERO || *at_least > Decimal::ONE_HUNDRED {
                    found.push(AsksProblem::Percent { position });
                }
                is_long |= [resource_id, tag]
                    .into_iter()
                    .any(|mark| mark.as_deref().is_some_and(too_long));
            }
            if is_long {
                found.push(AsksProblem::TooLong {
                    position,
                    most: LONGEST,
                });
            }
        }
        let fits = |needed: u16| needed > 0 && usize::from(needed) <= self.places.len();
        if self.needed.is_some_and(|needed| !fits(needed)) {
            found.push(AsksProblem::Needed);
        }
        let is_activity = |place: &Place| place.wants == Wants::Activity;
        if kind == Kind::Application && !self.places.iter().any(is_activity) {
            found.push(AsksProblem::NoEvidence);
        }
        found
    }

    /// What of a course probably stands in its places, and by what that was found: by the ids of the places. What could be two
    /// things is none.
    #[must_use]
    pub(crate) fn proposals(&self, things: &Things) -> HashMap<String, (String, FoundBy)> {
        let wanted: Vec<LineItem> = self.places.iter().filter_map(Place::as_column).collect();
        let mut found: HashMap<String, (String, FoundBy)> = match_columns(&wanted, &things.columns)
            .into_iter()
            .map(|(place, one)| (place.to_string(), (one.to.to_string(), one.by)))
            .collect();
        for place in &self.places {
            let proposed = match place.wants {
                Wants::Activity => {
                    let named = things.activities.iter();
                    only_called(&place.name, named.map(|one| (one.id.to_string(), &one.title)))
                }
                // What of Cairn's own was found stands before what another source calls so.
                Wants::Column { .. } if !found.contains_key(&place.id) => {
                    let named = things.elsewhere.iter();
                    only_called(&place.name, named.map(|one| (one.id.to_string(), &one.label)))
                }
                Wants::Column { .. } => None,
            };
            if let Some(proposed) = proposed {
                found.insert(place.id.clone(), proposed);
            }
        }
        found
    }

    /// What stands for what in a course with these things, by what was answered there: one of them for the id of each place.
    ///
    /// # Errors
    /// [`Unfit`] for the first place, in their order, that is not filled.
    pub(crate) fn filled(
        &self,
        answers: &BTreeMap<String, String>,
        things: &Things,
    ) -> Result<Mapping, Unfit> {
        let mut mapping = Mapping::default();
        let mut used: HashSet<&str> = HashSet::new();
        for place in &self.places {
            let named = || place.name.clone();
            let answer = answers
                .get(&place.id)
                .map(String::as_str)
                .filter(|answer| !answer.is_empty())
                .ok_or_else(|| Unfit::Unanswered { place: named() })?;
            let column = things.columns.iter().find(|one| one.id.as_str() == answer);
            let elsewhere = things.elsewhere.iter().find(|one| one.id.as_str() == answer);
            let activity = things.activities.iter().find(|one| one.id.as_str() == answer);
            match (&place.wants, column, elsewhere, activity) {
                (Wants::Column { .. }, Some(column), _, _) => {
                    mapping.columns.insert(place.column(), column.id.clone());
                }
                (Wants::Column { .. }, None, Some(column), _) => {
                    mapping.elsewhere.insert(place.column(), column.id.clone());
                }
                (Wants::Activity, _, _, Some(activity)) => {
                    mapping.activities.insert(place.activity(), activity.id.clone());
                }
                _ => return Err(Unfit::OtherCourse { place: named() }),
            }
            if !used.insert(answer) {
                return Err(Unfit::Twice { place: named() });
            }
        }
        Ok(mapping)
    }

    /// Whether something stands in each place, as far as that is told by what stands where.
    #[must_use]
    pub(crate) fn stand(&self, standing: &HashMap<String, String>) -> bool {
        self.places.iter().all(|place| standing.contains_key(&place.id))
    }
}

/// The only one of these that is called so, but for capitals and spaces.
fn only_called<'a>(
    name: &str,
    named: impl Iterator<Item = (String, &'a String)>,
) -> Option<(String, FoundBy)> {
    let wanted = folded(name);
    let mut alike = named.filter(|(_, title)| folded(title) == wanted);
    let (Some((id, title)), None) = (alike.next(), alike.next()) else {
        return None;
    };
    let by = if title == name {
        FoundBy::Label
    } else {
        FoundBy::FoldedLabel
    };
    Some((id, by))
}
